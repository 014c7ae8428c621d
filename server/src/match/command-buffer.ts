// One player's commands by tick: late, early, duplicate, missing. At most one counts a tick, whatever a client claims.
// A missing command repeats the last one for at most 250 ms and is neutral then; a press that was only in commands that
// came too late counts in the next tick. A tick has one screen that it is judged by: where presses were made on several,
// those of the tick's own command go first, and each other in a tick of its own.

import { type CommandRun, fail, type Values } from '@tickwire/engine/wire'

/** How far ahead of the match a command may be stamped, in ticks. */
const MAX_AHEAD = 128
const REPEAT_MS = 250

/** A command with what the player had on its screen when it gave it. */
export interface Given {
  readonly command: Values
  /** The newest snapshot that it was drawn with. */
  readonly drawn: number
  readonly renderTick: number
}

export class CommandBuffer {
  /** Commands for ticks to come, with these, in order: seldom more than a few. */
  readonly #given: Given[] = []
  readonly #ticks: number[] = []
  #last: Given
  /** The newest tick that a command came for, and that one: `#last` is neutral after a while without any. */
  #lastTick = -1
  #lastGiven: Values
  /** Flags that were pressed in commands for ticks that had run without them, by the screen that they were pressed on. */
  #pressed: Given[] = []
  readonly #neutral: Values
  /** Names of what can be pressed. */
  readonly #flags: readonly string[]
  readonly #repeatTicks: number

  constructor(neutral: Values, tickRate: number) {
    this.#neutral = neutral
    this.#last = { command: neutral, drawn: -1, renderTick: -1 }
    this.#lastGiven = neutral
    this.#flags = flagsOf(neutral)
    this.#repeatTicks = Math.ceil((REPEAT_MS * tickRate) / 1000)
  }

  /** Keeps a run for the ticks after `now`. @throws ERR_COMMAND_TICK where it reaches too far ahead: nothing of it is kept */
  put(run: CommandRun, now: number): void {
    const { commands, first, drawn, renderTick } = run
    if (commands.length === 0) return
    const end = first + commands.length - 1
    if (end > now + MAX_AHEAD)
      fail('ERR_COMMAND_TICK', `a command for tick ${end} at tick ${now}: expected at most ${MAX_AHEAD} ticks ahead`)
    let at = 0
    for (let tick = first; tick <= end; tick++) {
      // Of a run's ticks most are there already.
      while (at < this.#ticks.length && this.#ticks[at] < tick) at++
      if (this.#ticks[at] === tick || tick <= this.#lastTick) continue
      const given = { command: commands[tick - first], drawn, renderTick }
      if (tick <= now) this.#late(tick, given)
      else if (at === this.#ticks.length) {
        this.#ticks.push(tick)
        this.#given.push(given)
      } else {
        this.#ticks.splice(at, 0, tick)
        this.#given.splice(at, 0, given)
      }
    }
  }

  /** The command to run at `tick`; called once a tick, in order. */
  take(tick: number): Given {
    const before = this.#last.command
    const isGiven = this.#ticks[0] === tick
    if (isGiven) {
      this.#ticks.shift()
      this.#last = this.#given.shift()!
      this.#lastGiven = this.#last.command
      this.#lastTick = tick
    } else if (tick - this.#lastTick > this.#repeatTicks && this.#last.command !== this.#neutral)
      this.#last = { ...this.#last, command: this.#neutral }
    if (this.#pressed.length === 0) return this.#last
    const { command } = this.#last
    const presses = isGiven && this.#presses(command, before).length > 0
    const pressed = presses ? undefined : this.#pressed.shift()
    const taken = pressed === undefined ? this.#last : { ...pressed, command: { ...command, ...pressed.command } }
    // What counts now does not count again.
    if (this.#pressed.length > 0)
      this.#pressed = this.#pressed.filter((other) => !Object.keys(other.command).every((name) => taken.command[name]))
    return taken
  }

  /** Of a command whose tick has run: once, however often it comes. */
  #late(tick: number, given: Given): void {
    // What was held down all along is no press, however long it took to come.
    const before = tick === this.#lastTick + 1 ? this.#lastGiven : this.#last.command
    const names = this.#presses(given.command, before).filter(
      (name) => !this.#pressed.some(({ command }) => command[name])
    )
    const command = Object.fromEntries(names.map((name) => [name, true]))
    if (names.length > 0) this.#pressed.push({ ...given, command })
    this.#last = given
    this.#lastGiven = given.command
    this.#lastTick = tick
  }

  /** The flags that it has and the one before had not. */
  #presses(command: Values, before: Values): string[] {
    return this.#flags.filter((name) => command[name] === true && before[name] !== true)
  }
}

const flags = new WeakMap<Values, readonly string[]>()
function flagsOf(neutral: Values): readonly string[] {
  const names = flags.get(neutral) ?? Object.keys(neutral).filter((name) => typeof neutral[name] === 'boolean')
  flags.set(neutral, names)
  return names
}
