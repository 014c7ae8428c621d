// All seats of a match, by player.

import type { Player } from './rules.ts'
import type { Seat } from './seat.ts'

export class Seats implements Iterable<Seat> {
  /** The players of seats that are not gone, in order of joining. */
  readonly players: Set<Player> = new Set()
  readonly #seats = new Map<number, Seat>()
  #lastId = 0

  get size(): number {
    return this.#seats.size
  }
  /** Seats of people, whether they are there or away. */
  get people(): number {
    let count = 0
    for (const { player } of this.#seats.values()) if (!player.bot) count++
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

  /** The seat of somebody who was authenticated. */
  byIdentity(id: string): Seat | undefined {
    for (const seat of this.#seats.values()) if (seat.player.identity?.id === id) return seat
    return undefined
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
