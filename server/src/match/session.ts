// One connection's conversation: it joins a match, plays, asks, leaves. Nothing that comes in is trusted and nothing
// that goes wrong here reaches anybody else: a bad frame ends this connection with a typed reason.

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
import type { Lobby } from './lobby.ts'
import type { LiveMatch } from './match.ts'
import { settleName } from './names.ts'
import type { Seat } from './seats.ts'

/** Running matches that one connection may have opened. */
const MAX_OPENED = 3
/** A frame from a client has at most this many bytes. */
export const MAX_INBOUND = 4096

export class Session {
  readonly #connection: Connection
  readonly #lobby: Lobby
  #match: LiveMatch | undefined
  #seat: Seat | undefined
  #joining = false
  #opened: LiveMatch[] = []
  #closed = false

  constructor(connection: Connection, lobby: Lobby) {
    this.#connection = connection
    this.#lobby = lobby
  }

  /** A frame from the client. Never throws: a bad one ends the connection, one for a tick far away is refused by itself. */
  frame(bytes: Uint8Array): void {
    if (this.#closed) return
    try {
      this.#frame(bytes)
    } catch (error) {
      const { code, reason } =
        error instanceof TickwireError ? error : new TickwireError('ERR_FRAME_INVALID', 'the frame could not be read')
      if (code === 'ERR_COMMAND_TICK') return this.#connection.notify(packTell({ tell: 'refused', code, reason }))
      this.#connection.notify(packTell({ tell: 'end', code, reason }))
      this.#connection.close()
      this.closed()
    }
  }

  /** A control message and its answer; what goes wrong is an answer, too. */
  async ask(bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await this.#ask(unpackAsk(bytes))
    } catch (error) {
      return packAnswer(errorAnswer(error))
    }
  }

  /** The transport is gone: the seat is given up. */
  closed(): void {
    if (this.#closed) return
    this.#closed = true
    void this.#giveUp()
  }

  #frame(bytes: Uint8Array): void {
    if (bytes.length > MAX_INBOUND)
      fail('ERR_FRAME_SIZE', `a frame of ${bytes.length} bytes: expected at most ${MAX_INBOUND}`)
    const kind = kindOf(bytes)
    if (!this.#match || !this.#seat) fail('ERR_NOT_JOINED', 'a frame before joining a match')
    // What was on its way when the seat was taken away.
    if (this.#seat.state === 'gone') return
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

  async #ask(ask: Ask): Promise<Uint8Array<ArrayBuffer>> {
    switch (ask.ask) {
      case 'ping':
        return packAnswer({ ok: 'ping' })
      case 'join':
        return this.#join(ask)
      case 'leave':
        await this.#giveUp()
        return packAnswer({ ok: 'leave' })
      case 'request': {
        if (!this.#match || !this.#seat) fail('ERR_NOT_JOINED', 'a request before joining a match')
        return this.#match.request(this.#seat, ask.id, ask.name, ask.values)
      }
    }
  }

  async #join(ask: Extract<Ask, { ask: 'join' }>): Promise<Uint8Array<ArrayBuffer>> {
    if (ask.version !== PROTOCOL_VERSION)
      fail('ERR_PROTOCOL_VERSION', `protocol ${ask.version}: expected ${PROTOCOL_VERSION}; reload the page`)
    const name = settleName(ask.name)
    if (this.#joining || (this.#seat && this.#seat.state !== 'gone'))
      fail('ERR_USAGE', 'this connection is in a match already: leave it first')
    this.#joining = true
    try {
      const match = this.#find(ask)
      const seat = await match.join(name, this.#connection)
      this.#match = match
      this.#seat = seat
      if (this.#closed) void this.#giveUp()
      return packAnswer(match.admit(seat))
    } finally {
      this.#joining = false
    }
  }

  /** The match asked for. Matches that this connection had opened count until they are over. */
  #find({ game, schema, match: wanted }: Extract<Ask, { ask: 'join' }>): LiveMatch {
    this.#opened = this.#opened.filter((match) => match.ended === undefined)
    const { match, isNew } = this.#lobby.find(game, schema, wanted, this.#opened.length < MAX_OPENED)
    if (isNew) this.#opened.push(match)
    return match
  }

  async #giveUp(): Promise<void> {
    if (!this.#match || !this.#seat || this.#seat.state === 'gone') return
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
