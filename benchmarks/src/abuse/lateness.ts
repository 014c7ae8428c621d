// How late a match's ticks were, of nothing but when they ran. No tick runs before it is due, so the grid that they are due by
// is that of the earliest one; where the host is so far behind that it leaves ticks out, the grid goes on later from there.

export interface Ticked {
  readonly tick: number
  /** Milliseconds. */
  readonly at: number
}

/** Of each tick, in ms, against the grid as it was at the tick before: a stall counts whole, and what comes after it does not. */
export function lateness(seen: readonly Ticked[], rate: number): number[] {
  const behind = seen.map(({ tick, at }) => at - (tick * 1000) / rate)
  const grid = behind.slice()
  for (let i = grid.length - 2; i >= 0; i--) grid[i] = Math.min(grid[i], grid[i + 1])
  return behind.map((ms, i) => ms - grid[Math.max(0, i - 1)])
}
