// By how much frames are late on an uneven line while none waits for another, so that it is not taken for a narrow one.
// Two things tell:
//   - One came with the one before it, sooner than a link that carries so little could have brought it: that one was not
//     late for a queue.
//   - One was alone on its way, on a link that has been narrow for a while, and late all the same: it waited for none.
// Whoever asks has to know what the link carries: where that is taken to be less than it is, a queue seems to be none.
// No clock here: ms of any clock.

/** What delays rose to they may again for so long, ms, and up to so much. */
const MEMORY_MS = 10_000
const MOST_MS = 250

export class Swing {
  /** Ms; fades. */
  ms = 0
  /** How late the last one was that may have waited. */
  #peak = 0
  readonly #tickMs: number

  /** @param tickMs between two ticks */
  constructor(tickMs: number) {
    this.#tickMs = tickMs
  }

  passed(ms: number): void {
    this.ms *= Math.exp(-Math.max(0, ms) / MEMORY_MS)
  }

  /**
   * One was `late` ms late, but for what the link takes for it; behind the one before it, had that been late for a queue, it
   * would have been by `behind` ms.
   */
  came(late: number, behind: number): void {
    if (late >= behind - this.#tickMs / 2) this.#peak = late
    else this.rose(this.#peak)
  }

  /** One was so late, and waited for none. */
  rose(late: number): void {
    this.ms = Math.min(MOST_MS, Math.max(this.ms, late))
  }

  /** The way is another. */
  forget(): void {
    this.ms = this.#peak = 0
  }
}
