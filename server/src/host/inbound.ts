// One transport's connection as the guard sees it: every message is counted before Socket.IO's parser gets it, and the
// control frames, which it never gets. Too fast: nothing is read for a while. Too fast for too long, or too much that it
// does not read: it is told why and ended, and its address pays.

import { packTell, TickwireError } from '@tickwire/engine/wire'
import type { Addresses } from './addresses.ts'
import { Asks } from './asks.ts'
import {
  type Engine,
  forgetMask,
  inTurns,
  isPassedOn,
  putOffTimeout,
  type SocketConnection,
  shortcut,
  unread,
  type WebSocketTransport,
  webSocketOf,
} from './connection.ts'
import { type Limits, Meter, tooRich } from './guard.ts'
import { now, systemClock } from './loop.ts'
import type { Metrics } from './metrics.ts'

type WebSocket = NonNullable<WebSocketTransport['socket']>

interface Packet {
  readonly data?: string | Uint8Array
}

const NOTHING = new Uint8Array(0)
// How long a connection that was thrown out may take to read why.
const LAST_WORDS_MS = 1000
// And one that broke the rules of WebSocket, to get its close frame.
const LAST_FRAME_MS = 100
// What ws says of a message in too many pieces or chunks, and of one that is too long.
const IN_PIECES = 'WS_ERR_TOO_MANY_BUFFERED_PARTS'
const TOO_LONG = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'

export interface InboundOptions {
  readonly limits: Limits
  readonly addresses: Addresses
  /** Whose connection it is; empty where that can't be known. */
  readonly address: string
  readonly metrics: Metrics
  readonly warn: (message: string) => void
}

export class Inbound {
  /** The socket of the main namespace, once there is one. */
  connection: SocketConnection | undefined
  /** What it asks for, whichever socket of it does. */
  readonly asks: Asks
  /** It was ended for what it did. */
  isExpelled = false
  readonly address: string
  readonly #engine: Engine
  readonly #options: InboundOptions
  readonly #meter: Meter
  readonly #stopWaiting: () => void
  #queued = 0
  #isPaused = false

  constructor(engine: Engine, options: InboundOptions) {
    this.#engine = engine
    this.#options = options
    this.address = options.address
    this.asks = new Asks(options.limits)
    this.#meter = new Meter(options.limits, now())
    const { connectSeconds } = options.limits
    this.#stopWaiting = systemClock.wake(connectSeconds * 1000, () =>
      this.#end(new TickwireError('ERR_TIMEOUT', `no namespace within ${connectSeconds} s`))
    )
    closeDeaf(engine)
    const socket = webSocketOf(engine)
    this.watch(socket)
    if (socket) shortcut(socket, this.#take)
    engine.on('upgrade', ({ socket }: WebSocketTransport) => socket && shortcut(socket, this.#take))
    // A WebSocket that is about to take over may ask again and again whether it may.
    engine.on('upgrading', ({ socket }: WebSocketTransport) => this.#count(NOTHING) || socket?.terminate())
    engine.on('packet', ({ data = NOTHING }: Packet) => {
      putOffTimeout(engine)
      this.#count(data)
    })
    engine.on('packetCreate', ({ data = NOTHING }: Packet) => {
      this.#queued += data.length
    })
    engine.on('flush', () => {
      this.#queued = 0
    })
    engine.once('close', this.#stopWaiting)
  }

  /** It is in a namespace. */
  arrived(): void {
    this.#stopWaiting()
  }

  /** Whether so many bytes may wait to be read. False once the connection is ended, for that or before. */
  mayWait(bytes: number): boolean {
    return this.#admit(this.#meter.unread(bytes), false)
  }

  /**
   * Counts the control frames of a WebSocket, also of one that may take over from long-polling one day. Pings are answered
   * here, once they are counted: ws is told not to (see socket.ts).
   */
  watch(socket: WebSocketTransport['socket']): void {
    socket?.on('ping', (data) => {
      const isFine = this.#count(data) && this.#meter.pausedUntil <= now()
      if (isFine && socket === webSocketOf(this.#engine)) socket.pong(data)
    })
    socket?.on('pong', (data) => this.#count(data))
    socket?.on('error', ({ code }) => {
      this.#broke(code)
      systemClock.wake(LAST_FRAME_MS, () => socket.terminate())
    })
  }

  /** A message of a player, most of which are commands. */
  readonly #take = (data: Uint8Array): boolean => {
    if (!this.connection?.joined || !isPassedOn(this.#engine)) return false
    if (this.#count(data)) this.connection.receive(data)
    return true
  }

  #count(data: string | Uint8Array): boolean {
    const { metrics, limits } = this.#options
    const socket = webSocketOf(this.#engine)
    const at = now()
    metrics.messagesIn++
    metrics.bytesIn += data.length
    const waits = unread(this.#engine)
    const tooFast = this.#meter.count(data.length, at, socket !== undefined)
    // What the kernel takes within this turn is not memory that a stranger holds.
    const tooMuch = this.connection?.joined
      ? undefined
      : (this.#meter.unread(waits, limits.unjoinedBytes) ?? (typeof data === 'string' ? tooRich(data) : undefined))
    const fault = tooFast ?? tooMuch
    const isLet = this.#admit(fault ?? this.#meter.unread(this.#queued + waits), fault !== undefined)
    if (isLet && socket && this.#meter.pausedUntil > at) this.#pause(socket)
    if (socket && !this.connection?.joined) forgetMask(socket)
    return isLet
  }

  #pause(socket: WebSocket): void {
    if (this.#isPaused) return
    this.#isPaused = true
    this.#options.metrics.throttled++
    socket.pause()
    inTurns(socket, true)
    this.#resume(socket)
  }

  // Later than it was meant at first, where what had been read already cost more.
  #resume(socket: WebSocket): void {
    const left = this.#meter.pausedUntil - now()
    if (left > 0) {
      systemClock.wake(Math.ceil(left), () => this.#resume(socket))
      return
    }
    this.#isPaused = false
    if (this.#engine.readyState !== 'open') return
    inTurns(socket, false)
    socket.resume()
  }

  #admit(refusal: TickwireError | undefined, isFault: boolean): boolean {
    if (this.#engine.readyState !== 'open') return false
    if (!refusal) return true
    this.#end(refusal)
    if (isFault) this.#options.addresses.penalise(this.address, now())
    return false
  }

  #end(refusal: TickwireError): void {
    if (this.#engine.readyState !== 'open') return
    this.isExpelled = true
    const { code, reason } = refusal
    this.#options.warn(`a connection from ${this.address} was ended: ${refusal.message}`)
    if (this.connection) this.connection.notify(packTell({ tell: 'end', code, reason }))
    else this.#options.metrics.refused(code)
    this.#engine.close()
  }

  // ws ends such a connection by itself, with the status 1008 or 1009.
  #broke(code: string | undefined): void {
    const { metrics, addresses } = this.#options
    if (code === TOO_LONG) metrics.refused('ERR_FRAME_SIZE')
    if (code !== IN_PIECES) return
    metrics.refused('ERR_RATE_LIMIT')
    addresses.penalise(this.address, now())
  }
}

/**
 * Whoever ends the connection (Socket.IO does where it can't parse): what was handed over is still sent, and nothing more
 * is read, since ws would go on for half a minute. A flood costs its kernel buffer.
 */
function closeDeaf(engine: Engine): void {
  const { close } = engine
  engine.close = (discard) => {
    const isOpen = engine.readyState === 'open'
    const socket = webSocketOf(engine)
    close.call(engine, discard)
    if (!isOpen) return
    socket?.pause()
    if (socket) inTurns(socket, true)
    systemClock.wake(LAST_WORDS_MS, () => {
      socket?.terminate()
      close.call(engine, true)
    })
  }
}
