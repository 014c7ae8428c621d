// A socket of the main namespace as its match sees it. Frames go past Socket.IO, and where that is possible past
// engine.io and ws too: one write to the TCP socket each. What the libraries look like underneath is known here alone.

import type { Duplex } from 'node:stream'
import { TELL_EVENT } from '@tickwire/engine/wire'
import type { Socket } from 'socket.io'
import type { Connection, SharedFrame } from '../match/connection.ts'
import { prepare } from './frame.ts'
import type { Metrics } from './metrics.ts'

export type Engine = Socket['conn']

export class SocketConnection implements Connection {
  readonly #socket: Socket
  readonly #engine: Engine
  readonly #metrics: Metrics
  readonly #mayWait: (bytes: number) => boolean
  /** Bytes that engine.io was handed and has not written. */
  #waiting = 0
  readonly #sizes: number[] = []
  #rooms = 0
  /** The transport that was looked under last, and what was found. */
  #transport: Engine['transport'] | undefined
  #under: Under = {}

  /** @param mayWait false when the connection is closed, or was ended for leaving so many bytes unread */
  constructor(socket: Socket, metrics: Metrics, mayWait: (bytes: number) => boolean) {
    this.#socket = socket
    this.#engine = socket.conn
    this.#metrics = metrics
    this.#mayWait = mayWait
  }

  /** Whether it is in a match. */
  get joined(): boolean {
    return this.#rooms > 0
  }

  get bufferedAmount(): number {
    return this.#waiting + (this.#look().tcp?.writableLength ?? 0)
  }

  get isPolled(): boolean | undefined {
    return this.#engine.transport.name === 'polling' ? isIdle(this.#engine) : undefined
  }

  sendFrame(shared: SharedFrame, head?: Uint8Array<ArrayBuffer>): void {
    if (!this.#mayWait(this.bufferedAmount)) return
    const { framed, payload, options } = prepare(shared, head)
    this.#metrics.framesOut++
    this.#metrics.bytesOut += framed.length
    const { direct } = this.#look()
    if (direct && isIdle(this.#engine)) return void direct.write(framed)
    this.#waiting += payload.length
    this.#sizes.push(payload.length)
    this.#engine.write(payload, options, this.#written)
  }

  /** Hands a message to Socket.IO, as engine.io does. */
  receive(message: Uint8Array): void {
    ;(this.#socket.client as unknown as { ondata(message: Uint8Array): void }).ondata(message)
  }

  notify(message: Uint8Array<ArrayBuffer>): void {
    this.#metrics.told(message)
    this.#socket.compress(false).emit(TELL_EVENT, message)
  }

  enter(room: string): void {
    this.#rooms++
    void this.#socket.join(room)
  }

  exit(room: string): void {
    this.#rooms = Math.max(0, this.#rooms - 1)
    void this.#socket.leave(room)
  }

  close(): void {
    this.#socket.disconnect(true)
    // What the kernel has not taken would hold the end up for as long as nobody reads.
    if (unread(this.#engine) > 0) webSocketOf(this.#engine)?.terminate()
  }

  /** What is under the transport, which another may take the place of, once. */
  #look(): Under {
    const { transport } = this.#engine
    if (transport !== this.#transport) {
      this.#transport = transport
      this.#under = under(transport)
    }
    return this.#under
  }

  // Called in order of writing, when the kernel (or the response of a poll) has taken the bytes.
  readonly #written = (): void => {
    this.#waiting -= this.#sizes.shift() ?? 0
  }
}

type OnMessage = (data: Uint8Array, isBinary: boolean) => void

/** What ws offers under engine.io's WebSocket transport, which doesn't declare that it holds one. */
export interface WebSocketTransport {
  readonly perMessageDeflate?: unknown
  readonly socket?: {
    readonly _socket?: Duplex | null
    readonly _receiver?: { _allowSynchronousEvents?: boolean; _mask?: Uint8Array }
    on(event: 'ping' | 'pong', listener: (data: Uint8Array) => void): void
    on(event: 'error', listener: (error: { readonly code?: string }) => void): void
    on(event: 'message', listener: OnMessage): void
    off(event: 'message', listener: OnMessage): void
    listeners?(event: 'message'): OnMessage[]
    pong(data: Uint8Array): void
    pause(): void
    resume(): void
    terminate(): void
  }
}

/** The WebSocket under a connection; undefined where there is another transport. */
export function webSocketOf(engine: Engine): WebSocketTransport['socket'] {
  if (engine.transport.name !== 'websocket') return undefined
  return (engine.transport as unknown as WebSocketTransport).socket
}

/**
 * Whether ws hands over all messages of a chunk at once, or, of who sends too many, one each time that the event loop comes
 * around: ten thousand fit a chunk, and pausing the socket doesn't keep back what was read.
 */
export function inTurns(socket: NonNullable<WebSocketTransport['socket']>, isInTurns: boolean): void {
  const { _receiver: receiver } = socket
  if (receiver?._allowSynchronousEvents !== undefined) receiver._allowSynchronousEvents = !isInTurns
}

/** Of a message that was read ws keeps the mask: a view that holds on to all bytes that came in one piece with it. */
export function forgetMask({ _receiver: receiver }: NonNullable<WebSocketTransport['socket']>): void {
  if (receiver?._mask) receiver._mask = undefined
}

/**
 * Binary messages of a WebSocket go to `take`, and to engine.io only where that says false: its way to Socket.IO is six
 * events long. Where the libraries look otherwise than they do now, engine.io gets them all.
 */
export function shortcut(socket: NonNullable<WebSocketTransport['socket']>, take: (data: Uint8Array) => boolean): void {
  const [toEngine, ...others] = socket.listeners?.('message') ?? []
  if (!toEngine || others.length > 0) return
  socket.off('message', toEngine)
  socket.on('message', (data, isBinary) => {
    if (!isBinary || !take(data)) toEngine.call(socket, data, isBinary)
  })
}

/**
 * Whether engine.io would do nothing with a message but hand it to Socket.IO: the connection is open, of today's protocol, no
 * pong is waited for (a message puts that off), and nobody but us listens in.
 */
export function isPassedOn(engine: Engine): boolean {
  const { readyState, pingTimeoutTimer } = engine as unknown as { readyState: string; pingTimeoutTimer?: unknown }
  return (
    readyState === 'open' &&
    engine.protocol === 4 &&
    pingTimeoutTimer === null &&
    engine.listenerCount('packet') === 1 &&
    engine.listenerCount('data') === 1 &&
    engine.listenerCount('message') === 0
  )
}

/**
 * Called with each packet: any is a sign of life. engine.io lets one alone put off that a pong is late; over a slow line a
 * pong waits behind many.
 */
export function putOffTimeout(engine: Engine): void {
  const state = engine as unknown as { hasRefreshedPingTimeout?: boolean }
  if (state.hasRefreshedPingTimeout) state.hasRefreshedPingTimeout = false
}

/** Bytes that ws wrote and the kernel has not taken; other transports write when they are asked. */
export function unread(engine: Engine): number {
  const { socket } = engine.transport as unknown as WebSocketTransport
  return socket?._socket?.writableLength ?? 0
}

interface Under {
  readonly tcp?: Duplex
  /** The same where whole frames may go straight to it. */
  readonly direct?: Duplex
}

/**
 * The TCP (or TLS) socket under a WebSocket. A whole frame may go straight to it where no compression reorders what is
 * written and nothing of engine.io's is waiting. It is most of what a tick costs: 6 us a write against 10 by way of
 * engine.io and ws. Where the libraries look otherwise than they do now, frames take the long way.
 */
function under(transport: Engine['transport']): Under {
  const { socket, perMessageDeflate } = transport as unknown as WebSocketTransport
  const tcp = socket?._socket ?? undefined
  return { tcp, direct: transport.name !== 'websocket' || perMessageDeflate ? undefined : tcp }
}

/** Whether engine.io has written all it was handed. */
function isIdle(engine: Engine): boolean {
  const { transport, writeBuffer } = engine as unknown as { transport: Engine['transport']; writeBuffer?: unknown[] }
  return transport.writable && writeBuffer?.length === 0
}
