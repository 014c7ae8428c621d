// How evenly ticks come: against the even ticks of the same mean rate, so that who is merely slow or fast is not late.

/** Milliseconds. */
export interface Lateness {
  /** Ticks a second. */
  readonly rate: number
  /** Of each tick, against the tick before and after it at the mean rate, the earliest of all being in time. */
  readonly late: readonly number[]
}

/** @param at when each tick began, ms, rising; two at least */
export function latenessOf(at: readonly number[]): Lateness {
  const last = at.length - 1
  const gap = (at[last] - at[0]) / last
  const off = at.map((moment, i) => moment - at[0] - i * gap)
  const earliest = off.reduce((a, b) => Math.min(a, b), 0)
  return { rate: 1000 / gap, late: off.map((one) => one - earliest) }
}
