// Owner columns: what only the player that a row belongs to may see. Row by row in slot order, each column held from
// the baseline where the row was this player's there already, else from its default. Writer and reader side by side.

import { fail } from '../schema/errors.ts'
import type { TablePlan } from '../schema/game.ts'
import { type Packed, samePacked } from '../schema/packed.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import type { FrozenCells } from '../state/table.ts'
import { type BitReader, type BitWriter, unzigzag, zigzag } from './bits.ts'
import { checked } from './columns.ts'
import { readPacked, writePacked } from './values.ts'

/** Rice parameter of a changed value: ammunition and the like move by little. */
const CHANGE_K = 3

/** True where a player's owner columns differ from what it holds at the baseline. */
export function ownedChanged(snapshot: SnapshotBase, baseline: SnapshotBase | undefined, player: number): boolean {
  let changed = false
  eachOwned(snapshot, baseline, player, (plan, cells, base, slot) => {
    for (const index of plan.owned) changed ||= differs(plan, index, cells, base, slot)
  })
  return changed
}

export function writeOwned(
  out: BitWriter,
  snapshot: SnapshotBase,
  baseline: SnapshotBase | undefined,
  player: number
): void {
  eachOwned(snapshot, baseline, player, (plan, cells, base, slot) => {
    for (const index of plan.owned) {
      const changed = differs(plan, index, cells, base, slot)
      out.bit(changed)
      if (!changed) continue
      const column = plan.layout.columns[index]
      if (column.kind === 'value') writePacked(out, cells.packed[index][slot])
      else {
        const from = base ? base.ints[index * base.size + slot] : column.zero
        out.rice(zigzag(cells.ints[index * cells.size + slot] - from) - 1, CHANGE_K)
      }
    }
  })
}

/**
 * Completes a snapshot that was just decoded: its owner columns of the player's rows. With `from` undefined nothing
 * travelled: all are as they were. @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED
 */
export function readOwned(
  from: BitReader | undefined,
  snapshot: SnapshotBase,
  baseline: SnapshotBase | undefined,
  player: number
): void {
  eachOwned(snapshot, baseline, player, (plan, cells, base, slot) => {
    for (const index of plan.owned) {
      const column = plan.layout.columns[index]
      const changed = from?.bit() ?? false
      if (column.zeroValue) {
        const last = base ? base.packed[index][slot] : column.zeroValue
        ;(cells.packed[index] as Packed[])[slot] = changed ? readPacked(from!, column) : last
      } else {
        const last = base ? base.ints[index * base.size + slot] : column.zero
        const residual = changed ? unzigzag(changeOf(from!)) : 0
        cells.ints[index * cells.size + slot] = checked(column, last + residual)
      }
    }
  })
}

/** 16 bits over a player's owner columns. */
export function ownedHash(snapshot: SnapshotBase, player: number): number {
  let hash = 0x811c
  eachOwned(snapshot, undefined, player, (plan, cells, _base, slot) => {
    for (const index of plan.owned) {
      const { kind } = plan.layout.columns[index]
      const words = kind === 'value' ? cells.packed[index][slot].bytes : [cells.ints[index * cells.size + slot]]
      for (const word of words) hash = Math.imul(hash ^ word, 0x01000193)
    }
  })
  return (hash ^ (hash >>> 16)) & 0xffff
}

type Visit = (plan: TablePlan, cells: FrozenCells, base: FrozenCells | undefined, slot: number) => void

/** Calls for each of the player's rows, with the baseline's cells where the row was the player's there, too. */
function eachOwned(snapshot: SnapshotBase, baseline: SnapshotBase | undefined, player: number, visit: Visit): void {
  const { tables } = snapshot
  for (let t = 0; t < tables.length - 1; t++) {
    const { plan, cells } = tables[t]
    if (plan.owned.length === 0) continue
    const base = baseline?.tables[t].cells
    for (let slot = 0; slot < cells.size; slot++) {
      if (cells.ints[slot] !== player || cells.born[slot] < 0) continue
      const same = base && slot < base.size && base.born[slot] === cells.born[slot] && base.ints[slot] === player
      visit(plan, cells, same ? base : undefined, slot)
    }
  }
}

function differs(
  plan: TablePlan,
  index: number,
  cells: FrozenCells,
  base: FrozenCells | undefined,
  slot: number
): boolean {
  const column = plan.layout.columns[index]
  if (column.zeroValue)
    return !samePacked(cells.packed[index][slot], base ? base.packed[index][slot] : column.zeroValue)
  return cells.ints[index * cells.size + slot] !== (base ? base.ints[index * base.size + slot] : column.zero)
}

function changeOf(from: BitReader): number {
  const change = from.rice(CHANGE_K) + 1
  if (change > 0xffffffff) fail('ERR_FRAME_INVALID', 'a change of more than 32 bits')
  return change
}
