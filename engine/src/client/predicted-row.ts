// One row that this client runs ahead of the server, in a world of the predictor's own. What is drawn is a copy, moved
// on by the part of a tick that has passed. Where a reconcile changes what was predicted for the same tick, the copy
// keeps the difference as an offset that decays.
//
// What holds: a row that was spawned ahead stays this object once the server has it, under the id that it began with.

import type { TablePlan } from '../schema/game.ts'
import type { Column } from '../schema/layout.ts'
import type { Copies } from '../state/copies.ts'
import { rowId } from '../state/ids.ts'
import type { Cells, RowBase } from '../state/row.ts'
import { readerOf } from '../state/sample.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import type { Values } from '../wire/record.ts'
import type { OwnRow } from './view.ts'

/** A table as it is predicted: rows that the server has in the slots that they have there, and those spawned ahead. */
export interface PredictedTable {
  readonly plan: TablePlan
  /** What `move` moves, and what is drawn. */
  readonly known: { readonly world: Copies; readonly drawn: Copies }
  readonly ahead: { readonly world: Copies; readonly drawn: Copies }
  /** What can be compared: numbers that this player knows. */
  readonly columns: readonly Column[]
  /** By column: 1 where `move` was seen to change it. What only rules change is news, and no correction. */
  readonly moved: Uint8Array
}

/** Which spawn made a row: the `ordinal`-th of its table at `tick`. */
export interface Spawn {
  readonly tick: number
  readonly ordinal: number
}

export class PredictedRow implements OwnRow {
  readonly of: PredictedTable
  readonly table: number
  readonly id: number
  /** The server's, once it is known to have the row. */
  serverId: number | undefined
  /** True while only this client has it. */
  isAhead: boolean
  /** Belongs to this player: moved with its commands. */
  isMine = true
  readonly spawn: Spawn | undefined
  slot: number
  row!: RowBase
  /** By column: what the drawn value is off from the predicted one. */
  readonly #offsets: Float64Array
  /** By column: what was predicted for the same tick before the last snapshot came. */
  readonly #before: Float64Array
  #isCompared = false
  #wasAhead = false
  readonly #settled: Settled
  #seen: RowBase | undefined
  #born: number

  /** `born`: the tick that the server has, or for a row that was spawned ahead a number below 0, new for each. */
  constructor(of: PredictedTable, slot: number, born: number, spawn: Spawn | undefined) {
    const { length } = of.plan.layout.columns
    this.of = of
    this.table = of.plan.index
    this.id = rowId(this.table, slot, born)
    this.serverId = spawn ? undefined : this.id
    this.isAhead = spawn !== undefined
    this.spawn = spawn
    this.slot = slot
    this.#born = born
    this.#offsets = new Float64Array(length)
    this.#before = new Float64Array(length)
    this.#settled = new Settled(length)
  }

  get cells(): Copies {
    return this.#tables.drawn
  }
  /** The row as `move` sees it in its `world`: as keep() left it. */
  get seen(): RowBase {
    this.#seen ??= new (readerOf(this.of.plan))(this.#settled, 0, this.isAhead ? this.id : this.serverId!)
    return this.#seen
  }
  get #tables(): PredictedTable['known'] {
    return this.isAhead ? this.of.ahead : this.of.known
  }

  /** Starts from what the server has. */
  start(cells: Cells, slot: number, born: number): void {
    if (this.isAhead) this.#seen = undefined
    this.isAhead = false
    this.slot = slot
    this.#born = born
    this.row = this.of.known.world.take(cells, slot, born)
  }

  /** Starts as it is spawned. @throws ERR_FIELD_VALUE as spawn() */
  begin(values: Values, player: number): void {
    this.row = this.of.ahead.world.make(values, player, this.#born, this.slot)
  }

  /** One tick, or the part of one: `dt` in seconds. A row without a `move` goes on by its rates. */
  move(row: RowBase, command: object | undefined, context: object, dt: number): void {
    const { plan } = this.of
    if (plan.move) plan.move(row, this.isMine ? command : undefined, context)
    else coast(plan, row === this.row ? this.#tables.world : this.cells, this.slot, dt)
  }

  settle(): void {
    this.#tables.world.settle(this.row)
  }

  /** From now on `move` sees it as it is now, settled. */
  keep(): void {
    this.#settled.take(this.of.plan, this.#tables.world, this.slot)
  }

  /**
   * Before a reconcile: notes what was predicted, to be compared. `now` gives the id that a ref to a row spawned ahead
   * has with the server.
   */
  remember(isComparable: boolean, now: (id: number) => number): void {
    this.#isCompared = isComparable
    this.#wasAhead = this.isAhead
    if (!isComparable) return void this.#offsets.fill(0)
    for (const { index, kind } of this.of.columns) {
      const value = this.#tables.world.readNumber(index, this.slot)
      this.#before[index] = kind === 'ref' && value < 0 ? now(value) : value
    }
  }

  /** After a reconcile: keeps on the screen what was there, to be eased away. Returns whether the prediction was wrong. */
  compare(snapshot: SnapshotBase): boolean {
    const { columns, moved, plan } = this.of
    const { world } = this.#tables
    const cells = snapshot.tables[plan.index]
    let isCorrected = false
    for (const column of columns) {
      const { index, step } = column
      const value = world.readNumber(index, this.slot)
      if (!this.isAhead && value !== cells.readNumber(index, this.slot)) moved[index] = 1
      // What was spawned ahead is a prediction as a whole.
      if (!this.#isCompared || !(moved[index] || (this.#wasAhead && column.glides))) continue
      let off = this.#before[index] - value
      if (off === 0) continue
      isCorrected = true
      if (!column.glides) continue
      if (column.wraps) off -= (column.max + 1) * step * Math.round(off / ((column.max + 1) * step))
      this.#offsets[index] = Math.abs(off) > column.snap * step ? 0 : this.#offsets[index] + off
    }
    return isCorrected
  }

  /** What is drawn `dt` seconds after the predicted tick. */
  draw(command: object, context: object, dt: number, decay: number): void {
    const { cells, slot } = this
    const row = cells.take(this.#tables.world, slot, this.#born)
    if (dt > 0) this.move(row, command, context, dt)
    for (const { index, kind, wraps, min, max, step } of this.of.columns) {
      const numbers = cells.numbers[index]
      if (this.#offsets[index] !== 0) {
        this.#offsets[index] = Math.abs(this.#offsets[index]) < step / 2 ? 0 : this.#offsets[index] * decay
        numbers[slot] += this.#offsets[index]
      }
      // As settling would: nothing is drawn past the bounds of its field.
      if (kind === 'number' && !wraps) numbers[slot] = Math.max(min, Math.min(min + max * step, numbers[slot]))
    }
  }
}

/** On by the rates, derivatives first. */
function coast({ layout }: TablePlan, { numbers }: Copies, slot: number, dt: number): void {
  for (const index of layout.order) {
    const { predictor, rate } = layout.columns[index]
    if (predictor === 'rate') numbers[index][slot] += numbers[rate][slot] * dt
  }
}

/** A row's values, settled, as everybody may know them. */
class Settled implements Cells {
  readonly #numbers: Float64Array
  readonly #values: unknown[] = []
  readonly #isKnown: boolean[] = []

  constructor(columns: number) {
    this.#numbers = new Float64Array(columns)
  }

  take({ layout }: TablePlan, table: Copies, slot: number): void {
    for (const { index, kind, audience } of layout.columns) {
      this.#isKnown[index] = audience === 'all'
      if (kind === 'value') this.#values[index] = table.settledValue(index, slot)
      else this.#numbers[index] = table.readNumber(index, slot)
    }
  }
  readNumber(column: number): number {
    return this.#numbers[column]
  }
  readValue(column: number): unknown {
    return this.#values[column]
  }
  knows(column: number): boolean {
    return this.#isKnown[column]
  }
}
