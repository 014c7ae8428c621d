// Ticks that took longer than they may, as an operator is told of them: the first at once, those of the next ten seconds
// together, unless one is far longer. A machine that is too small would fill its log with one line a tick.

const TOGETHER_MS = 10_000
const FAR_LONGER = 4

export interface LongTick {
  /** Names the match. */
  readonly match: string
  readonly tick: number
  /** ms */
  readonly took: number
  readonly budget: number
}

export class LongTicks {
  #toldAt = Number.NEGATIVE_INFINITY
  #told = 0
  #untold = 0
  /** The longest of those. */
  #longest: LongTick | undefined

  /** What to say of it, at `now` (ms); undefined: it is said with the next ones. */
  note(one: LongTick, now: number): string | undefined {
    if (!this.#longest || one.took > this.#longest.took) this.#longest = one
    this.#untold++
    if (now - this.#toldAt < TOGETHER_MS && one.took < FAR_LONGER * this.#told) return undefined
    const { match, tick, took, budget } = this.#longest
    const many = this.#untold > 1 ? `${this.#untold} ticks took too long; the longest: ` : ''
    this.#toldAt = now
    this.#told = took
    this.#untold = 0
    this.#longest = undefined
    return `${many}${match}: tick ${tick} took ${took.toFixed(1)} ms, of ${budget.toFixed(1)}`
  }
}
