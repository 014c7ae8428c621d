// Command frames on their way up, and how many may be. A kernel takes for seconds what a slow line carries a tenth of: the
// transport says nothing of it. While all goes well nobody counts. Of commands that come too late the server says which
// came last (PROTOCOL.md, C7). Where each took longer than the one before, they wait for each other; from then on each
// frame asks for that word, and only so many wait for the answer: one at first, one more with each that came about as fast
// as over an idle line, and half as many, at most once in a round trip, when one did not. What waits meanwhile goes as one
// frame. That ends after a second in which nothing had to wait; where a frame that is alone on its way takes as long as one
// behind many: then it is the way that became longer; and where the first that asked, behind all others, took less than
// they did: then it is an uneven one.
//
// Source: the window of TCP Vegas (Brakmo, Peterson 1995), which shrinks with delay instead of loss.

/** Frames that are remembered while nobody counts them. */
const MEMORY = 512
/** An answer may take so much longer than over an idle line, ms: a server says it with its next frame, and a line that is
 * far is seldom an even one. */
const LATE_MS = 50
/** Commands that came late took so much longer up than others that did, ms, within so many: they wait for each other. */
const GROWN_MS = 100
const LATELY_MS = 3000
/** A frame that takes this share of what one behind many took, and is alone on its way, waited for none. */
const ALIKE = 0.75
/** Nothing had to wait for so long: nobody counts any more. */
const FREE_MS = 1000
/** Where there was none, so many times that growth is no sign of one for so long, ms, but for one of MOST_UNEVEN. */
const UNEVEN = 1.5
const UNEVEN_MS = 10_000
const MOST_UNEVEN = 400
/** Without any answer for so long one more frame goes: the answer may have been in a frame that could not be read. */
const UNANSWERED_MS = 2000

interface Frame {
  readonly first: number
  readonly last: number
  readonly sentAt: number
  /** The server is to answer it. */
  readonly asks: boolean
  /** Nothing else was on its way. */
  readonly isAlone: boolean
}

export class Flight {
  /** Those sent and not known to have come, the oldest first. */
  #frames: Frame[] = []
  /** How many that ask may be on their way; undefined: any number, and none asks. */
  #window: number | undefined
  /** What an answer takes over an idle line, ms. */
  #usual = 0
  #took = 0
  /** What the first frame that asked took, with all those before it, ms. */
  #crowded: number | undefined
  /** The least that those took up that came late, of late, by two clocks, ms; and when the last was. */
  #least = 0
  #lateAt = Number.NEGATIVE_INFINITY
  /** What that took which told of a queue; and up to which growth the line is uneven, and until when that counts. */
  #suspect = 0
  #uneven = 0
  #unevenUntil = Number.NEGATIVE_INFINITY
  #heldAt = 0
  #sentAt = 0
  /** When the window was halved: what was sent before says nothing of what it is now. */
  #halvedAt = 0
  /** Those of a connection that was lost, until the server says which of them came. */
  #doubtful: readonly Frame[] | undefined

  /** What the last one that asked took, there and back, ms; undefined while none does. */
  get took(): number | undefined {
    return this.#window === undefined ? undefined : this.#took
  }

  /** Whether the next frame asks. */
  get asks(): boolean {
    return this.#window !== undefined
  }

  /** Whether the next frame has to wait. */
  isFull(now: number): boolean {
    return this.#window !== undefined && this.#asking >= this.#window && now - this.#sentAt < UNANSWERED_MS
  }

  /** Something had to wait. */
  held(now: number): void {
    this.#heldAt = now
  }

  /** A frame with the commands for the ticks from `first` to `last` goes. */
  sent(first: number, last: number, now: number): void {
    const { asks } = this
    this.#frames.push({ first, last, sentAt: now, asks, isAlone: this.#frames.length === 0 })
    this.#sentAt = now
    if (!asks && this.#frames.length > MEMORY) this.#frames.shift()
  }

  /**
   * The server has what goes up to tick `got`, by `at` of its clock, ms, and says so at `now`; `roundTrip`: over an idle line,
   * ms; `isLate`: the last one came too late. Returns how many commands went down with a connection.
   */
  arrived(got: number, now: number, roundTrip: number, at: number, isLate: boolean): number {
    if (this.#doubtful) return this.#lostAfter(got, this.#doubtful)
    let newest: Frame | undefined
    while (this.#frames.length > 0 && this.#frames[0].last <= got) newest = this.#frames.shift()
    if (!newest) return 0
    const took = at - newest.sentAt
    if (this.#isDisproved(newest, took, now)) this.#free()
    else if (this.#window !== undefined) this.#resize(this.#window, newest, now)
    else if (!newest.asks && isLate && this.#grows(took, now)) {
      this.#suspect = took
      this.#window = 1
      this.#took = this.#usual = roundTrip
      this.#crowded = undefined
      this.#heldAt = now
    }
    return 0
  }

  /** The connection is another one: over the last one nothing comes any more. */
  lost(): void {
    this.#doubtful = [...(this.#doubtful ?? []), ...this.#frames]
    this.#frames = []
    this.#free()
    this.#unevenUntil = Number.NEGATIVE_INFINITY
  }

  /** One came late that took so long up, by two clocks: whether they take ever longer. */
  #grows(took: number, now: number): boolean {
    this.#least = now - this.#lateAt > LATELY_MS ? took : Math.min(this.#least, took)
    this.#lateAt = now
    return took - this.#least >= (now < this.#unevenUntil ? this.#uneven : GROWN_MS)
  }

  /** The first one that asked went behind all others: in a queue it takes no less than the one that told of it. */
  #isDisproved({ asks }: Frame, took: number, now: number): boolean {
    if (!asks || !this.asks || this.#crowded !== undefined || took > this.#suspect - GROWN_MS / 2) return false
    this.#uneven = Math.min(MOST_UNEVEN, UNEVEN * (this.#suspect - this.#least))
    this.#unevenUntil = now + UNEVEN_MS
    return true
  }

  #free(): void {
    this.#window = undefined
    this.#lateAt = Number.NEGATIVE_INFINITY
  }

  #resize(window: number, { asks, isAlone, sentAt }: Frame, now: number): void {
    const took = now - sentAt
    if (asks) {
      this.#took = took
      this.#crowded ??= took
      if (took <= this.#usual + LATE_MS) this.#window = window + 1
      else if (sentAt >= this.#halvedAt) {
        this.#window = Math.ceil(window / 2)
        this.#halvedAt = now
      }
      if (isAlone) this.#usual = took
    }
    const isFar = asks && isAlone && took > ALIKE * this.#crowded!
    if (isFar || now - this.#heldAt > FREE_MS) this.#free()
  }

  /** On their way, of those that ask: the last ones. */
  get #asking(): number {
    let asking = 0
    while (this.#frames.at(-1 - asking)?.asks) asking++
    return asking
  }

  #lostAfter(got: number, frames: readonly Frame[]): number {
    let commands = 0
    for (const { first, last } of frames) commands += Math.max(0, last - Math.max(first - 1, got))
    this.#doubtful = undefined
    return commands
  }
}
