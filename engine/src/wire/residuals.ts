// What is left of a column once both ends have predicted it: the writer's differences, and what the reader adds them to.
// Writer and reader side by side; slots MUST be walked in the same order by both.

import type { Column, Layout } from '../schema/layout.ts'
import { predict, predictRotations, type Survivors, wrapShift } from './predict.ts'
import type { Scratch } from './scratch.ts'

/** Residuals by zigzag; `eighths` as predict() says; marks the rows that have one. Returns all of them or-ed. */
export function residualsOf(
  column: Column,
  layout: Layout,
  rows: Survivors,
  into: Uint32Array,
  eighths: Uint8Array,
  scratch: Scratch
): number {
  const { changed, predicted } = scratch
  const part = partOf(column)
  if (part > 0) {
    if (part === 1) rotate(column, layout, rows, scratch)
    return subtract(column, rows, scratch.parts[part - 1], into, changed)
  }
  if (isHeld(column, rows)) return subtractBase(column, rows, into, changed)
  predict(column, rows, predicted, eighths)
  return subtract(column, rows, predicted, into, changed)
}

/** Puts what each survivor is expected to be in this column in its place. */
export function expect(column: Column, layout: Layout, rows: Survivors, eighths: Uint8Array, scratch: Scratch): void {
  const { slots, count, ints, size } = rows
  const part = partOf(column)
  if (part === 0 && isHeld(column, rows)) return
  let want = scratch.predicted
  if (part === 0) predict(column, rows, want, eighths)
  else {
    if (part === 1) rotate(column, layout, rows, scratch)
    want = scratch.parts[part - 1]
  }
  const start = column.index * size
  for (let i = 0; i < count; i++) ints[start + slots[i]] = want[i]
}

/** 1 to 3: a component of a rotation that is not left out. */
function partOf({ kind, index, slot }: Column): number {
  return kind === 'quat' ? index - slot.column : 0
}

function isHeld({ predictor }: Column, { before }: Survivors): boolean {
  return predictor === 'hold' || (predictor === 'linear' && !before)
}

/** Fills scratch.parts, once it is known which component is left out. */
function rotate({ slot }: Column, layout: Layout, rows: Survivors, { largest, parts }: Scratch): void {
  const { slots, count, ints, size } = rows
  const start = slot.column * size
  for (let i = 0; i < count; i++) largest[i] = ints[start + slots[i]]
  predictRotations(layout.columns[slot.column], rows, largest, parts)
}

function subtract(
  column: Column,
  { slots, count, ints, size }: Survivors,
  want: Int32Array,
  into: Uint32Array,
  changed: Int32Array
): number {
  const from = column.index * size
  const shift = wrapShift(column)
  let any = 0
  for (let i = 0; i < count; i++) {
    const d = ((ints[from + slots[i]] - want[i]) << shift) >> shift
    const u = (d << 1) ^ (d >> 31)
    into[i] = u
    changed[i] |= u
    any |= u
  }
  return any >>> 0
}

/** The same for what is expected to stay as it was. */
function subtractBase(
  column: Column,
  { slots, count, ints, size, base }: Survivors,
  into: Uint32Array,
  changed: Int32Array
): number {
  const from = column.index * size
  const fromBase = column.index * base.size
  const was = base.ints
  const shift = wrapShift(column)
  let any = 0
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const d = ((ints[from + slot] - was[fromBase + slot]) << shift) >> shift
    const u = (d << 1) ^ (d >> 31)
    into[i] = u
    changed[i] |= u
    any |= u
  }
  return any >>> 0
}
