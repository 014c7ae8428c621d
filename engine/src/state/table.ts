// One kind of entity in a world. Rows are stable objects over slots; a slot is reused from the tick after its row was
// despawned, so that (slot, spawn tick) names a row for good, and so does its id.
// A despawned row keeps its values until its slot is another's; a loop skips it and doesn't visit what was spawned
// during it. Settling and freezing are one walk, column by column: freeze() is what the end of a tick costs.

import { fail } from '../schema/errors.ts'
import { playerId, type TablePlan } from '../schema/game.ts'
import type { Packed } from '../schema/packed.ts'
import type { PlayerRef } from '../schema/row.ts'
import { slotOfId } from './ids.ts'
import { LiveColumns, widened } from './live-columns.ts'
import { RowBase } from './row.ts'
import { LIVE, type Resolve } from './settle.ts'

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

/**
 * A class, since one is made each tick: of an object literal whose objects once outlived a collection V8 goes on to make
 * all among the old, where they and what they hold stay until all of the heap is collected.
 */
class Frozen implements FrozenCells {
  readonly size: number
  readonly count: number
  readonly born: Int32Array
  readonly ints: Int32Array
  readonly packed: FrozenCells['packed']

  constructor(size: number, count: number, born: Int32Array, ints: Int32Array, packed: FrozenCells['packed']) {
    this.size = size
    this.count = count
    this.born = born
    this.ints = ints
    this.packed = packed
  }
}

const FREE = 0
const DYING = 2
export const NO_VALUES: readonly Packed[] = []

export class Table extends LiveColumns implements Iterable<RowBase> {
  readonly #clock: { readonly tick: number }
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
    super(plan, resolve, warn)
    this.#clock = clock
    const { columns } = plan.layout
    this.#noValues = columns.some(({ kind }) => kind === 'value') ? undefined : columns.map(() => NO_VALUES)
  }

  /** Live rows. */
  get size(): number {
    return this.#count
  }

  /** Spawns a row from named values; what has a default may be missing. */
  spawn(values: Readonly<Record<string, unknown>>, owner?: PlayerRef): RowBase {
    const ownerId = playerId(owner)
    this.checkNames(values)
    const row = this.#place(this.#take(), this.#clock.tick, ownerId)
    try {
      this.fill(row, values)
    } catch (error) {
      this.despawn(row)
      throw error
    }
    return row
  }

  /** The one row of the match state, which nobody spawns. */
  single(): RowBase {
    return this.rows[0] ?? this.#place(this.#take(), 0, 0)
  }

  despawn(row: RowBase | undefined): void {
    if (row === undefined || RowBase.isGone(row)) return
    if (RowBase.cellsOf(row) !== this)
      fail('ERR_ROW_GONE', `row ${row.id} is not of this world's ${this.plan.name} table`)
    this.#reuse()
    const slot = RowBase.slotOf(row)
    this.life[slot] = DYING
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
    return slot < 0 ? undefined : this.rows[slot]
  }

  /** The slot of a live row, or -1. */
  find(id: number): number {
    const slot = slotOfId(this.plan.index, id)
    return slot >= 0 && this.life[slot] === LIVE && this.rows[slot]!.id === id ? slot : -1
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
          if (this.life[slot] === LIVE && this.#order[slot] < limit) {
            result.value = this.rows[slot]!
            return result
          }
        return { done: true, value: undefined }
      },
    }
  }

  /**
   * Settles every live row to wire precision and freezes the result.
   * @throws ERR_FIELD_VALUE for NaN, Infinity and values of a wrong type; the message names the field and its row.
   */
  freeze(): FrozenCells {
    this.#reuse()
    const size = this.#high
    const { columns } = this.plan.layout
    const born = this.#frozenBorn(size)
    const last = this.#last?.born === born ? this.#last : undefined
    const ints = (last && this.#spare) ?? new Int32Array(columns.length * size)
    this.settleAll(0, size, ints)
    const isSame = last !== undefined && this.#isSame(last, ints)
    this.#spare = isSame ? ints : undefined
    if (isSame) return last
    const packed =
      this.#noValues ??
      columns.map(({ index, kind }) => (kind === 'value' ? this.packed[index].slice(0, size) : NO_VALUES))
    this.#last = new Frozen(size, this.#count, born, ints, packed)
    return this.#last
  }

  /** Whether nothing changed since: then snapshots share it. */
  #isSame({ ints, packed }: FrozenCells, next: Int32Array): boolean {
    for (let at = 0; at < next.length; at++) if (next[at] !== ints[at]) return false
    return packed.every((values, index) => values.every((value, slot) => value === this.packed[index][slot]))
  }

  /** Who is there since when. Snapshots between which nobody came or went share it, and see that at once. */
  #frozenBorn(size: number): Int32Array {
    if (this.#frozen?.length === size) return this.#frozen
    const born = new Int32Array(size)
    for (let slot = 0; slot < size; slot++) born[slot] = this.life[slot] === LIVE ? this.#born[slot] : -1
    this.#frozen = born
    return born
  }

  /** Puts a fresh row of default values into a slot. */
  #place(slot: number, born: number, owner: number): RowBase {
    const row = this.put(slot, born)
    this.#born[slot] = born
    this.#frozen = undefined
    this.#order[slot] = this.#spawns++
    this.#own(row, owner)
    return row
  }

  /** Takes the lowest free slot, so that tables stay short. */
  #take(): number {
    this.#reuse()
    let slot = this.#lowestFree
    while (slot < this.#high && this.life[slot] !== FREE) slot++
    if (slot >= this.plan.maxRows) {
      const dying = this.#dying.length > 0 ? ` and ${this.#dying.length} that go at the end of this tick` : ''
      const { name, maxRows } = this.plan
      fail('ERR_TABLE_FULL', `${name} has ${this.#count} rows${dying}: expected at most ${maxRows}`)
    }
    this.#lowestFree = slot + 1
    this.#count++
    this.#high = Math.max(this.#high, slot + 1)
    const size = this.grow(slot + 1)
    if (size > 0) {
      const born = new Int32Array(size)
      born.set(this.#born)
      this.#born = born
      this.#order = widened(this.#order, size)
    }
    return slot
  }

  /** Frees the slots of rows that were despawned in an earlier tick. */
  #reuse(): void {
    if (this.#dying.length === 0 || this.#dyingTick === this.#clock.tick) return
    for (const slot of this.#dying) {
      this.life[slot] = FREE
      RowBase.end(this.rows[slot]!, true)
      this.rows[slot] = undefined
      this.#lowestFree = Math.min(this.#lowestFree, slot)
    }
    this.#dying = []
    while (this.#high > 0 && this.life[this.#high - 1] === FREE) this.#high--
    this.#lowestFree = Math.min(this.#lowestFree, this.#high)
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
