// What every contender's server does in a tick, written once: one command of each player, then the simulation. The same
// seed gives the same ships at the same tick, so anyone can work out what a client has to hold.

import { FIELDS, type Ship, Simulation } from '../arena.ts'

/** Commands of a player that may wait, as libraries that buffer them do; of more the oldest go. */
const MAX_WAITING = 8

export class Work {
  tick = 0
  readonly simulation: Simulation
  /** By slot: what the player's last command held. */
  readonly presses: Uint8Array
  readonly #waiting: number[][]

  constructor(ships: number, seed: number, rate: number) {
    this.simulation = new Simulation(ships, seed, 'arena', rate)
    this.presses = new Uint8Array(ships)
    this.#waiting = Array.from({ length: ships }, () => [])
  }

  get ships(): readonly Readonly<Ship>[] {
    return this.simulation.ships
  }

  /** A command of the player of this slot came in. */
  put(slot: number, press: number): void {
    const waiting = this.#waiting[slot]
    if (waiting === undefined) return
    waiting.push(press & 255)
    if (waiting.length > MAX_WAITING) waiting.shift()
  }

  /** One tick: each player's next command, or its last one again, and the ships move on. */
  step(): void {
    this.tick++
    for (let slot = 0; slot < this.presses.length; slot++) {
      const next = this.#waiting[slot].shift()
      if (next !== undefined) this.presses[slot] = next
    }
    this.simulation.step()
  }
}

/** Copies a ship's fields into a row. */
export function copyShip(row: Ship, ship: Readonly<Ship>): void {
  row.x = ship.x
  row.y = ship.y
  row.vx = ship.vx
  row.vy = ship.vy
  row.heading = ship.heading
  row.hull = ship.hull
}

/** Matches that hand out their slots in the order in which players join. */
export class Slots {
  #next = 0
  readonly #count: number

  constructor(count: number) {
    this.#count = count
  }
  /** @throws Error where the match is full */
  take(): number {
    if (this.#next >= this.#count) throw new Error(`a match of ${this.#count} ships has no ship left`)
    return this.#next++
  }
}

/** How far a ship is off the truth, in multiples of what may be: the largest of its fields. */
export function errorOf(seen: Readonly<Ship>, truth: Readonly<Ship>, precision: Readonly<Ship>): number {
  let most = 0
  for (const field of FIELDS) {
    let apart = Math.abs(seen[field] - truth[field])
    if (field === 'heading') {
      const turn = apart / (2 * Math.PI)
      apart = Math.abs(turn - Math.round(turn)) * 2 * Math.PI
    }
    most = Math.max(
      most,
      apart === 0 ? 0 : precision[field] === 0 ? Number.POSITIVE_INFINITY : apart / precision[field]
    )
  }
  return most
}
