// One clock for all processes of a run: the system's monotonic clock, which every process of a machine reads alike.

/** Milliseconds since some moment in the machine's past. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/**
 * Calls `act` every `period` ms from now on, each time when it is due by the clock: many such timers keep the phases
 * that they began with, where setInterval's drift into one burst. Returns what ends it.
 */
export function every(period: number, act: () => void): () => void {
  let due = now()
  const next = () => {
    act()
    due += period
    timer = setTimeout(next, due - now())
  }
  let timer = setTimeout(next)
  return () => clearTimeout(timer)
}

/**
 * How far another process's clock can be from ours: it reads its own between two readings of ours, `tries` times.
 * @throws Error where its reading lies outside: the clocks are not one.
 */
export async function agreement(theirs: () => Promise<number>, tries: number = 20): Promise<number> {
  let closest = Number.POSITIVE_INFINITY
  for (let i = 0; i < tries; i++) {
    const before = now()
    const between = await theirs()
    const after = now()
    if (between < before || between > after)
      throw new Error(`a process reads ${between} ms between ${before} and ${after}: the clocks differ`)
    closest = Math.min(closest, after - before)
  }
  return closest
}
