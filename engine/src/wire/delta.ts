// A snapshot against a baseline, column by column; without a baseline, a keyframe. PROTOCOL.md, section State.
// The codec knows no transport, player or clock: snapshots in, bits out. Slots MUST be walked in increasing order and
// columns in the layout's coding order at both ends, or predictions differ. Decoding builds a new snapshot and leaves
// the baseline as it was, so a refused frame changes nothing.

import { fail } from '../schema/errors.ts'
import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { Column, Layout } from '../schema/layout.ts'
import { type Packed, samePacked } from '../schema/packed.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { type FrozenCells, NO_VALUES } from '../state/table.ts'
import type { BitReader, BitWriter } from './bits.ts'
import { checked, readColumn, readPacked, writeColumn, writeHeld, writePacked } from './column.ts'
import { predict, predictRotations, type Survivors } from './predict.ts'
import { readFresh, writeFresh } from './residuals.ts'
import { Scratch } from './scratch.ts'

/** Which columns travel: those for everybody, or those for owners, too. */
export type Columns = 'shared' | 'wire'

const NOTHING: FrozenCells = {
  size: 0,
  count: 0,
  born: new Int32Array(0),
  ints: new Int32Array(0),
  packed: [],
}

export class StateWriter {
  readonly #scratch = new Scratch()

  write(
    out: BitWriter,
    columns: Columns,
    snapshot: SnapshotBase,
    baseline?: SnapshotBase,
    before?: SnapshotBase
  ): void {
    const { plan, tables, tick } = snapshot
    for (let t = 0; t < tables.length; t++) {
      const cells = tables[t].cells
      const base = baseline?.tables[t].cells ?? NOTHING
      const scratch = this.#scratch
      scratch.fit(Math.max(cells.size, base.size))
      const rows: Survivors = {
        slots: scratch.survivors,
        count: 0,
        ints: cells.ints,
        size: cells.size,
        base,
        before: before?.tables[t].cells,
        ticks: baseline ? tick - baseline.tick : 0,
        ticksBefore: baseline && before ? baseline.tick - before.tick : 0,
        tickRate: plan.game.tickRate,
      }
      const spawned = this.#structure(out, tables[t].plan, plan, tick, cells, rows)
      const { layout, shared, owned } = tables[t].plan
      for (const index of shared) this.#column(out, layout.columns[index], layout, cells, rows, spawned)
      if (columns === 'wire')
        for (const index of owned) this.#column(out, layout.columns[index], layout, cells, rows, spawned)
    }
  }

  /** Who is gone, who is new. Returns the number of new rows, in scratch.spawned. */
  #structure(
    out: BitWriter,
    table: TablePlan,
    plan: GamePlan,
    tick: number,
    cells: FrozenCells,
    rows: Survivors
  ): number {
    const { survivors, spawned, gone } = this.#scratch
    const { base } = rows
    let spawnedCount = 0
    let goneCount = 0
    for (let slot = 0; slot < cells.size || slot < base.size; slot++) {
      const born = slot < cells.size ? cells.born[slot] : -1
      const wasBorn = slot < base.size ? base.born[slot] : -1
      if (born >= 0 && born === wasBorn) survivors[rows.count++] = slot
      else {
        if (wasBorn >= 0) gone[goneCount++] = slot
        if (born >= 0) spawned[spawnedCount++] = slot
      }
    }
    if (table === plan.state) return spawnedCount
    out.bit(goneCount + spawnedCount > 0)
    if (goneCount + spawnedCount === 0) return 0
    writeSlots(out, gone, goneCount)
    writeSlots(out, spawned, spawnedCount)
    if (spawnedCount === 0) return 0
    let allNow = true
    for (let i = 0; i < spawnedCount; i++) allNow &&= cells.born[spawned[i]] === tick
    out.bit(!allNow)
    if (!allNow) for (let i = 0; i < spawnedCount; i++) out.rice(tick - cells.born[spawned[i]], AGE_K)
    return spawnedCount
  }

  #column(
    out: BitWriter,
    column: Column,
    layout: Layout,
    cells: FrozenCells,
    rows: Survivors,
    spawnedCount: number
  ): void {
    const { predicted, values, residuals, spawned, parts } = this.#scratch
    if (column.kind === 'value') return this.#values(out, column, cells, rows, spawnedCount)
    const isQuat = column.kind === 'quat'
    if (isQuat && column.index !== column.slot.column) return // travels with its first column
    if (column.predictor === 'hold' && !column.wraps) writeHeld(out, column, cells, rows, residuals)
    else {
      predict(column, rows, predicted)
      writeColumn(out, column, cells, rows, predicted, residuals)
    }
    if (isQuat && rows.count > 0) {
      for (let i = 0; i < rows.count; i++) values[i] = cells.ints[column.index * cells.size + rows.slots[i]]
      predictRotations(column, rows, values, parts)
      for (let part = 0; part < 3; part++)
        writeColumn(out, layout.columns[column.index + 1 + part], cells, rows, parts[part], residuals)
    }
    if (spawnedCount > 0)
      for (let part = 0; part < (isQuat ? 4 : 1); part++) {
        const { index, zero, bits } = layout.columns[column.index + part]
        for (let i = 0; i < spawnedCount; i++) values[i] = cells.ints[index * cells.size + spawned[i]]
        writeFresh(out, values, spawnedCount, zero, bits)
      }
  }

  #values(out: BitWriter, column: Column, cells: FrozenCells, rows: Survivors, spawnedCount: number): void {
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
    for (let i = 0; i < spawnedCount; i++) writePacked(out, packed[this.#scratch.spawned[i]])
  }
}

export class StateReader {
  readonly #scratch = new Scratch()

  /** Reads what StateWriter.write() wrote. @throws ERR_FRAME_TRUNCATED, ERR_FRAME_INVALID */
  read(
    from: BitReader,
    columns: Columns,
    plan: GamePlan,
    tick: number,
    baseline?: SnapshotBase,
    before?: SnapshotBase
  ): FrozenCells[] {
    return [...plan.tables, plan.state].map((table, t) => {
      const base = baseline?.tables[t].cells ?? NOTHING
      const scratch = this.#scratch
      scratch.fit(base.size)
      const rows: Survivors = {
        slots: scratch.survivors,
        count: 0,
        ints: base.ints,
        size: 0,
        base,
        before: before?.tables[t].cells,
        ticks: baseline ? tick - baseline.tick : 0,
        ticksBefore: baseline && before ? baseline.tick - before.tick : 0,
        tickRate: plan.game.tickRate,
      }
      const { born, spawnedCount } = this.#structure(from, table, plan, tick, rows)
      const size = born.length
      const { layout } = table
      const cells: FrozenCells = {
        size,
        count: rows.count + spawnedCount,
        born,
        ints: new Int32Array(layout.columns.length * size),
        packed: layout.columns.map(({ kind, index }) => {
          if (kind !== 'value') return NO_VALUES
          return baseline ? base.packed[index].slice(0, size) : []
        }),
      }
      rows.ints = cells.ints
      rows.size = size
      for (const index of table.shared) this.#column(from, layout.columns[index], layout, cells, rows, spawnedCount)
      if (columns === 'wire')
        for (const index of table.owned) this.#column(from, layout.columns[index], layout, cells, rows, spawnedCount)
      else this.#keep(table.owned, layout, cells, rows, spawnedCount)
      this.#keep(hiddenColumns(layout), layout, cells, rows, spawnedCount)
      return cells
    })
  }

  #structure(
    from: BitReader,
    table: TablePlan,
    plan: GamePlan,
    tick: number,
    rows: Survivors
  ): { born: Int32Array; spawnedCount: number } {
    const { base } = rows
    const isState = table === plan.state
    let goneCount = 0
    let spawnedCount = 0
    if (isState) {
      this.#scratch.fit(1)
      this.#scratch.spawned[0] = 0
      spawnedCount = base.size === 0 ? 1 : 0
    } else if (from.bit()) {
      goneCount = this.#readSlots(from, 'gone', base.size)
      spawnedCount = this.#readSlots(from, 'spawned', table.maxRows)
    }
    const { spawned, gone } = this.#scratch
    rows.slots = this.#scratch.survivors
    for (let i = 0; i < goneCount; i++)
      if (base.born[gone[i]] < 0) fail('ERR_FRAME_INVALID', `${table.name} slot ${gone[i]} is despawned twice`)
    // What is gone and what is spawned are each in increasing order; survivors are the rest of the baseline.
    let size = spawnedCount > 0 ? spawned[spawnedCount - 1] + 1 : 0
    for (let slot = 0, g = 0; slot < base.size; slot++) {
      if (base.born[slot] < 0) continue
      if (g < goneCount && gone[g] === slot) g++
      else {
        rows.slots[rows.count++] = slot
        size = Math.max(size, slot + 1)
      }
    }
    const born = new Int32Array(size).fill(-1)
    for (let i = 0; i < rows.count; i++) born[rows.slots[i]] = base.born[rows.slots[i]]
    const aged = !isState && spawnedCount > 0 && from.bit()
    for (let i = 0; i < spawnedCount; i++) {
      const slot = spawned[i]
      const age = aged ? from.rice(AGE_K) : isState ? tick : 0
      if (born[slot] >= 0 || age > tick)
        fail('ERR_FRAME_INVALID', `${table.name} slot ${slot} is spawned over a live row`)
      born[slot] = tick - age
    }
    return { born, spawnedCount }
  }

  #readSlots(from: BitReader, into: 'gone' | 'spawned', limit: number): number {
    const count = from.varint()
    if (count > limit) fail('ERR_FRAME_INVALID', `${count} rows: expected at most ${limit}`)
    if (count === 0) return 0
    const k = from.bits(GAP_BITS)
    let next = 0
    for (let i = 0; i < count; i++) {
      const slot = next + from.rice(k)
      if (slot >= limit) fail('ERR_FRAME_INVALID', `slot ${slot}: expected less than ${limit}`)
      this.#scratch.fit(i + 1)
      this.#scratch[into][i] = slot
      next = slot + 1
    }
    return count
  }

  #column(
    from: BitReader,
    column: Column,
    layout: Layout,
    cells: FrozenCells,
    rows: Survivors,
    spawnedCount: number
  ): void {
    const { predicted, values, residuals, spawned, parts } = this.#scratch
    if (column.kind === 'value') return this.#values(from, column, cells, rows, spawnedCount)
    const isQuat = column.kind === 'quat'
    if (isQuat && column.index !== column.slot.column) return
    predict(column, rows, predicted)
    readColumn(from, column, cells, rows, predicted, residuals)
    if (isQuat && rows.count > 0) {
      for (let i = 0; i < rows.count; i++) values[i] = cells.ints[column.index * cells.size + rows.slots[i]]
      predictRotations(column, rows, values, parts)
      for (let part = 0; part < 3; part++)
        readColumn(from, layout.columns[column.index + 1 + part], cells, rows, parts[part], residuals)
    }
    if (spawnedCount > 0)
      for (let part = 0; part < (isQuat ? 4 : 1); part++) {
        const fresh = layout.columns[column.index + part]
        readFresh(from, values, spawnedCount, fresh.zero, fresh.bits)
        for (let i = 0; i < spawnedCount; i++)
          cells.ints[fresh.index * cells.size + spawned[i]] = checked(fresh, values[i] >>> 0)
      }
  }

  #values(from: BitReader, column: Column, cells: FrozenCells, rows: Survivors, spawnedCount: number): void {
    const packed = cells.packed[column.index] as Packed[]
    if (rows.count > 0 && from.bit())
      for (let i = 0; i < rows.count; i++) if (from.bit()) packed[rows.slots[i]] = readPacked(from, column)
    for (let i = 0; i < spawnedCount; i++) packed[this.#scratch.spawned[i]] = readPacked(from, column)
  }

  /** Columns that did not travel: as they were, or their defaults. */
  #keep(columns: readonly number[], layout: Layout, cells: FrozenCells, rows: Survivors, spawnedCount: number): void {
    const { base } = rows
    for (const index of columns) {
      const column = layout.columns[index]
      const packed = cells.packed[index] as Packed[]
      for (let i = 0; i < rows.count; i++)
        cells.ints[index * cells.size + rows.slots[i]] = base.ints[index * base.size + rows.slots[i]]
      for (let i = 0; i < spawnedCount; i++) {
        const slot = this.#scratch.spawned[i]
        cells.ints[index * cells.size + slot] = column.zero
        if (column.zeroValue) packed[slot] = column.zeroValue
      }
    }
  }
}

const GAP_BITS = 4
/** Rice parameter of a new row's age in ticks, in keyframes and merged deltas. */
const AGE_K = 6

function writeSlots(out: BitWriter, slots: Int32Array, count: number): void {
  out.varint(count)
  if (count === 0) return
  const spread = (slots[count - 1] + 1 - count) / count
  let k = 0
  while (k < 15 && spread > 2 ** (k + 1)) k++
  out.bits(k, GAP_BITS)
  let next = 0
  for (let i = 0; i < count; i++) {
    out.rice(slots[i] - next, k)
    next = slots[i] + 1
  }
}

const hidden = new WeakMap<Layout, readonly number[]>()
function hiddenColumns(layout: Layout): readonly number[] {
  let found = hidden.get(layout)
  if (!found) {
    found = layout.columns.filter((column) => column.audience === 'server').map((column) => column.index)
    hidden.set(layout, found)
  }
  return found
}
