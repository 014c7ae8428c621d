// What both ends expect a column to be, from the snapshots that the header names. Encoder and decoder call the same
// functions on equal integers, so their predictions are equal to the bit: only + - * / and rounding are used.

import { fail } from '../schema/errors.ts'
import type { Column, Layout } from '../schema/layout.ts'
import type { PredictedRows } from '../schema/predictor.ts'
import { dropComponent, fromSmallestThree } from '../schema/rotation.ts'
import type { FrozenCells } from '../state/table.ts'

/** The rows of one table that both snapshots hold, and the ticks between them. */
export interface Survivors {
  slots: Int32Array
  count: number
  /** Columns of the snapshot that is being coded; what comes earlier in coding order is there already. */
  ints: Int32Array
  size: number
  base: FrozenCells
  /** The snapshot before the baseline, if the header names one. */
  before: FrozenCells | undefined
  /** True if that one has all of these rows. */
  allBefore: boolean
  /** Ticks from the baseline to now, and from the one before to the baseline. */
  ticks: number
  ticksBefore: number
  tickRate: number
  layout: Layout
}

/**
 * Fills `out` with the expected value of each survivor, within the column's bounds. Of a column that the game predicts
 * itself, `eighths` gets how far beyond a whole step that was, 0 to 7.
 */
export function predict(column: Column, rows: Survivors, out: Int32Array, eighths: Uint8Array): void {
  switch (column.predictor) {
    case 'game':
      return predictByGame(column, rows, out, eighths)
    case 'rate':
      return predictByRate(column, rows, out)
    case 'linear':
      if (rows.before) return predictLinear(column, rows, rows.before, out)
  }
  const { slots, count, base } = rows
  const from = column.index * base.size
  for (let i = 0; i < count; i++) out[i] = base.ints[from + slots[i]]
}

/**
 * The baseline moved by its derivative: exact for a constant one and for x += vx * dt with vx coded first; over several
 * ticks the derivative is taken to change evenly.
 */
function predictByRate(column: Column, rows: Survivors, out: Int32Array): void {
  const { slots, count, base, ints, size, ticks, tickRate } = rows
  const { rate, max, wraps } = column
  const perTick = column.rateStep / tickRate
  const constant = (column.rateMin * ticks) / tickRate
  const was = base.ints
  const from = column.index * base.size
  const rateBase = rate * base.size
  const rateNow = rate * size
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const now = ints[rateNow + slot]
    let sum = now
    if (ticks > 1) {
      const first = was[rateBase + slot]
      sum = first * ticks + ((now - first) * (ticks + 1)) / 2
    }
    const q = was[from + slot] + Math.floor(constant + perTick * sum + 0.5)
    out[i] = q >= 0 && q <= max ? q : wraps ? q & max : q < 0 ? 0 : max
  }
}

/** The game says, in sixteenths of a step. */
function predictByGame(column: Column, rows: Survivors, out: Int32Array, eighths: Uint8Array): void {
  const { count, slots, base } = rows
  const from = column.index * base.size
  // Rows that it leaves out are held.
  for (let i = 0; i < count; i++) out[i] = base.ints[from + slots[i]] << 4
  column.byGame!(viewOf(column, rows), out)
  for (let i = 0; i < count; i++) {
    const rounded = out[i] + 8
    eighths[i] = (rounded & 15) >> 1
    out[i] = inBounds(column, rounded >> 4)
  }
}

/** What the game's predictor of a column may see: what every receiver has by then. */
function viewOf(predicted: Column, rows: Survivors): PredictedRows {
  const { count, slots, ticks, ticksBefore, layout, ints, size, base, before } = rows
  const columnOf = (name: string): Column => {
    const column = layout.columns.find((one) => one.name === name)
    if (column?.audience === 'all') return column
    return fail('ERR_SCHEMA', `${layout.name}: predictor: there is no ${name} for everybody`)
  }
  const of = (name: string, from: Int32Array, length: number): Int32Array => {
    const column = columnOf(name)
    return from.subarray(column.index * length, (column.index + 1) * length)
  }
  return {
    count,
    slots,
    ticks,
    ticksBefore,
    now: (name) => {
      if (layout.order.indexOf(columnOf(name).index) >= layout.order.indexOf(predicted.index))
        fail(
          'ERR_SCHEMA',
          `${layout.name}: predictor: now('${name}') is not there yet for ${predicted.name}: see order`
        )
      return of(name, ints, size)
    },
    base: (name) => of(name, base.ints, base.size),
    before: (name) => before && of(name, before.ints, before.size),
    wasBefore: (slot) => before !== undefined && slot < before.size && before.born[slot] === base.born[slot],
  }
}

/** On from the last two. */
function predictLinear(column: Column, rows: Survivors, before: FrozenCells, out: Int32Array): void {
  const { slots, count, base, ticks, ticksBefore } = rows
  const from = column.index * base.size
  const fromBefore = column.index * before.size
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const last = base.ints[from + slot]
    if (slot >= before.size || before.born[slot] !== base.born[slot]) {
      out[i] = last
      continue
    }
    const step = difference(column, last, before.ints[fromBefore + slot])
    out[i] = inBounds(column, last + Math.round((step * ticks) / ticksBefore))
  }
}

const was = new Float64Array(4)
const is = new Float64Array(4)
const dropped = new Int32Array(4)

/**
 * Fills the three arrays with the expected components of each rotation once its left-out one (`largest`) is known:
 * the baseline's rotation, or with `.linear()` the last rotation repeated, q' = 2 (q1 . q0) q1 - q0.
 */
export function predictRotations(
  first: Column,
  rows: Survivors,
  largest: Int32Array,
  out: readonly [Int32Array, Int32Array, Int32Array]
): void {
  const { slots, count, base, before } = rows
  const { max } = first.slot.shape
  // One step back is one step on only over equal times; otherwise the rotation is held.
  const repeat = first.slot.field.isLinear && rows.ticks === rows.ticksBefore ? before : undefined
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    read(first, base, slot, max, is)
    if (repeat && slot < repeat.size && repeat.born[slot] === base.born[slot]) {
      read(first, repeat, slot, max, was)
      const twice = 2 * (is[0] * was[0] + is[1] * was[1] + is[2] * was[2] + is[3] * was[3])
      for (let part = 0; part < 4; part++) is[part] = twice * is[part] - was[part]
    }
    dropComponent(is[0], is[1], is[2], is[3], largest[i], max, dropped)
    for (let part = 0; part < 3; part++) out[part][i] = dropped[part + 1]
  }
}

function read(first: Column, cells: FrozenCells, slot: number, max: number, out: Float64Array): void {
  const at = first.index * cells.size + slot
  const { ints, size } = cells
  fromSmallestThree(ints[at], ints[at + size], ints[at + 2 * size], ints[at + 3 * size], max, out)
}

/** a - b, the short way round where the column wraps. */
export function difference(column: Column, a: number, b: number): number {
  if (!column.wraps) return a - b
  const forward = (a - b) & column.max
  return forward > column.max >> 1 ? forward - column.max - 1 : forward
}

/**
 * What `d << shift >> shift` takes to make a difference the short way round, without a branch that chance decides; 0
 * where the column does not wrap.
 */
export function wrapShift({ wraps, bits }: Column): number {
  return wraps ? 32 - bits : 0
}

/** Clamped, or taken round the circle. */
export function inBounds(column: Column, q: number): number {
  if (column.wraps) return q & column.max
  return q < 0 ? 0 : q > column.max ? column.max : q
}
