// From what processes noted to figures. All times are milliseconds of the one clock that they share.

/** `at[i]` is of tick `tick[i]`: when it was made at a server, or from when on a client held it. */
export interface Ticks {
  readonly tick: readonly number[]
  readonly at: readonly number[]
}

/** When each tick was made. */
export function madeAt({ tick, at }: Ticks): Map<number, number> {
  return new Map(tick.map((number, index) => [number, at[index]]))
}

/**
 * How old the state is that a client holds, at each millisecond of [from, to): the time since the newest tick that it
 * holds was made. NaN before it holds one. A state of a tick that was never made counts as none.
 */
export function agesOf(held: Ticks, made: ReadonlyMap<number, number>, from: number, to: number): Float64Array {
  const ages = new Float64Array(Math.max(0, Math.floor(to - from)))
  let next = 0
  let since = Number.NaN
  for (let ms = 0; ms < ages.length; ms++) {
    for (; next < held.at.length && held.at[next] <= from + ms; next++) since = made.get(held.tick[next]) ?? since
    ages[ms] = from + ms - since
  }
  return ages
}

/** States held in [from, to). */
export function framesIn({ at }: Ticks, from: number, to: number): number {
  return at.reduce((sum, moment) => sum + (moment >= from && moment < to ? 1 : 0), 0)
}

export interface Spread {
  readonly p50: number
  readonly p99: number
  readonly max: number
}
/** Of the numbers among `values`; NaN of none. */
export function spreadOf(values: Iterable<number>): Spread {
  const sorted = Float64Array.from(values).filter(Number.isFinite).sort()
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
  return { p50: at(0.5), p99: at(0.99), max: at(1) }
}

/** Past so many ticks a host leaves some out, and goes on from there. */
const LEFT_OUT = 6
/** The grid is that of the earliest tick among so many: a host's clock may drift. */
const GRID = 60

/** How late each tick in [from, to) was made, by the grid of the earliest one within the second before it. */
export function latenessOf({ tick, at }: Ticks, interval: number, from: number, to: number): number[] {
  const behind: number[] = []
  let shift = 0
  for (let i = 0; i < tick.length; i++) {
    if (at[i] < from || at[i] >= to) continue
    behind.push(at[i] - tick[i] * interval - shift)
    const ahead = behind[behind.length - 1] - behind[0]
    if (ahead > LEFT_OUT * interval) shift += Math.floor(ahead / interval) * interval
  }
  return behind.map((ms, i) => ms - Math.min(...behind.slice(Math.max(0, i - GRID), i + 1)))
}

/** A second in which no more than this share of the milliseconds is over a bound is a second within it. */
const MAY_BE_OVER = 0.05
const SECOND = 1000

/** From which millisecond on `ages` are within `bound` for a second; undefined: for none. */
export function backWithin(ages: Float64Array, bound: number): number | undefined {
  const isOver = (ms: number) => (ages[ms] <= bound ? 0 : 1)
  let over = 0
  for (let ms = 0; ms < ages.length; ms++) {
    over += isOver(ms)
    if (ms >= SECOND) over -= isOver(ms - SECOND)
    if (ms < SECOND - 1) continue
    const first = ms - SECOND + 1
    if (over <= MAY_BE_OVER * SECOND && isOver(first) === 0) return first
  }
  return undefined
}

/** The full rate is there when so much of the ticks of a second were held. */
const FULL = 0.95

/** Milliseconds from `from` until the start of a second in which the client held the state of every tick; undefined: none. */
export function fullRateAfter(held: Ticks, tickRate: number, from: number, to: number): number | undefined {
  const moments = held.at.filter((at) => at >= from && at < to)
  let last = 0
  for (let first = 0; first < moments.length && moments[first] + SECOND <= to; first++) {
    while (last < moments.length && moments[last] < moments[first] + SECOND) last++
    if (last - first >= FULL * tickRate) return moments[first] - from
  }
  return undefined
}
