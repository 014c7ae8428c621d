// A contender: one way of carrying the arena from a server to a client, as bytes. All do the same work. `encode` takes the
// simulation's float64 state into its own rows (its setters, its rounding) and returns the bytes; `decode` takes bytes
// and leaves a state that a client can read; `read` reads all of it once. Only these three are timed.

import { FIELDS, type FieldName, type Moment, type Ship, type Simulation } from './arena.ts'

export interface Contender {
  /** The first full state, sent and received; untimed. Returns its bytes. */
  start(moment: Moment): Uint8Array
  /** One tick. The bytes may be the contender's own buffer: the caller copies what it keeps. */
  encode(moment: Moment): Uint8Array
  decode(bytes: Uint8Array): void
  /** The sum of every field of every ship that the client holds. */
  read(): number
  /** How many ships the client holds. */
  readonly size: number
  /** The ship that the client holds for this slot of the last moment encoded. */
  held(slot: number): Readonly<Ship> | undefined
  /** The largest error that this contender's format allows, per field. */
  readonly precision: Readonly<Ship>
  /** What else must hold once the last frame is decoded. @throws Error */
  verify?(): void
}

export interface Sizes {
  /** Bytes of the first, full frame. */
  readonly full: number
  /** Bytes of each tick's frame. */
  readonly ticks: readonly number[]
}
/** Nanoseconds per entity, the mean of all ticks of one round. */
export interface Round {
  readonly encode: number
  readonly decode: number
  readonly read: number
}

/** Runs a match through the contender and compares every frame with the truth. @throws Error where they differ. */
export function verify(contender: Contender, simulation: Simulation, ticks: number): Sizes {
  const full = contender.start(simulation).length
  check(contender, simulation)
  const sizes: number[] = []
  for (let tick = 0; tick < ticks; tick++) {
    simulation.step()
    const bytes = contender.encode(simulation).slice()
    contender.decode(bytes)
    check(contender, simulation)
    sizes.push(bytes.length)
  }
  return { full, ticks: sizes }
}

/** Runs a match against the clock: all of it encoded, then all of it decoded and read. */
export function time(contender: Contender, simulation: Simulation, ticks: number): Round {
  contender.start(simulation)
  const frames: Uint8Array[] = []
  let encode = 0
  for (let tick = 0; tick < ticks; tick++) {
    simulation.step()
    const start = performance.now()
    const bytes = contender.encode(simulation)
    encode += performance.now() - start
    frames.push(bytes.slice())
  }
  let decode = 0
  let read = 0
  let sum = 0
  for (const frame of frames) {
    const start = performance.now()
    contender.decode(frame)
    const decoded = performance.now()
    sum += contender.read()
    read += performance.now() - decoded
    decode += decoded - start
  }
  check(contender, simulation)
  if (!Number.isFinite(sum)) throw new Error(`the client reads ${sum}`)
  const each = 1e6 / (ticks * simulation.ships.length)
  return { encode: encode * each, decode: decode * each, read: read * each }
}

/** @throws Error unless the client holds this moment, within the contender's precision. */
export function check(contender: Contender, moment: Moment): void {
  if (contender.size !== moment.ships.length)
    throw new Error(`the client holds ${contender.size} ships, expected ${moment.ships.length}`)
  moment.ships.forEach((truth, slot) => {
    const held = contender.held(slot)
    if (!held) throw new Error(`the client holds no ship for slot ${slot}`)
    for (const field of FIELDS) {
      const error = Math.abs(difference(field, held[field], truth[field]))
      if (!(error <= contender.precision[field]))
        throw new Error(
          `slot ${slot}: ${field} is ${held[field]}, expected ${truth[field]} within ${contender.precision[field]}`
        )
    }
  })
  contender.verify?.()
}

/** Angles differ by the shorter way round. */
function difference(field: FieldName, a: number, b: number): number {
  if (field !== 'heading') return a - b
  const turn = (a - b) / (2 * Math.PI)
  return (turn - Math.round(turn)) * 2 * Math.PI
}
