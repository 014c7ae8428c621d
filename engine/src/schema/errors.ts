// Every refusal of the engine: a code to switch on, and a sentence that says what was found and what was expected.

/** The codes of everything that Tickwire throws or answers with. `PROTOCOL.md` and the README list when each occurs. */
export type ErrorCode =
  /** A game definition that cannot be: bounds, names, rates, sizes. */
  | 'ERR_SCHEMA'
  /** A value that its field does not allow: NaN, Infinity, a name that is not among the choices. */
  | 'ERR_FIELD_VALUE'
  /** A row that was despawned, or that belongs to another table or world. */
  | 'ERR_ROW_GONE'
  /** A table that holds all the rows it can. */
  | 'ERR_TABLE_FULL'
  /** A frame that ends before what it announces. */
  | 'ERR_FRAME_TRUNCATED'
  /** A frame whose content breaks a rule of PROTOCOL.md. */
  | 'ERR_FRAME_INVALID'
  /** A frame of a kind or version that this side does not know. */
  | 'ERR_FRAME_KIND'
  /** A frame that is larger than its kind may be. */
  | 'ERR_FRAME_SIZE'
  /** A delta against a snapshot that the receiver does not hold. */
  | 'ERR_FRAME_BASELINE'
  /** A frame that was sent before the sender joined a match. */
  | 'ERR_NOT_JOINED'
  /** A command stamped for a tick that is too far from the match's. */
  | 'ERR_COMMAND_TICK'
  /** A control message (join, request, answer) that is malformed or too large. */
  | 'ERR_MESSAGE'
  /** A page from an origin that the server does not allow. */
  | 'ERR_ORIGIN'
  /** A client built from another protocol version. It should reload. */
  | 'ERR_PROTOCOL_VERSION'
  /** A client built from another schema. It should reload. */
  | 'ERR_SCHEMA_MISMATCH'
  /** A player's name that is too long or not well-formed. */
  | 'ERR_NAME'
  /** No match has that id. */
  | 'ERR_MATCH_UNKNOWN'
  /** Every seat of the match is taken. */
  | 'ERR_MATCH_FULL'
  /** The match takes no new players. */
  | 'ERR_MATCH_LOCKED'
  /** The match is over. */
  | 'ERR_MATCH_ENDED'
  /** The server hosts no such game. */
  | 'ERR_GAME_UNKNOWN'
  /** A rule refused a join or a request by throwing, or `authenticate` a connection. */
  | 'ERR_REFUSED'
  /** A request that the game does not declare, or with values that its schema does not allow. */
  | 'ERR_REQUEST'
  /** The connection is gone, or was never made. */
  | 'ERR_DISCONNECTED'
  /** No answer came in time. */
  | 'ERR_TIMEOUT'
  /** Too many messages, or too large ones. */
  | 'ERR_RATE_LIMIT'
  /** A connection too slow for what it must get: events that can't be left out. */
  | 'ERR_CONGESTED'
  /** Nobody may come back to a seat so: another match, player, token or identity than it was given to. */
  | 'ERR_SEAT'
  /** The player was away for longer than its seat was kept. */
  | 'ERR_SEAT_EXPIRED'
  /** The same player came back over another connection, or as another page: it plays on there. */
  | 'ERR_REPLACED'
  /** The port is taken by another process. */
  | 'ERR_PORT_IN_USE'
  /** Something was used in a way that it does not support. */
  | 'ERR_USAGE'

/** An error with a documented `code`; the message says what was found and what was expected. */
export class TickwireError extends Error {
  readonly code: ErrorCode
  /** The message without its code: what the other end is told beside the code. */
  readonly reason: string
  constructor(code: ErrorCode, reason: string, options?: { cause?: unknown }) {
    super(`${reason} (${code})`, options)
    this.name = 'TickwireError'
    this.code = code
    this.reason = reason
  }
}

/**
 * @throws TickwireError with the given code, always. Say what was found and what was expected: production builds leave that
 * out where it is for the game's developer (engine/build/lean.ts).
 */
export function fail(code: ErrorCode, message = 'a development build says what is wrong'): never {
  throw new TickwireError(code, message)
}

/** @throws TickwireError where something has a name that nobody reads: it is misspelt, and types were not checked. */
export function checkKnown(given: object, names: readonly string[], what: string, code: ErrorCode): void {
  for (const name of Object.keys(given))
    if (!names.includes(name)) fail(code, `${what} has no '${name}': expected any of ${names.join(', ')}`)
}
