// How much all commands come too late, once they do: where a way became longer, or commands are stamped too low. What is
// said of one is when it would have been in time, so that it holds whatever has become of the lead since.
// A few that are late, as in a jitter or a stall, tell of nothing.

import { msToTicks } from '../time/tick.ts'

/** Commands came late for so long, without a pause of so long, and so many of them: all do. */
const LATE_MS = 150
const PAUSE_MS = 100
const COUNT = 4
/** Where they vary by no more that is the way, and the latest counts; else some waited for each other, and the least late. */
const SPREAD_MS = 80

export class Lateness {
  readonly #rate: number
  #since = 0
  #last = Number.NEGATIVE_INFINITY
  #count = 0
  #least = 0
  #most = 0

  /** @param tickRate ticks a second */
  constructor(tickRate: number) {
    this.#rate = tickRate
  }

  /**
   * The newest command that came by the server's `tick` was late; a clock that stamped by `phase` (ticks less the time) would
   * have sent it in time. Returns the phase for all of late, once it is sure that all are.
   */
  came(phase: number, tick: number): number | undefined {
    const isNew = this.#count === 0 || tick - this.#last > msToTicks(PAUSE_MS, this.#rate)
    if (isNew) {
      this.#count = 0
      this.#since = tick
      this.#least = this.#most = phase
    }
    this.#count++
    this.#last = tick
    this.#least = Math.min(this.#least, phase)
    this.#most = Math.max(this.#most, phase)
    if (this.#count < COUNT || tick - this.#since < msToTicks(LATE_MS, this.#rate)) return undefined
    this.#count = 0
    return this.#most - this.#least < msToTicks(SPREAD_MS, this.#rate) ? this.#most : this.#least
  }
}
