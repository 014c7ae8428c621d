// What a match's rules want done later, by tick. What is cancelled does not run, not even if it is due in this tick.

interface Timer {
  readonly tick: number
  readonly act: () => void
  isCancelled: boolean
}

export class Timers {
  #timers: Timer[] = []

  /** Runs `act` at `tick`. Returns what cancels it. */
  at(tick: number, act: () => void): () => void {
    const timer = { tick, act, isCancelled: false }
    this.#timers.push(timer)
    return () => {
      timer.isCancelled = true
    }
  }

  /** Runs what is due at `tick`, in order of asking. */
  run(tick: number): void {
    if (this.#timers.length === 0) return
    const due = this.#timers.filter((timer) => timer.tick <= tick)
    this.#timers = this.#timers.filter((timer) => timer.tick > tick && !timer.isCancelled)
    for (const timer of due) if (!timer.isCancelled) timer.act()
  }
}
