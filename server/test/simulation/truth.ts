// What the server's world was at each tick, and whether a viewer's snapshot of it is the same. A snapshot is one number a
// tick: over every column that the viewer may know, and over nothing in those that it may not (there a client must hold
// nothing). Where two numbers differ the cells are compared one by one, to say which.
//
// Hashed here and not with Snapshot.hash, so that a fault in that is seen, too.

import type { SnapshotBase, TablePlan } from '@tickwire/engine/wire'

type Column = TablePlan['layout']['columns'][number]
type Cells = SnapshotBase['tables'][number]['cells']

interface Sides {
  readonly shared: readonly Column[]
  readonly hidden: readonly Column[]
}
const sides = new WeakMap<TablePlan, Sides>()

/** A table's columns, those for all and the others. */
function sidesOf(plan: TablePlan): Sides {
  let of = sides.get(plan)
  if (of === undefined) {
    const { columns } = plan.layout
    const shared = columns.filter(({ audience }) => audience === 'all')
    of = { shared, hidden: columns.filter((column) => !shared.includes(column)) }
    sides.set(plan, of)
  }
  return of
}

/** How many ticks are kept. */
const KEPT = 400

interface Moment {
  readonly snapshot: SnapshotBase
  readonly shared: number
  /** By player. */
  readonly owned: Map<number, number>
}

export class Truth {
  readonly #moments = new Map<number, Moment>()
  /** Who ever owned which row: what an owner was told may stay where it was, unread. */
  readonly #owners = new Set<string>()
  readonly #last: Cells[] = []

  /** Notes a tick's world, and what each of `players` may know of it alone. */
  note(snapshot: SnapshotBase, players: Iterable<number>): void {
    this.#noteOwners(snapshot)
    const owned = new Map<number, number>()
    for (const player of players) owned.set(player, this.#hashHidden(snapshot, player, true))
    this.#moments.set(snapshot.tick, { snapshot, shared: hashShared(snapshot), owned })
    this.#moments.delete(snapshot.tick - KEPT)
  }

  /** Undefined: `player` holds what it should; else the first that differs. */
  difference(held: SnapshotBase, player: number): string | undefined {
    const moment = this.#moments.get(held.tick)
    if (!moment) return `tick ${held.tick}: there was no such tick, or it is long ago`
    const { snapshot, shared } = moment
    const owned = moment.owned.get(player) ?? this.#hashHidden(snapshot, player, true)
    if (shared === hashShared(held) && owned === this.#hashHidden(held, player, false)) return undefined
    return `tick ${held.tick}: ${this.#firstDifference(snapshot, held, player)}`
  }

  #noteOwners({ tables }: SnapshotBase): void {
    for (const [at, { plan, cells }] of tables.entries()) {
      if (plan.owned.length === 0) continue
      const { born, ints, size } = cells
      const last = this.#last[at]
      for (let slot = 0; slot < size; slot++)
        if (born[slot] >= 0 && ints[slot] > 0 && (ints[slot] !== last?.ints[slot] || born[slot] !== last.born[slot]))
          this.#owners.add(`${ints[slot]} ${at} ${slot} ${born[slot]}`)
      this.#last[at] = cells
    }
  }

  #leaks(column: Column, table: number, cells: Cells, slot: number, player: number): boolean {
    if (isNothing(column, cells, slot)) return false
    return column.audience === 'server' || !this.#owners.has(`${player} ${table} ${slot} ${cells.born[slot]}`)
  }

  /** Over columns that are not for all. What `player` may not know counts as nothing if `mask`, else as what is there. */
  #hashHidden({ tables }: SnapshotBase, player: number, mask: boolean): number {
    let hash = player
    for (let at = 0; at < tables.length; at++) {
      const { plan, cells } = tables[at]
      const { born, ints, size } = cells
      for (const column of sidesOf(plan).hidden) {
        const isOwned = column.audience === 'owner'
        if (mask && !isOwned) continue
        for (let slot = 0; slot < size; slot++) {
          if (born[slot] < 0) continue
          if (isOwned && ints[slot] === player) hash = mixCell(hash, column, cells, slot)
          else if (!mask && this.#leaks(column, at, cells, slot, player)) hash = mix(hash, 1 + column.index)
        }
      }
    }
    return hash
  }

  #firstDifference(truth: SnapshotBase, held: SnapshotBase, player: number): string {
    for (const [at, { plan, cells }] of truth.tables.entries()) {
      const other = held.tables[at].cells
      for (let slot = 0; slot < Math.max(cells.size, other.size); slot++) {
        const [born, heldBorn] = [cells.born[slot] ?? -1, other.born[slot] ?? -1]
        const row = `${plan.name} in slot ${slot}`
        if (born !== heldBorn) return `${row}, ${lifeOf(heldBorn)}, expected one ${lifeOf(born)}`
        if (born < 0) continue
        for (const column of plan.layout.columns) {
          const mayKnow = column.audience === 'all' || (column.audience === 'owner' && cells.ints[slot] === player)
          const name = `${plan.name}.${column.name.trim() || 'owner'} of slot ${slot} (born at ${born})`
          const found = shown(column, other, slot)
          if (mayKnow && found !== shown(column, cells, slot))
            return `${name} is ${found}, expected ${shown(column, cells, slot)}`
          if (!mayKnow && this.#leaks(column, at, other, slot, player))
            return `${name} is ${found}: it is for ${column.audience} only, and leaked`
        }
      }
    }
    return 'their hashes differ, their cells do not: one was changed after it was made'
  }
}

function mix(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}

function mixCell(hash: number, column: Column, cells: Cells, slot: number): number {
  if (column.kind !== 'value') return mix(hash, cells.ints[column.index * cells.size + slot])
  const { bytes } = cells.packed[column.index][slot]
  let mixed = mix(hash, bytes.length)
  for (let at = 0; at < bytes.length; at++) mixed = mix(mixed, bytes[at])
  return mixed
}

function hashShared({ tick, tables }: SnapshotBase): number {
  let hash = tick
  for (const { plan, cells } of tables) {
    const { born, ints, size } = cells
    for (let slot = 0; slot < size; slot++) if (born[slot] >= 0) hash = mix(mix(hash, slot), born[slot])
    for (const column of sidesOf(plan).shared) {
      const isValue = column.kind === 'value'
      const from = column.index * size
      for (let slot = 0; slot < size; slot++)
        if (born[slot] >= 0) hash = isValue ? mixCell(hash, column, cells, slot) : mix(hash, ints[from + slot])
    }
  }
  return hash
}

function isNothing(column: Column, cells: Cells, slot: number): boolean {
  if (column.kind === 'value') {
    const packed = cells.packed[column.index][slot]
    return packed === undefined || packed === column.zeroValue
  }
  const value = cells.ints[column.index * cells.size + slot]
  return value === 0 || value === column.zero
}

function lifeOf(born: number): string {
  return born < 0 ? 'that is not there' : `born at ${born}`
}

function shown(column: Column, cells: Cells, slot: number): string {
  if (column.kind !== 'value') return `${cells.ints[column.index * cells.size + slot]} steps`
  return JSON.stringify(cells.packed[column.index][slot]?.value)
}
