// A match that runs elsewhere, in a thread of its own: what a lobby and its sessions know of it here. They choose it as
// any other; from then on what a connection says goes there as it came, and is read there by a session of its own.

import type { AnyGame } from '@tickwire/engine'
import type { Values } from '@tickwire/engine/wire'
import type { Connection } from './connection.ts'
import type { Trouble } from './match.ts'
import type { Identity } from './rules.ts'

/** As a LiveMatch has them; each as of a moment ago. */
export interface RemoteMatch {
  readonly id: string
  readonly game: AnyGame
  readonly players: { readonly size: number }
  readonly capacity: number
  readonly locked: boolean
  readonly open: boolean
  readonly ended: string | undefined
  readonly troubles: Readonly<Record<Trouble, number>>
  expects(person: string): boolean
  end(reason: string): void
  /**
   * The relay of a connection: it has one, for as long as it is not closed.
   * @throws ERR_USAGE for an identity that can't go there
   */
  connect(connection: Connection, identity: Identity | undefined): Relay
}

/** One connection's way to a remote match. What it brings back goes to the connection. */
export interface Relay {
  readonly match: RemoteMatch
  /** Whether the connection has a seat there. */
  readonly isSeated: boolean
  frame(bytes: Uint8Array): void
  /** A control message; the answer to one that `joins` takes a seat. */
  ask(bytes: Uint8Array, joins?: boolean): Promise<Uint8Array<ArrayBuffer>>
  /** Nothing comes from the connection any more, as Session.closed() has it. */
  closed(forGood: boolean): void
}

export interface RemoteSetup {
  readonly id: string
  readonly game: AnyGame
  /** Settled. */
  readonly options: Values
  readonly seed: number
}

/** Where a game's matches run, if not here. */
export interface Elsewhere {
  /** What was learned there last, packed. */
  readonly prior: Uint8Array<ArrayBuffer> | undefined
  /** @throws ERR_RATE_LIMIT where there is no room for one more */
  open(setup: RemoteSetup): RemoteMatch
}
