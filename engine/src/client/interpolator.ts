// Which tick is on the screen: the render tick trails the server's by a delay, so that there is nearly always a snapshot
// on either side of it. The delay follows what is measured: the jitter of arrivals, and how often the screen starved, which
// is when the render tick passed the newest snapshot.
//
// What holds: the render tick never goes back and never stops while the server's goes on. Where nothing starves it moves at
// 0.99 to 1.01 of the server's pace; where stalls come now and then, at 0.96 to 1.04; on connections that starve all the
// time, at 0.86 to 1.14; what is far behind comes back at 1.25. Only what is further off than JUMP_MS is jumped to, forwards.
//
// Method: an adaptive playout delay, as voice has it (Ramjee, Kurose, Towsley, Schulzrinne, "Adaptive playout mechanisms
// for packetized audio applications", 1994): jitter sets the base; what starves widens it at once, and what does not
// gives a little of it back, so that about a thirtieth of the time may starve. Slowed down while frames are overdue.

import { msToTicks } from '../time/tick.ts'

/** To the snapshot that follows. */
const BASE_TICKS = 1
/** Beyond the jitter, which is a 95th percentile: its tail, and something for clocks that are never quite alike. */
const TAIL = 1.1
const MARGIN_TICKS = 0.2
const MIN_MARGIN_MS = 5
/** Of starved time, ticks a second of delay are added; of other time taken back. At most so many ticks. */
const WIDEN = 1.25
const NARROW = 0.045
const MOST_EXTRA = 1.6
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
  /** When the last frame was drawn, and how far apart they are, in ms. */
  #drawnAt: number | undefined
  #interval = 0
  #renderTick = 0
  #serverTick: number | undefined

  /** `tickRate`: ticks a second. */
  constructor(tickRate: number) {
    this.#rate = tickRate
    this.delay = this.#target(0)
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
    const target = this.#target(jitter)
    // Before this step: in it both move alike.
    const off = last - this.#renderTick - target
    this.#serverTick = Math.max(serverTick, last)
    if (isFirst || Math.abs(serverTick - this.#renderTick - target) > msToTicks(JUMP_MS, this.#rate)) {
      // Back it can't: it waits.
      this.#renderTick = Math.max(this.#renderTick, serverTick - target)
    } else {
      const passed = this.#serverTick - last
      this.#learn(passed, this.#renderTick > newest)
      // Overdue frames are a stall that has begun: what is there must last. If that is much, it does.
      const spare = msToTicks(MOST_SPARE_MS, this.#rate)
      const isOverdue = serverTick - newest > target - this.#extra && off < spare
      const most = off > spare ? CATCH_UP_PACE : this.#pace(isOverdue)
      const wanted = isOverdue ? -most : off / msToTicks(SETTLE_MS, this.#rate)
      this.#renderTick += passed * (1 + Math.max(-most, Math.min(most, wanted)))
    }
    this.delay = serverTick - this.#renderTick
    return this.#renderTick
  }

  #target(jitter: number): number {
    const margin = Math.max(MARGIN_TICKS, msToTicks(MIN_MARGIN_MS, this.#rate))
    const late = Math.max(0, this.#interval - SMOOTH_MS)
    return BASE_TICKS + margin + msToTicks(TAIL * jitter + late, this.#rate) + this.#extra
  }

  #learn(passed: number, starves: boolean): void {
    const seconds = passed / this.#rate
    this.#widened = starves ? Math.min(MOST_AT_ONCE, this.#widened + WIDEN * seconds) : 0
    const counts = starves && this.#widened < MOST_AT_ONCE
    if (!starves) this.#extra = Math.max(0, this.#extra - NARROW * seconds)
    else if (counts) this.#extra = Math.min(MOST_EXTRA, this.#extra + WIDEN * seconds)
    this.#starvedShare += ((counts ? 1 : 0) - this.#starvedShare) * Math.min(1, (1000 * seconds) / SHARE_MS)
  }

  /** How far from the server's pace the screen's may be. */
  #pace(isOverdue: boolean): number {
    if (this.#extra === 0 && !isOverdue) return CALM_PACE
    const severity = (this.#starvedShare - LIGHT) / (SEVERE - LIGHT)
    return LIGHT_PACE + (SEVERE_PACE - LIGHT_PACE) * Math.max(0, Math.min(1, severity))
  }
}
