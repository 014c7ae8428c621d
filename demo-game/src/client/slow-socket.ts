// Stands between this page and its sockets: importing it replaces the global WebSocket by one that can be slowed, each
// way. Messages stay in order. What the bandwidth holds back counts as `bufferedAmount`, as it would on a thin line.
// It has to be imported before whatever keeps a reference to WebSocket.

/** How this tab's connection is slowed, each way. */
export interface Conditions {
  /** Milliseconds added each way. */
  latency: number
  /** Up to this many milliseconds more, each message anew. */
  jitter: number
  /** Bytes a second each way; Infinity: no bound. */
  bandwidth: number
}

export const conditions: Conditions = { latency: 0, jitter: 0, bandwidth: Number.POSITIVE_INFINITY }

interface Waiting {
  readonly size: number
  readonly deliver: () => void
  leavesAt: number
  arrivesAt: number
}

/** One direction of a line: hands over in order, late. */
export class Lane {
  readonly #conditions: Readonly<Conditions>
  #queue: Waiting[] = []
  #freeAt = 0
  #lastArrival = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(conditions: Readonly<Conditions>) {
    this.#conditions = conditions
  }

  /** Bytes that have not left yet. */
  get waiting(): number {
    const now = performance.now()
    let sum = 0
    for (const { size, leavesAt } of this.#queue) if (leavesAt > now) sum += size
    return sum
  }

  /** Delivers `size` bytes when the line has carried them; at once on an unhindered line. */
  carry(size: number, deliver: () => void): void {
    const { latency, jitter, bandwidth } = this.#conditions
    const now = performance.now()
    const leavesAt = Math.max(now, this.#freeAt) + (size / bandwidth) * 1000
    const arrivesAt = Math.max(this.#lastArrival, leavesAt + latency + Math.random() * jitter)
    this.#freeAt = leavesAt
    this.#lastArrival = arrivesAt
    if (this.#queue.length === 0 && arrivesAt <= now) return deliver()
    this.#queue.push({ size, deliver, leavesAt, arrivesAt })
    if (this.#queue.length === 1) this.#wait()
  }

  /** The conditions changed: what still waits is counted anew from now. */
  recount(): void {
    const queue = this.#queue
    this.#queue = []
    this.#freeAt = 0
    this.#lastArrival = 0
    clearTimeout(this.#timer)
    for (const { size, deliver } of queue) this.carry(size, deliver)
  }

  #wait(): void {
    const next = this.#queue[0]
    if (next) this.#timer = setTimeout(() => this.#handOver(), Math.max(0, next.arrivesAt - performance.now()))
  }

  #handOver(): void {
    const now = performance.now()
    // Timers fire up to a millisecond early.
    while (this.#queue.length > 0 && this.#queue[0].arrivesAt <= now + 1) this.#queue.shift()?.deliver()
    this.#wait()
  }
}

const lanes = new Set<Lane>()

/** Changes the conditions of this page's connections, at once. */
export function slowDown(change: Partial<Conditions>): void {
  Object.assign(conditions, change)
  for (const lane of lanes) lane.recount()
}

type Payload = Parameters<WebSocket['send']>[0]

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  if (data instanceof Blob) return data.size
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0
}

/** A copy: the caller may reuse its buffer while the line holds the message back. */
function keep(data: Payload): Payload {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  return data instanceof ArrayBuffer ? data.slice(0) : data
}

class SlowSocket extends WebSocket {
  readonly #out = new Lane(conditions)
  readonly #in = new Lane(conditions)
  #replayed: Event | undefined

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    lanes.add(this.#out).add(this.#in)
    // First in line: these see an event before anybody else does, and can hold it back.
    super.addEventListener('message', (event) => this.#hold(event, sizeOf(event.data)))
    super.addEventListener('close', (event) => this.#hold(event, 0))
  }

  override get bufferedAmount(): number {
    return super.bufferedAmount + this.#out.waiting
  }

  override send(data: Payload): void {
    if (this.readyState !== WebSocket.OPEN) return super.send(data) // which throws, or discards
    const kept = keep(data)
    this.#out.carry(sizeOf(data), () => {
      if (this.readyState === WebSocket.OPEN) super.send(kept)
    })
  }

  override close(code?: number, reason?: string): void {
    this.#out.carry(0, () => super.close(code, reason))
  }

  #hold(event: MessageEvent | CloseEvent, size: number): void {
    if (event === this.#replayed) return
    event.stopImmediatePropagation()
    this.#in.carry(size, () => {
      if (event.type === 'close') {
        lanes.delete(this.#out)
        lanes.delete(this.#in)
      }
      this.#replayed =
        event instanceof CloseEvent
          ? new CloseEvent('close', { code: event.code, reason: event.reason, wasClean: event.wasClean })
          : new MessageEvent('message', { data: event.data, origin: event.origin })
      this.dispatchEvent(this.#replayed)
    })
  }
}

if (typeof WebSocket !== 'undefined' && typeof document !== 'undefined') globalThis.WebSocket = SlowSocket
