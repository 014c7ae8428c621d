// One way through a slow line, apart from sockets and clocks: bytes go in, and come out late, in order, all of them.
//
// What holds: bytes leave at `bandwidth`, one segment after the other; a segment that has left arrives `latency` ± `jitter`
// later, never before the one that left before it; one that would arrive within a stall arrives at its end, with all that
// piled up behind it, as TCP shows a loss. While it is paused nothing leaves and nothing arrives. It holds `queue` bytes
// and no more than one push() beyond: who pushes stops at `full`, so that the sender's own buffers fill.

import type { PathProfile, Random } from '@tickwire/engine/testing'

/** What one packet carries; larger pieces are cut. */
const SEGMENT = 1448
const QUEUE = 64 * 1024

interface Flying {
  readonly bytes: Uint8Array
  readonly at: number
}

export class Shaper {
  /** Bytes inside: waiting for the rate, or under way. */
  held = 0
  readonly #queue: number
  readonly #random: Random
  /** Where in the rhythm of its stalls it started, 0 to 1. */
  readonly #phase: number
  #profile: PathProfile
  #paused = false
  /** Waiting for the rate. The first is being sent: at `#since` so many bytes of it were left. */
  readonly #waiting: Uint8Array[] = []
  #left = 0
  #since = 0
  readonly #flying: Flying[] = []
  #lastArrival = 0

  /** `queue`: bytes. Times are ms of any one clock. */
  constructor(profile: PathProfile, random: Random, queue: number = QUEUE) {
    this.#profile = profile
    this.#random = random
    this.#phase = random.next()
    this.#queue = queue
  }

  /** No more should go in for now. */
  get full(): boolean {
    return this.held >= this.#queue
  }

  /** When take() has something at the earliest, or time is to be told again; Infinity: not by itself. */
  get nextAt(): number {
    if (this.#paused) return Number.POSITIVE_INFINITY
    return this.#flying.length > 0 ? this.#flying[0].at : this.#leavesAt
  }

  /** The bytes become the shaper's own. None at all stand for the stream's end. */
  push(bytes: Uint8Array, now: number): void {
    this.#advance(now)
    if (this.#waiting.length === 0) this.#begin(Math.min(bytes.length, SEGMENT), now)
    this.held += bytes.length
    for (let at = 0; at === 0 || at < bytes.length; at += SEGMENT) this.#waiting.push(bytes.subarray(at, at + SEGMENT))
    this.#advance(now)
  }

  /** The next piece that has arrived. */
  take(now: number): Uint8Array | undefined {
    this.#advance(now)
    if (this.#paused || this.#flying.length === 0 || this.#flying[0].at > now) return undefined
    const { bytes } = this.#flying.shift()!
    this.held -= bytes.length
    return bytes
  }

  /** From now on; what is under way keeps its time. */
  shape(profile: PathProfile, now: number): void {
    this.#count(now)
    this.#profile = profile
  }

  /** Bytes a second; 0: nothing leaves; undefined: no bound. */
  setRate(bandwidth: number | undefined, now: number): void {
    this.shape({ ...this.#profile, bandwidth }, now)
  }

  pause(now: number): void {
    this.#count(now)
    this.#paused = true
  }

  resume(now: number): void {
    if (!this.#paused) return
    this.#paused = false
    this.#since = now
  }

  get #leavesAt(): number {
    const { bandwidth } = this.#profile
    if (this.#waiting.length === 0) return Number.POSITIVE_INFINITY
    return bandwidth === undefined || this.#left <= 0 ? this.#since : this.#since + (this.#left * 1000) / bandwidth
  }

  #begin(size: number, now: number): void {
    this.#left = size
    this.#since = now
  }

  /** What has left by now is under way. */
  #advance(now: number): void {
    if (this.#paused) return
    for (let at = this.#leavesAt; at <= now; at = this.#leavesAt) {
      const bytes = this.#waiting.shift()!
      const { latency, jitter } = this.#profile
      const alone = at + latency + jitter * (2 * this.#random.next() - 1)
      this.#lastArrival = this.#afterStall(Math.max(alone, this.#lastArrival))
      this.#flying.push({ bytes, at: this.#lastArrival })
      this.#begin(this.#waiting[0]?.length ?? 0, at)
    }
  }

  /** Settles what has left at the rate so far, which may change now. */
  #count(now: number): void {
    this.#advance(now)
    const { bandwidth } = this.#profile
    if (this.#paused || bandwidth === undefined || this.#waiting.length === 0) return
    this.#begin(this.#left - ((now - this.#since) * bandwidth) / 1000, now)
  }

  /** `time`, or the end of the stall that it falls into. */
  #afterStall(time: number): number {
    const { stall } = this.#profile
    if (stall === undefined) return time
    const into = (time + this.#phase * stall.every) % stall.every
    return into < stall.lasts ? time - into + stall.lasts : time
  }
}
