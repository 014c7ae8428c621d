// Which tick is on the screen: the render tick trails the server's by a delay, so that there is nearly always a snapshot
// on either side of it. It never goes back. The view samples the history there (state/sample.ts), and goes on by rates
// for at most MAX_EXTRAPOLATION_MS where the newest snapshot is older than that.

import { msToTicks } from '../time/tick.ts'

/** How far past the newest snapshot rows are moved by their rates; then they stand. */
export const MAX_EXTRAPOLATION_MS = 250

/** One tick to the snapshot that follows, one in case a frame is skipped, half a one for jitter. */
const DELAY_TICKS = 2.5
const MIN_DELAY_MS = 50

interface InterpolatorOptions {
  /** Ticks, fractions allowed, at least 0. By default 2.5, or what 50 ms are if that is more. */
  readonly delay?: number
}

export class Interpolator {
  /** How far the render tick trails the server's, in ticks. */
  readonly delay: number
  #renderTick = 0

  /** `tickRate`: ticks a second. */
  constructor(tickRate: number, options: InterpolatorOptions = {}) {
    this.delay = options.delay ?? Math.max(DELAY_TICKS, msToTicks(MIN_DELAY_MS, tickRate))
  }

  /** The tick to draw, with its fraction, when the server's is estimated at `serverTick`; never less than before. */
  renderTick(serverTick: number): number {
    this.#renderTick = Math.max(this.#renderTick, serverTick - this.delay)
    return this.#renderTick
  }
}
