// A process of players. Each presses a key now and then, and watches one other player of this process for what that one
// pressed. A press counts from the moment that it was due: a busy process does not hide its own delay.

import { uniform } from '../arena.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'
import { gameAt, PRESSES } from './game.ts'
import type { Bot, Decoded } from './transport.ts'
import { BOTS, type TransportName } from './transports.ts'

export interface Crowd {
  readonly transport: TransportName
  readonly port: number
  readonly rate: number
  readonly count: number
}
/** What the players of one process saw. */
export interface Sightings {
  /** Every state decoded: its tick, and when, in milliseconds. */
  readonly tick: readonly number[]
  readonly at: readonly number[]
  /** Milliseconds from a key press to another player's client having decoded it. */
  readonly presses: readonly number[]
}

/** Milliseconds between a player's presses: uniform from the first to the second. */
const PRESS_EVERY = [100, 300] as const

class Player {
  bot!: Bot
  #watched!: Player
  #watchedRow = 0
  #seen = 0
  #pressed = 0
  /** When the press of this value was due; NaN once it was seen, or never made. */
  readonly #due: number[] = new Array(PRESSES).fill(Number.NaN)
  #timer: NodeJS.Timeout | undefined

  decoded(state: Decoded): void {
    const at = now()
    if (!this.#watched || !seen) return
    seen.tick.push(state.tick)
    seen.at.push(at)
    const row = state.ship.get(this.#watchedRow) ?? this.#find(state)
    if (!row) return
    while (this.#seen !== row.press) {
      this.#seen = (this.#seen + 1) % PRESSES
      const due = this.#watched.#due[this.#seen]
      if (!Number.isNaN(due)) seen.presses.push(at - due)
    }
  }

  play(watched: Player, u: () => number): void {
    this.#watched = watched
    const [least, most] = PRESS_EVERY
    let due = now() + most * u()
    const press = () => {
      this.#pressed = (this.#pressed + 1) % PRESSES
      this.#due[this.#pressed] = due
      this.bot.press(this.#pressed)
      due += least + (most - least) * u()
      this.#timer = setTimeout(press, Math.ceil(due - now())) // never early: Node would cut a fraction
    }
    this.#timer = setTimeout(press, Math.ceil(due - now()))
  }

  leave(): void {
    clearTimeout(this.#timer)
    this.bot.close()
  }

  /** Ids of rows are the server's: the first state says which row is whose. */
  #find(state: Decoded): { readonly press: number } | undefined {
    for (const row of state.ship)
      if (row.player === this.#watched.bot.player) {
        this.#watchedRow = row.id
        return state.ship.get(row.id)
      }
    return undefined
  }
}

let players: Player[] = []
/** What was seen since mark(); undefined before, and for ever with players who only are there. */
let seen: { tick: number[]; at: number[]; presses: number[] } | undefined

const handlers = {
  now: (): number => now(),
  /** More players join. One after the other: a hundred at once would see long round trips that no player sees. */
  async connect({ transport, port, rate, count }: Crowd): Promise<void> {
    const game = gameAt(rate)
    for (let i = 0; i < count; i++) {
      const player = new Player()
      player.bot = await BOTS[transport](game, port, (state) => player.decoded(state))
      players.push(player)
    }
  },
  play(seed: number): void {
    const u = uniform(seed)
    players.forEach((player, i) => {
      player.play(players[(i + 1) % players.length], u)
    })
  },
  mark(): void {
    seen = { tick: [], at: [], presses: [] }
  },
  sightings: (): Sightings => seen!,
  leave(): void {
    for (const player of players) player.leave()
    players = []
    seen = undefined
  },
}
export type BotsHandlers = typeof handlers
answer(handlers)
