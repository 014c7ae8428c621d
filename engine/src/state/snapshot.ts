// The world frozen at one tick, in whole numbers: what the codec codes, what clients hold, what rewind() samples.
// Immutable. Reading a row dequantises; nothing is copied. What a viewer may not know of a row reads undefined.

import type { AnyGame, GamePlan, TablePlan } from '../schema/game.ts'
import { fromSteps } from '../schema/layout.ts'
import { fromSmallestThree } from '../schema/rotation.ts'
import type { PlayerRef, ReadTableOf } from '../schema/row.ts'
import { rowId, slotOfId } from './ids.ts'
import { type Cells, type RowBase, type RowConstructor, rowClass } from './row.ts'
import type { FrozenCells } from './table.ts'

/** A tick's world: read-only, dequantised as it is read. */
export type Snapshot<G extends AnyGame> = { readonly [K in keyof G['entities']]: ReadTableOf<G['entities'][K]> } & {
  readonly tick: number
  readonly state: Readonly<G['state']>
  /** Covers what the wire carries: two snapshots that hold the same have the same. */
  readonly hash: number
}

/** Who looks: everything is known to itself and to tools; a player knows owner columns of its own rows; `move` nobody's. */
export type Viewer = 'all' | 'wire' | 'public' | number

const classes = new WeakMap<TablePlan, RowConstructor>()
const quad = new Float64Array(4)

export class FrozenTable implements Cells, Iterable<RowBase> {
  readonly plan: TablePlan
  readonly cells: FrozenCells
  readonly #of: SnapshotBase
  readonly #viewer: Viewer
  #rows: RowBase[] | undefined

  constructor(plan: TablePlan, cells: FrozenCells, of: SnapshotBase, viewer: Viewer) {
    this.plan = plan
    this.cells = cells
    this.#of = of
    this.#viewer = viewer
  }

  get size(): number {
    return this.cells.count
  }

  get(id: number | undefined): RowBase | undefined {
    if (id === undefined) return undefined
    const slot = this.find(id)
    return slot < 0 ? undefined : this.at(slot)
  }

  /** The slot of the live row with that id, or -1. */
  find(id: number): number {
    const { born, size } = this.cells
    const slot = slotOfId(this.plan.index, id)
    return slot >= 0 && slot < size && born[slot] >= 0 && rowId(this.plan.index, slot, born[slot]) === id ? slot : -1
  }

  /** The row of a live slot. */
  at(slot: number): RowBase {
    this.#rows ??= []
    let row = this.#rows[slot]
    if (row === undefined) {
      const Row = classes.get(this.plan) ?? rowClass(this.plan.layout, false)
      classes.set(this.plan, Row)
      row = new Row(this, slot, rowId(this.plan.index, slot, this.cells.born[slot]))
      this.#rows[slot] = row
    }
    return row
  }

  ownedBy(player: PlayerRef): RowBase | undefined {
    const { born, ints, size } = this.cells
    for (let slot = 0; slot < size; slot++) if (ints[slot] === player.id && born[slot] >= 0) return this.at(slot)
    return undefined
  }

  *allOwnedBy(player: PlayerRef): Generator<RowBase> {
    const { born, ints, size } = this.cells
    for (let slot = 0; slot < size; slot++) if (ints[slot] === player.id && born[slot] >= 0) yield this.at(slot)
  }

  *[Symbol.iterator](): Generator<RowBase> {
    const { born, size } = this.cells
    for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) yield this.at(slot)
  }

  readNumber(column: number, slot: number): number {
    const { size, ints } = this.cells
    const of = this.plan.layout.columns[column]
    switch (of.kind) {
      case 'ref': {
        const q = ints[column * size + slot]
        return q === 0 ? 0 : this.#of.idOf(of.slot.shape.refTo!, q - 1)
      }
      case 'quat': {
        const first = of.slot.column
        const part = (at: number): number => ints[(first + at) * size + slot]
        fromSmallestThree(part(0), part(1), part(2), part(3), of.slot.shape.max, quad)
        return quad[column - first]
      }
      default:
        return fromSteps(of, ints[column * size + slot])
    }
  }
  readValue(column: number, slot: number): unknown {
    return this.cells.packed[column][slot].value
  }
  knows(column: number, slot: number): boolean {
    const { audience } = this.plan.layout.columns[column]
    switch (this.#viewer) {
      case 'all':
        return true
      case 'wire':
        return audience !== 'server'
      case 'public':
        return audience === 'all'
      default:
        return audience === 'all' || (audience === 'owner' && this.cells.ints[slot] === this.#viewer)
    }
  }
}

/** What every snapshot has; snapshotClass() adds a game's table names. */
export class SnapshotBase {
  readonly plan: GamePlan
  readonly tick: number
  readonly viewer: Viewer
  /** The game's tables in its order, then the match state's. */
  readonly tables: readonly FrozenTable[]
  #hash: number | undefined
  #seen: SnapshotBase | undefined

  constructor(plan: GamePlan, tick: number, cells: readonly FrozenCells[], viewer: Viewer) {
    this.plan = plan
    this.tick = tick
    this.viewer = viewer
    this.tables = cells.map((frozen, at) => new FrozenTable(plan.tables[at] ?? plan.state, frozen, this, viewer))
  }

  get state(): RowBase {
    return this.tables[this.tables.length - 1].at(0)
  }
  get hash(): number {
    this.#hash ??= hashOf(this, this.viewer !== 'public')
    return this.#hash
  }
  /** The same tick as everybody may know it: what `move` reads at both ends. Made once. */
  get seen(): SnapshotBase {
    this.#seen ??= this.toSeen()
    return this.#seen
  }
  /** Like `seen`, and not kept: for who reads it in one tick alone. */
  toSeen(): SnapshotBase {
    const cells = this.tables.map((table) => table.cells)
    return makeSnapshot(this.plan, this.tick, cells, 'public')
  }
  /** The id of the live row at a slot, or 0. */
  idOf(entity: string, slot: number): number {
    const table = this.tables.find((one) => one.plan.name === entity)
    const born = table?.cells.born[slot] ?? -1
    return born < 0 ? 0 : rowId(table!.plan.index, slot, born)
  }
}

type SnapshotConstructor = typeof SnapshotBase
const snapshotClasses = new WeakMap<GamePlan, SnapshotConstructor>()

export function makeSnapshot(
  plan: GamePlan,
  tick: number,
  cells: readonly FrozenCells[],
  viewer: Viewer
): SnapshotBase {
  let Made = snapshotClasses.get(plan)
  if (!Made) {
    Made = class GameSnapshot extends SnapshotBase {}
    for (const { name, index } of plan.tables)
      Object.defineProperty(Made.prototype, name, {
        get(this: SnapshotBase) {
          return this.tables[index]
        },
        enumerable: true,
      })
    snapshotClasses.set(plan, Made)
  }
  return new Made(plan, tick, cells, viewer)
}

/** A world before anything was spawned, at tick 0. */
export function emptySnapshot(plan: GamePlan): SnapshotBase {
  const none = new Int32Array(0)
  const tables = plan.tables.map(({ layout }) => ({
    size: 0,
    count: 0,
    born: none,
    ints: none,
    packed: layout.columns.map(() => []),
  }))
  const { columns } = plan.state.layout
  const ints = Int32Array.from(columns, ({ zero }) => zero)
  const packed = columns.map(({ zeroValue }) => (zeroValue ? [zeroValue] : []))
  return makeSnapshot(plan, 0, [...tables, { size: 1, count: 1, born: new Int32Array(1), ints, packed }], 'all')
}

/** 32 bits over tick, rows and columns: those for everybody, and with `owned` those for owners, too. */
export function hashOf(snapshot: SnapshotBase, owned: boolean): number {
  let hash = snapshot.tick | 0
  for (const { plan, cells } of snapshot.tables) {
    const { born, ints, size, packed } = cells
    for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) hash = mix(mix(hash, slot), born[slot])
    for (const columns of owned ? [plan.shared, plan.owned] : [plan.shared])
      for (const index of columns) {
        hash = mix(hash, index)
        const { kind } = plan.layout.columns[index]
        const from = index * size
        if (kind === 'value') {
          for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) hash = mixBytes(hash, packed[index][slot].bytes)
        } else for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) hash = mix(hash, ints[from + slot])
      }
  }
  return (hash ^ (hash >>> 16)) >>> 0
}

function mixBytes(hash: number, bytes: Uint8Array): number {
  let mixed = mix(hash, bytes.length)
  for (let i = 0; i < bytes.length; i++) mixed = mix(mixed, bytes[i])
  return mixed
}

/** One round of MurmurHash3 (Austin Appleby, public domain), shortened. */
function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51)
  k = (k << 15) | (k >>> 17)
  const h = hash ^ Math.imul(k, 0x1b873593)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}
