// Columns of packed values: text, lists and data, compared and sent by their bytes. Writer and reader side by side.

import type { Column } from '../schema/layout.ts'
import { type Packed, samePacked, unpackValue } from '../schema/packed.ts'
import type { FrozenCells } from '../state/table.ts'
import type { BitReader, BitWriter } from './bits.ts'
import type { Survivors } from './predict.ts'

/** `spawned`: the slots of new rows, of which there are `count`. */
export function writeValues(
  out: BitWriter,
  column: Column,
  cells: FrozenCells,
  rows: Survivors,
  spawned: Int32Array,
  count: number
): void {
  const packed = cells.packed[column.index]
  const last = rows.base.packed[column.index]
  let changed = false
  for (let i = 0; i < rows.count; i++) changed ||= !samePacked(packed[rows.slots[i]], last[rows.slots[i]])
  if (rows.count > 0) out.bit(changed)
  if (changed)
    for (let i = 0; i < rows.count; i++) {
      const slot = rows.slots[i]
      const same = samePacked(packed[slot], last[slot])
      out.bit(!same)
      if (!same) writePacked(out, packed[slot])
    }
  for (let i = 0; i < count; i++) writePacked(out, packed[spawned[i]])
}

/** Survivors have the baseline's values already. @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readValues(
  from: BitReader,
  column: Column,
  cells: FrozenCells,
  rows: Survivors,
  spawned: Int32Array,
  count: number
): void {
  const packed = cells.packed[column.index] as Packed[]
  if (rows.count > 0 && from.bit())
    for (let i = 0; i < rows.count; i++) if (from.bit()) packed[rows.slots[i]] = readPacked(from, column)
  for (let i = 0; i < count; i++) packed[spawned[i]] = readPacked(from, column)
}

export function writePacked(out: BitWriter, packed: Packed): void {
  out.varint(packed.bytes.length)
  out.bytes(packed.bytes)
}

export function readPacked(from: BitReader, column: Column): Packed {
  const bytes = from.bytes(from.varint())
  return unpackValue(column.slot.field, bytes, 'ERR_FRAME_INVALID', column.name)
}
