// Stalls that come in a rhythm, as radio schedulers and a Wi-Fi that scans make them: when the next one is due. Where
// they come at any time nothing is expected.

/** So many stalls evenly apart, each within this share of an interval, are a rhythm. */
const ENOUGH = 5
const EVEN = 0.1
/** Of each interval this share is learned. */
const SHARE = 0.25
/** A stall that is due and has not come for so long does not come. */
const OVER_MS = 300
/** After a pause of more intervals, or where the clock was set back, the next stall goes on with the rhythm. */
const PAUSE = 4

export class Rhythm {
  /** Stalls in the rhythm so far, the time of the last, and how far apart they are, in ms. */
  #count = 0
  #last = 0
  #interval = 0
  /** When one came out of turn since then; it may have hidden the next. */
  #odd: number | undefined

  /** A stall began at `at` (ms). */
  note(at: number): void {
    const since = at - this.#last
    const beats = this.#odd !== undefined && since > 1.5 * this.#interval ? 2 : 1
    const off = since / beats - this.#interval
    const isPause = since < 0 || since > PAUSE * this.#interval
    const isKnown = this.#count >= ENOUGH
    if (Math.abs(off) * beats <= EVEN * this.#interval) {
      this.#interval += off * SHARE
      this.#count++
    } else if (isKnown && !isPause && this.#odd === undefined) {
      // One alone is of something else.
      this.#odd = at
      return
    } else if (!isKnown || !isPause) {
      // The first of another, or the second.
      const first = this.#odd ?? this.#last
      this.#count = at > first && this.#count > 0 ? 2 : 1
      this.#interval = Math.max(0, at - first)
    }
    this.#odd = undefined
    this.#last = at
  }

  /** Ms from `now` until the next is due, less than 0 for a while after that; Infinity where there is no rhythm. */
  due(now: number): number {
    const since = now - this.#last
    const isHidden = this.#odd !== undefined && since > this.#interval + OVER_MS
    const next = isHidden ? 2 * this.#interval : this.#interval
    const isOver = since < 0 || since > next + OVER_MS
    return this.#count < ENOUGH || isOver ? Number.POSITIVE_INFINITY : next - since
  }
}
