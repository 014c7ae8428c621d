// Seats: the right to a place in a match. A seat is 'joining' until its connection was told so, then 'playing', then
// 'gone'. What a seat was sent last is what its next delta starts from.

import type { SnapshotBase, Values } from '@tickwire/engine/wire'
import type { CommandBuffer } from './command-buffer.ts'
import type { Connection } from './connection.ts'
import type { Handout } from './handout.ts'
import type { Player } from './rules.ts'
import type { SlackReport } from './slack.ts'

export type SeatState = 'joining' | 'playing' | 'gone'

export interface Seat {
  readonly player: Player
  /** Undefined: a bot's. */
  readonly connection: Connection | undefined
  readonly input: (() => Values) | undefined
  readonly commands: CommandBuffer
  state: SeatState
  /** The last snapshot written to the connection, and the one written before it; undefined: a keyframe is due. */
  sent: SnapshotBase | undefined
  sentBefore: SnapshotBase | undefined
  /** What its frames may be coded with. */
  handout: Handout
  /** Events up to this tick were written. */
  known: number
  /** The newest snapshot that the client says it holds; before its first word, the one before it came. */
  ack: number
  /** Its screen when it gave the command that is being run, and the newest snapshot that it held; a bot sees the newest. */
  renderTick: number
  held: number
  readonly slack: SlackReport
  /** The tick at which a keyframe was asked for last. */
  resyncedAt: number
  /** Requests that wait for the next tick. */
  requests: number
  /** Answers by request id, so that a repeated request does not run twice. */
  readonly answers: Map<number, Promise<Uint8Array<ArrayBuffer>>>
}

/** All seats of a match, by player. */
export class Seats implements Iterable<Seat> {
  /** The players of seats that are not gone, in order of joining. */
  readonly players: Set<Player> = new Set()
  readonly #seats = new Map<number, Seat>()
  #lastId = 0

  get size(): number {
    return this.#seats.size
  }
  /** Seats with people on them. */
  get people(): number {
    let count = 0
    for (const seat of this.#seats.values()) if (seat.connection) count++
    return count
  }

  /** An id that no seat has; they come round after 65,535. */
  newId(): number {
    do this.#lastId = (this.#lastId % 65535) + 1
    while (this.#seats.has(this.#lastId))
    return this.#lastId
  }

  add(seat: Seat): void {
    this.#seats.set(seat.player.id, seat)
    this.players.add(seat.player)
  }

  byId(id: number): Seat | undefined {
    return this.#seats.get(id)
  }

  of(player: { readonly id: number }): Seat | undefined {
    const seat = this.#seats.get(player.id)
    return seat?.player === player ? seat : undefined
  }

  remove(seat: Seat): void {
    seat.state = 'gone'
    this.#seats.delete(seat.player.id)
    this.players.delete(seat.player)
  }

  [Symbol.iterator](): Iterator<Seat> {
    return this.#seats.values()
  }
}
