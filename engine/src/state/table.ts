// One kind of entity as columns. Rows are stable objects over slots; a slot is reused from the tick after its row was
// despawned, so that (slot, spawn tick) names a row for good, and so does its id:
//   id = 1 + table + slot * TABLES + spawnTick * TABLES * SLOTS
// A despawned row keeps its values until its slot is another's; a loop skips it and doesn't visit what was spawned
// during it. Settling and freezing are one walk, column by column: freeze() is what the end of a tick costs.

import { fail } from '../schema/errors.ts'
import { playerId, type TablePlan } from '../schema/game.ts'
import { fromSteps } from '../schema/layout.ts'
import { type Packed, show } from '../schema/packed.ts'
import type { PlayerRef } from '../schema/row.ts'
import { type Cells, ownValue, RowBase, type RowConstructor, rowClass, type WritableCells } from './row.ts'
import { LIVE, type Resolve, settleNumbers, settleOwners, settleRefs, settleRotations, settleValues } from './settle.ts'

/** Tables of a world, the match state's included. */
export const TABLES = 64
export const SLOTS = 65536

export function rowId(table: number, slot: number, born: number): number {
  return 1 + table + slot * TABLES + born * (TABLES * SLOTS)
}
/** The slot that an id names in its table, or -1 where the id is of another table. */
export function slotOfId(table: number, id: number): number {
  const place = (id - 1) % (TABLES * SLOTS)
  return place % TABLES === table ? Math.floor(place / TABLES) : -1
}
/** The tick that the row of an id was spawned at. */
export function bornOfId(id: number): number {
  return Math.floor((id - 1) / (TABLES * SLOTS))
}

/** A table frozen at a tick, as whole numbers. Column `c` of slot `s` is `ints[c * size + s]`. */
export interface FrozenCells {
  readonly size: number
  /** Live rows. */
  readonly count: number
  /** By slot: the tick its row was spawned at, or -1 where there is none. */
  readonly born: Int32Array
  readonly ints: Int32Array
  /** By column, then slot; only value columns have any. */
  readonly packed: readonly (readonly Packed[])[]
}

/** The hidden first column. */
const OWNER = 0
const FREE = 0
const DYING = 2
const QUAT_PARTS = ['x', 'y', 'z', 'w'] as const
export const NO_VALUES: readonly Packed[] = []

const classes = new WeakMap<TablePlan, RowConstructor>()
/** As wide as a table may be, with its owner column. */
const oneRow = new Int32Array(65)

export class Table implements WritableCells, Iterable<RowBase> {
  readonly plan: TablePlan
  readonly #Row: RowConstructor
  readonly #clock: { readonly tick: number }
  readonly #resolve: Resolve
  readonly #warn: (message: string) => void
  /** By column, then slot. Growing replaces the columns, never the array that holds them: rows keep it. */
  readonly numbers: Float64Array[]
  readonly #values: unknown[][]
  readonly #packed: Packed[][]
  readonly #rows: (RowBase | undefined)[] = []
  #life: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  #born: Int32Array<ArrayBuffer> = new Int32Array(0)
  /** By slot: the number of rows spawned before it; a loop stops at what is younger than itself. */
  #order: Float64Array<ArrayBuffer> = new Float64Array(0)
  #spawns = 0
  /** All live rows are in slots below it. */
  #high = 0
  #count = 0
  /** The last one, while nobody came or went. */
  #frozen: Int32Array | undefined
  /** What was frozen last, and what the next may be settled into: it holds the same. */
  #last: FrozenCells | undefined
  #spare: Int32Array | undefined
  /** Where no column has values: shared by all that is frozen. */
  readonly #noValues: FrozenCells['packed'] | undefined
  #lowestFree = 0
  /** Slots of rows despawned at `#dyingTick`: not free before the next tick. */
  #dying: number[] = []
  #dyingTick = 0
  readonly #byOwner = new Map<number, RowBase[]>()

  /** `clock` is the world (its tick); `warn` hears when settling changes a value. */
  constructor(plan: TablePlan, clock: { readonly tick: number }, resolve: Resolve, warn: (message: string) => void) {
    this.plan = plan
    this.#clock = clock
    this.#resolve = resolve
    this.#warn = warn
    const Row = classes.get(plan) ?? rowClass(plan.layout, true)
    classes.set(plan, Row)
    this.#Row = Row
    const { columns } = plan.layout
    this.numbers = columns.map(() => new Float64Array(0))
    this.#values = columns.map(() => [])
    this.#packed = columns.map(() => [])
    this.#noValues = columns.some(({ kind }) => kind === 'value') ? undefined : columns.map(() => NO_VALUES)
  }

  /** Live rows. */
  get size(): number {
    return this.#count
  }

  /** Spawns a row from named values; what has a default may be missing. */
  spawn(values: Readonly<Record<string, unknown>>, owner?: PlayerRef): RowBase {
    const { layout } = this.plan
    const ownerId = playerId(owner)
    for (const name of Object.keys(values))
      if (name[0] === ' ' || !layout.byName.has(name))
        fail('ERR_FIELD_VALUE', `${layout.name}.${name}: the schema has no such field`)
    for (const { name, field } of layout.fields)
      if (!isHidden(name) && !field.optional && field.shape.kind !== 'ref' && values[name] === undefined)
        fail('ERR_FIELD_VALUE', `${layout.name}.${name} is missing: give it a value, or the field a .default()`)
    const row = this.#place(this.#take(), this.#clock.tick, ownerId)
    try {
      for (const { name } of layout.fields)
        if (!isHidden(name) && values[name] !== undefined)
          (row as never as Record<string, unknown>)[name] = values[name]
      this.#checkNumbers(row, values)
    } catch (error) {
      this.despawn(row)
      throw error
    }
    return row
  }

  /** What settling would refuse at the end of the tick is refused where it is written. */
  #checkNumbers(row: RowBase, values: Readonly<Record<string, unknown>>): void {
    for (const { index, kind, name, slot } of this.plan.layout.columns)
      if (kind !== 'value' && !Number.isFinite(this.numbers[index][RowBase.slotOf(row)]))
        fail('ERR_FIELD_VALUE', `${this.plan.name}.${name} is ${show(values[slot.name])}: expected a finite number`)
  }

  /** The one row of the match state, which nobody spawns. */
  single(): RowBase {
    return this.#rows[0] ?? this.#place(this.#take(), 0, 0)
  }

  despawn(row: RowBase | undefined): void {
    if (row === undefined || RowBase.isGone(row)) return
    if (RowBase.cellsOf(row) !== this)
      fail('ERR_ROW_GONE', `row ${row.id} is not of this world's ${this.plan.name} table`)
    this.#reuse()
    const slot = RowBase.slotOf(row)
    this.#life[slot] = DYING
    this.#frozen = undefined
    this.#dying.push(slot)
    this.#dyingTick = this.#clock.tick
    this.#count--
    this.#disown(row)
    RowBase.end(row, false)
  }

  give(row: RowBase, owner: PlayerRef | undefined): void {
    if (RowBase.isGone(row) || RowBase.cellsOf(row) !== this)
      fail('ERR_ROW_GONE', `row ${row.id} is not alive in this world's ${this.plan.name} table`)
    const ownerId = playerId(owner)
    this.#disown(row)
    this.#own(row, ownerId)
  }

  get(id: number | undefined): RowBase | undefined {
    const slot = id === undefined ? -1 : this.find(id)
    return slot < 0 ? undefined : this.#rows[slot]
  }

  /** The slot of a live row, or -1. */
  find(id: number): number {
    const slot = slotOfId(this.plan.index, id)
    return slot >= 0 && this.#life[slot] === LIVE && this.#rows[slot]!.id === id ? slot : -1
  }

  ownedBy(player: PlayerRef): RowBase | undefined {
    return this.#byOwner.get(player.id)?.[0]
  }

  *allOwnedBy(player: PlayerRef): Generator<RowBase> {
    for (const row of this.#byOwner.get(player.id)?.slice() ?? []) if (!RowBase.isGone(row)) yield row
  }

  [Symbol.iterator](): Iterator<RowBase> {
    const limit = this.#spawns
    const result = { done: false, value: undefined as never as RowBase }
    let slot = -1
    return {
      next: () => {
        while (++slot < this.#high)
          if (this.#life[slot] === LIVE && this.#order[slot] < limit) {
            result.value = this.#rows[slot]!
            return result
          }
        return { done: true, value: undefined }
      },
    }
  }

  readNumber(column: number, slot: number): number {
    return this.numbers[column][slot]
  }
  readValue(column: number, slot: number): unknown {
    return this.#values[column][slot]
  }
  knows(): boolean {
    return true
  }
  writeValue(column: number, slot: number, value: unknown): void {
    this.#values[column][slot] = value
  }

  /**
   * Settles every live row to wire precision and freezes the result.
   * @throws ERR_FIELD_VALUE for NaN, Infinity and values of a wrong type; the message names the field.
   */
  freeze(): FrozenCells {
    this.#reuse()
    const size = this.#high
    const { columns } = this.plan.layout
    const born = this.#frozenBorn(size)
    const last = this.#last?.born === born ? this.#last : undefined
    const ints = (last && this.#spare) ?? new Int32Array(columns.length * size)
    this.#settle(0, size, ints)
    const isSame = last !== undefined && this.#isSame(last, ints)
    this.#spare = isSame ? ints : undefined
    if (isSame) return last
    const packed =
      this.#noValues ??
      columns.map(({ index, kind }) => (kind === 'value' ? this.#packed[index].slice(0, size) : NO_VALUES))
    this.#last = { size, count: this.#count, born, ints, packed }
    return this.#last
  }

  /** Whether nothing changed since: then snapshots share it. */
  #isSame({ ints, packed }: FrozenCells, next: Int32Array): boolean {
    for (let at = 0; at < next.length; at++) if (next[at] !== ints[at]) return false
    return packed.every((values, index) => values.every((value, slot) => value === this.#packed[index][slot]))
  }

  /** Who is there since when. Snapshots between which nobody came or went share it, and see that at once. */
  #frozenBorn(size: number): Int32Array {
    if (this.#frozen?.length === size) return this.#frozen
    const born = new Int32Array(size)
    for (let slot = 0; slot < size; slot++) born[slot] = this.#life[slot] === LIVE ? this.#born[slot] : -1
    this.#frozen = born
    return born
  }

  /** A value as it was settled last, which nobody writes to. */
  settledValue(column: number, slot: number): unknown {
    return this.#packed[column][slot].value
  }

  /** Settles one row: what prediction does after each command. */
  settle(row: RowBase): void {
    const slot = RowBase.slotOf(row)
    this.#settle(slot, slot + 1, oneRow)
  }

  /**
   * Copies a row of other cells into this table, into the same slot or another: prediction starts from what the server
   * said. A row born before tick 0 is none of the server's: its id is negative, and find() does not know it.
   */
  restore(cells: Cells, from: number, born: number, slot: number = from): RowBase {
    const last = slot < this.#high ? this.#rows[slot] : undefined
    const isLive = last !== undefined && this.#life[slot] === LIVE
    const stays = isLive && last.id === rowId(this.plan.index, slot, born)
    if (isLive) this.#disown(last)
    else {
      this.#count++
      this.#dying = this.#dying.filter((dying) => dying !== slot)
    }
    if (last !== undefined && !stays) RowBase.end(last, true)
    this.#grow(slot + 1)
    const row = stays ? last : this.#place(slot, born, 0)
    for (const { index, kind, slot: field } of this.plan.layout.columns)
      if (kind === 'value') this.#values[index][slot] = ownValue(field, cells.readValue(index, from))
      else this.numbers[index][slot] = cells.readNumber(index, from)
    this.#own(row, this.numbers[0][slot])
    return row
  }

  #settle(first: number, end: number, ints: Int32Array): void {
    const range = {
      table: this.plan.name,
      life: this.#life,
      first,
      end,
      ints,
      resolve: this.#resolve,
      warn: this.#warn,
    }
    for (const column of this.plan.layout.columns) {
      const at = column.index
      if (at === OWNER) settleOwners(this.numbers[at], range)
      else if (column.kind === 'value') settleValues(column, this.#values[at], this.#packed[at], range)
      else if (column.kind === 'ref') settleRefs(column, this.numbers[at], range)
      else if (column.kind !== 'quat') settleNumbers(column, this.numbers[at], range)
      else if (at === column.slot.column) settleRotations(column, this.numbers, range)
    }
  }

  /** Puts a fresh row of default values into a slot. */
  #place(slot: number, born: number, owner: number): RowBase {
    const { layout, index } = this.plan
    this.#life[slot] = LIVE
    this.#born[slot] = born
    this.#frozen = undefined
    this.#order[slot] = this.#spawns++
    for (const column of layout.columns) {
      const at = column.index
      if (column.zeroValue) {
        this.#packed[at][slot] = column.zeroValue
        this.#values[at][slot] = ownValue(column.slot, column.zeroValue.value)
      } else if (column.kind === 'quat') {
        this.numbers[at][slot] = column.slot.field.zero[QUAT_PARTS[at - column.slot.column]]
      } else this.numbers[at][slot] = fromSteps(column, column.zero)
    }
    const row = new this.#Row(this, slot, rowId(index, slot, born))
    this.#rows[slot] = row
    this.#own(row, owner)
    return row
  }

  /** Takes the lowest free slot, so that tables stay short. */
  #take(): number {
    this.#reuse()
    let slot = this.#lowestFree
    while (slot < this.#high && this.#life[slot] !== FREE) slot++
    if (slot >= this.plan.maxRows) {
      const dying = this.#dying.length > 0 ? ` and ${this.#dying.length} that go at the end of this tick` : ''
      const { name, maxRows } = this.plan
      fail('ERR_TABLE_FULL', `${name} has ${this.#count} rows${dying}: expected at most ${maxRows}`)
    }
    this.#lowestFree = slot + 1
    this.#count++
    this.#grow(slot + 1)
    return slot
  }

  /** Frees the slots of rows that were despawned in an earlier tick. */
  #reuse(): void {
    if (this.#dying.length === 0 || this.#dyingTick === this.#clock.tick) return
    for (const slot of this.#dying) {
      this.#life[slot] = FREE
      RowBase.end(this.#rows[slot]!, true)
      this.#rows[slot] = undefined
      this.#lowestFree = Math.min(this.#lowestFree, slot)
    }
    this.#dying = []
    while (this.#high > 0 && this.#life[this.#high - 1] === FREE) this.#high--
    this.#lowestFree = Math.min(this.#lowestFree, this.#high)
  }

  #grow(slots: number): void {
    this.#high = Math.max(this.#high, slots)
    if (slots <= this.#life.length) return
    const size = Math.max(16, slots, this.#life.length * 2)
    const larger = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const into = new Float64Array(size)
      into.set(from)
      return into
    }
    const life = new Uint8Array(size)
    life.set(this.#life)
    this.#life = life
    const born = new Int32Array(size)
    born.set(this.#born)
    this.#born = born
    this.#order = larger(this.#order)
    const { columns } = this.plan.layout
    for (const { index, kind } of columns) if (kind !== 'value') this.numbers[index] = larger(this.numbers[index])
  }

  #own(row: RowBase, owner: number): void {
    this.numbers[0][RowBase.slotOf(row)] = owner
    if (owner === 0) return
    const rows = this.#byOwner.get(owner)
    if (!rows) return void this.#byOwner.set(owner, [row])
    // In slot order, as everywhere.
    const at = rows.findIndex((other) => RowBase.slotOf(other) > RowBase.slotOf(row))
    rows.splice(at < 0 ? rows.length : at, 0, row)
  }

  #disown(row: RowBase): void {
    const owner = row.owner ?? 0
    const rows = this.#byOwner.get(owner)
    const at = rows?.indexOf(row) ?? -1
    if (!rows || at < 0) return
    if (rows.length === 1) this.#byOwner.delete(owner)
    else rows.splice(at, 1)
  }
}

/** The owner column: no field of the game. */
function isHidden(name: string): boolean {
  return name[0] === ' '
}
