// A process of players who are measured: whole clients of one match. Each presses a key now and then, and watches its own ship
// and that of another one of them.

import type { Bot, State } from '../arena/contender.ts'
import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { uniform } from '../arena.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'
import { nextPress, Watch } from './watch.ts'

export interface Crowd {
  readonly contender: ContenderName
  readonly port: number
  readonly match: string
  readonly rate: number
  readonly count: number
}
/** What the players of one process saw. Milliseconds. */
export interface Sightings {
  /** Every state held, and every one drawn: its tick, and when. What is drawn may lie between two ticks. */
  readonly held: { readonly tick: readonly number[]; readonly at: readonly number[] }
  readonly drawn: { readonly tick: readonly number[]; readonly at: readonly number[] }
  /** From a key press to the own screen, to another player's client having decoded it, and to that one's screen. */
  readonly own: readonly number[]
  readonly decoded: readonly number[]
  readonly screen: readonly number[]
}

/** Milliseconds between a player's presses: uniform from the first to the second. */
const PRESS_EVERY = [100, 300] as const

class Player {
  bot!: Bot
  /** When the press of each value was due. */
  readonly due: number[] = []
  #pressed = 0
  #timer: NodeJS.Timeout | undefined
  #watches: { readonly own: Watch; readonly decoded: Watch; readonly screen: Watch } | undefined

  held(state: State): void {
    const at = now()
    seen?.held.tick.push(state.tick)
    seen?.held.at.push(at)
    this.#watches?.decoded.look(state, at, seen?.decoded)
  }
  drawn(state: State): void {
    const at = now()
    seen?.drawn.tick.push(state.tick)
    seen?.drawn.at.push(at)
    this.#watches?.own.look(state, at, seen?.own)
    this.#watches?.screen.look(state, at, seen?.screen)
  }

  play(watched: Player, u: () => number): void {
    const other = () => new Watch(watched.bot.slot, watched.due)
    this.#watches = { own: new Watch(this.bot.slot, this.due), decoded: other(), screen: other() }
    const [least, most] = PRESS_EVERY
    let due = now() + most * u()
    const press = () => {
      this.#pressed = nextPress(this.#pressed)
      this.due[this.#pressed] = Math.min(due, now()) // timers may be a little early
      this.bot.press(this.#pressed)
      due += least + (most - least) * u()
      this.#timer = setTimeout(press, due - now())
    }
    this.#timer = setTimeout(press, due - now())
  }

  leave(): void {
    clearTimeout(this.#timer)
    this.bot.close()
  }
}

type Growing = {
  [key in keyof Sightings]: Sightings[key] extends readonly number[] ? number[] : { tick: number[]; at: number[] }
}

let players: Player[] = []
/** What was seen since mark(); nothing is kept before it. */
let seen: Growing | undefined

const handlers = {
  now: (): number => now(),
  /** More players join, one after the other: all at once they would see long round trips that no player sees. */
  async join({ contender, count, ...options }: Crowd): Promise<void> {
    const { bot } = await CONTENDERS[contender].load()
    for (let i = 0; i < count; i++) {
      const player = new Player()
      player.bot = await bot(options, { held: (state) => player.held(state), drawn: (state) => player.drawn(state) })
      players.push(player)
    }
  },
  play(seed: number): void {
    const u = uniform(seed)
    for (const [i, player] of players.entries()) player.play(players[(i + 1) % players.length], u)
  },
  mark(): void {
    seen = { held: { tick: [], at: [] }, drawn: { tick: [], at: [] }, own: [], decoded: [], screen: [] }
  },
  sightings: (): Sightings => seen!,
  leave(): void {
    for (const player of players) player.leave()
    players = []
    seen = undefined
  },
}
export type ProbesHandlers = typeof handlers
answer(handlers)
