// What a parser's frames came to. Of each: it is refused with an error that is meant for it, or is what the schema allows; what
// is held has not changed; and beyond what a good frame takes its reader allocates no more than 64 KiB and some 2 KiB for each
// of its bytes (target.ts).

import { measured, type Read, type Taken, type Target, taken } from './target.ts'

const STACK = Error.stackTraceLimit

export class Tally {
  readonly #counts = new Map<string, number>()
  readonly #slowest = { ms: 0, where: '-' }
  readonly #largest = { bytes: 0, where: '-' }
  /** As a share of what is allowed. */
  readonly #fullest = { share: 0, where: '-' }

  /** @throws whatever is no refusal, and where something of the above does not hold */
  take(target: Target, reader: (frame: Uint8Array) => Read, frame: Uint8Array): Taken {
    const got = taken(target, reader, frame)
    const { outcome, ms, bytes } = got
    this.#counts.set(outcome, (this.#counts.get(outcome) ?? 0) + 1)
    got.check()
    target.check()
    const allowed = target.allowed(frame.length)
    if (ms > this.#slowest.ms || bytes > this.#largest.bytes || bytes / allowed > this.#fullest.share)
      this.#measure(target, frame, got, allowed)
    return got
  }

  print(): void {
    for (const [what, n] of [...this.#counts].sort((a, b) => b[1] - a[1])) console.log(`  ${what}: ${n}`)
    console.log(`  slowest: ${this.#slowest.ms.toFixed(3)} ms (${this.#slowest.where})`)
    console.log(`  largest allocation: ${this.#largest.bytes} bytes (${this.#largest.where})`)
    const share = Math.round(100 * this.#fullest.share)
    console.log(`  largest share of what is allowed: ${share} % (${this.#fullest.where})`)
  }

  /** Again, of one that seems to be worse than all before. */
  #measure(target: Target, frame: Uint8Array, first: Taken, allowed: number): void {
    // With stacks, as a user's reader makes them.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = STACK
    const again = measured(target, frame)
    Error.stackTraceLimit = stackTraceLimit
    const where = `${target.about}; ${frame.length} bytes: ${first.outcome}`
    const [ms, bytes] = [Math.min(first.ms, again.ms), Math.min(first.bytes, again.bytes)]
    if (ms > this.#slowest.ms) Object.assign(this.#slowest, { ms, where })
    if (bytes > this.#largest.bytes) Object.assign(this.#largest, { bytes, where })
    if (bytes / allowed > this.#fullest.share) Object.assign(this.#fullest, { share: bytes / allowed, where })
    if (bytes > allowed) throw new Error(`${bytes} bytes were allocated: expected at most ${allowed}`)
  }
}
