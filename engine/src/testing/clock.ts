// A virtual clock: time passes only in run(), from one event to the next, so a whole match runs thousands of times
// faster than real time and always the same way. Events of equal times run in the order in which they were made.
// Between events, promises settle: what an event awaits that needs no more than 32 turns of the microtask queue has
// happened before the next event. Work that waits for the real world (timers, sockets, files) is none of its business.

/** The turns of the microtask queue that promises get between two events. */
const TURNS = 32

interface Happening {
  readonly at: number
  run: (() => void) | undefined
}

export class VirtualClock {
  #now = 0
  /** The next one last. */
  readonly #agenda: Happening[] = []

  /** Milliseconds since the clock was made. */
  get now(): number {
    return this.#now
  }

  /** Runs `fn` at `ms`, or as soon as may be if that has passed. @returns what cancels it */
  at(ms: number, fn: () => void): () => void {
    const happening: Happening = { at: Math.max(ms, this.#now), run: fn }
    let low = 0
    for (let high = this.#agenda.length; low < high; ) {
      const middle = (low + high) >> 1
      if (this.#agenda[middle].at > happening.at) low = middle + 1
      else high = middle
    }
    this.#agenda.splice(low, 0, happening)
    return () => {
      happening.run = undefined
    }
  }

  /** Runs `fn` in `ms` from now. @returns what cancels it */
  after(ms: number, fn: () => void): () => void {
    return this.at(this.#now + ms, fn)
  }

  /** Runs `fn` each `ms` (above 0), first in `ms` from now, on an exact grid. @returns what ends it */
  every(ms: number, fn: () => void): () => void {
    const origin = this.#now
    let count = 0
    let cancel: () => void
    const plan = (): void => {
      count += 1
      cancel = this.at(origin + count * ms, () => {
        plan()
        fn()
      })
    }
    plan()
    return () => cancel()
  }

  /** Lets time pass until `ms`, with all that happens up to and at that time. Rejects with what an event throws. */
  async run(untilMs: number): Promise<void> {
    await settle()
    for (;;) {
      const next = this.#agenda.at(-1)
      if (next === undefined || next.at > untilMs) break
      this.#agenda.pop()
      if (next.run === undefined) continue
      this.#now = next.at
      next.run()
      await settle()
    }
    this.#now = Math.max(this.#now, untilMs)
  }
}

const settled = Promise.resolve()

/** After TURNS turns. It is most of what a quiet clock does, and `await` in a loop makes twice as much garbage. */
function settle(): Promise<void> {
  return new Promise((resolve) => {
    let turn = 0
    const next = (): void => {
      turn += 1
      if (turn < TURNS) void settled.then(next)
      else resolve()
    }
    next()
  })
}
