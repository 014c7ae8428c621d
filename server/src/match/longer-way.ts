// Tells a way that became longer from a link that became narrow: both make frames late, and what helps the one starves the
// other. Two things tell:
//   - All frames are late at once, and by the same: a queue grows with each frame that goes into it, and what a stall held
//     back comes less late with each.
//   - After some that were late one has gone that was alone on its way, and is as late: it waited for none. Over a narrow
//     link it would have been far less late than those that waited for each other.
// What is late is so by the shortest delay of late. No clock here: ms of any clock.

/** So many in a row that are late at once, and by the same, are enough. */
const STEPS = 6
/** They may differ by this share of it: a way that is far is seldom an even one. */
const EVEN = 0.25
/** A way that was found to be longer may become so bit by bit: for so many more what is late tells of no narrow link. */
const GROWING = 30
/** One that was alone is as late as the others from this share of what they were on. */
const ALIKE = 0.9

export class LongerWay {
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

  /** Whether the next ones tell: until then what is late tells of no narrow link. */
  get isOpen(): boolean {
    return this.#steps > 0 || this.#growing > 0
  }

  /** Whether one is to go alone: when all have arrived, and no other after it. */
  get isAsked(): boolean {
    return this.#crowded !== undefined
  }

  /** The link is taken to be narrow from now on: the next one that is alone tells whether it is. */
  ask(): void {
    this.#crowded = 0
  }

  /**
   * One was `late` ms late. `from`: from how much on that is of interest; `within`: what delays vary by; `mayBegin`: none
   * before it waited, and the player keeps up; `isAlone`: no other was on its way. Returns by how many ms the way is longer.
   */
  arrived(late: number, from: number, within: number, mayBegin: boolean, isAlone: boolean): number | undefined {
    const longer = this.#stepped(late, from, within, mayBegin) ?? this.#crowd(late, isAlone)
    if (longer !== undefined) this.#forget()
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
    this.#trend += (this.#steps < STEPS / 2 ? -late : late) / (STEPS / 2)
    const spread = Math.max(within, late * EVEN)
    this.#steps = late > from && this.#most - this.#least < spread ? this.#steps + 1 : 0
    if (this.#steps < STEPS) return undefined
    this.#steps = 0
    return Math.abs(this.#trend) < spread / 2 ? this.#least : undefined
  }

  #crowd(late: number, isAlone: boolean): number | undefined {
    if (this.#crowded === undefined) return undefined
    if (isAlone) {
      const isLonger = late > ALIKE * this.#crowded
      this.#crowded = undefined
      if (isLonger) this.#growing = GROWING
      return isLonger ? late : undefined
    }
    this.#crowded = Math.max(this.#crowded, late)
    return undefined
  }

  #forget(): void {
    this.#last = 0
    this.#steps = 0
    this.#crowded = undefined
  }
}
