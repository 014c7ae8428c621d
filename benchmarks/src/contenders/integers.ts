// Plain objects of whole numbers, in the same steps as everyone's: what JSON and msgpackr carry. The whole state each
// tick, since neither knows what the other side holds.

import { type Moment, type Ship, STEP } from '../arena.ts'
import type { Contender } from '../contender.ts'

export interface Item extends Ship {
  id: number
}
const TURN = 1024

/** The nearest whole number of steps. `| 0` since -0 would cost msgpackr nine bytes, and the engine its small integers. */
function steps(value: number, step: number): number {
  return Math.round(value / step) | 0
}

/** A contender whose client replaces its state by each message. */
export abstract class Integers implements Contender {
  readonly #rows: Item[] = []
  #seen: Item[] = []
  #nextId = 0
  readonly precision: Ship = {
    x: STEP.x / 2,
    y: STEP.y / 2,
    vx: STEP.vx / 2,
    vy: STEP.vy / 2,
    heading: STEP.heading / 2 + 1e-9,
    hull: 0,
  }

  protected abstract write(rows: readonly Item[]): Uint8Array
  protected abstract parse(bytes: Uint8Array): Item[]

  start(moment: Moment): Uint8Array {
    for (let slot = 0; slot < moment.ships.length; slot++) this.#spawn(slot)
    const bytes = this.encode({ ships: moment.ships, replaced: [] })
    this.decode(bytes)
    return bytes
  }

  encode({ ships, replaced }: Moment): Uint8Array {
    for (const slot of replaced) this.#spawn(slot)
    for (let slot = 0; slot < ships.length; slot++) {
      const ship = ships[slot]
      const row = this.#rows[slot]
      row.x = steps(ship.x, STEP.x)
      row.y = steps(ship.y, STEP.y)
      row.vx = steps(ship.vx, STEP.vx)
      row.vy = steps(ship.vy, STEP.vy)
      row.heading = steps(ship.heading, STEP.heading) & (TURN - 1)
      row.hull = ship.hull
    }
    return this.write(this.#rows)
  }

  decode(bytes: Uint8Array): void {
    this.#seen = this.parse(bytes)
  }

  read(): number {
    let sum = 0
    for (const ship of this.#seen)
      sum +=
        ship.x * STEP.x +
        ship.y * STEP.y +
        ship.vx * STEP.vx +
        ship.vy * STEP.vy +
        ship.heading * STEP.heading +
        ship.hull
    return sum
  }

  get size(): number {
    return this.#seen.length
  }

  held(slot: number): Ship | undefined {
    const ship = this.#seen.find(({ id }) => id === this.#rows[slot].id)
    return (
      ship && {
        x: ship.x * STEP.x,
        y: ship.y * STEP.y,
        vx: ship.vx * STEP.vx,
        vy: ship.vy * STEP.vy,
        heading: ship.heading * STEP.heading,
        hull: ship.hull,
      }
    )
  }

  #spawn(slot: number): void {
    this.#rows[slot] = { id: this.#nextId++, x: 0, y: 0, vx: 0, vy: 0, heading: 0, hull: 0 }
  }
}
