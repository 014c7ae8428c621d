// Makes the Socket.IO server, guards its door, and gives each socket of the main namespace a Connection for its match to
// write to. Everything that comes from the wire ends here or in a session: junk is refused, nothing it holds can throw
// into the process. A match is a Socket.IO room.

import type { Server as HttpServer, IncomingMessage } from 'node:http'
import {
  ASK_EVENT,
  type Ask,
  type Decoder,
  errorAnswer,
  FIRST_ANSWER_EVENT,
  FIRST_ASK,
  FRAME_EVENT,
  packAnswer,
  packTell,
  parser,
  TickwireError,
  unpackAsk,
} from '@tickwire/engine/wire'
import { type ServerOptions as AllIoOptions, Server as Io, type Namespace, type Socket } from 'socket.io'
import type { Connection } from '../match/connection.ts'
import type { Identity } from '../match/rules.ts'
import { Addresses, addressOf } from './addresses.ts'
import { type Authenticate, checkpoint } from './authenticate.ts'
import { type Engine, SocketConnection, type WebSocketTransport, webSocketOf } from './connection.ts'
import { door, letPageRead } from './door.ts'
import { type Limits, limitsOf, type Origins, originRule } from './guard.ts'
import { Inbound } from './inbound.ts'
import { now, systemClock } from './loop.ts'
import type { Metrics } from './metrics.ts'

/** What a connection's session takes from its socket. */
export interface Conversation {
  /** A hot frame of this client. Never throws. */
  frame(bytes: Uint8Array): void
  /** A control message, as bytes and as it reads, if it does. Always answers: a refusal is an answer. */
  ask(bytes: Uint8Array, read: Ask | undefined): Promise<Uint8Array>
  /** An answer is written: what goes with it may follow. */
  answered?(answer: Uint8Array): void
  /** The transport is gone; `forGood`: it was closed for what it did. */
  closed(forGood: boolean): void
}

/** Socket.IO's own options, except for what Tickwire stands on: its parser, and its own way of resuming. */
export type IoOptions = Partial<Omit<AllIoOptions, 'parser' | 'connectionStateRecovery'>>

export interface SocketOptions {
  readonly io?: IoOptions
  readonly origins?: Origins
  readonly limits?: Partial<Limits>
  readonly trustProxy?: number
  readonly authenticate?: Authenticate
  readonly warn: (message: string) => void
  readonly metrics: Metrics
}

// engine.io's server, as far as it is not declared.
interface EngineServer {
  readonly clients: Readonly<Record<string, Engine>>
  readonly ws?: {
    readonly options?: object
    handleUpgrade(
      request: IncomingMessage & { readonly _query?: { readonly sid?: string } },
      tcp: unknown,
      head: unknown,
      done: (socket: WebSocketTransport['socket']) => void
    ): void
  }
}

const NOTHING = new Uint8Array(0)
// Long-polling carries several messages at once, and bytes as base64.
const POLLED_GROWTH = 2
// Chunks in which the bytes of one WebSocket frame may arrive: of a byte each they cost a hundred times their size.
const MAX_CHUNKS = 32
// For so long a WebSocket that was closed may take to say so too; then its TCP connection is destroyed.
const CLOSE_MS = 2000

export class Sockets {
  readonly io: Io
  readonly addresses: Addresses
  readonly #options: SocketOptions
  readonly #limits: Limits
  readonly #trustProxy: number
  readonly #open: (connection: Connection, identity: Identity | undefined) => Conversation
  readonly #identities = new WeakMap<Socket, Identity>()
  readonly #inbound = new Map<Engine, Inbound>()
  /** Those that have their socket of the main namespace, or are about to. */
  readonly #taken = new WeakSet<Engine>()
  readonly #firstAsks = new WeakMap<Socket, Uint8Array>()
  #closing: string | undefined

  /** Attaches to `http`. Each socket of the main namespace gets a Connection, and `open` answers for it. */
  constructor(
    http: HttpServer,
    options: SocketOptions,
    open: (connection: Connection, identity: Identity | undefined) => Conversation
  ) {
    const { io = {}, origins, warn, metrics, authenticate } = options
    this.#options = options
    this.#limits = limitsOf({ messageBytes: io.maxHttpBufferSize, ...options.limits })
    this.#trustProxy = checkHops(options.trustProxy)
    this.#open = open
    this.addresses = new Addresses(this.#limits)
    this.io = new Io(http, {
      pingInterval: 2000,
      pingTimeout: 4000,
      maxHttpBufferSize: this.#limits.messageBytes * POLLED_GROWTH,
      perMessageDeflate: false,
      ...io,
      parser,
      allowRequest: door({
        origins: originRule(origins),
        addresses: this.addresses,
        trustProxy: this.#trustProxy,
        users: io.allowRequest,
        closing: () => (this.#closing === undefined ? undefined : new TickwireError('ERR_DISCONNECTED', this.#closing)),
        refused: (refusal) => {
          metrics.refused(refusal.code)
          warn(`a connection was refused: ${refusal.message}`)
        },
      }),
    })
    this.#restrict()
    http.on('listening', () => this.#restrict()) // engine.io makes its WebSocket server anew then
    if (!io.cors) this.io.engine.on('headers', letPageRead)
    this.io.engine.on('connection', (engine: Engine) => this.#guard(engine))
    this.io.on('new_namespace', (namespace: Namespace) =>
      namespace.on('connection', (socket) => this.#inbound.get(socket.conn)?.arrived())
    )
    this.io.use((socket, next) => {
      // At once: many may come before the first is let in, and each would be a seat.
      if (this.#taken.has(socket.conn)) {
        metrics.refused('ERR_USAGE')
        next(new Error('a connection has one socket of the main namespace (ERR_USAGE)'))
        return this.#hangUp(socket)
      }
      this.#taken.add(socket.conn)
      this.#takeFirstAsk(socket)
      next()
    })
    if (authenticate) {
      const addressOf = (socket: Socket): string => this.#inbound.get(socket.conn)?.address ?? ''
      const known = (socket: Socket, identity: Identity) => this.#identities.set(socket, identity)
      const refused = (socket: Socket, { code, message }: TickwireError) => {
        metrics.refused(code)
        warn(`a connection was refused: ${message}`)
        // Another try is another connection, which the address pays for.
        this.#hangUp(socket)
      }
      this.io.use(checkpoint({ authenticate, addressOf, known, refused }))
    }
    this.io.on('connection', (socket) => this.#connect(socket))
  }

  /** Counts a TCP connection of an HTTP server; false: it is to be dropped. Behind proxies theirs are not counted. */
  admits(remoteAddress: string | undefined, onClose: (hungUp: () => void) => void): boolean {
    if (this.#trustProxy > 0 || remoteAddress === undefined) return true
    if (!this.addresses.calls(remoteAddress, now())) return false
    onClose(() => this.addresses.hungUp(remoteAddress, now()))
    return true
  }

  /** Tells those who are in no match that the server goes; who is in one hears it from its match. */
  dismiss(reason: string): void {
    this.#closing = reason
    const told = packTell({ tell: 'end', code: 'ENDED', reason })
    for (const { connection } of this.#inbound.values()) if (connection?.joined === false) connection.notify(told)
  }

  /** Ends every connection once it was handed what is waiting for it; lets in no more. */
  async drain(): Promise<void> {
    this.#closing ??= 'the server is closing'
    const engines = [...this.#inbound.keys()]
    const closed = engines.map((engine) => new Promise((resolve) => engine.once('close', resolve)))
    for (const engine of engines) {
      const isOpen = engine.readyState === 'open'
      engine.close()
      // Who was not thrown out is read on: its farewell would else not be heard, and each wait a second.
      if (isOpen) webSocketOf(engine)?.resume()
    }
    await Promise.all(closed)
  }

  // Options of ws that engine.io doesn't pass on, and its WebSockets before an upgrade, which it doesn't show. Pings are
  // answered by the guard, which counts them first.
  #restrict(): void {
    const { ws, clients } = this.io.engine as unknown as EngineServer
    const { messageBytes, messageFragments } = this.#limits
    if (!ws?.options) return
    Object.assign(ws.options, {
      autoPong: false,
      maxPayload: messageBytes,
      maxFragments: messageFragments,
      maxBufferedChunks: MAX_CHUNKS,
      closeTimeout: CLOSE_MS,
    })
    const { handleUpgrade } = ws
    ws.handleUpgrade = (request, tcp, head, done) =>
      handleUpgrade.call(ws, request, tcp, head, (socket) => {
        const sid = request._query?.sid
        const engine = sid === undefined ? undefined : clients[sid]
        if (engine) this.#inbound.get(engine)?.watch(socket)
        done(socket)
      })
  }

  #guard(engine: Engine): void {
    const request = engine.request as IncomingMessage | undefined // WebTransport has none
    const address = request ? addressOf(request, this.#trustProxy) : ''
    const { metrics, warn } = this.#options
    const inbound = new Inbound(engine, {
      limits: this.#limits,
      addresses: this.addresses,
      address,
      metrics,
      warn,
    })
    this.#inbound.set(engine, inbound)
    this.addresses.opened(address, now())
    engine.once('close', () => {
      this.#inbound.delete(engine)
      this.addresses.closed(address, now())
    })
  }

  /** Once it was told why. */
  #hangUp({ conn }: Socket): void {
    systemClock.wake(0, () => conn.close())
  }

  /** What others read as `auth` is the page's own. */
  #takeFirstAsk(socket: Socket): void {
    const { [FIRST_ASK]: first, ...auth } = socket.handshake.auth
    socket.handshake.auth = auth
    if (typeof first === 'string') this.#firstAsks.set(socket, new Uint8Array(Buffer.from(first, 'base64')))
  }

  #connect(socket: Socket): void {
    const inbound = this.#inbound.get(socket.conn)
    if (!inbound) return void socket.disconnect(true)
    inbound.arrived()
    const connection = new SocketConnection(socket, this.#options.metrics, (bytes) => inbound.mayWait(bytes))
    const session = this.#open(connection, this.#identities.get(socket))
    inbound.connection = connection
    const takeFrame = (bytes: unknown): void => {
      if (socket.connected) this.#guarded(() => session.frame(bytes instanceof Uint8Array ? bytes : NOTHING))
    }
    socket.on(FRAME_EVENT, takeFrame)
    // As events frames take a microsecond more each; `socket.use()` and `onAny()` don't see them. Socket.IO's events wait
    // twice until they are heard: while one does, so do frames, and they stay in order (P6).
    const { decoder } = socket.client as unknown as { readonly decoder: Decoder }
    let waiting = 0
    const heard = (): void => {
      waiting--
    }
    const onPacket = (): void => {
      waiting++
      process.nextTick(process.nextTick, heard)
    }
    decoder.on('decoded', onPacket)
    decoder.onFrame = (bytes) => {
      if (waiting === 0) takeFrame(bytes)
      else process.nextTick(process.nextTick, takeFrame, bytes)
    }
    const ask = (asked: Uint8Array, answer: (bytes: Uint8Array) => void): void => {
      const read = readAsk(asked)
      const refusal = read && inbound.asks.count(read, now(), () => this.addresses.joins(inbound.address, now()))
      const reply = refusal ? Promise.resolve(packAnswer(errorAnswer(refusal))) : session.ask(asked, read)
      void this.#answer(reply, (bytes) => {
        answer(bytes)
        session.answered?.(bytes)
      })
    }
    socket.on(ASK_EVENT, (...args: unknown[]) => {
      const answer = args.at(-1)
      if (typeof answer !== 'function') return
      ask(args[0] instanceof Uint8Array ? args[0] : NOTHING, answer as (bytes: Uint8Array) => void)
    })
    const first = this.#firstAsks.get(socket)
    this.#firstAsks.delete(socket)
    if (first) ask(first, (bytes) => void socket.compress(false).emit(FIRST_ANSWER_EVENT, bytes))
    socket.on('disconnect', () => {
      decoder.onFrame = undefined
      decoder.off('decoded', onPacket)
      this.#taken.delete(socket.conn)
      this.#guarded(() => session.closed(inbound.isExpelled))
    })
  }

  async #answer(reply: Promise<Uint8Array>, answer: (bytes: Uint8Array) => void): Promise<void> {
    try {
      const bytes = await reply
      this.#options.metrics.told(bytes)
      answer(bytes)
    } catch (error) {
      this.#options.warn(`a control message failed: ${String(error)}`)
    }
  }

  #guarded(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#options.warn(`a message of a client failed: ${String(error)}`)
    }
  }
}

/** Undefined: it can't be read; its refusal is the session's. */
function readAsk(bytes: Uint8Array): Ask | undefined {
  try {
    return unpackAsk(bytes)
  } catch {
    return undefined
  }
}

function checkHops(hops: number = 0): number {
  if (Number.isInteger(hops) && hops >= 0) return hops
  throw new TickwireError('ERR_USAGE', `trustProxy is ${hops}; the number of proxies in front is expected, 0 or more`)
}
