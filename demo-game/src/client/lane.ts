// One direction of a slowed line, and how this page's lines are slowed. Messages stay in order.

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
    this.#carry(size, deliver, Math.max(performance.now(), this.#freeAt) + (size / this.#conditions.bandwidth) * 1000)
  }

  /** The conditions changed: what is under way takes as long as they say from when it left, what waits leaves from now on. */
  recount(): void {
    const queue = this.#queue
    const now = performance.now()
    this.#queue = []
    this.#freeAt = 0
    this.#lastArrival = 0
    clearTimeout(this.#timer)
    for (const { size, deliver, leavesAt } of queue)
      if (leavesAt <= now) this.#carry(size, deliver, leavesAt)
      else this.carry(size, deliver)
  }

  #carry(size: number, deliver: () => void, leavesAt: number): void {
    const { latency, jitter } = this.#conditions
    const now = performance.now()
    const arrivesAt = Math.max(this.#lastArrival, leavesAt + latency + Math.random() * jitter)
    this.#freeAt = leavesAt
    this.#lastArrival = arrivesAt
    if (this.#queue.length === 0 && arrivesAt <= now) return deliver()
    this.#queue.push({ size, deliver, leavesAt, arrivesAt })
    if (this.#queue.length === 1) this.#wait()
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

/** The lines of this page's sockets. */
export const lanes: Set<Lane> = new Set()

/** Changes the conditions of this page's connections, at once. */
export function slowDown(change: Partial<Conditions>): void {
  Object.assign(conditions, change)
  for (const lane of lanes) lane.recount()
}
