// One column of one table on the wire: residuals of the rows that both ends hold, and packed values. Writer and reader
// side by side. Which rows and which predictions, delta.ts says.

import { fail } from '../schema/errors.ts'
import type { Column } from '../schema/layout.ts'
import { type Packed, unpackValue } from '../schema/packed.ts'
import type { FrozenCells } from '../state/table.ts'
import { type BitReader, type BitWriter, unzigzag, zigzag } from './bits.ts'
import { difference, inBounds, type Survivors } from './predict.ts'
import { readResiduals, writeResiduals } from './residuals.ts'

/** The rows that both snapshots hold, as residuals against `predicted`. `residuals` is room for as many. */
export function writeColumn(
  out: BitWriter,
  column: Column,
  cells: FrozenCells,
  rows: Survivors,
  predicted: Int32Array,
  residuals: Uint32Array
): void {
  if (rows.count === 0) return
  const { ints, size } = cells
  const { slots, count } = rows
  const from = column.index * size
  if (column.wraps)
    for (let i = 0; i < count; i++) residuals[i] = zigzag(difference(column, ints[from + slots[i]], predicted[i]))
  else for (let i = 0; i < count; i++) residuals[i] = zigzag(ints[from + slots[i]] - predicted[i])
  writeResiduals(out, residuals, count)
}

/** The same for a column that is predicted to stay: most are, and need no pass of their own for it. */
export function writeHeld(
  out: BitWriter,
  column: Column,
  cells: FrozenCells,
  rows: Survivors,
  residuals: Uint32Array
): void {
  if (rows.count === 0) return
  const { slots, count, base } = rows
  const { ints } = cells
  const last = base.ints
  const from = column.index * cells.size
  const lastFrom = column.index * base.size
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    residuals[i] = zigzag(ints[from + slot] - last[lastFrom + slot])
  }
  writeResiduals(out, residuals, count)
}

/** The mirror of writeColumn() and writeHeld(). @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readColumn(
  from: BitReader,
  column: Column,
  cells: FrozenCells,
  rows: Survivors,
  predicted: Int32Array,
  residuals: Uint32Array
): void {
  if (rows.count === 0) return
  const { ints, size } = cells
  const { slots, count } = rows
  const start = column.index * size
  const { max } = column
  readResiduals(from, residuals, count)
  for (let i = 0; i < count; i++) {
    let q = predicted[i] + unzigzag(residuals[i])
    if (column.wraps) q = inBounds(column, q)
    if (!(q >= 0 && q <= max)) checked(column, q)
    ints[start + slots[i]] = q
  }
}

/** @throws ERR_FRAME_INVALID for a step that the schema does not allow */
export function checked(column: Column, q: number): number {
  if (!(q >= 0 && q <= column.max))
    fail('ERR_FRAME_INVALID', `${column.name} is at step ${q}: the schema allows 0 to ${column.max}`)
  return q
}

export function writePacked(out: BitWriter, packed: Packed): void {
  out.varint(packed.bytes.length)
  out.bytes(packed.bytes)
}

export function readPacked(from: BitReader, column: Column): Packed {
  const bytes = from.bytes(from.varint())
  return unpackValue(column.slot.field, bytes, 'ERR_FRAME_INVALID', column.name)
}
