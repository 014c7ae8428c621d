// The only importer of socket.io. Makes the Socket.IO server, guards its door, and gives each socket of the main
// namespace a Connection for its match to write to. Everything that comes from the wire ends here or in a session:
// junk is refused, nothing it holds can throw into the process. A match is a Socket.IO room.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { TickwireError } from '@tickwire/engine'
import { FRAME_EVENT, packTell, parser } from '@tickwire/engine/wire'
import { type ServerOptions as AllIoOptions, Server as Io, type Socket } from 'socket.io'
import type { Connection, SharedFrame } from '../match/connection.ts'
import { prepare } from './frame.ts'
import { type Limits, limitsOf, Meter, type OriginRule, type Origins, originRule } from './guard.ts'
import { now, systemClock } from './loop.ts'

const ASK_EVENT = 'tickwire:ask'
const TELL_EVENT = 'tickwire:tell'

/** What a connection's session takes from its socket. */
export interface Conversation {
  /** A hot frame of this client. Never throws. */
  frame(bytes: Uint8Array): void
  /** A control message. Always answers: a refusal is an answer. */
  ask(bytes: Uint8Array): Promise<Uint8Array>
  /** The transport is gone. */
  closed(): void
}

/** Socket.IO's own options, except for what Tickwire stands on: its parser, and its own way of resuming. */
export type IoOptions = Partial<Omit<AllIoOptions, 'parser' | 'connectionStateRecovery'>>

export interface SocketOptions {
  readonly io?: IoOptions
  readonly origins?: Origins
  readonly limits?: Partial<Limits>
  readonly warn: (message: string) => void
}

type Engine = Socket['conn']
type AllowRequest = NonNullable<AllIoOptions['allowRequest']>

interface Packet {
  readonly data?: string | Uint8Array
}

const NOTHING = new Uint8Array(0)
// A message may come in this many pieces: a piece costs more than its bytes.
const MAX_FRAGMENTS = 256
// How long a connection that was thrown out may take to read why.
const LAST_WORDS_MS = 1000

export class Sockets {
  readonly io: Io
  readonly #warn: (message: string) => void
  readonly #limits: Limits
  readonly #open: (connection: Connection) => Conversation
  readonly #engines = new Set<Engine>()
  readonly #meters = new WeakMap<Engine, Meter>()
  readonly #connections = new WeakMap<Engine, Connection>()
  #closing = false

  /** Attaches to `http`. Each socket of the main namespace gets a Connection, and `open` answers for it. */
  constructor(http: HttpServer, options: SocketOptions, open: (connection: Connection) => Conversation) {
    this.#warn = options.warn
    this.#limits = limitsOf(options.limits)
    this.#open = open
    this.io = new Io(http, {
      pingInterval: 2000,
      pingTimeout: 4000,
      maxHttpBufferSize: 16 * 1024,
      perMessageDeflate: false,
      ...options.io,
      parser,
      allowRequest: this.#door(originRule(options.origins), options.io?.allowRequest),
    })
    this.#restrict()
    http.on('listening', () => this.#restrict()) // engine.io makes its WebSocket server anew then
    if (!options.io?.cors) this.io.engine.on('headers', letPageRead)
    this.io.engine.on('connection', (engine: Engine) => this.#meter(engine))
    this.io.on('connection', (socket) => this.#connect(socket))
  }

  /** Ends every connection once it was handed what is waiting for it; lets in no more. */
  async drain(): Promise<void> {
    this.#closing = true
    const closed = [...this.#engines].map((engine) => new Promise((resolve) => engine.once('close', resolve)))
    for (const engine of this.#engines) engine.close()
    await Promise.all(closed)
  }

  // Options of ws that engine.io doesn't pass on. Pings are answered by the meter, which counts them first.
  #restrict(): void {
    const { ws } = this.io.engine as unknown as { readonly ws?: { readonly options?: object } }
    if (ws?.options) Object.assign(ws.options, { autoPong: false, maxFragments: MAX_FRAGMENTS })
  }

  // The handshake: over WebSocket and long-polling alike, status 403 and the error as JSON.
  #door(rule: OriginRule, users?: AllowRequest): AllowRequest {
    return (request, decide) => {
      const refusal = this.#refusal(request, rule)
      if (!refusal) return users ? users(request, decide) : decide(null, true)
      this.#warn(`a connection was refused: ${refusal.message}`)
      sendRefusal(request, refusal)
      decide(refusal.message, false)
    }
  }

  #refusal(request: IncomingMessage, rule: OriginRule): TickwireError | undefined {
    if (this.#closing) return new TickwireError('ERR_DISCONNECTED', 'the server is closing')
    try {
      return rule(request)
    } catch (error) {
      return new TickwireError('ERR_ORIGIN', `the function given as origins threw ${String(error)}`)
    }
  }

  // Sees every message of a transport before Socket.IO's parser does, and the control frames, which it never sees.
  #meter(engine: Engine): void {
    this.#engines.add(engine)
    const meter = new Meter(this.#limits, now())
    this.#meters.set(engine, meter)
    let queued = 0
    const count = (data: string | Uint8Array = NOTHING): boolean =>
      this.#admit(engine, meter.count(data.length, now()) ?? meter.unread(queued + unread(engine)))
    const control = (): void => {
      if (engine.transport.name !== 'websocket') return
      const { socket } = engine.transport as unknown as WebSocketTransport
      socket?.on('ping', (data) => count(data) && socket.pong(data))
      socket?.on('pong', count)
    }
    control()
    engine.on('upgrade', control)
    // A WebSocket that is about to take over may ask again and again whether it may.
    engine.on('upgrading', ({ socket }: WebSocketTransport) => count() || socket?.terminate())
    engine.on('packet', ({ data }: Packet) => count(data))
    engine.on('packetCreate', ({ data = NOTHING }: Packet) => (queued += data.length))
    engine.on('flush', () => (queued = 0))
    engine.once('close', () => this.#engines.delete(engine))
  }

  /** False once the connection is ended, for `refusal` or before. */
  #admit(engine: Engine, refusal: TickwireError | undefined): boolean {
    if (engine.readyState !== 'open') return false
    if (!refusal) return true
    this.#warn(`a connection from ${engine.remoteAddress} was ended: ${refusal.message}`)
    const { code, reason } = refusal
    this.#connections.get(engine)?.notify(packTell({ tell: 'end', code, reason }))
    hangUp(engine)
    return false
  }

  #connect(socket: Socket): void {
    const engine = socket.conn
    const connection = new SocketConnection(socket, (bytes) =>
      this.#admit(engine, this.#meters.get(engine)?.unread(bytes))
    )
    const session = this.#open(connection)
    this.#connections.set(engine, connection)
    socket.on(FRAME_EVENT, (bytes: unknown) => {
      this.#guarded(() => session.frame(bytes instanceof Uint8Array ? bytes : NOTHING))
    })
    socket.on(ASK_EVENT, (...args: unknown[]) => {
      const answer = args.at(-1)
      if (typeof answer !== 'function') return
      const asked = args[0] instanceof Uint8Array ? args[0] : NOTHING
      void this.#answer(session, asked, answer as (bytes: Uint8Array) => void)
    })
    socket.on('disconnect', () => this.#guarded(() => session.closed()))
  }

  async #answer(session: Conversation, asked: Uint8Array, answer: (bytes: Uint8Array) => void): Promise<void> {
    try {
      answer(await session.ask(asked))
    } catch (error) {
      this.#warn(`a control message failed: ${String(error)}`)
    }
  }

  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#warn(`a message of a client failed: ${String(error)}`)
    }
  }
}

class SocketConnection implements Connection {
  readonly #socket: Socket
  readonly #engine: Engine
  readonly #mayWait: (bytes: number) => boolean
  /** Bytes that engine.io was handed and has not written. */
  #waiting = 0
  readonly #sizes: number[] = []

  /** @param mayWait false when the connection is closed, or was ended for leaving so many bytes unread */
  constructor(socket: Socket, mayWait: (bytes: number) => boolean) {
    this.#socket = socket
    this.#engine = socket.conn
    this.#mayWait = mayWait
  }

  get bufferedAmount(): number {
    return this.#waiting + unread(this.#engine)
  }

  sendFrame(shared: SharedFrame, head?: Uint8Array<ArrayBuffer>): void {
    if (!this.#mayWait(this.bufferedAmount)) return
    const { framed, payload, options } = prepare(shared, head)
    const tcp = directly(this.#engine)
    if (tcp) return void tcp.write(framed)
    this.#waiting += payload.length
    this.#sizes.push(payload.length)
    this.#engine.write(payload, options, this.#written)
  }

  notify(message: Uint8Array<ArrayBuffer>): void {
    this.#socket.compress(false).emit(TELL_EVENT, message)
  }

  enter(room: string): void {
    void this.#socket.join(room)
  }

  exit(room: string): void {
    void this.#socket.leave(room)
  }

  close(): void {
    this.#socket.disconnect(true)
  }

  // Called in order of writing, when the kernel (or the response of a poll) has taken the bytes.
  readonly #written = (): void => {
    this.#waiting -= this.#sizes.shift() ?? 0
  }
}

// engine.io answers a long-polling request with status 403 and JSON; the page may read it, to tell its developer. To a
// WebSocket handshake it would answer 400 and plain text, so that one is answered here, and engine.io hangs up.
function sendRefusal(request: IncomingMessage, refusal: TickwireError): void {
  const { res } = request as IncomingMessage & { readonly res?: ServerResponse }
  if (res) {
    res.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    return
  }
  const body = JSON.stringify({ code: 4, message: refusal.message })
  request.socket.end(
    'HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

// Long-polling of an allowed page on another origin. Not `cors`: that is a middleware, which turns WebTransport off.
function letPageRead(headers: Record<string, unknown>, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin === undefined) return
  headers['access-control-allow-origin'] = origin
  headers.vary = 'origin'
}

// What ws offers under engine.io's WebSocket transport, which doesn't declare that it holds one.
interface WebSocketTransport {
  readonly perMessageDeflate?: unknown
  readonly socket?: {
    readonly _socket?: Duplex | null
    on(event: 'ping' | 'pong', listener: (data: Uint8Array) => void): void
    pong(data: Uint8Array): void
    pause(): void
    terminate(): void
  }
}

// Bytes that ws wrote and the kernel has not taken; other transports write when they are asked.
function unread(engine: Engine): number {
  const { socket } = engine.transport as unknown as WebSocketTransport
  return socket?._socket?.writableLength ?? 0
}

/**
 * The TCP (or TLS) socket under a WebSocket where a whole frame may go straight to it: nothing of engine.io's is
 * waiting, and no compression reorders what is written. It is most of what a tick costs: 6 us a write against 10 by way
 * of engine.io and ws. Where the libraries look otherwise than they do now, frames take the long way.
 */
function directly(engine: Engine): Duplex | undefined {
  const { transport, writeBuffer } = engine as unknown as { transport: Engine['transport']; writeBuffer?: unknown[] }
  const { socket, perMessageDeflate } = transport as unknown as WebSocketTransport
  if (transport.name !== 'websocket' || !transport.writable || writeBuffer?.length !== 0 || perMessageDeflate)
    return undefined
  return socket?._socket ?? undefined
}

// Ends a connection once what was handed over is sent, and reads no further: a flood costs its kernel buffer.
function hangUp(engine: Engine): void {
  engine.close()
  if (engine.transport.name !== 'websocket') return
  const { socket } = engine.transport as unknown as WebSocketTransport
  socket?.pause()
  systemClock.wake(LAST_WORDS_MS, () => socket?.terminate())
}
