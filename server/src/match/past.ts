// The last ticks of a match, as rewind() and who comes back after a cut need them. The integers of a small table that
// changes all the time are copied into one ring, so that its snapshots are garbage once nobody was sent them any more: kept
// whole, two seconds of them would be most of what a small match takes, in objects rather than in integers, and each would
// outlive its generation in the heap. Large tables, and those that change now and then, are kept whole: a table that did
// not change is shared with the tick before.

import { type GamePlan, SnapshotBase } from '@tickwire/engine/wire'

type Cells = SnapshotBase['tables'][number]['cells']

/** A table of more integers is kept whole: what its objects take is little beside them. */
const MOST_COPIED = 4096

export class Past {
  readonly #plan: GamePlan
  readonly #length: number
  readonly #ticks: Float64Array
  readonly #tables: TableRing[] = []
  #newest: SnapshotBase | undefined
  /** Those that were asked for: many ask for the same ones. */
  readonly #made = new Map<number, SnapshotBase>()

  /** `length`: ticks to keep. */
  constructor(plan: GamePlan, length: number) {
    this.#plan = plan
    this.#length = length
    this.#ticks = new Float64Array(length).fill(-1)
  }

  /** The tick that was added last, or -1. */
  get newest(): number {
    return this.#newest?.tick ?? -1
  }

  /** Ticks must not go back. */
  add(snapshot: SnapshotBase): void {
    const { tick, tables } = snapshot
    const at = tick % this.#length
    this.#made.delete(this.#ticks[at])
    for (let i = 0; i < tables.length; i++) {
      this.#tables[i] ??= new TableRing(this.#length)
      this.#tables[i].set(at, tables[i].cells)
    }
    this.#ticks[at] = tick
    this.#newest = snapshot
  }

  /** The snapshot of a tick; the newest is the one that was added, others have the same cells. */
  get(tick: number): SnapshotBase | undefined {
    if (tick === this.#newest?.tick) return this.#newest
    if (!this.#has(tick)) return undefined
    const made = this.#made.get(tick) ?? this.#make(tick)
    this.#made.set(tick, made)
    return made
  }

  /** The snapshot of the highest tick that is at most `tick`, or undefined. */
  atOrBefore(tick: number): SnapshotBase | undefined {
    for (let at = Math.min(tick, this.newest); at > this.#oldest; at--) if (this.#has(at)) return this.get(at)
    return undefined
  }

  /** The snapshot of the lowest tick that is above `tick`, or undefined. */
  after(tick: number): SnapshotBase | undefined {
    for (let at = Math.max(tick, this.#oldest) + 1; at <= this.newest; at++) if (this.#has(at)) return this.get(at)
    return undefined
  }

  /** No tick is kept up to this one. */
  get #oldest(): number {
    return Math.max(-1, this.newest - this.#length)
  }

  #has(tick: number): boolean {
    return this.#ticks[tick % this.#length] === tick
  }

  #make(tick: number): SnapshotBase {
    const cells = this.#tables.map((ring) => ring.get(tick % this.#length))
    return new SnapshotBase(this.#plan, tick, cells, 'all')
  }
}

const NOTHING = new Int32Array(0)

/** One table's cells by place in the ring. */
class TableRing {
  /** Those of a tick without their integers, which are in the ring; whole ones where nothing changed. */
  readonly #cells: Cells[]
  readonly #isWhole: Uint8Array
  /** `#stride` words a place. */
  #ints: Int32Array<ArrayBuffer> = NOTHING
  #stride = 0
  #last: Cells | undefined
  /** It did, from the tick before the last to that. */
  #hasChanged = false
  /** Of the last, without integers: ticks share it. */
  #bare: Cells = { size: 0, count: 0, born: NOTHING, ints: NOTHING, packed: [] }

  constructor(length: number) {
    this.#cells = new Array<Cells>(length).fill(this.#bare)
    this.#isWhole = new Uint8Array(length)
  }

  set(at: number, cells: Cells): void {
    const { ints, packed, born } = cells
    const isChanged = cells !== this.#last
    const isWhole = !isChanged || !this.#hasChanged || ints.length > MOST_COPIED
    this.#isWhole[at] = isWhole ? 1 : 0
    this.#hasChanged = isChanged && this.#last !== undefined
    this.#last = cells
    if (isWhole) {
      this.#cells[at] = cells
      return
    }
    if (ints.length > this.#stride) this.#widen(ints.length)
    this.#ints.set(ints, at * this.#stride)
    if (this.#bare.born !== born || this.#bare.packed !== packed) this.#bare = { ...cells, ints: NOTHING }
    this.#cells[at] = this.#bare
  }

  get(at: number): Cells {
    const cells = this.#cells[at]
    if (this.#isWhole[at] === 1) return cells
    const from = at * this.#stride
    return { ...cells, ints: this.#ints.slice(from, from + cells.size * cells.packed.length) }
  }

  #widen(least: number): void {
    const stride = Math.max(least, 2 * this.#stride)
    const wider = new Int32Array(stride * this.#cells.length)
    for (let at = 0; at < this.#cells.length; at++)
      wider.set(this.#ints.subarray(at * this.#stride, (at + 1) * this.#stride), at * stride)
    this.#ints = wider
    this.#stride = stride
  }
}
