// A process of players. Some are only there; each of the others presses a key now and then, and watches one other player of this process for what that one
// pressed. A press counts from the moment that it was due: a busy process does not hide its own delay.

import { uniform } from '../arena.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'
import { gameAt, PRESSES } from './game.ts'
import type { Bot, State } from './transport.ts'
import { TRANSPORTS, type TransportName } from './transports.ts'

export interface Crowd {
  readonly transport: TransportName
  readonly port: number
  readonly rate: number
  readonly count: number
}
/** What the players of one process saw. Milliseconds. */
export interface Sightings {
  /** Every state decoded: its tick, and when. */
  readonly tick: readonly number[]
  readonly at: readonly number[]
  /** From a key press to another player's client having decoded it, and to having drawn it. */
  readonly decoded: readonly number[]
  readonly drawn: readonly number[]
}

/** Milliseconds between a player's presses: uniform from the first to the second. */
const PRESS_EVERY = [100, 300] as const

/** Notices what a player pressed, and how long ago. */
class Watch {
  readonly #player: Player
  #row = 0
  #seen = 0

  constructor(player: Player) {
    this.#player = player
  }

  look(state: State, at: number, into: number[] | undefined): void {
    const row = state.ship.get(this.#row) ?? this.#find(state)
    // 0 is no press: the server takes it for a player of whom it has heard nothing lately.
    while (row && row.press > 0 && row.press !== this.#seen) {
      this.#seen = (this.#seen % PRESSES) + 1
      into?.push(at - this.#player.due[this.#seen])
    }
  }

  /** Ids of rows are the server's: a state says which row is whose. */
  #find(state: State): { readonly press: number } | undefined {
    for (const { id, player } of state.ship)
      if (player === this.#player.bot.player) {
        this.#row = id
        return state.ship.get(id)
      }
    return undefined
  }
}

class Player {
  bot!: Bot
  /** When the press of each value was due. */
  readonly due: number[] = []
  #pressed = 0
  #timer: NodeJS.Timeout | undefined
  #watches: { readonly decoded: Watch; readonly drawn: Watch } | undefined

  decoded(state: State): void {
    const at = now()
    seen?.tick.push(state.tick)
    seen?.at.push(at)
    this.#watches?.decoded.look(state, at, seen?.decoded)
  }
  drawn(state: State): void {
    this.#watches?.drawn.look(state, now(), seen?.drawn)
  }

  play(watched: Player, u: () => number): void {
    this.#watches = { decoded: new Watch(watched), drawn: new Watch(watched) }
    const [least, most] = PRESS_EVERY
    let due = now() + most * u()
    const press = () => {
      this.#pressed = (this.#pressed % PRESSES) + 1
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

let players: Player[] = []
let extras: { close(): void }[] = []
/** What was seen since mark(); nothing is kept before it. */
let seen: { tick: number[]; at: number[]; decoded: number[]; drawn: number[] } | undefined

const handlers = {
  now: (): number => now(),
  /** More players join, one after the other: all at once they would see long round trips that no player sees. */
  async connect({ transport, port, rate, count }: Crowd): Promise<void> {
    const game = gameAt(rate)
    for (let i = 0; i < count; i++) {
      const player = new Player()
      player.bot = await TRANSPORTS[transport].bot(game, port, player)
      players.push(player)
    }
  },
  /** More join who are only there. */
  async fill({ transport, port, rate, count }: Crowd): Promise<void> {
    const game = gameAt(rate)
    const joining = Array.from({ length: count }, () => TRANSPORTS[transport].extra(game, port))
    extras.push(...(await Promise.all(joining)))
  },
  play(seed: number): void {
    const u = uniform(seed)
    players.forEach((player, i) => {
      player.play(players[(i + 1) % players.length], u)
    })
  },
  mark(): void {
    seen = { tick: [], at: [], decoded: [], drawn: [] }
  },
  sightings: (): Sightings => seen!,
  leave(): void {
    for (const player of players) player.leave()
    for (const extra of extras) extra.close()
    players = []
    extras = []
    seen = undefined
  },
}
export type BotsHandlers = typeof handlers
answer(handlers)
