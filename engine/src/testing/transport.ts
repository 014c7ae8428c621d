// The two sides of a game's connection over the two ends of a link: what client/socket.ts and the server's host are
// over Socket.IO. Frames, control messages and answers share the link in order, told apart by what goes before them:
//   kind 1 byte, then for `ask` and `answer` the id of the ask, 4 bytes, little-endian.
// Where the server's end is given a clock, both know of a dead link as Socket.IO does, within 6 s: the server's end sends a
// sign of life each 2 s and waits 4 s for the answer; the client's end, once it has had one, waits 6 s for the next.

import type { Transport, TransportEvents } from '../client/transport.ts'
import { TickwireError } from '../schema/errors.ts'
import { BitReader } from '../wire/bits.ts'
import { readChunkHeader } from '../wire/chunk.ts'
import { SHARED_PREFIX } from '../wire/frames.ts'
import { FRAME_KIND } from '../wire/kinds.ts'
import type { VirtualClock } from './clock.ts'
import type { LinkEnd } from './link.ts'

const FRAME = 0
const ASK = 1
const ANSWER = 2
const TELL = 3

/** An ask that is not answered for so long fails, ms. */
const ANSWER_WITHIN = 10_000

const PING_EVERY = 2000
const PONG_WITHIN = 4000

const frameHead = Uint8Array.of(FRAME)
const tellHead = Uint8Array.of(TELL)

function askHead(kind: typeof ASK | typeof ANSWER, id: number): Uint8Array<ArrayBuffer> {
  const head = new Uint8Array(5)
  head[0] = kind
  new DataView(head.buffer).setUint32(1, id, true)
  return head
}

function readAskId(message: Uint8Array<ArrayBuffer>): number {
  return new DataView(message.buffer, message.byteOffset).getUint32(1, true)
}

/** A client's transport over a link. */
export interface LinkTransport extends Transport {
  /** The state frames that arrived, in order. */
  readonly arrivals: readonly Arrival[]
}

/** One state frame at the client. */
export interface Arrival {
  readonly tick: number
  /** When it was sent and when it came, ms of the virtual clock. */
  readonly sentAt: number
  readonly at: number
  /** A stall held it back. */
  readonly stalled: boolean
}

/**
 * The client's transport over its end of a link. It says that it is connected at the clock's next event. `now`: the
 * clock of the client's machine, which may be set, leap, or stand; by default the virtual one. `arrivals`: where they are
 * noted, those of an earlier transport maybe.
 */
export function linkTransport(
  end: LinkEnd,
  clock: VirtualClock,
  now: () => number = () => clock.now,
  arrivals: Arrival[] = []
): LinkTransport {
  return new ClientTransport(end, clock, now, arrivals)
}

interface Asked {
  resolve(answer: Uint8Array): void
  reject(error: TickwireError): void
}

class ClientTransport implements LinkTransport {
  connected = false
  readonly arrivals: Arrival[]
  readonly now: () => number
  readonly #end: LinkEnd
  readonly #clock: VirtualClock
  readonly #asked: Map<number, Asked> = new Map()
  #lastId = 0
  #to: TransportEvents | undefined
  #stopWaiting: () => void = () => {}

  constructor(end: LinkEnd, clock: VirtualClock, now: () => number, arrivals: Arrival[]) {
    this.now = now
    this.arrivals = arrivals
    this.#end = end
    this.#clock = clock
    end.onmessage = (message) => this.#receive(message)
    end.onprobe = () => {
      end.probe()
      this.#stopWaiting()
      this.#stopWaiting = clock.after(PING_EVERY + PONG_WITHIN, () => end.close())
    }
    end.onclose = (reason) => {
      this.#stopWaiting()
      this.#setConnected(false, reason)
    }
    clock.after(0, () => this.#setConnected(true, 'connected'))
  }

  get bufferedAmount(): number {
    return this.#end.bufferedAmount
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#end.send(frameHead, frame)
  }

  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (!this.connected) return Promise.reject(disconnected('not connected'))
    this.#lastId += 1
    const id = this.#lastId
    this.#end.send(askHead(ASK, id), message)
    return new Promise((resolve, reject) => {
      this.#clock.after(ANSWER_WITHIN, () => {
        this.#asked.delete(id)
        reject(new TickwireError('ERR_TIMEOUT', `no answer within ${ANSWER_WITHIN} ms`))
      })
      this.#asked.set(id, { resolve, reject })
    })
  }

  listen(to: TransportEvents): void {
    this.#to = to
  }

  close(): void {
    this.#end.close()
  }

  #setConnected(connected: boolean, reason: string): void {
    this.connected = connected
    if (!connected) {
      for (const asked of this.#asked.values()) asked.reject(disconnected(reason))
      this.#asked.clear()
    }
    this.#to?.status(connected, reason)
  }

  #receive(message: Uint8Array<ArrayBuffer>): void {
    const kind = message[0]
    if (kind === FRAME) {
      this.#note(message.subarray(1))
      this.#to?.frame(message.subarray(1))
    } else if (kind === TELL) this.#to?.tell(message.subarray(1))
    else if (kind === ANSWER) {
      const id = readAskId(message)
      this.#asked.get(id)?.resolve(message.subarray(5))
      this.#asked.delete(id)
    }
  }

  #note(frame: Uint8Array): void {
    if (frame[0] !== FRAME_KIND.state) return
    const tick = tickOf(frame, this.arrivals.at(-1)?.tick ?? 0)
    if (tick !== undefined) this.arrivals.push({ tick, at: this.#clock.now, ...this.#end.passage! })
  }
}

/** The tick of a state frame, as far as it can be read; `near` is one that arrived before it. */
function tickOf(frame: Uint8Array, near: number): number | undefined {
  try {
    const prefix = new BitReader(frame, 1)
    const length = prefix.varint()
    return readChunkHeader(new BitReader(frame, frame.length - prefix.remaining + length), near).tick
  } catch {
    return undefined // a test that damages frames
  }
}

function disconnected(reason: string): TickwireError {
  return new TickwireError('ERR_DISCONNECTED', `the connection is gone: ${reason}`)
}

/** What the server does with what its end of a link brings. */
export interface ConnectionHandlers {
  frame(bytes: Uint8Array<ArrayBuffer>): void
  /** Always answers: an error is an answer. */
  ask(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
  /** An answer was sent. */
  answered?(answer: Uint8Array<ArrayBuffer>): void
  closed(): void
}

/** What the server's match knows of a socket (`Connection` in the server's connection.ts), over a link. */
export interface LinkConnection {
  readonly bufferedAmount: number
  /** The head replaces the first SHARED_PREFIX bytes. */
  sendFrame(shared: { readonly bytes: Uint8Array<ArrayBuffer> }, head?: Uint8Array<ArrayBuffer>): void
  notify(message: Uint8Array<ArrayBuffer>): void
  /** There are no Socket.IO rooms here. */
  enter(room: string): void
  exit(room: string): void
  close(): void
}

/** The server's connection over its end of a link; with a `clock` it notices where that is dead. */
export function linkConnection(end: LinkEnd, handlers: ConnectionHandlers, clock?: VirtualClock): LinkConnection {
  const answer = async (id: number, ask: Uint8Array<ArrayBuffer>): Promise<void> => {
    const bytes = await handlers.ask(ask)
    end.send(askHead(ANSWER, id), bytes)
    handlers.answered?.(bytes)
  }
  end.onmessage = (message) => {
    if (message[0] === FRAME) handlers.frame(message.subarray(1))
    else if (message[0] === ASK) void answer(readAskId(message), message.subarray(5))
  }
  const rest = clock ? heartbeat(end, clock) : () => {}
  end.onclose = () => {
    rest()
    handlers.closed()
  }
  return {
    get bufferedAmount() {
      return end.bufferedAmount
    },
    sendFrame(shared, head) {
      if (head === undefined) end.send(frameHead, shared.bytes)
      else end.send(frameHead, head, shared.bytes.subarray(SHARED_PREFIX))
    },
    notify(message) {
      end.send(tellHead, message)
    },
    enter() {},
    exit() {},
    close() {
      end.close()
    },
  }
}

/** Closes a dead end. Returns what ends that. */
function heartbeat(end: LinkEnd, clock: VirtualClock): () => void {
  let cancel: () => void
  const rest = (): void => {
    cancel = clock.after(PING_EVERY, () => {
      end.probe()
      cancel = clock.after(PONG_WITHIN, () => end.close())
    })
  }
  end.onprobe = () => {
    cancel()
    rest()
  }
  rest()
  end.probe() // as the handshake: from then on the client waits for the next
  return () => cancel()
}
