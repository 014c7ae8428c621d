// Ids of rows: id = 1 + table + slot * TABLES + spawnTick * TABLES * SLOTS, so that (table, slot, spawn tick) can be read
// from it. Unique over all tables of a match, as a slot has one row a tick.

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
