// The world at a fractional tick, sampled between two snapshots: what a player sees, and what rewind() gives the rules.
// Both ends call this on equal integers and get equal numbers to the bit: only + - * / and square roots are used.
//
// What holds: at a snapshot's tick the sample is that snapshot. Between two, its rows are those of the earlier one: a
// row that is gone in the later stays, moved by its rates, until the later's tick; a row that is new in it appears then.
// Everything per value is looked up once a column; while its two snapshots stay, only what moves is computed anew.

import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { Column } from '../schema/layout.ts'
import type { PlayerRef } from '../schema/row.ts'
import { coast, curve, line, readRotation, turn } from './glide.ts'
import { rowId, slotOfId } from './ids.ts'
import { type Cells, RowBase, type RowConstructor, rowClass } from './row.ts'
import { Slots } from './slots.ts'
import { emptySnapshot, type SnapshotBase, type Viewer } from './snapshot.ts'
import type { FrozenCells } from './table.ts'

/** How far past the newest snapshot rows are moved by their rates; then they stand. At both ends alike. */
export const MAX_EXTRAPOLATION_MS = 500

/** A `ReadWorld<G>`: the tables are properties by name, too. Before the first take() it is an empty world at tick 0. */
export class Sample {
  /** The game's tables in its order, then the match state's. */
  readonly tables: readonly SampleTable[]
  readonly #tickRate: number
  #tick = 0
  #base: SnapshotBase
  #ahead = 0

  /** `viewer`: 'all' for the server's rules, a player's id for what that player may know. */
  constructor(plan: GamePlan, viewer: Viewer) {
    this.#tickRate = plan.game.tickRate
    this.tables = [...plan.tables, plan.state].map((table) => new SampleTable(plan, table, viewer))
    for (const { name, index } of plan.tables)
      Object.defineProperty(this, name, { value: this.tables[index], enumerable: true })
    this.#base = emptySnapshot(plan)
    this.take(0, this.#base, undefined)
  }

  /** The tick that was taken last, with its fraction. */
  get tick(): number {
    return this.#tick
  }
  get state(): RowBase {
    return this.tables[this.tables.length - 1].at(0)
  }
  /** The snapshot whose rows it has. */
  get base(): SnapshotBase {
    return this.#base
  }
  /** By how many ticks rows were moved on by their rates, with no later snapshot to go by. */
  get ahead(): number {
    return this.#ahead
  }

  /**
   * Moves to `tick`, held within `from.tick` to `to.tick`. Without `to` every row goes on by its rates for as long as
   * the caller says: it is the caller who sets a bound.
   */
  take(tick: number, from: SnapshotBase, to: SnapshotBase | undefined): void {
    const base = to !== undefined && tick >= to.tick ? to : from
    this.#tick = base === to ? to.tick : Math.max(tick, from.tick)
    const past = this.#tick - base.tick
    const next = past > 0 ? to : undefined
    this.#base = base
    this.#ahead = next ? 0 : past
    for (const table of this.tables) table.take(base, next, past, this.#tickRate)
  }
}

const readers = new WeakMap<TablePlan, RowConstructor>()

/** The class of a table's read-only rows. */
export function readerOf(plan: TablePlan): RowConstructor {
  const Row = readers.get(plan) ?? rowClass(plan.layout, false)
  readers.set(plan, Row)
  return Row
}

/** How a column is sampled; 'none' where its cells are read from the snapshot, with a sibling's, or not at all. */
type Way = 'step' | 'ref' | 'line' | 'curve' | 'rotation' | 'none'

/** Where a rotation is read to. */
const quad = new Float64Array(4)

const NOBODY: FrozenCells = { size: 0, count: 0, born: new Int32Array(0), ints: new Int32Array(0), packed: [] }

/** One table of a sample. Its rows are stable objects for as long as they live; after that they read undefined. */
export class SampleTable implements Cells, Iterable<RowBase> {
  readonly plan: TablePlan
  /** The numbers that move between snapshots, and are everybody's. */
  readonly glides: readonly Column[]
  readonly #viewer: Viewer
  readonly #ways: readonly Way[]
  /** By column: the table that a ref points into. */
  readonly #targets: readonly number[]
  /** By column, then slot. */
  readonly numbers: Float64Array[]
  readonly #rows: (RowBase | undefined)[] = []
  #base: SnapshotBase | undefined
  #next: SnapshotBase | undefined
  #cells: FrozenCells = NOBODY
  #nextBorn: Int32Array | undefined
  /** Slots of rows that the next snapshot has, too; of those that it has not; of the former, whose owner changes. */
  readonly #paired = new Slots()
  readonly #alone = new Slots()
  readonly #given = new Slots()

  constructor(game: GamePlan, plan: TablePlan, viewer: Viewer) {
    this.plan = plan
    this.#viewer = viewer
    const { columns } = plan.layout
    this.#ways = columns.map((column) => wayOf(column, viewer))
    this.glides = columns.filter(({ audience, glides }) => audience === 'all' && glides)
    this.#targets = columns.map(({ slot }) => game.tables.findIndex((one) => one.name === slot.shape.refTo))
    this.numbers = columns.map(() => new Float64Array(0))
  }

  get size(): number {
    return this.#cells.count
  }

  get(id: number | undefined): RowBase | undefined {
    const slot = id === undefined ? -1 : slotOfId(this.plan.index, id)
    return slot >= 0 && this.#idAt(slot) === id ? this.at(slot) : undefined
  }

  /** The row of a live slot. */
  at(slot: number): RowBase {
    const row = this.#rows[slot] ?? new (readerOf(this.plan))(this, slot, this.#idAt(slot))
    this.#rows[slot] = row
    return row
  }

  ownedBy(player: PlayerRef): RowBase | undefined {
    for (const row of this.allOwnedBy(player)) return row
    return undefined
  }

  *allOwnedBy(player: PlayerRef): Generator<RowBase> {
    const { born, ints, size } = this.#cells
    for (let slot = 0; slot < size; slot++) if (ints[slot] === player.id && born[slot] >= 0) yield this.at(slot)
  }

  *[Symbol.iterator](): Generator<RowBase> {
    const { born, size } = this.#cells
    for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) yield this.at(slot)
  }

  readNumber(column: number, slot: number): number {
    return this.numbers[column][slot]
  }
  readValue(column: number, slot: number): unknown {
    return this.#cells.packed[column][slot]?.value
  }
  knows(column: number, slot: number): boolean {
    const { audience } = this.plan.layout.columns[column]
    return mayKnow(audience, this.#viewer) && (audience !== 'owner' || this.#isSeenByOwner(slot))
  }

  /** `base` as it is `past` ticks later, on the way to `next`. */
  take(base: SnapshotBase, next: SnapshotBase | undefined, past: number, tickRate: number): void {
    const { index, layout } = this.plan
    const { cells } = base.tables[index]
    const nextCells = next?.tables[index].cells
    if (base !== this.#base || next !== this.#next) {
      this.#base = base
      this.#next = next
      this.#arrange(base, cells, nextCells)
    }
    const seconds = past / tickRate
    const span = next ? next.tick - base.tick : 1
    for (const column of layout.columns) {
      const way = this.#ways[column.index]
      const out = this.numbers[column.index]
      if (way === 'curve') coast(column, cells, this.#alone, seconds, out)
      if (nextCells === undefined) continue
      if (way === 'line') line(column, cells, nextCells, this.#paired, past / span, out)
      else if (way === 'curve') curve(column, cells, nextCells, this.#paired, past / span, span / tickRate, out)
      else if (way === 'rotation') turn(column, cells, nextCells, this.#paired, past / span, this.numbers)
      // Of a row that changes hands only one of the two snapshots may hold this.
      if (column.audience === 'owner') this.#hold(column, way, this.#given)
    }
  }

  #arrange(base: SnapshotBase, cells: FrozenCells, next: FrozenCells | undefined): void {
    const { columns } = this.plan.layout
    const { size } = cells
    // Snapshots share it for as long as nobody comes or goes.
    const isPaired = cells.born === this.#cells.born && next?.born === this.#nextBorn
    this.#cells = cells
    this.#nextBorn = next?.born
    if (!isPaired) this.#pair(next)
    if (this.plan.owned.length > 0) this.#compareOwners(next)
    for (const { index } of columns)
      if (this.numbers[index].length < size) this.numbers[index] = new Float64Array(size * 2)
    for (const column of columns) {
      const way = this.#ways[column.index]
      if (way === 'ref') this.#point(column, base)
      // What glides take() moves.
      if (way === 'step') this.#hold(column, way, this.#paired)
      if (way !== 'curve') this.#hold(column, way, this.#alone)
    }
  }

  /** Which rows both have, and which rows of before are gone. */
  #pair(next: FrozenCells | undefined): void {
    const { born, size } = this.#cells
    for (const slots of [this.#paired, this.#alone, this.#given]) slots.clear(size)
    for (let slot = 0; slot < size; slot++) {
      if (born[slot] < 0) continue
      if (next !== undefined && slot < next.size && next.born[slot] === born[slot]) this.#paired.push(slot)
      else this.#alone.push(slot)
    }
    for (let slot = 0; slot < this.#rows.length; slot++) {
      const row = this.#rows[slot]
      if (row === undefined || row.id === this.#idAt(slot)) continue
      RowBase.end(row, true)
      this.#rows[slot] = undefined
    }
  }

  #compareOwners(next: FrozenCells | undefined): void {
    const { ints } = this.#cells
    const { slots, count } = this.#paired
    this.#given.count = 0
    if (next !== undefined)
      for (let i = 0; i < count; i++) if (next.ints[slots[i]] !== ints[slots[i]]) this.#given.push(slots[i])
  }

  /** The snapshot's own numbers. */
  #hold(column: Column, way: Way, { slots, count }: Slots): void {
    const { ints, size } = this.#cells
    if (way === 'ref' || way === 'none') return
    if (way === 'rotation') {
      for (let i = 0; i < count; i++) {
        readRotation(column, this.#cells, slots[i], quad)
        for (let part = 0; part < 4; part++) this.numbers[column.index + part][slots[i]] = quad[part]
      }
    } else {
      const { min, step, index } = column
      const out = this.numbers[index]
      for (let i = 0; i < count; i++) out[slots[i]] = min + ints[index * size + slots[i]] * step
    }
  }

  /** Refs: 1 + the slot becomes the id of the row there. */
  #point(column: Column, base: SnapshotBase): void {
    const target = this.#targets[column.index]
    const { ints, size } = this.#cells
    const { born } = base.tables[target].cells
    const out = this.numbers[column.index]
    for (let slot = 0; slot < size; slot++) {
      const at = ints[column.index * size + slot] - 1
      out[slot] = at >= 0 && born[at] >= 0 ? rowId(target, at, born[at]) : 0
    }
  }

  /** The id of the row at a slot, or 0. */
  #idAt(slot: number): number {
    const { born, size } = this.#cells
    return slot < size && born[slot] >= 0 ? rowId(this.plan.index, slot, born[slot]) : 0
  }

  #isSeenByOwner(slot: number): boolean {
    return typeof this.#viewer !== 'number' || this.numbers[0][slot] === this.#viewer
  }
}

function mayKnow(audience: Column['audience'], viewer: Viewer): boolean {
  return audience === 'all' || viewer === 'all' || (audience === 'owner' && viewer !== 'public')
}

function wayOf(column: Column, viewer: Viewer): Way {
  const { audience, kind, predictor, slot } = column
  if (kind === 'value' || !mayKnow(audience, viewer)) return 'none'
  if (kind === 'ref') return 'ref'
  if (kind === 'quat') return column.index === slot.column ? 'rotation' : 'none'
  if (!column.glides) return 'step'
  return predictor === 'rate' ? 'curve' : 'line'
}
