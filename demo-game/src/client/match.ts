// The match as the page's files know it.

import type { ClientMatch } from '@tickwire/engine/client'
import type { Arena } from '../game.ts'

export type ArenaMatch = ClientMatch<Arena>
declare global {
  /** The page's match, for the console. */
  var match: ArenaMatch | undefined
}
export type View = ArenaMatch['view']
type RowOf<Table> = Table extends Iterable<infer Row> ? Row : never
export type ShipRow = RowOf<View['ship']>
export type ShotRow = RowOf<View['shot']>
export type RockRow = RowOf<View['rock']>
export type PickupRow = RowOf<View['pickup']>
export type PilotRow = RowOf<View['pilot']>

/** The score line of the player that a row belongs to. */
export function pilotOf(view: View, owner: number | undefined): PilotRow | undefined {
  return owner === undefined ? undefined : view.pilot.ownedBy({ id: owner })
}

/** Whether the system asks for less movement. */
export function prefersStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
