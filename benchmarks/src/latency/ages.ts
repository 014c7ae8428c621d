// When a tick was made, also between two of them, from the server's own notes.

/** ms of the shared clock by tick; undefined before the first and after the last that is known. */
export class TickTimes {
  readonly #at = new Map<number, number>()

  constructor(ticks: readonly number[], at: readonly number[]) {
    for (const [i, tick] of ticks.entries()) this.#at.set(tick, at[i])
  }

  made(tick: number): number | undefined {
    const before = Math.floor(tick)
    const from = this.#at.get(before)
    if (from === undefined || before === tick) return from
    const to = this.#at.get(before + 1)
    return to === undefined ? undefined : from + (tick - before) * (to - from)
  }
}
