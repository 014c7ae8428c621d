// Which tick is on the screen: the render tick trails the server's by a delay, so that there is nearly always a snapshot
// on either side of it. The delay follows what is measured: the jitter of arrivals, and how often the screen starved, which
// is when the render tick passed the newest snapshot.
//
// What holds: the render tick never goes back, and never stops while the server's goes on, until it is as far past the
// newest snapshot as rows are moved on: there the screen stands. Where nothing starves it moves at 0.99 to 1.01 of the
// server's pace; where stalls come now and then, at 0.96 to 1.04; on connections that starve all the time, at 0.86 to
// 1.14; what is far behind comes back at 1.25. Only what is further off than JUMP_MS is jumped to, forwards, and the
// present after a stand, once it is known: what a long stall kept back is not played. Nor does it teach anything: no
// delay would have spanned it.
//
// Method: an adaptive playout delay, as voice has it (Ramjee, Kurose, Towsley, Schulzrinne, "Adaptive playout mechanisms
// for packetized audio applications", 1994): jitter sets the base; what starves widens it at once, and what does not
// gives a little of it back, so that about a thirtieth of the time may starve. Slowed down while frames are overdue. Where
// stalls come in a rhythm, something is put by just before one and used up in it: the delay is that much less in between.

import { MAX_EXTRAPOLATION_MS } from '../state/sample.ts'
import { msToTicks } from '../time/tick.ts'
import { Rhythm } from './rhythm.ts'

/** To the snapshot that follows. */
const BASE_TICKS = 1
/** Beyond the jitter, which is a 95th percentile: its tail, and something for clocks that are never quite alike. */
const TAIL = 1.1
const MARGIN_TICKS = 0.2
const MIN_MARGIN_MS = 5
/** Of starved time, ticks a second of delay are added; of other time taken back. At most so many ticks. */
const WIDEN = 1.25
const NARROW = 0.045
const MOST_EXTRA = 1.4
/** One stall, however long, is no reason for more. */
const MOST_AT_ONCE = 0.25
/** The share of starved time is that of so many ms; of one stall no more counts than widens. */
const SHARE_MS = 10_000
/** Bounds of pace: nothing starves; a share of LIGHT of the time does; SEVERE does. */
const CALM_PACE = 0.01
const LIGHT = 0.045
const LIGHT_PACE = 0.04
const SEVERE = 0.08
const SEVERE_PACE = 0.14
/** What is off is made good in about so many ms, at the pace allowed. */
const SETTLE_MS = 150
/** A stall is stretched until the screen is later than it should be by so much; what is later still comes back at this pace. */
const MOST_SPARE_MS = 70
const CATCH_UP_PACE = 0.25
/** Put by before a stall that is due; it is there so long before. */
const RESERVE_MS = 50
const EARLY_MS = 30
/** A page that takes longer than this to draw takes in frames as late. */
const SMOOTH_MS = 20
/** One that draws nothing for so long sleeps. */
const ASLEEP_MS = 150
/** How fast its pace is learned: of each frame this share counts. */
const PACE_SHARE = 0.1
const JUMP_MS = 400

export class Interpolator {
  /** How far the render tick trails the server's, in ticks. */
  delay: number
  readonly #rate: number
  #extra = 0
  /** What the stall that goes on has added to it. */
  #widened = 0
  #starvedShare = 0
  /** Both, as they were when the screen last had what it drew. */
  #extraBefore = 0
  #shareBefore = 0
  readonly #rhythm = new Rhythm()
  #starves = false
  /** As far past the newest snapshot as may be. */
  #stands = false
  /** The newest snapshot's tick, and when it was new, in ms. */
  #newest = -1
  #newestAt = 0
  /** When the last frame was drawn, and how far apart they are, in ms. */
  #drawnAt: number | undefined
  #interval = 0
  #renderTick = 0
  #serverTick: number | undefined

  /** `tickRate`: ticks a second. */
  constructor(tickRate: number) {
    this.#rate = tickRate
    this.delay = this.#reach(0)
  }

  /**
   * The tick to draw, with its fraction; never less than before.
   * @param serverTick the server's, as estimated now; @param newest the newest snapshot's tick; @param jitter of arrivals, ms;
   * @param now ms
   */
  renderTick(serverTick: number, newest: number, jitter: number, now: number): number {
    const interval = now - (this.#drawnAt ?? now)
    this.#drawnAt = now
    if (interval >= 0 && interval <= ASLEEP_MS) this.#interval += (interval - this.#interval) * PACE_SHARE
    const last = this.#serverTick ?? serverTick
    const isFirst = this.#serverTick === undefined
    if (newest !== this.#newest) this.#newestAt = now
    this.#newest = newest
    const reach = this.#reach(jitter)
    const target = reach + this.#extra + this.#reserve(now)
    // Before this step: in it both move alike.
    const off = last - this.#renderTick - target
    this.#serverTick = Math.max(serverTick, last)
    const present = serverTick - target
    const bound = newest + msToTicks(MAX_EXTRAPOLATION_MS, this.#rate)
    const jump = msToTicks(JUMP_MS, this.#rate)
    let tick = this.#renderTick
    if (isFirst) tick = present
    else if (this.#stands) {
      // Where snapshots are later than the server's tick is thought to be, that is not known again yet.
      this.#stands = tick >= bound || newest - serverTick > jump
      if (!this.#stands) tick = present
    } else if (Math.abs(present - tick) > jump) tick = present
    else {
      // Overdue frames are a stall that has begun.
      const isOverdue = serverTick - newest > reach
      this.#learn(this.#serverTick - last, tick > newest)
      tick += (this.#serverTick - last) * this.#pace(off, isOverdue)
    }
    // Back it can't: it waits.
    this.#renderTick = Math.max(this.#renderTick, Math.min(tick, bound))
    this.#stands ||= this.#renderTick >= bound
    if (this.#stands) {
      this.#extra = this.#extraBefore
      this.#starvedShare = this.#shareBefore
    }
    this.delay = serverTick - this.#renderTick
    return this.#renderTick
  }

  /** What spans the jitter. */
  #reach(jitter: number): number {
    const margin = Math.max(MARGIN_TICKS, msToTicks(MIN_MARGIN_MS, this.#rate))
    const late = Math.max(0, this.#interval - SMOOTH_MS)
    return BASE_TICKS + margin + msToTicks(TAIL * jitter + late, this.#rate)
  }

  /** What is put by for the stall that is due. */
  #reserve(now: number): number {
    if (this.#starves) return 0
    return this.#rhythm.due(now) < RESERVE_MS / this.#most(true) + EARLY_MS ? msToTicks(RESERVE_MS, this.#rate) : 0
  }

  #learn(passed: number, starves: boolean): void {
    const seconds = passed / this.#rate
    if (starves && !this.#starves) this.#rhythm.note(this.#newestAt)
    this.#starves = starves
    this.#widened = starves ? Math.min(MOST_AT_ONCE, this.#widened + WIDEN * seconds) : 0
    const counts = starves && this.#widened < MOST_AT_ONCE
    if (!starves) {
      this.#extra = Math.max(0, this.#extra - NARROW * seconds)
      this.#extraBefore = this.#extra
      this.#shareBefore = this.#starvedShare
    } else if (counts) this.#extra = Math.min(MOST_EXTRA, this.#extra + WIDEN * seconds)
    this.#starvedShare += ((counts ? 1 : 0) - this.#starvedShare) * Math.min(1, (1000 * seconds) / SHARE_MS)
  }

  /** Of the server's, where the screen is `off` ticks later than it should be. */
  #pace(off: number, isOverdue: boolean): number {
    const spare = msToTicks(MOST_SPARE_MS, this.#rate)
    if (off > spare) return 1 + Math.min(CATCH_UP_PACE, off / msToTicks(SETTLE_MS, this.#rate))
    const most = this.#most(isOverdue)
    // What is there must last; what was put by for this is used up.
    const isMet = this.#starves && this.#rhythm.due(this.#newestAt) < Number.POSITIVE_INFINITY
    if (isOverdue && !isMet) return 1 - most
    return 1 + Math.max(-most, Math.min(most, off / msToTicks(SETTLE_MS, this.#rate)))
  }

  /** How far from the server's pace it may be. */
  #most(isOverdue: boolean): number {
    if (this.#extra === 0 && !isOverdue) return CALM_PACE
    const severity = (this.#starvedShare - LIGHT) / (SEVERE - LIGHT)
    return LIGHT_PACE + (SEVERE_PACE - LIGHT_PACE) * Math.max(0, Math.min(1, severity))
  }
}
