// Rows and tables as types: a row is its values plus who it is. A writable row is a nominal type of its own:
// TypeScript lets a readonly property pass for a writable one, so without the brand a view row would fit a helper
// that writes. `kind` keeps a ship's row out of the table of shots; functions beside the game needn't know it.

import type { Entity } from './entity.ts'
import type { Frozen } from './field.ts'

declare const writable: unique symbol
declare const kind: unique symbol

export interface RowId {
  /** Unique over all tables of a match; never comes back. */
  readonly id: number
  /** The id of the player that it belongs to. */
  readonly owner: number | undefined
}
export interface Writable<K> extends RowId {
  readonly [writable]: true
  readonly [kind]?: K | undefined
}

export type WorldRow<K, V> = V & Writable<K>
export type ReadRow<V> = { readonly [K in keyof V]: Frozen<V[K]> } & RowId
/** What a client, or `move`, sees of anybody's row: what is not for all may be missing. */
export type SeenRow<V, Own> = { readonly [K in keyof V]: Frozen<V[K]> | (K extends Own ? undefined : never) } & RowId
/** What a client may hold of a row of its own. */
export type Known<V, Hidden> = string extends Hidden ? V : [Hidden] extends [never] ? V : Omit<V, Hidden & keyof V>
export type SpawnValues<V, Init> = [Init] extends [never]
  ? V
  : { [K in Exclude<keyof V, Init>]: V[K] } & { [K in keyof V & Init]?: V[K] }

/** Anything that stands for a player: 1 to 65,535, unique in its match. */
export interface PlayerRef {
  readonly id: number
}

/** Rows in slot order. A loop skips what was despawned and doesn't visit what was spawned during it. */
export interface ReadTable<Row> extends Iterable<Row> {
  readonly size: number
  /** Takes a ref as it is: no row has the id `undefined`. */
  get(id: number | undefined): Row | undefined
  /** The player's first row. */
  ownedBy(player: PlayerRef): Row | undefined
  /** All of the player's rows. */
  allOwnedBy(player: PlayerRef): Iterable<Row>
}
export interface Table<K, V, Values> extends ReadTable<WorldRow<K, V>> {
  /** @throws ERR_FIELD_VALUE for a missing or impossible value, ERR_TABLE_FULL past the entity's `maxRows`. */
  spawn(values: Values, owner?: PlayerRef): WorldRow<K, V>
  /** Of `undefined` and of a row that is gone already: nothing. */
  despawn(row: Writable<K> | undefined): void
  /** A car changes its driver. @throws ERR_ROW_GONE */
  give(row: Writable<K>, owner: PlayerRef | undefined): void
}

/** Names that a world, a view or a snapshot uses itself. */
export type ReservedTable =
  | 'tick'
  | 'state'
  | 'hash'
  | 'snapshot'
  | 'tables'
  | 'plan'
  | 'viewer'
  | 'seen'
  | 'idOf'
  | 'cells'
  | 'take'

export type TableOf<K, E> = E extends Entity<infer V, any, any, infer I> ? Table<K, V, SpawnValues<V, I>> : never
export type ReadTableOf<E> = E extends Entity<infer V> ? ReadTable<ReadRow<V>> : never
export type SeenTableOf<E> = E extends Entity<infer V, infer O, infer H> ? ReadTable<SeenRow<Known<V, H>, O>> : never
export type SeenTables<E extends Record<string, Entity>> = { readonly [K in keyof E]: SeenTableOf<E[K]> }

/** For functions beside the game: `function hit(ship: Row<typeof Ship>)`. It needs no `typeof arena`, so `move` may call it. */
export type Row<E extends Entity> = E extends Entity<infer V> ? V & Writable<any> : never
