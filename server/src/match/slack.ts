// How early one player's commands are there before their tick runs, in fractions of a tick, so that its client stamps them
// just in time. Of commands that arrive together the newest counts alone: the others waited for it, in a stall. And the
// newest that came, for a client that asks, or whose newest comes too late, too: it knows when it sent that, and so
// whether the way became longer or its line carries less than it is given; or far too early (PROTOCOL.md, C7).

/** What a report says are sixteenths of a tick: -8 to just under 8 ticks. */
const UNIT = 16
const LEAST = -128
const MOST = 127
/** A client stamps no more at once. */
const MOST_AT_ONCE = 5
/** Arrivals within so much of a tick came together. */
const TOGETHER_TICKS = 0.25

export class SlackReport {
  readonly #rate: number
  readonly #window: number
  /** Of the newest command that came; -1: none. */
  newest = -1
  #isAsked: boolean
  /** Commands came since the last tick. */
  #hasArrived = false
  #tick = -1
  #tickedAt = 0
  #least = Number.POSITIVE_INFINITY
  /** The last arrival: it counts once another does not come together with it. */
  #last: number | undefined
  #lastAt = Number.NEGATIVE_INFINITY
  #ticks = 0

  /** @param tickRate ticks a second; @param newest of the connection before, which the client is told */
  constructor(tickRate: number, newest?: number) {
    this.newest = newest ?? -1
    this.#isAsked = newest !== undefined
    this.#rate = tickRate
    this.#window = Math.ceil(tickRate / 2)
  }

  /**
   * Commands for the ticks from `first` to `last` arrived at `now` (ms). A page that draws slowly stamps several at once, of
   * which the first has the least time; in a longer run they waited for the connection. `asks`: the client wants to know.
   */
  arrived(first: number, last: number, now: number, asks = false): void {
    this.#isAsked ||= asks
    if (last <= this.newest || this.#tick < 0) return
    this.#hasArrived = true
    const tick = last - first < MOST_AT_ONCE ? first : last
    this.newest = last
    if (((now - this.#lastAt) * this.#rate) / 1000 >= TOGETHER_TICKS) this.#settle()
    this.#lastAt = now
    this.#last = tick - this.#tick - ((now - this.#tickedAt) * this.#rate) / 1000
  }

  /** Commands came that were too far ahead: its client is to hear of it. */
  refused(): void {
    this.#least = Math.min(this.#least, MOST / UNIT)
  }

  /** `tick` has run at `now` (ms). Every half second: what to tell, in sixteenths of a tick. Undefined: nothing new. */
  ran(tick: number, now: number): number | undefined {
    this.#tick = tick
    this.#tickedAt = now
    this.#ticks++
    this.#isAsked ||= this.#hasArrived && this.newest < tick
    this.#hasArrived = false
    if (((now - this.#lastAt) * this.#rate) / 1000 >= TOGETHER_TICKS) this.#settle()
    if (this.#ticks < this.#window || this.#least === Number.POSITIVE_INFINITY) return undefined
    const told = Math.max(LEAST, Math.min(MOST, Math.round(this.#least * UNIT)))
    this.#least = Number.POSITIVE_INFINITY
    this.#ticks = 0
    // It is more than a report can say.
    this.#isAsked ||= told === MOST
    return told
  }

  /** The tick of the newest command that came, if the next frame is to say it: once. */
  got(): number | undefined {
    const got = this.#isAsked ? this.newest : undefined
    this.#isAsked = false
    return got
  }

  #settle(): void {
    if (this.#last !== undefined) this.#least = Math.min(this.#least, this.#last)
    this.#last = undefined
  }
}
