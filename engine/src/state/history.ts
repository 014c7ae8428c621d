// A ring of anything by tick: the last `length` ticks up to the newest, older ones are forgotten.

export class History<T> {
  readonly #items: (T | undefined)[]
  readonly #ticks: Float64Array
  #newest = -1
  /** Below it nothing ever was. */
  #lowest = Number.POSITIVE_INFINITY

  /** `length`: ticks to keep. */
  constructor(length: number) {
    this.#items = new Array(length).fill(undefined)
    this.#ticks = new Float64Array(length).fill(-1)
  }

  /** The highest tick that was set, or -1. */
  get newest(): number {
    return this.#newest
  }

  /** What is older than the ring reaches is not taken. */
  set(tick: number, item: T): void {
    if (tick <= this.#newest - this.#items.length) return
    const at = tick % this.#items.length
    this.#items[at] = item
    this.#ticks[at] = tick
    if (tick < this.#lowest) this.#lowest = tick
    if (tick > this.#newest) this.#newest = tick
  }

  get(tick: number): T | undefined {
    const at = tick % this.#items.length
    return this.#ticks[at] === tick ? this.#items[at] : undefined
  }

  /** The item at the highest tick that is at most `tick`, or undefined. */
  atOrBefore(tick: number): T | undefined {
    const oldest = Math.max(this.#newest - this.#items.length + 1, this.#lowest)
    for (let at = Math.min(tick, this.#newest); at >= oldest; at--) {
      const item = this.get(at)
      if (item !== undefined) return item
    }
    return undefined
  }

  /** The item at the lowest tick that is above `tick`, or undefined. */
  after(tick: number): T | undefined {
    const oldest = this.#newest - this.#items.length + 1
    for (let at = Math.max(tick + 1, oldest, 0); at <= this.#newest; at++) {
      const item = this.get(at)
      if (item !== undefined) return item
    }
    return undefined
  }

  clear(): void {
    this.#items.fill(undefined)
    this.#ticks.fill(-1)
    this.#newest = -1
    this.#lowest = Number.POSITIVE_INFINITY
  }
}
