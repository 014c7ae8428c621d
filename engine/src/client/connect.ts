// connect(): a connection, the handshake, a seat. What goes wrong on the way rejects with a typed error, and the
// connection is closed.

import { fail, TickwireError } from '../schema/errors.ts'
import { type AnyGame, planOf } from '../schema/game.ts'
import { PROTOCOL_VERSION } from '../wire/kinds.ts'
import { packAsk, unpackAnswer } from '../wire/messages.ts'
import { neutralRecord, packRecord } from '../wire/record.ts'
import type { ClientMatch } from './client-match.ts'
import { Line } from './line.ts'
import { type Joined, JoinedMatch } from './match.ts'
import { rehearse } from './rehearsal.ts'
import { type Auth, type IoOptions, openSocket, socketRedial } from './socket.ts'
import type { Redial, Transport } from './transport.ts'

export interface MatchOptions<G extends AnyGame> {
  /** 'quick': any open match or a new one; an id; or what to create: options left out are at their defaults. */
  readonly match: 'quick' | (string & {}) | { readonly create: Partial<G['options']> }
  /** At most 32 characters. */
  readonly name?: string
  /**
   * What the player does now. Called once a frame; of what is read between two ticks nothing is lost: a flag that was
   * set, or a number that was not at its default, counts in the next tick even if it is over by then.
   */
  readonly input: () => G['command']
}
export interface ConnectOptions<G extends AnyGame> extends MatchOptions<G> {
  /** Socket.IO's own client options. */
  readonly io?: IoOptions
  /** Who the player is, for the server's `authenticate`: a plain object, or a function of one, called at each attempt. */
  readonly auth?: Auth
}

/**
 * Joins a match of `game` on the server at `url` (an empty one: the page's own), and waits a moment for the first frame, so
 * that there is something to draw. A connection that is lost later is replaced by another, with the same seat, for as
 * long as the server keeps that.
 * @throws ERR_DISCONNECTED, ERR_ORIGIN, ERR_TIMEOUT where there is no way to the server; ERR_SCHEMA_MISMATCH,
 * ERR_PROTOCOL_VERSION where the page is older or newer than it; ERR_GAME_UNKNOWN, ERR_MATCH_UNKNOWN, ERR_MATCH_FULL,
 * ERR_MATCH_LOCKED, ERR_MATCH_ENDED, ERR_NAME, ERR_REFUSED, ERR_FIELD_VALUE for the match asked for; what a function given as `auth` throws
 */
export async function connect<G extends AnyGame>(
  game: G,
  url: string | undefined,
  options: ConnectOptions<G>
): Promise<ClientMatch<G>> {
  const { io, auth } = options
  const message = joinMessage(game, options)
  const transport = await openSocket(url, io, auth, message, () => rehearse(game))
  return join(transport, message, game, options, socketRedial(url, io, auth))
}

/**
 * The same over a connection that is there, or about to be. `redial` replaces it; without that a lost one ends the match.
 * @throws as connect()
 */
export async function connectOver<G extends AnyGame>(
  transport: Transport,
  game: G,
  options: MatchOptions<G>,
  redial?: Redial
): Promise<ClientMatch<G>> {
  try {
    return await join(transport, joinMessage(game, options), game, options, redial)
  } catch (error) {
    transport.close()
    throw error
  }
}

async function join<G extends AnyGame>(
  transport: Transport,
  message: Uint8Array<ArrayBuffer>,
  game: G,
  { input }: MatchOptions<G>,
  redial: Redial | undefined
): Promise<ClientMatch<G>> {
  const line = new Line(transport)
  try {
    await line.opened()
    const began = line.now()
    let { roundTrip } = transport
    // Asked first, so answered first: joining takes a tick, which is no part of the round trip.
    if (roundTrip === undefined)
      line.ask(packAsk({ ask: 'ping' })).then(
        () => {
          roundTrip = line.now() - began
        },
        () => {} // the join fails, too
      )
    const joined = unpackAnswer(await line.ask(message)) as Joined
    const took = line.now() - began
    // It is right behind: who draws at once has something to draw.
    if (transport.framed) await transport.framed()
    return new JoinedMatch({ game, line, joined, roundTrip: roundTrip ?? took, input, redial })
  } catch (error) {
    line.close()
    throw adviseReload(error)
  }
}

function joinMessage<G extends AnyGame>(game: G, { match, name = '' }: MatchOptions<G>): Uint8Array<ArrayBuffer> {
  const { options } = planOf(game)
  if (match === undefined || match === null)
    fail('ERR_USAGE', "no match is named: expected 'quick', an id, or { create }")
  return packAsk({
    ask: 'join',
    version: PROTOCOL_VERSION,
    game: game.name,
    schema: game.hash,
    match:
      typeof match === 'string'
        ? match
        : packRecord(options, { ...neutralRecord(options), ...match.create }, 'ERR_FIELD_VALUE'),
    name,
  })
}

/** A page from before the server's last update can only be loaded anew. */
function adviseReload(error: unknown): unknown {
  if (!(error instanceof TickwireError) || /reload/.test(error.reason)) return error
  const { code, reason } = error
  if (code !== 'ERR_SCHEMA_MISMATCH' && code !== 'ERR_PROTOCOL_VERSION') return error
  return new TickwireError(code, `${reason}: reload the page`, { cause: error })
}
