// The server's tick, as estimated from the arrival of its frames. `tickAt(now)` is the tick whose frame would arrive
// just now over the fastest path seen lately, so a fresh frame is never ahead of it and usually a little behind: by
// `jitter`.
//
// Method: the earliest arrival among those of the last seconds, as NTP's clock filter (RFC 5905, section 10) takes the
// least delayed of its last samples: delay only ever adds, so the least delayed arrival tells the path, and a spike or
// a stall tells nothing. The reading then follows that estimate by bending its own rate, at most 5 %.
//
// What holds: between jumps a later reading is never an earlier tick and moves at 0.95 to 1.05 of the nominal speed;
// over a path of constant delay it moves at the nominal speed exactly. Silence ages nothing.

import { msToTicks, ticksToMs } from './tick.ts'

/** Arrivals of so many ms, at the full rate, are remembered. A slower route is followed once they are all of it. */
const MEMORY_MS = 4000
/** The first arrivals are followed at once: there is nothing on the screen yet. */
const SETTLE_MS = 500
/** An estimate that is further off than this is jumped to. */
const JUMP_MS = 250
/** Every arrival for this long was late by more than a jump, and by no less each time: it is the clock or the path that changed. */
const LATE_MS = 150
/** Arrivals that come less late by more than this are a backlog that drains; by more than that, surely one. */
const DRAIN_MS = 50
const DRAINED_MS = 125
/** After so many arrivals over another path what is remembered of the last one, moved, is forgotten. */
const ENOUGH = 16
/** Without an arrival for so long there is no telling what became of the clock. */
const SILENT_MS = 1000
const MAX_SLEW = 0.05
/** The reading closes in on the estimate with this time constant. */
const SLEW_MS = 500
/** Arrivals between two looks at the jitter. */
const JITTER_EVERY = 16

export class ServerClock {
  readonly #rate: number
  /** Of the last arrivals: now minus the time of the tick on a clock that read 0 at tick 0. */
  readonly #transits: Float64Array
  readonly #sorted: Float64Array
  #held = 0
  #arrivals = 0
  #newest = 0
  #firstNow = 0
  #lastNow = Number.NEGATIVE_INFINITY
  #lateSince: number | undefined
  #lateBy = 0
  /** The most of them. */
  #lateMost = 0
  /** How many arrivals were late since then, and the sum of their transits. */
  #lateCount = 0
  #lateSum = 0
  /** Arrivals since the clock or the path changed. */
  #since = ENOUGH
  #synced = false

  #fastest = 0
  /** Before those came that arrived together with the last one. */
  #fastestBefore = 0
  #jitter = 0

  /** The transit by which the reading is made; it follows #fastest. */
  #followed = 0
  #readNow = Number.NEGATIVE_INFINITY
  #read = 0

  /** @param tickRate ticks a second */
  constructor(tickRate: number) {
    this.#rate = tickRate
    this.#transits = new Float64Array(Math.ceil(msToTicks(MEMORY_MS, tickRate)))
    this.#sorted = new Float64Array(this.#transits.length)
  }

  /** Arrivals have been seen for half a second. Before that a reading is a guess that may still leap forward. */
  get synced(): boolean {
    return this.#synced
  }

  /** How much later than over the fastest path frames arrive, in ms: the 95th percentile of those seen lately. */
  get jitter(): number {
    return this.#jitter
  }

  /**
   * A frame of `tick` arrived at `now` (ms). Of frames that arrive together, as after a stall, the newest counts alone:
   * the others waited for it and say nothing about the path.
   */
  observe(tick: number, now: number): void {
    const transit = now - ticksToMs(tick, this.#rate)
    if (this.#held === 0) this.#firstNow = now
    const together = Math.abs(now - this.#lastNow) < ticksToMs(0.25, this.#rate)
    this.#lastNow = now
    // A clock that was set back would hold the reading until it is where it was.
    if (now < this.#readNow - JUMP_MS) this.#readNow = now

    if (this.#held === 0 || transit - this.#fastest <= JUMP_MS) this.#lateSince = undefined
    else if (this.#lateSince === undefined || transit < this.#lateBy - DRAIN_MS) {
      if (this.#lateSince === undefined) this.#lateMost = transit
      this.#lateSince = now
      this.#lateBy = transit
      this.#lateCount = 0
      this.#lateSum = 0
    }
    this.#lateCount++
    this.#lateSum += transit
    if (this.#lateSince !== undefined && now - this.#lateSince >= LATE_MS) {
      this.#shift(this.#lateSum / this.#lateCount)
      this.#lateSince = undefined
    }

    // So much earlier than ever: what is remembered is of another time. A backlog comes there step by step.
    if (!together) this.#fastestBefore = this.#fastest
    if (transit < Math.max(this.#fastestBefore, this.#fastest) - JUMP_MS) this.#held = 0

    this.#remember(transit, together)
    this.#synced ||= now - this.#firstNow >= SETTLE_MS
  }

  /** The server's tick at `now` (ms), with its fraction; 0 before the first frame. */
  tickAt(now: number): number {
    // Also for a time a little before the last reading, as an animation frame's timestamp may be.
    if (now <= this.#readNow || this.#held === 0) return this.#read
    // A clock that was set, or a path that was cut, must not move it: the next arrivals tell which.
    const isDraining = this.#lateBy < this.#lateMost - DRAINED_MS
    if ((this.#lateSince !== undefined && !isDraining) || now - this.#lastNow > SILENT_MS) return this.#read
    const elapsed = now - this.#readNow
    this.#readNow = now

    const off = this.#fastest - this.#followed
    if (!this.#synced || Math.abs(off) > JUMP_MS) {
      this.#followed = this.#fastest
    } else {
      const bend = off * (1 - Math.exp(-elapsed / SLEW_MS))
      const most = elapsed * MAX_SLEW
      this.#followed += Math.max(-most, Math.min(most, bend))
    }
    this.#read = msToTicks(now - this.#followed, this.#rate)
    return this.#read
  }

  /** The clock or the path changed, so that the usual transit is this one: what is remembered is moved by that. */
  #shift(transit: number): void {
    const sorted = this.#transits.slice(0, this.#held).sort()
    const by = transit - sorted[this.#held >> 1]
    for (let at = 0; at < this.#held; at++) this.#transits[at] += by
    this.#since = 0
  }

  /** Of the last arrivals only those since the path changed are remembered. */
  #forget(): void {
    const { length } = this.#transits
    const kept = Array.from({ length: ENOUGH }, (_, at) => this.#transits[(this.#newest - at + length) % length])
    this.#transits.set(kept.reverse())
    this.#newest = ENOUGH - 1
    this.#held = ENOUGH
  }

  #remember(transit: number, together: boolean): void {
    if (!together || this.#held === 0) {
      this.#newest = this.#held === 0 ? 0 : (this.#newest + 1) % this.#transits.length
      this.#held = Math.min(this.#held + 1, this.#transits.length)
      this.#since++
    }
    this.#transits[this.#newest] = transit
    if (this.#since === ENOUGH && this.#held > ENOUGH) this.#forget()

    let fastest = transit
    for (let at = 0; at < this.#held; at++) fastest = Math.min(fastest, this.#transits[at])
    this.#fastest = fastest
    // Sorting is what an arrival costs most of, and the 95th percentile does not change so fast.
    this.#arrivals++
    if (this.#held > JITTER_EVERY && this.#arrivals % JITTER_EVERY !== 0) return
    this.#sorted.set(this.#transits)
    const sorted = this.#sorted.subarray(0, this.#held).sort()
    this.#jitter = sorted[Math.ceil(this.#held * 0.95) - 1] - fastest
  }
}
