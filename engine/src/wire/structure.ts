// Which rows are gone and which are new. Writer and reader side by side.
//   structure = churn? [size? [end (varint)], slots, new rows: ages differ?, ages]
// A slot below the baseline's end is a symbol. One past it is a plain bit, so that a table grows by no more slots than its
// frame has bits. `end` is one past the last row; what the baseline has from there on is gone.

import { fail } from '../schema/errors.ts'
import type { TablePlan } from '../schema/game.ts'
import type { FrozenCells } from '../state/table.ts'
import type { Reader, Writer } from './coder.ts'
import type { Survivors } from './predict.ts'
import type { Scratch } from './scratch.ts'

const SAME = 0
/** Gone where there was a row, new where there was none. */
const TURNED = 1
const REPLACED = 2
/** Rice parameters of ages: of one for all new rows, of one each. */
const AGE_K = 0
const AGES_K = 6

/** One past the last live row. */
function endOf({ born, size }: FrozenCells): number {
  let end = size
  while (end > 0 && born[end - 1] < 0) end--
  return end
}

/** Fills scratch.survivors and scratch.spawned. Returns the number of new rows; rows.count is that of survivors. */
export function compareRows(cells: FrozenCells, rows: Survivors, scratch: Scratch): { spawned: number; gone: number } {
  const { survivors, spawned } = scratch
  const { base } = rows
  let spawnedCount = 0
  let gone = 0
  if (cells.born === base.born) {
    for (let slot = 0; slot < cells.size; slot++) if (cells.born[slot] >= 0) survivors[rows.count++] = slot
    return { spawned: 0, gone: 0 }
  }
  for (let slot = 0; slot < cells.size || slot < base.size; slot++) {
    const born = slot < cells.size ? cells.born[slot] : -1
    const wasBorn = slot < base.size ? base.born[slot] : -1
    if (born >= 0 && born === wasBorn) survivors[rows.count++] = slot
    else {
      if (wasBorn >= 0) gone++
      if (born >= 0) spawned[spawnedCount++] = slot
    }
  }
  return { spawned: spawnedCount, gone }
}

export function writeStructure(
  out: Writer,
  model: number,
  tick: number,
  cells: FrozenCells,
  base: FrozenCells,
  { spawned, gone }: { spawned: number; gone: number },
  scratch: Scratch
): void {
  const { bits } = out
  bits.bit(gone + spawned > 0)
  if (gone + spawned === 0) return
  const end = endOf(cells)
  const baseEnd = endOf(base)
  bits.bit(end !== baseEnd)
  if (end !== baseEnd) bits.varint(end)
  let last = 0
  for (let slot = 0; slot < end; slot++) {
    const born = cells.born[slot]
    if (slot >= baseEnd) {
      bits.bit(born >= 0)
      continue
    }
    const wasBorn = base.born[slot]
    const symbol = born === wasBorn ? SAME : born >= 0 && wasBorn >= 0 ? REPLACED : TURNED
    out.put(model, contextOf(wasBorn, last), symbol)
    last = symbol
  }
  if (spawned === 0) return
  // Mostly all came in the same tick.
  const ageOf = (i: number): number => tick - cells.born[scratch.spawned[i]]
  let differ = false
  for (let i = 1; i < spawned; i++) differ ||= ageOf(i) !== ageOf(0)
  bits.bit(differ)
  if (differ) for (let i = 0; i < spawned; i++) bits.rice(ageOf(i), AGES_K)
  else bits.rice(ageOf(0), AGE_K)
}

/**
 * Fills scratch.survivors and scratch.spawned. Returns who was born when, and the number of new rows.
 * @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED
 */
export function readStructure(
  from: Reader,
  model: number,
  table: TablePlan,
  tick: number,
  rows: Survivors,
  scratch: Scratch
): { born: Int32Array; spawned: number } {
  const { bits } = from
  const { base } = rows
  const baseEnd = endOf(base)
  if (!bits.bit()) {
    scratch.fit(baseEnd)
    rows.slots = scratch.survivors
    for (let slot = 0; slot < baseEnd; slot++) if (base.born[slot] >= 0) rows.slots[rows.count++] = slot
    return { born: base.born, spawned: 0 }
  }
  const end = bits.bit() ? bits.varint() : baseEnd
  if (end > table.maxRows)
    fail('ERR_FRAME_INVALID', `${table.name} has ${end} slots: expected at most ${table.maxRows}`)
  if (end - baseEnd > (bits.remaining + 4) * 8)
    fail('ERR_FRAME_TRUNCATED', `${end - baseEnd} more slots in ${bits.remaining} bytes`)
  // Room is made for what there is, not for what is announced.
  scratch.fit(baseEnd)
  let spawned = 0
  let last = 0
  for (let slot = 0; slot < end; slot++) {
    if (spawned === scratch.spawned.length) scratch.fit(spawned + 1)
    if (slot >= baseEnd) {
      if (bits.bit()) scratch.spawned[spawned++] = slot
      continue
    }
    const wasBorn = base.born[slot]
    const symbol = from.get(model, contextOf(wasBorn, last))
    last = symbol
    if (symbol === SAME && wasBorn >= 0) scratch.survivors[rows.count++] = slot
    else if (symbol === REPLACED && wasBorn < 0)
      fail('ERR_FRAME_INVALID', `${table.name} slot ${slot} is replaced: expected a row there`)
    else if (symbol === REPLACED || (symbol === TURNED && wasBorn < 0)) scratch.spawned[spawned++] = slot
  }
  scratch.fit(rows.count + spawned)
  rows.slots = scratch.survivors
  const newest = spawned > 0 ? scratch.spawned[spawned - 1] : -1
  const oldest = rows.count > 0 ? rows.slots[rows.count - 1] : -1
  if (end !== 1 + Math.max(newest, oldest))
    fail('ERR_FRAME_INVALID', `${table.name} ends at slot ${end}: its last row is in ${Math.max(newest, oldest)}`)
  const born = new Int32Array(end).fill(-1)
  for (let i = 0; i < rows.count; i++) born[rows.slots[i]] = base.born[rows.slots[i]]
  const differ = spawned > 0 && bits.bit()
  let age = 0
  for (let i = 0; i < spawned; i++) {
    if (differ || i === 0) age = bits.rice(differ ? AGES_K : AGE_K)
    if (age > tick) fail('ERR_FRAME_INVALID', `a row of ${age} ticks at tick ${tick}`)
    born[scratch.spawned[i]] = tick - age
  }
  return { born, spawned }
}

function contextOf(wasBorn: number, last: number): number {
  return (wasBorn >= 0 ? 3 : 0) + last
}
