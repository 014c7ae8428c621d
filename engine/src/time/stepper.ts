// Elapsed time into whole ticks. The n-th tick is due at origin + n intervals, computed and never accumulated, so the
// grid does not drift however late or often it is asked. Ticks past the bound on catching up are skipped and counted:
// they are never made up for, so a process that stood still for a minute does not run a minute's ticks at once.

import { msToTicks, ticksToMs } from './tick.ts'

export interface StepperOptions {
  /** At most so many ticks come due in one call. 5 by default. */
  readonly maxCatchUp?: number
}

export class Stepper {
  /** How many ticks came due and were left out. */
  skipped = 0

  readonly #rate: number
  readonly #maxCatchUp: number
  #origin: number | undefined
  #count = 0
  #lastNow = Number.NEGATIVE_INFINITY

  /** @param tickRate ticks a second */
  constructor(tickRate: number, { maxCatchUp = 5 }: StepperOptions = {}) {
    this.#rate = tickRate
    this.#maxCatchUp = maxCatchUp
  }

  /** When the next tick is due, in ms of the clock that advance() is given. -Infinity before the first call to it. */
  get next(): number {
    return this.#dueAt(this.#count + 1)
  }

  /**
   * How many ticks have come due by `now` since the last call: 0 to `maxCatchUp`. The first call starts the grid, and
   * its first tick is due one interval later. A clock that was set back moves the grid with it.
   */
  advance(now: number): number {
    this.#origin ??= now
    if (now < this.#lastNow) this.#origin += now - this.#lastNow
    this.#lastNow = now

    let count = Math.floor(msToTicks(now - this.#origin, this.#rate))
    // The division may be a last bit off from `next`, which is what callers wait for.
    if (this.#dueAt(count) > now) count -= 1
    else if (this.#dueAt(count + 1) <= now) count += 1

    const due = Math.max(0, count - this.#count)
    this.#count += due
    const run = Math.min(due, this.#maxCatchUp)
    this.skipped += due - run
    return run
  }

  #dueAt(count: number): number {
    return this.#origin === undefined ? Number.NEGATIVE_INFINITY : this.#origin + ticksToMs(count, this.#rate)
  }
}
