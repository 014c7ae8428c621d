// What connect() gives: a match as a page uses it.

import type { TickwireError } from '../schema/errors.ts'
import type { AnyGame } from '../schema/game.ts'
import type { PlayerRef, SeenTableOf } from '../schema/row.ts'
import type { PlayerInfo } from '../wire/messages.ts'
import type { Stats } from './stats.ts'
import type { ViewOwn, ViewTableOf } from './view.ts'

export type MatchStatus = 'playing' | 'reconnecting' | 'ended'

export interface ClientMatch<G extends AnyGame> {
  readonly id: string
  /** What the match was created with. */
  readonly options: G['options']
  /** What to draw; as frame() left it. */
  // Written out rather than `View<G>`, `EventName<G>`: an error then names the tables and events, not the whole game.
  readonly view: { readonly [K in keyof G['entities']]: ViewTableOf<G['entities'][K]> } & ViewOwn<G['state']>
  /** `view.state`. */
  readonly state: Readonly<G['state']>
  /**
   * The newest tick that came from the server, as everybody may know it: whole, read-only, not smoothed. Other players are
   * drawn behind it, what is predicted ahead of it. For tools and debug displays: draw `view`. Undefined until one came.
   */
  readonly newest: NewestWorld<G> | undefined
  /** This player. */
  readonly me: PlayerInfo
  /** The same. */
  readonly player: PlayerRef & PlayerInfo
  /** Everybody in the match, by id. */
  readonly players: ReadonlyMap<number, PlayerInfo>
  /**
   * 'reconnecting' while the connection is lost: the screen comes to rest, and goes on from the present once it is back, with
   * every event in between. 'ended' for good.
   */
  readonly status: MatchStatus
  /** `stats.congested`: true while the connection takes no commands, so that a game can say so. */
  readonly congested: boolean
  readonly stats: Stats
  /** The reason, once the match is over for this player. */
  readonly ended: Promise<string>
  /**
   * What ended it, once it is over: 'ENDED' by the rules, 'KICKED', 'LEFT' of one's own accord, ERR_SEAT_EXPIRED where the
   * connection was lost for too long, ERR_DISCONNECTED where seats don't outlive it, ERR_REPLACED where the player plays on
   * elsewhere, or the code of what the server refused, such as ERR_RATE_LIMIT.
   */
  readonly endCode: string | undefined
  /**
   * Advances to `now` (ms of any steady clock, as requestAnimationFrame gives it): reads the input, predicts, draws the
   * view, delivers events. @throws what `move`, `input` or a handler throws
   */
  frame(now: number): void
  /**
   * Calls `handler` when the tick at which the event happened is drawn: each once, in order; at once for what `move` is
   * predicted to emit here. While nothing is drawn (a
   * hidden tab) it is called when that tick would be; what it throws then comes out of the next frame().
   * @returns what ends it
   */
  on<K extends keyof G['events'] & string>(
    event: K,
    handler: (values: Readonly<G['events'][K]['values']>) => void
  ): () => void
  onStatus(handler: (status: MatchStatus) => void): () => void
  /**
   * Calls `handler` when the server refuses something that this client sent, and the match goes on: ERR_COMMAND_TICK for
   * commands stamped for a tick too far away. What it throws comes out of the next frame(). @returns what ends it
   */
  onError(handler: (error: TickwireError) => void): () => void
  /**
   * Asks the match; resolves once the state that the answer belongs to is here. Where the connection is lost meanwhile it is
   * asked again over the next, and runs once.
   * Rejects with ERR_REQUEST for what the game does not declare, ERR_REFUSED or a code of the game's, ERR_MATCH_ENDED,
   * ERR_DISCONNECTED, ERR_TIMEOUT.
   */
  request<K extends keyof G['requests'] & string>(
    name: K,
    ask: G['requests'][K]['ask']
  ): Promise<G['requests'][K]['answer']>
  /** Gives the seat back. Resolves once the server knows, or can't be reached. */
  leave(): Promise<void>
}

export type NewestWorld<G extends AnyGame> = { readonly [K in keyof G['entities']]: SeenTableOf<G['entities'][K]> } & {
  readonly tick: number
  readonly state: Readonly<G['state']>
}
