// Tells a way that became longer from a link that became narrow: both make frames late, and what helps the one starves the
// other. Two things tell:
//   - All frames are late at once, and by the same: a queue grows with each frame that goes into it, and what a stall held
//     back comes less late with each.
//   - After some that were late one has gone that was alone on its way, and is as late: it waited for none. Over a narrow
//     link it would have been far less late than those that waited for each other.
// What is late is so by the shortest delay of late. No clock here: ms of any clock.

/** So many in a row that are late at once, and by the same, are enough, and for so long, ms. */
const LEAST_STEPS = 6
const STEPS_MS = 250
/** They may differ by this share of it: a way that is far is seldom an even one. */
const EVEN = 0.25
/** A way that was found to be longer may become so bit by bit: for so many more what is late tells of no narrow link. */
const GROWING = 30
/** One that was alone is as late as the others from this share of what they were on. */
const ALIKE = 0.9
/** And where it is late by so many times what the link was busy with it alone. */
const OWN = 2

export class LongerWay {
  readonly #enough: number
  /** How many were late at once, and by how much they were, ms. */
  #steps = 0
  #last = 0
  #least = 0
  #most = 0
  /** By how much the later half of them was later than the first, ms. */
  #trend = 0
  /** For so many more the way may go on becoming longer. */
  #growing = 0
  /** The most by which one was late since the link was taken to be narrow, ms; undefined: nothing is asked. */
  #crowded: number | undefined

  /** @param tickMs between two ticks, and so two frames */
  constructor(tickMs: number) {
    this.#enough = 2 * Math.ceil(Math.max(LEAST_STEPS, STEPS_MS / tickMs) / 2)
  }

  /** Whether the next ones tell: until then nothing is to be held back for what is late. */
  get isOpen(): boolean {
    return this.#steps > 0 || this.isGrowing
  }

  /** It was found to be longer just now, and may become so on. */
  get isGrowing(): boolean {
    return this.#growing > 0
  }

  /** Whether one is to go alone: when all have arrived, and no other after it. */
  get isAsked(): boolean {
    return this.#crowded !== undefined
  }

  /** The link is taken to be narrow from now on, as one was `late` ms late: the next one that is alone tells whether it is. */
  ask(late: number): void {
    this.#crowded = late
  }

  /** What is on its way is of no use: none that goes now is alone. */
  forget(): void {
    this.#last = 0
    this.#steps = 0
    this.#crowded = undefined
  }

  /**
   * One was `late` ms late. `from`: from how much on that is of interest; `within`: what delays vary by; `mayBegin`: the
   * player keeps up, and it is known what delays vary by; `alone`: no other was on its way, and the link was busy with it
   * for so long itself, ms, by the rate of those before it. Returns by how many ms the way is longer.
   */
  arrived(late: number, from: number, within: number, mayBegin: boolean, alone?: number): number | undefined {
    const longer = this.#stepped(late, from, within, mayBegin) ?? this.#crowd(late, alone)
    if (longer !== undefined) this.forget()
    return longer
  }

  #stepped(late: number, from: number, within: number, mayBegin: boolean): number | undefined {
    this.#growing = Math.max(0, this.#growing - 1)
    const before = this.#last
    this.#last = late
    if (this.#steps === 0) {
      if (!mayBegin || (before > late / 2 && this.#growing === 0)) return undefined
      this.#least = this.#most = late
      this.#trend = 0
    }
    this.#least = Math.min(this.#least, late)
    this.#most = Math.max(this.#most, late)
    this.#trend += (this.#steps < this.#enough / 2 ? -late : late) / (this.#enough / 2)
    const spread = Math.max(within, late * EVEN)
    this.#steps = late > from && this.#most - this.#least < spread ? this.#steps + 1 : 0
    if (this.#steps < this.#enough) return undefined
    this.#steps = 0
    return Math.abs(this.#trend) < spread / 2 ? this.#least : undefined
  }

  #crowd(late: number, alone: number | undefined): number | undefined {
    if (this.#crowded === undefined) return undefined
    if (alone !== undefined) {
      const isLonger = late > ALIKE * this.#crowded && late > OWN * alone
      this.#crowded = undefined
      if (isLonger) this.#growing = GROWING
      return isLonger ? late : undefined
    }
    this.#crowded = Math.max(this.#crowded, late)
    return undefined
  }
}
