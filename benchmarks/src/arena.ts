// The arena: the workload that every contender carries. A seeded simulation with a float64 state of its own, 60 steps a
// second; contenders copy it into their own rows each tick and nothing feeds back. The same seed gives the same match.

import { angle, defineGame, entity, int, ranged } from '@tickwire/engine'
import { predictor } from './arena-predictor.ts'

export const WORLD = 4096
export const TICK_RATE = 60

/** `arena`: steering noise; `plain`: straight lines; `herd`: half of the ships stand still; `shots`: ten of the rows replaced a tick. */
export type Variant = 'arena' | 'plain' | 'herd' | 'shots'
export const VARIANTS: readonly Variant[] = ['arena', 'plain', 'herd', 'shots']

/** What travels of a ship. `x`, `y`: 0 to 4096; `vx`, `vy`: units a second; `heading`: radians, any turn; `hull`: 1 to 100. */
export const FIELDS = ['x', 'y', 'vx', 'vy', 'heading', 'hull'] as const
export type FieldName = (typeof FIELDS)[number]
export type Ship = Record<FieldName, number>

/** The wire precision that every quantised contender aims at: the size of a step, per field. */
export const STEP: Readonly<Ship> = { x: 1 / 16, y: 1 / 16, vx: 3.75, vy: 3.75, heading: (2 * Math.PI) / 1024, hull: 1 }

/** Its fields as Tickwire declares them. */
export const SHIP = {
  x: ranged(0, WORLD, STEP.x).rate('vx'),
  y: ranged(0, WORLD, STEP.y).rate('vy'),
  vx: ranged(-480, 480, STEP.vx),
  vy: ranged(-480, 480, STEP.vy),
  heading: angle(10),
  hull: int(0, 100),
}
/** The arena as a Tickwire game, and the same with a predictor of its own. */
export const arena = defineGame({
  name: 'arena-benchmark',
  tickRate: TICK_RATE,
  entities: { ship: entity(SHIP) },
})
export const steered = defineGame({
  name: 'arena-benchmark',
  tickRate: TICK_RATE,
  entities: { ship: entity(SHIP, { predictor }) },
})
export type Arena = typeof arena

/** The ships now, by slot, and the slots whose ship is another one than in the tick before. */
export interface Moment {
  readonly ships: readonly Readonly<Ship>[]
  readonly replaced: readonly number[]
}

/** Uniform in [0, 1), from 32 bits of seed: mulberry32 (Tommy Ettinger). */
export function uniform(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Standard normal from a uniform source: Box and Muller. */
export function normal(u: () => number): () => number {
  return () => Math.sqrt(-2 * Math.log(1 - u())) * Math.cos(2 * Math.PI * u())
}

/** How many rows `shots` replaces a tick, out of 100. */
const SHOTS_A_TICK = 0.1

export class Simulation implements Moment {
  readonly ships: Ship[] = []
  /** The slots that the last step gave to a new ship. */
  replaced: number[] = []
  readonly #speeds: number[] = []
  readonly #variant: Variant
  readonly #tickRate: number
  readonly #u: () => number
  readonly #g: () => number
  #next = 0

  /** `tickRate` makes the velocities, which are units a second, of the moves, which are units a tick. */
  constructor(count: number, seed: number, variant: Variant = 'arena', tickRate: number = TICK_RATE) {
    this.#variant = variant
    this.#tickRate = tickRate
    this.#u = uniform(seed)
    this.#g = normal(this.#u)
    for (let slot = 0; slot < count; slot++) this.#start(slot)
  }

  step(): void {
    const u = this.#u
    const g = this.#g
    const steers = this.#variant === 'arena' || this.#variant === 'herd'
    this.replaced = []
    if (this.#variant === 'shots') this.#replaceOldest()
    for (let slot = 0; slot < this.ships.length; slot++) {
      const ship = this.ships[slot]
      if (!this.#stands(slot)) {
        if (steers) {
          ship.heading += 0.06 * g()
          this.#speeds[slot] = Math.min(Math.max(this.#speeds[slot] + 0.03 * g(), 1), 6)
        }
        this.#move(ship, this.#speeds[slot])
      }
      if (u() < 0.02) {
        ship.hull -= 1 + Math.floor(20 * u())
        if (ship.hull <= 0) ship.hull = 100
      }
    }
  }

  #start(slot: number): void {
    const u = this.#u
    this.ships[slot] = { x: WORLD * u(), y: WORLD * u(), vx: 0, vy: 0, heading: 2 * Math.PI * u(), hull: 100 }
    this.#speeds[slot] = 1.5 + 4 * u()
  }

  #move(ship: Ship, speed: number): void {
    let dx = speed * Math.cos(ship.heading)
    let dy = speed * Math.sin(ship.heading)
    ship.x += dx
    ship.y += dy
    if (ship.x < 0 || ship.x > WORLD) {
      ship.x = ship.x < 0 ? -ship.x : 2 * WORLD - ship.x
      ship.heading = Math.PI - ship.heading
      dx = -dx
    }
    if (ship.y < 0 || ship.y > WORLD) {
      ship.y = ship.y < 0 ? -ship.y : 2 * WORLD - ship.y
      ship.heading = -ship.heading
      dy = -dy
    }
    ship.vx = dx * this.#tickRate
    ship.vy = dy * this.#tickRate
  }

  #stands(slot: number): boolean {
    return this.#variant === 'herd' && slot % 2 === 1
  }

  #replaceOldest(): void {
    const count = Math.max(1, Math.round(this.ships.length * SHOTS_A_TICK))
    for (let i = 0; i < count; i++) {
      this.#start(this.#next)
      this.replaced.push(this.#next)
      this.#next = (this.#next + 1) % this.ships.length
    }
  }
}
