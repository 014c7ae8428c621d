// How a column's numbers go from one snapshot to the next, for all rows that both have: one loop a column, nothing allocated
// in it. Only + - * / and square roots, so that both ends get equal numbers to the bit.

import type { Column } from '../schema/layout.ts'
import { fromSmallestThree } from '../schema/rotation.ts'
import type { Slots } from './slots.ts'
import type { FrozenCells } from './table.ts'

/** On by the rate. */
export function coast(column: Column, cells: FrozenCells, rows: Slots, seconds: number, out: Float64Array): void {
  const { index, min, step, rate, rateMin, rateStep } = column
  const { ints, size } = cells
  const { slots, count } = rows
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const moved = (rateMin + rateStep * ints[rate * size + slot]) * seconds
    out[slot] = min + step * inBounds(column, ints[index * size + slot] + moved)
  }
}

/** Straight from one to the other, the short way round a circle; `t` from 0 to 1. */
export function line(column: Column, a: FrozenCells, b: FrozenCells, rows: Slots, t: number, out: Float64Array): void {
  const { index, min, step, snap } = column
  const { slots, count } = rows
  const { ints } = a
  const { ints: nextInts } = b
  const from = index * a.size
  const to = index * b.size
  const circle = circleOf(column)
  const shift = circle > 0 ? 32 - column.bits : 0
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const q = ints[from + slot]
    const way = ((nextInts[to + slot] - q) << shift) >> shift
    let at = q
    if (Math.abs(way) <= snap) at += t * way
    if (circle > 0 && (at < 0 || at >= circle)) at = round(at, circle)
    out[slot] = min + step * at
  }
}

/**
 * The cubic through both places with both rates (Hermite), `span` seconds apart. A circle is gone round as often as the
 * rates say. Where they point the same way and the row went another, or hardly went (it was stopped, or pushes against
 * a wall), the cubic would swing forth and back: the path is straight then, so that nothing is drawn backwards. The
 * bound of 3 is Fritsch and Carlson's, "Monotone Piecewise Cubic Interpolation".
 */
export function curve(
  column: Column,
  a: FrozenCells,
  b: FrozenCells,
  rows: Slots,
  t: number,
  span: number,
  out: Float64Array
): void {
  const { index, min, step, max, snap, rate, rateMin, rateStep } = column
  const { slots, count } = rows
  const { ints } = a
  const { ints: nextInts } = b
  const from = index * a.size
  const to = index * b.size
  const rateFrom = rate * a.size
  const rateTo = rate * b.size
  const circle = circleOf(column)
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const q = ints[from + slot]
    const first = (rateMin + rateStep * ints[rateFrom + slot]) * span
    const last = (rateMin + rateStep * nextInts[rateTo + slot]) * span
    let way = nextInts[to + slot] - q
    if (circle > 0) way -= circle * Math.round((way - (first + last) / 2) / circle)
    const far = Math.abs(way)
    const most = 3 * far
    const turnsBack = first * last < 0
    let moved = t * way
    if (turnsBack || ((first + last) * way >= 0 && Math.abs(first) <= most && Math.abs(last) <= most))
      moved = t * (first + t * (3 * way - 2 * first - last + t * (first + last - 2 * way)))
    let at = q
    if (far <= snap) at += moved
    if (circle > 0) at = round(at, circle)
    else if (at < 0) at = 0
    else if (at > max) at = max
    out[slot] = min + step * at
  }
}

const quad = new Float64Array(4)
const other = new Float64Array(4)

/**
 * Rotations: the straight line between two unit quaternions, made one long again, with `t` bent so that it turns at an
 * even speed; within 0.001 radians of the great arc. Source: Arseny Kapoulkine, "Approximating slerp" (onlerp).
 */
export function turn(
  column: Column,
  a: FrozenCells,
  b: FrozenCells,
  rows: Slots,
  t: number,
  numbers: readonly Float64Array[]
): void {
  const { slots, count } = rows
  const [x, y, z, w] = numbers.slice(column.index, column.index + 4)
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    readRotation(column, a, slot, quad)
    readRotation(column, b, slot, other)
    const cosine = quad[0] * other[0] + quad[1] * other[1] + quad[2] * other[2] + quad[3] * other[3]
    const d = Math.abs(cosine)
    const k =
      (1.0904 + d * (-3.2452 + d * (3.55645 - d * 1.43519))) * (t - 0.5) * (t - 0.5) +
      (0.848013 + d * (-1.06021 + d * 0.215638))
    const bent = t + t * (t - 0.5) * (t - 1) * k
    const to = cosine < 0 ? -bent : bent
    for (let part = 0; part < 4; part++) quad[part] = quad[part] * (1 - bent) + other[part] * to
    const length = Math.sqrt(quad[0] * quad[0] + quad[1] * quad[1] + quad[2] * quad[2] + quad[3] * quad[3])
    x[slot] = quad[0] / length
    y[slot] = quad[1] / length
    z[slot] = quad[2] / length
    w[slot] = quad[3] / length
  }
}

export function readRotation(first: Column, { ints, size }: FrozenCells, slot: number, out: Float64Array): void {
  const at = first.index * size + slot
  fromSmallestThree(ints[at], ints[at + size], ints[at + 2 * size], ints[at + 3 * size], first.slot.shape.max, out)
}

/** Clamped, or taken round the circle. (By min and max: of a choice V8 makes an object, once a row.) */
function inBounds({ wraps, max }: Column, q: number): number {
  return wraps ? round(q, max + 1) : Math.max(0, Math.min(max, q))
}

/** Once round, in steps; 0 of what does not wrap. */
function circleOf({ wraps, max }: Column): number {
  return wraps ? max + 1 : 0
}

/** Taken round the circle. */
function round(q: number, circle: number): number {
  const at = q - circle * Math.floor(q / circle)
  return at < circle ? at : 0
}
