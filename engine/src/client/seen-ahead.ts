// The world that `move` sees ahead of the server: that of the newest snapshot, in which the rows that this client
// predicts are as it predicted them, settled, at the tick before. On a lossless link they are what the server's `move`
// sees, to the bit.
//
// Nothing is copied for whom nobody asks: rows are looked up as they are read. Those that the server has stand in slot
// order, those that only this client has after them.

import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { PlayerRef } from '../schema/row.ts'
import { RowBase } from '../state/row.ts'
import type { FrozenTable, SnapshotBase } from '../state/snapshot.ts'
import type { PredictedRow } from './predicted-row.ts'

export class SeenAhead {
  /** `move`'s `world`. */
  readonly world: object
  readonly #tables: readonly SeenTable[]

  /** `player`: to whom rows belong that only this client has. */
  constructor(plan: GamePlan, player: number) {
    this.#tables = plan.tables.map((table) => new SeenTable(table, player))
    this.world = Object.fromEntries(plan.tables.map(({ name, index }) => [name, this.#tables[index]]))
  }

  /** Begins anew: the world is that snapshot's. */
  start(snapshot: SnapshotBase): void {
    for (const table of this.#tables) table.start(snapshot.seen)
  }

  /** From now on the rows are seen as they are now; those that are missing as the snapshot has them. */
  keep(rows: readonly PredictedRow[]): void {
    for (const row of rows) {
      row.keep()
      this.#tables[row.table].show(row)
    }
  }
}

/** A ReadTable. */
class SeenTable implements Iterable<RowBase> {
  readonly #plan: TablePlan
  readonly #player: number
  #base: FrozenTable | undefined
  /** By slot, where the server has the row. */
  readonly #known: (PredictedRow | undefined)[] = []
  readonly #ahead: PredictedRow[] = []

  constructor(plan: TablePlan, player: number) {
    this.#plan = plan
    this.#player = player
  }

  start(seen: SnapshotBase): void {
    this.#base = seen.tables[this.#plan.index]
    this.#known.length = 0
    this.#ahead.length = 0
  }

  show(row: PredictedRow): void {
    if (!row.isAhead) this.#known[row.slot] = row
    else if (!this.#ahead.includes(row)) this.#ahead.push(row)
  }

  get size(): number {
    return (this.#base?.size ?? 0) + this.#ahead.length
  }

  get(id: number | undefined): RowBase | undefined {
    const row = this.#base?.get(id)
    if (row) return this.#over(row)
    return this.#ahead.find((one) => one.id === id)?.seen
  }

  ownedBy(player: PlayerRef): RowBase | undefined {
    const row = this.#base?.ownedBy(player)
    if (row) return this.#over(row)
    return player.id === this.#player ? this.#ahead[0]?.seen : undefined
  }

  *allOwnedBy(player: PlayerRef): Generator<RowBase> {
    for (const row of this.#base?.allOwnedBy(player) ?? []) yield this.#over(row)
    if (player.id === this.#player) for (const row of this.#ahead) yield row.seen
  }

  *[Symbol.iterator](): Generator<RowBase> {
    for (const row of this.#base ?? []) yield this.#over(row)
    for (const row of this.#ahead) yield row.seen
  }

  #over(row: RowBase): RowBase {
    return this.#known[RowBase.slotOf(row)]?.seen ?? row
  }
}
