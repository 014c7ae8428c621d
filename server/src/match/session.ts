// One connection's conversation: it joins a match or comes back to it, plays, asks, leaves. Nothing that comes in is
// trusted and nothing that goes wrong here reaches anybody else: a bad frame ends this connection with a typed reason.
// In a match that runs elsewhere the conversation goes on there, with another session, over a relay.

import {
  type Ask,
  errorAnswer,
  fail,
  kindOf,
  PROTOCOL_VERSION,
  packAnswer,
  packTell,
  planOf,
  RESYNC_REASON,
  readCommands,
  TickwireError,
  unpackAsk,
} from '@tickwire/engine/wire'
import type { Connection } from './connection.ts'
import type { AnyMatch, Lobby } from './lobby.ts'
import type { LiveMatch } from './match.ts'
import { settleName } from './names.ts'
import type { Relay, RemoteMatch } from './remote.ts'
import type { Identity } from './rules.ts'
import type { Seat } from './seat.ts'

/** Running matches that one connection may have opened. */
const MAX_OPENED = 3
/** A frame from a client has at most this many bytes. */
export const MAX_INBOUND = 4096

/** Where a session finds matches. */
export type Directory = Pick<Lobby, 'find' | 'running' | 'departure'>

export class Session {
  readonly #connection: Connection
  readonly #lobby: Directory
  readonly #identity: Identity | undefined
  #match: LiveMatch | undefined
  #seat: Seat | undefined
  /** To the remote match that it is in, or was last; then there is no seat here. */
  #relay: Relay | undefined
  #joining = false
  /** The answer to joining, until it is on its way. */
  #welcome: Uint8Array | undefined
  #opened: AnyMatch[] = []
  #closed = false
  #forGood = false

  /** `identity`: who is on the connection, where that is known. */
  constructor(connection: Connection, lobby: Directory, identity?: Identity) {
    this.#connection = connection
    this.#lobby = lobby
    this.#identity = identity
  }

  /** A frame from the client. Never throws: a bad one ends the connection, one for a tick far away is refused by itself. */
  frame(bytes: Uint8Array): void {
    if (this.#closed) return
    if (this.#relay) return this.#relay.frame(bytes)
    try {
      this.#frame(bytes)
    } catch (error) {
      const { code, reason } =
        error instanceof TickwireError ? error : new TickwireError('ERR_FRAME_INVALID', 'the frame could not be read')
      if (code === 'ERR_COMMAND_TICK') return this.#connection.notify(packTell({ tell: 'refused', code, reason }))
      this.#connection.notify(packTell({ tell: 'end', code, reason }))
      this.#connection.close()
      this.closed(true)
    }
  }

  /** A control message (`read`, where that was done) and its answer; what goes wrong is an answer, too. */
  async ask(bytes: Uint8Array, read?: Ask): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#ask(read ?? unpackAsk(bytes), bytes)
    } catch (error) {
      return packAnswer(errorAnswer(error))
    }
  }

  /** An answer that ask() gave is written. With that to joining the first frame goes; not told, it goes with the next tick. */
  answered(answer: Uint8Array): void {
    if (answer !== this.#welcome) return
    this.#welcome = undefined
    if (this.#match && this.#seat && this.#isSeated) this.#match.greet(this.#seat)
  }

  /** The transport is gone. The seat is kept for a while, unless it was closed `forGood`. */
  closed(forGood = false): void {
    if (this.#closed) return
    this.#closed = true
    this.#forGood = forGood
    this.#relay?.closed(forGood)
    if (forGood) void this.#giveUp()
    else this.#lose()
  }

  /** Whether this connection has a seat: it loses it when the player is out, and when another connection takes it. */
  get #isSeated(): boolean {
    if (this.#relay) return this.#relay.isSeated
    return this.#seat !== undefined && this.#seat.state !== 'gone' && this.#seat.connection === this.#connection
  }

  #frame(bytes: Uint8Array): void {
    if (bytes.length > MAX_INBOUND)
      fail('ERR_FRAME_SIZE', `a frame of ${bytes.length} bytes: expected at most ${MAX_INBOUND}`)
    const kind = kindOf(bytes)
    if (!this.#match || !this.#seat) fail('ERR_NOT_JOINED', 'a frame before joining a match')
    // What was on its way when the seat was taken away.
    if (!this.#isSeated) return
    this.#seat.token?.heard()
    switch (kind) {
      case 'commands': {
        const { command } = planOf(this.#match.game)
        return this.#match.commands(this.#seat, readCommands(bytes, command, this.#match.tick))
      }
      case 'resync':
        return this.#match.resync(this.#seat, wordOf(bytes) === RESYNC_REASON.unsound ? 'unsound' : 'unreadable')
      case 'learned':
        return this.#match.learned(this.#seat, wordOf(bytes))
      case 'state':
        fail('ERR_FRAME_KIND', 'a state frame from a client: expected commands, resync or learned')
    }
  }

  async #ask(ask: Ask, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const isOfSeat = ask.ask === 'leave' || ask.ask === 'request'
    if (isOfSeat && this.#relay?.isSeated) return this.#relay.ask(bytes)
    switch (ask.ask) {
      case 'ping':
        return packAnswer({ ok: 'ping' })
      case 'join':
        return this.#join(ask, bytes)
      case 'resume':
        return this.#resume(ask, bytes)
      case 'leave':
        await this.#giveUp()
        return packAnswer({ ok: 'leave' })
      case 'request': {
        if (!this.#match || !this.#seat || !this.#isSeated)
          fail('ERR_NOT_JOINED', 'a request of one who is in no match')
        return this.#match.request(this.#seat, ask.id, ask.name, ask.values)
      }
    }
  }

  async #join(ask: Extract<Ask, { ask: 'join' }>, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkFree(ask.version)
    const name = settleName(this.#identity?.name ?? ask.name)
    this.#joining = true
    try {
      const match = this.#find(ask)
      if ('connect' in match) return await this.#relayTo(match).ask(bytes, true)
      const seat = await match.join(name, this.#connection, this.#identity)
      this.#enter(match, seat)
      if (this.#forGood) void this.#giveUp()
      else if (this.#closed) this.#lose()
      const answer = packAnswer(match.admit(seat, this.#connection))
      this.#welcome = answer
      return answer
    } finally {
      this.#joining = false
    }
  }

  async #resume(ask: Extract<Ask, { ask: 'resume' }>, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    this.#checkFree(ask.version)
    const match = this.#lobby.running(ask.game, ask.schema, ask.match)
    if (match && 'connect' in match) return this.#resumeOver(match, bytes)
    const resumed = match?.resume(ask, this.#connection, this.#identity)
    if (!match || !resumed) {
      const gone = this.#lobby.departure(ask.match, ask.player, ask.token)
      if (gone) return packAnswer({ error: gone.code, message: gone.reason })
      // The same whatever is wrong: there is nothing to learn from it.
      fail('ERR_SEAT', 'there is no such seat, or it is another')
    }
    const [seat, answer] = resumed
    this.#enter(match, seat)
    return packAnswer(answer)
  }

  async #resumeOver(match: RemoteMatch, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    this.#joining = true
    try {
      return await this.#relayTo(match).ask(bytes)
    } finally {
      this.#joining = false
    }
  }

  #enter(match: LiveMatch, seat: Seat): void {
    this.#hangUp()
    this.#match = match
    this.#seat = seat
  }

  #relayTo(match: RemoteMatch): Relay {
    if (this.#relay?.match !== match) {
      this.#hangUp()
      this.#relay = match.connect(this.#connection, this.#identity)
    }
    return this.#relay
  }

  #hangUp(): void {
    this.#relay?.closed(true)
    this.#relay = undefined
  }

  /** Whether it may have a seat at all, and has none. */
  #checkFree(version: number): void {
    if (version !== PROTOCOL_VERSION)
      fail('ERR_PROTOCOL_VERSION', `protocol ${version}: expected ${PROTOCOL_VERSION}; reload the page`)
    if (this.#joining || this.#isSeated) fail('ERR_USAGE', 'this connection is in a match already: leave it first')
    if (this.#closed) fail('ERR_DISCONNECTED', 'the connection is gone')
  }

  /** The match asked for. Matches that this connection had opened count until they are over. */
  #find({ game, schema, match: wanted }: Extract<Ask, { ask: 'join' }>): AnyMatch {
    this.#opened = this.#opened.filter((match) => match.ended === undefined)
    const { match, isNew } = this.#lobby.find(
      game,
      schema,
      wanted,
      this.#opened.length < MAX_OPENED,
      this.#identity?.id
    )
    if (isNew) this.#opened.push(match)
    return match
  }

  #lose(): void {
    if (this.#relay) return
    if (this.#match && this.#seat && this.#isSeated) this.#match.lost(this.#seat)
  }

  async #giveUp(): Promise<void> {
    if (this.#relay || !this.#match || !this.#seat || !this.#isSeated) return
    try {
      await this.#match.leave(this.#seat)
    } catch {
      // The match is over: it has no seats to give back.
    }
  }
}

/** The one byte that a frame says behind its kind. */
function wordOf(bytes: Uint8Array): number {
  if (bytes.length < 2) fail('ERR_FRAME_TRUNCATED', 'a frame of 1 byte: expected 2')
  if (bytes.length > 2) fail('ERR_FRAME_INVALID', `a frame of ${bytes.length} bytes: expected 2`)
  return bytes[1]
}
