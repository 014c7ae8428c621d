// The columns behind rows that are read and written: a world's tables (table.ts), and copies of rows that prediction moves
// (copies.ts). By column, then slot: numbers, or values with their packed form as they were settled last. Which slots are
// whose is up to those two.

import { fail } from '../schema/errors.ts'
import type { TablePlan } from '../schema/game.ts'
import { fromSteps } from '../schema/layout.ts'
import { type Packed, show } from '../schema/packed.ts'
import { PARTS } from '../schema/parts.ts'
import { rowId } from './ids.ts'
import { type Cells, ownValue, RowBase, type RowConstructor, rowClass, type WritableCells } from './row.ts'
import { LIVE, type Resolve, settleNumbers, settleOwners, settleRefs, settleRotations, settleValues } from './settle.ts'

/** The hidden first column. */
const OWNER = 0

const classes = new WeakMap<TablePlan, RowConstructor>()
/** As wide as a table may be, with its owner column. */
const oneRow = new Int32Array(65)

export class LiveColumns implements WritableCells {
  readonly plan: TablePlan
  /** By column, then slot. Growing replaces the columns, never the array that holds them: rows keep it. */
  readonly numbers: Float64Array[]
  protected readonly rows: (RowBase | undefined)[] = []
  protected readonly packed: Packed[][]
  /** By slot: LIVE where there is a row to settle. */
  protected life: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  readonly #values: unknown[][]
  readonly #Row: RowConstructor
  readonly #resolve: Resolve
  readonly #warn: (message: string) => void

  /** `warn` hears when settling changes a value. */
  constructor(plan: TablePlan, resolve: Resolve, warn: (message: string) => void) {
    this.plan = plan
    this.#resolve = resolve
    this.#warn = warn
    const Row = classes.get(plan) ?? rowClass(plan.layout, true)
    classes.set(plan, Row)
    this.#Row = Row
    const { columns } = plan.layout
    this.numbers = columns.map(() => new Float64Array(0))
    this.#values = columns.map(() => [])
    this.packed = columns.map(() => [])
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
  /** A value as it was settled last, which nobody writes to. */
  settledValue(column: number, slot: number): unknown {
    return this.packed[column][slot].value
  }

  /** Settles one row: what prediction does after each command. @throws ERR_FIELD_VALUE as settleAll() */
  settle(row: RowBase): void {
    const slot = RowBase.slotOf(row)
    this.settleAll(slot, slot + 1, oneRow)
  }

  /**
   * Settles the live rows of these slots, `end` exclusive; `ints` as in SettleRange.
   * @throws ERR_FIELD_VALUE for NaN, Infinity and values of a wrong type; the message names the field and its row
   */
  protected settleAll(first: number, end: number, ints: Int32Array): void {
    const { plan, life, rows, numbers, packed } = this
    const range = { table: plan.name, life, rows, first, end, ints, resolve: this.#resolve, warn: this.#warn }
    for (const column of plan.layout.columns) {
      const at = column.index
      if (at === OWNER) settleOwners(numbers[at], range)
      else if (column.kind === 'value') settleValues(column, this.#values[at], packed[at], range)
      else if (column.kind === 'ref') settleRefs(column, numbers[at], range)
      else if (column.kind !== 'quat') settleNumbers(column, numbers[at], range)
      else if (at === column.slot.column) settleRotations(column, numbers, range)
    }
  }

  /** Puts a fresh row of default values into a slot that there is room for. */
  protected put(slot: number, born: number): RowBase {
    this.life[slot] = LIVE
    this.clear(slot)
    const row = new this.#Row(this, slot, rowId(this.plan.index, slot, born))
    this.rows[slot] = row
    return row
  }

  /** Every field at its default. */
  protected clear(slot: number): void {
    for (const column of this.plan.layout.columns) {
      const at = column.index
      if (column.zeroValue) {
        this.packed[at][slot] = column.zeroValue
        this.#values[at][slot] = ownValue(column.slot, column.zeroValue.value)
      } else if (column.kind === 'quat') {
        this.numbers[at][slot] = column.slot.field.zero[PARTS.quat[at - column.slot.column]]
      } else this.numbers[at][slot] = fromSteps(column, column.zero)
    }
  }

  /** @throws ERR_FIELD_VALUE for names that are no fields, and where a value is missing that has no default */
  protected checkNames(values: Readonly<Record<string, unknown>>): void {
    const { layout } = this.plan
    for (const name of Object.keys(values))
      if (isHidden(name) || !layout.byName.has(name))
        fail('ERR_FIELD_VALUE', `${layout.name}.${name}: the schema has no such field`)
    for (const { name, field } of layout.fields)
      if (!isHidden(name) && !field.optional && values[name] === undefined)
        fail('ERR_FIELD_VALUE', `${layout.name}.${name} is missing: give it a value, or the field a .default()`)
  }

  /** Writes what a row is spawned with over its defaults. @throws ERR_FIELD_VALUE for what settling would refuse */
  protected fill(row: RowBase, values: Readonly<Record<string, unknown>>): void {
    const { layout, name: table } = this.plan
    for (const { name } of layout.fields)
      if (!isHidden(name) && values[name] !== undefined) (row as never as Record<string, unknown>)[name] = values[name]
    for (const { index, kind, name } of layout.columns)
      if (kind !== 'value' && !Number.isFinite(this.numbers[index][RowBase.slotOf(row)])) {
        const given = name.split('.').reduce<unknown>((of, part) => (of as Record<string, unknown>)[part], values)
        fail('ERR_FIELD_VALUE', `${table}.${name} is ${show(given)}: expected a finite number`)
      }
  }

  /** Takes the values of a row of other cells. */
  protected copy(slot: number, cells: Cells, from: number): void {
    for (const { index, kind, slot: field } of this.plan.layout.columns)
      if (kind === 'value') this.#values[index][slot] = ownValue(field, cells.readValue(index, from))
      else this.numbers[index][slot] = cells.readNumber(index, from)
  }

  /** Makes room, of twice as many slots as there were; returns for how many there is, 0 where there was enough. */
  protected grow(slots: number): number {
    if (slots <= this.life.length) return 0
    const size = Math.max(16, slots, this.life.length * 2)
    const life = new Uint8Array(size)
    life.set(this.life)
    this.life = life
    for (const { index, kind } of this.plan.layout.columns)
      if (kind !== 'value') this.numbers[index] = widened(this.numbers[index], size)
    return size
  }
}

export function widened(from: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const into = new Float64Array(size)
  into.set(from)
  return into
}

/** The owner column: no field of the game. */
function isHidden(name: string): boolean {
  return name[0] === ' '
}
