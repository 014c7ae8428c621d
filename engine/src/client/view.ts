// What a player draws: its predicted rows as the predictor has them, everybody else's sampled at the render tick.
//
// What holds: a row is one object for as long as it is shown, whether it is predicted, interpolated, or changes from one
// to the other; once it is gone it keeps the values that were drawn last. A row is shown from its spawn tick on and until
// its despawn tick; a predicted one as long as the predictor has it, and then not again from the past that is still
// being drawn. One that was predicted into being keeps the id that it began with, and is found by the server's, too.
// Handlers run at the end of update(), when everything is in place: despawns of all tables, then spawns.

import type { Entity } from '../schema/entity.ts'
import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { Known, PlayerRef, ReadRow, ReadTable, SeenRow } from '../schema/row.ts'
import { Easing } from '../state/easing.ts'
import type { History } from '../state/history.ts'
import { rowId } from '../state/ids.ts'
import { type Cells, RowBase } from '../state/row.ts'
import { MAX_EXTRAPOLATION_MS, readerOf, Sample, type SampleTable } from '../state/sample.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { msToTicks } from '../time/tick.ts'

/** 'world': it was spawned or despawned; 'sight': it only came into view, or left it. */
export type Why = 'world' | 'sight'

/** The rows of one entity as they are drawn, in the order in which they appeared. */
export interface ViewTable<V, Own> extends ReadTable<SeenRow<V, Own>> {
  /** Your own row (the first, if there are several), with what is only yours. */
  readonly mine: ReadRow<V> | undefined
  /**
   * Calls `handler` when a row appears or is gone; what is gone keeps its last values. What a handler throws comes out
   * of `match.frame()` once the frame is complete. @returns what ends it
   */
  on(what: 'spawn' | 'despawn', handler: (row: SeenRow<V, Own>, why: Why) => void): () => void
}
export type ViewTableOf<E> = E extends Entity<infer V, infer O, infer H> ? ViewTable<Known<V, H>, O> : never
/** What a view has beside its tables. */
export interface ViewOwn<S> {
  /** The tick that is drawn, with its fraction. */
  readonly tick: number
  readonly state: Readonly<S>
}

/** A predicted row: `cells` holds it at `slot`; read during update() only, but for the server's id. */
export interface OwnRow {
  /** The index of its table in the plan. */
  readonly table: number
  /** Of a row that was predicted into being a number below 0, for as long as it is shown. */
  readonly id: number
  /** The server's, as soon as it is known. */
  readonly serverId?: number | undefined
  readonly slot: number
  readonly cells: Cells
}

export class View {
  /** The user's `match.view`: `tick`, `state`, and a ViewTable for each entity under its name. */
  readonly public: object
  readonly #easing: Easing
  readonly #tables: readonly DrawnTable[]
  readonly #furthest: number
  #base: SnapshotBase | undefined

  /** `player`: the id of who looks. */
  constructor(plan: GamePlan, player: number) {
    const sample = new Sample(plan, player)
    this.#easing = new Easing(plan, sample)
    this.#tables = plan.tables.map((table, at) => new DrawnTable(table, sample.tables[at], player))
    this.#furthest = msToTicks(MAX_EXTRAPOLATION_MS, plan.game.tickRate)
    const shown = {
      get tick() {
        return sample.tick
      },
      get state() {
        return sample.state
      },
    }
    for (const { name, index } of plan.tables)
      Object.defineProperty(shown, name, { value: this.#tables[index], enumerable: true })
    this.public = shown
  }

  /**
   * Draws `renderTick`: never before the oldest snapshot held, nor further past the newest than MAX_EXTRAPOLATION_MS.
   * `own` is copied: nothing changes what is drawn until the next update.
   * @throws what the first handler threw that did, once the update is complete
   */
  update(history: History<SnapshotBase>, renderTick: number, own: readonly OwnRow[]): void {
    const { newest } = history
    const whole = Math.floor(renderTick)
    const from = history.atOrBefore(whole) ?? history.after(whole)
    // While a resync is under way the history is empty: what is drawn stays.
    this.#base = from ?? this.#base
    if (this.#base === undefined) return
    const latest = history.get(newest)
    for (const table of this.#tables) table.arrange(this.#base, own, latest)
    if (from) this.#easing.take(Math.min(renderTick, newest + this.#furthest), from, history)

    const errors: unknown[] = []
    for (const table of this.#tables) table.tell('despawn', errors)
    for (const table of this.#tables) table.tell('spawn', errors)
    if (errors.length > 0) throw errors[0]
  }
}

type Handler = (row: RowBase, why: Why) => void

/** A ViewTable, from within: arrange() before the sample moves on, tell() after it has. */
class DrawnTable implements Iterable<RowBase> {
  readonly #plan: TablePlan
  readonly #sample: SampleTable
  readonly #player: PlayerRef
  readonly #rows = new Map<number, RowBase>()
  /** Those of them that began with another id, by the server's. */
  readonly #renamed = new Map<number, RowBase>()
  #base: SnapshotBase | undefined
  /** Rows that are drawn as predicted. */
  readonly #own: OwnRow[] = []
  #arranged = 0
  /** Rows that the predictor dropped because they are gone, by the tick from which on the past doesn't have them either. */
  readonly #departed = new Map<number, number>()
  readonly #news: Record<'spawn' | 'despawn', RowBase[]> = { spawn: [], despawn: [] }
  readonly #handlers = { spawn: new Set<{ handler: Handler }>(), despawn: new Set<{ handler: Handler }>() }

  constructor(plan: TablePlan, sample: SampleTable, player: number) {
    this.#plan = plan
    this.#sample = sample
    this.#player = { id: player }
  }

  get size(): number {
    return this.#rows.size
  }
  get mine(): RowBase | undefined {
    for (const { id } of this.#own) {
      const row = this.#rows.get(id)
      if (row?.owner === this.#player.id) return row
    }
    return this.ownedBy(this.#player)
  }

  get(id: number | undefined): RowBase | undefined {
    return id === undefined ? undefined : (this.#rows.get(id) ?? this.#renamed.get(id))
  }

  ownedBy(player: PlayerRef): RowBase | undefined {
    for (const row of this.#rows.values()) if (row.owner === player.id) return row
    return undefined
  }

  *allOwnedBy(player: PlayerRef): Generator<RowBase> {
    for (const row of this.#rows.values()) if (row.owner === player.id) yield row
  }

  [Symbol.iterator](): IterableIterator<RowBase> {
    return this.#rows.values()
  }

  on(what: 'spawn' | 'despawn', handler: Handler): () => void {
    const entry = { handler }
    this.#handlers[what].add(entry)
    return () => {
      this.#handlers[what].delete(entry)
    }
  }

  /** Shows the rows of `base` and of `own`. `latest` is the newest snapshot, which knows of rows that are gone since. */
  arrange(base: SnapshotBase, own: readonly OwnRow[], latest: SnapshotBase | undefined): void {
    this.#arranged++
    const count = this.#own.length
    for (const row of own) {
      if (row.table !== this.#plan.index) continue
      this.#own.push(row)
      // The past may have it under its other name.
      if (row.id < 0 || this.#rows.has(row.id)) this.#hold(row)
    }
    for (const row of this.#own.splice(0, count))
      if (!this.#isOwn(this.#rows.get(row.id))) this.#release(row, base, latest)
    if (base !== this.#base) this.#move(base)
    for (const row of this.#own) if (!this.#isOwn(this.#rows.get(row.id))) this.#hold(row)
  }

  /** Draws a row as it is predicted in this update, and notes what the server calls it. */
  #hold({ id, serverId, cells, slot }: OwnRow): void {
    const row = this.#rows.get(id) ?? this.#add(id, cells, slot)
    const drawn = drawnOf(row)
    drawn.keep(cells, slot)
    drawn.heldAt = this.#arranged
    if (serverId === undefined || drawn.serverId === serverId) return
    drawn.serverId = serverId
    this.#renamed.set(serverId, row)
  }

  #isOwn(row: RowBase | undefined): boolean {
    return row !== undefined && drawnOf(row).heldAt === this.#arranged
  }

  tell(what: 'spawn' | 'despawn', errors: unknown[]): void {
    if (this.#news[what].length === 0) return
    const handlers = this.#handlers[what]
    for (const row of this.#news[what].splice(0))
      for (const entry of [...handlers]) {
        if (!handlers.has(entry)) continue
        try {
          entry.handler(row, 'world')
        } catch (error) {
          errors.push(error)
        }
      }
  }

  /** From the rows of the last base to those of this one. */
  #move(base: SnapshotBase): void {
    const { index } = this.#plan
    const was = this.#base?.tables[index].cells.born ?? NONE
    const is = base.tables[index].cells.born
    this.#base = base
    for (const [id, tick] of this.#departed) if (base.tick >= tick) this.#departed.delete(id)
    // Snapshots share it for as long as nobody comes or goes.
    if (was === is) return
    for (let slot = 0; slot < was.length; slot++) {
      if (was[slot] < 0 || was[slot] === is[slot]) continue
      const row = this.get(rowId(index, slot, was[slot]))
      if (!this.#isOwn(row)) this.#remove(row)
    }
    for (let slot = 0; slot < is.length; slot++) {
      if (is[slot] < 0 || was[slot] === is[slot]) continue
      const id = rowId(index, slot, is[slot])
      if (!this.get(id) && !this.#departed.has(id)) this.#add(id, this.#sample, slot)
    }
  }

  /** A row is not predicted any more: it goes on as the past has it, or is gone. */
  #release(own: OwnRow, base: SnapshotBase, latest: SnapshotBase | undefined): void {
    const { index } = this.#plan
    const row = this.#rows.get(own.id)
    const id = own.serverId ?? own.id
    const isGone = latest !== undefined && latest.tables[index].find(id) < 0
    if (isGone) this.#departed.set(id, latest.tick)
    const slot = isGone ? -1 : base.tables[index].find(id)
    if (slot < 0) this.#remove(row)
    else if (row) drawnOf(row).look(this.#sample, slot)
  }

  #add(id: number, cells: Cells, slot: number): RowBase {
    const { row } = new Drawn(this.#plan, id, cells, slot)
    this.#rows.set(id, row)
    this.#news.spawn.push(row)
    return row
  }

  #remove(row: RowBase | undefined): void {
    if (row === undefined) return
    const drawn = drawnOf(row)
    this.#rows.delete(row.id)
    this.#renamed.delete(drawn.serverId)
    drawn.keep(drawn, 0)
    this.#news.despawn.push(row)
  }
}

const NONE = new Int32Array(0)

function drawnOf(row: RowBase): Drawn {
  return RowBase.cellsOf(row) as Drawn
}

/** A row, and where it looks: the sample, or a copy of what the predictor last had or of what was drawn last. */
class Drawn implements Cells {
  readonly row: RowBase
  serverId: number
  /** Of its table's updates: the last in which it was predicted. */
  heldAt = 0
  readonly #plan: TablePlan
  #cells: Cells
  #slot: number
  #copy: Copy | undefined

  constructor(plan: TablePlan, id: number, cells: Cells, slot: number) {
    this.serverId = id
    this.#plan = plan
    this.#cells = cells
    this.#slot = slot
    this.row = new (readerOf(plan))(this, 0, id)
  }

  look(cells: Cells, slot: number): void {
    this.#cells = cells
    this.#slot = slot
  }
  /** Shows what those cells hold now. */
  keep(cells: Cells, slot: number): void {
    this.#copy ??= new Copy(this.#plan)
    this.#copy.take(cells, slot)
    this.look(this.#copy, 0)
  }
  readNumber(column: number): number {
    return this.#cells.readNumber(column, this.#slot)
  }
  readValue(column: number): unknown {
    return this.#cells.readValue(column, this.#slot)
  }
  knows(column: number): boolean {
    return this.#cells.knows(column, this.#slot)
  }
}

/** A row's values. */
class Copy implements Cells {
  readonly #plan: TablePlan
  readonly #numbers: Float64Array
  readonly #values: unknown[] = []
  readonly #known: boolean[] = []

  constructor(plan: TablePlan) {
    this.#plan = plan
    this.#numbers = new Float64Array(plan.layout.columns.length)
  }

  take(cells: Cells, slot: number): void {
    for (const { index, kind, audience } of this.#plan.layout.columns) {
      if (kind === 'value') this.#values[index] = cells.readValue(index, slot)
      else this.#numbers[index] = cells.readNumber(index, slot)
      this.#known[index] = audience !== 'server' && cells.knows(index, slot)
    }
  }
  readNumber(column: number): number {
    return this.#numbers[column]
  }
  readValue(column: number): unknown {
    return this.#values[column]
  }
  knows(column: number): boolean {
    return this.#known[column]
  }
}
