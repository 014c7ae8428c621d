// A snapshot against a baseline, table by table; without a baseline, a keyframe. PROTOCOL.md, section State.
// The codec knows no transport, player or clock: snapshots in, bits and symbols out. Slots MUST be walked in increasing
// order and columns in coding order at both ends, or predictions differ. Decoding builds a new snapshot and leaves the
// baseline as it was, so a refused frame changes nothing.
//   table = structure | numbers of survivors | numbers of new rows | packed values

import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { Column, Layout } from '../schema/layout.ts'
import type { Packed } from '../schema/packed.ts'
import { makeSnapshot, type SnapshotBase, type Viewer } from '../state/snapshot.ts'
import { type FrozenCells, NO_VALUES } from '../state/table.ts'
import type { BitReader, BitWriter } from './bits.ts'
import { Reader, Writer } from './coder.ts'
import { readRows, writeRows } from './columns.ts'
import { allNeeds, type Needs, needsOf } from './contexts.ts'
import type { Counts } from './counts.ts'
import { type RansReader, RansWriter } from './entropy.ts'
import { readFresh, writeFresh } from './fresh.ts'
import type { Ledger } from './ledger.ts'
import { modelsOf, type TableModels } from './model.ts'
import type { Survivors } from './predict.ts'
import type { Prior } from './prior.ts'
import { Room } from './room.ts'
import { checkRotations } from './rotations.ts'
import { Scratch } from './scratch.ts'
import { compareRows, readStructure, writeStructure } from './structure.ts'
import { readValues, writeValues } from './values.ts'

/** Which columns travel: those for everybody, or those for owners, too. */
export type Columns = 'shared' | 'wire'

const NOTHING: FrozenCells = {
  size: 0,
  count: 0,
  born: new Int32Array(0),
  ints: new Int32Array(0),
  packed: [],
}

/** What of a table travels, by column indices in coding order. */
interface TableCode {
  readonly table: TablePlan
  readonly models: TableModels
  readonly numbers: readonly number[]
  readonly values: readonly number[]
  /** Columns that do not travel. */
  readonly kept: readonly number[]
  readonly needs: Needs
  /** What is read has this where no column has values. */
  readonly noValues: FrozenCells['packed'] | undefined
}

function tablesOf(prior: Prior, columns: Columns, counting: boolean): TableCode[] {
  const { plan } = prior
  const { tables } = modelsOf(plan)
  return [...plan.tables, plan.state].map((table, t): TableCode => {
    const coded = columns === 'wire' ? [...table.shared, ...table.owned] : table.shared
    const isValue = (index: number) => table.layout.columns[index].kind === 'value'
    const numbers = coded.filter((index) => !isValue(index))
    return {
      table,
      models: tables[t],
      numbers,
      values: coded.filter(isValue),
      kept: table.layout.order.filter((index) => !coded.includes(index)),
      needs: counting ? allNeeds(numbers) : needsOf(prior, tables[t], numbers),
      noValues: table.layout.columns.some(({ index }) => isValue(index))
        ? undefined
        : table.layout.columns.map(() => NO_VALUES),
    }
  })
}

function survivorsOf(
  t: number,
  plan: GamePlan,
  slots: Int32Array,
  tick: number,
  baseline: SnapshotBase | undefined,
  before: SnapshotBase | undefined
): Survivors {
  const base = baseline?.tables[t].cells ?? NOTHING
  return {
    slots,
    count: 0,
    ints: base.ints,
    size: base.size,
    base,
    before: before?.tables[t].cells,
    allBefore: false,
    ticks: baseline ? tick - baseline.tick : 0,
    ticksBefore: baseline && before ? baseline.tick - before.tick : 0,
    tickRate: plan.game.tickRate,
    layout: (plan.tables[t] ?? plan.state).layout,
  }
}

export class StateWriter {
  readonly prior: Prior
  readonly #tables: readonly TableCode[]
  readonly #counts: Counts | undefined
  readonly #ledger: Ledger | undefined
  readonly #rans = new RansWriter()
  readonly #scratch = new Scratch()

  /** `counts` counts all that is written, `ledger` what it costs. */
  constructor(prior: Prior, columns: Columns, counts?: Counts, ledger?: Ledger) {
    this.prior = prior
    this.#tables = tablesOf(prior, columns, counts !== undefined)
    this.#counts = counts
    this.#ledger = ledger
  }

  /** Writes the bits; end() MUST follow once everything else that belongs to the chunk is written. */
  write(bits: BitWriter, snapshot: SnapshotBase, baseline?: SnapshotBase, before?: SnapshotBase): void {
    const { plan, tables, tick } = snapshot
    const scratch = this.#scratch
    this.#rans.reset()
    const out = new Writer(bits, this.#rans, this.prior, this.#counts, this.#ledger)
    for (let t = 0; t < tables.length; t++) {
      const { table, models, numbers, values, needs } = this.#tables[t]
      const { layout } = table
      const { cells } = tables[t]
      const base = baseline?.tables[t].cells ?? NOTHING
      scratch.fit(Math.max(cells.size, base.size))
      const rows = survivorsOf(t, plan, scratch.survivors, tick, baseline, before)
      rows.ints = cells.ints
      rows.size = cells.size
      const found = compareRows(cells, rows, scratch)
      if (table !== plan.state) writeStructure(out, models.structure, tick, cells, base, found, scratch)
      out.note(table.name, 'churn', '', found.spawned + found.gone)
      writeRows(out, models, layout, numbers, rows, needs, scratch)
      writeFresh(out, models, layout, numbers, cells, found.spawned, scratch)
      for (const index of values) {
        writeValues(bits, layout.columns[index], cells, rows, scratch.spawned, found.spawned)
        out.note(table.name, 'values', layout.columns[index].name, cells.count)
      }
    }
  }

  /** Ends the chunk: its bits are filled up to whole bytes, its symbols' words follow. */
  end(bits: BitWriter): void {
    bits.align()
    bits.bytes(this.#rans.finish())
  }
}

export class StateReader {
  readonly prior: Prior
  readonly #tables: Readonly<Record<Columns, readonly TableCode[]>>
  readonly #scratch = new Scratch()
  readonly #room = new Room()

  constructor(prior: Prior) {
    this.prior = prior
    this.#tables = { shared: tablesOf(prior, 'shared', false), wire: tablesOf(prior, 'wire', false) }
  }

  /** The snapshot that StateWriter.write() wrote, as `viewer` may know it. @throws ERR_FRAME_TRUNCATED, ERR_FRAME_INVALID */
  read(
    bits: BitReader,
    rans: RansReader,
    columns: Columns,
    tick: number,
    baseline: SnapshotBase | undefined,
    before: SnapshotBase | undefined,
    viewer: Viewer
  ): SnapshotBase {
    const { plan } = this.prior
    const scratch = this.#scratch
    const from = new Reader(bits, rans, this.prior)
    const tables = this.#tables[columns].map(({ table, models, numbers, values, kept, needs, noValues }, t) => {
      const { layout } = table
      scratch.fit(1)
      const rows = survivorsOf(t, plan, scratch.survivors, tick, baseline, before)
      const { born, spawned } =
        table === plan.state
          ? stateRow(rows, scratch)
          : readStructure(from, models.structure, table, tick, rows, scratch)
      const size = born.length
      const cells: FrozenCells = {
        size,
        count: rows.count + spawned,
        born,
        ints: resized(rows.base, layout.columns.length, size, this.#room),
        packed: noValues ?? packedOf(layout, baseline && rows.base, size),
      }
      rows.ints = cells.ints
      rows.size = size
      readRows(from, models, layout, numbers, rows, needs, scratch)
      readFresh(from, models, layout, numbers, cells, spawned, scratch)
      for (const index of values) readValues(bits, layout.columns[index], cells, rows, scratch.spawned, spawned)
      for (const index of kept) reset(layout.columns[index], cells, scratch.spawned, spawned)
      return cells
    })
    const made = makeSnapshot(plan, tick, tables, viewer)
    checkRotations(made)
    return made
  }
}

/** The match state's only row: new in a keyframe, from then on a survivor. */
function stateRow(rows: Survivors, { survivors, spawned }: Scratch): { born: Int32Array; spawned: number } {
  survivors[0] = 0
  spawned[0] = 0
  rows.count = rows.base.size
  return rows.count > 0 ? { born: rows.base.born, spawned: 0 } : { born: new Int32Array(1), spawned: 1 }
}

/** The baseline's numbers, for what is held; columns of another length. */
function resized(base: FrozenCells, columns: number, size: number, room: Room): Int32Array {
  const ints = room.take(columns * size)
  if (size === base.size) ints.set(base.ints)
  else {
    const most = Math.min(size, base.size)
    for (let c = 0; c < columns; c++) ints.set(base.ints.subarray(c * base.size, c * base.size + most), c * size)
  }
  return ints
}

/** The baseline's values. */
function packedOf({ columns }: Layout, base: FrozenCells | undefined, size: number): FrozenCells['packed'] {
  return columns.map(({ kind, index }) => {
    if (kind !== 'value') return NO_VALUES
    return base ? base.packed[index].slice(0, size) : []
  })
}

/** A column that did not travel: survivors are as they were, new rows have its default. */
function reset({ index, zero, zeroValue }: Column, cells: FrozenCells, spawned: Int32Array, count: number): void {
  const packed = cells.packed[index] as Packed[]
  for (let i = 0; i < count; i++) {
    cells.ints[index * cells.size + spawned[i]] = zero
    if (zeroValue) packed[spawned[i]] = zeroValue
  }
}
