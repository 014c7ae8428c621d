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
  #given = new Map<number, Given>()
  #last: Given
  /** The newest tick that a command came for, and that one: `#last` is neutral after a while without any. */
  #lastTick = -1
  #lastGiven: Values
  /** Flags that were pressed in commands for ticks that had run without them, by the screen that they were pressed on. */
  #pressed: Given[] = []
  readonly #neutral: Values
  readonly #repeatTicks: number

  constructor(neutral: Values, tickRate: number) {
    this.#neutral = neutral
    this.#last = { command: neutral, drawn: -1, renderTick: -1 }
    this.#lastGiven = neutral
    this.#repeatTicks = Math.ceil((REPEAT_MS * tickRate) / 1000)
  }

  /** Keeps a run for the ticks after `now`. @throws ERR_COMMAND_TICK where it reaches too far ahead: nothing of it is kept */
  put(run: CommandRun, now: number): void {
    if (run.commands.length === 0) return
    const end = run.first + run.commands.length - 1
    if (end > now + MAX_AHEAD)
      fail('ERR_COMMAND_TICK', `a command for tick ${end} at tick ${now}: expected at most ${MAX_AHEAD} ticks ahead`)
    for (const [at, command] of run.commands.entries()) {
      const tick = run.first + at
      const given = { command, drawn: run.drawn, renderTick: run.renderTick }
      if (tick <= now) this.#late(tick, given)
      else if (!this.#given.has(tick)) this.#given.set(tick, given)
    }
  }

  /** The command to run at `tick`; called once a tick, in order. */
  take(tick: number): Given {
    const given = this.#given.get(tick)
    this.#given.delete(tick)
    const presses = given !== undefined && this.#presses(given).length > 0
    if (given) {
      this.#last = given
      this.#lastGiven = given.command
      this.#lastTick = tick
    } else if (tick - this.#lastTick > this.#repeatTicks && this.#last.command !== this.#neutral)
      this.#last = { ...this.#last, command: this.#neutral }
    const pressed = presses ? undefined : this.#pressed.shift()
    const { command } = this.#last
    const taken = pressed === undefined ? this.#last : { ...pressed, command: { ...command, ...pressed.command } }
    // What counts now does not count again.
    if (this.#pressed.length > 0)
      this.#pressed = this.#pressed.filter((other) => !Object.keys(other.command).every((name) => taken.command[name]))
    return taken
  }

  /** Of a command whose tick has run: once, however often it comes. */
  #late(tick: number, given: Given): void {
    if (tick <= this.#lastTick) return
    // What was held down all along is no press, however long it took to come.
    const before = tick === this.#lastTick + 1 ? this.#lastGiven : this.#last.command
    const names = this.#presses(given, before).filter((name) => !this.#pressed.some(({ command }) => command[name]))
    const command = Object.fromEntries(names.map((name) => [name, true]))
    if (names.length > 0) this.#pressed.push({ ...given, command })
    this.#last = given
    this.#lastGiven = given.command
    this.#lastTick = tick
  }

  /** The flags that it has and the one before had not. */
  #presses({ command }: Given, before: Values = this.#last.command): string[] {
    return Object.keys(command).filter((name) => command[name] === true && before[name] !== true)
  }
}
