// State age over time as lines to plot: the oldest of each quarter of a second.

export interface Line {
  readonly label: string
  /** Seconds. */
  readonly time: readonly number[]
  /** Milliseconds; null where there is none. */
  readonly age: readonly (number | null)[]
}
export interface Plot {
  readonly title: string
  readonly lines: readonly Line[]
}

const STEP_MS = 250

/** `ages[i]` is of `first` + i ms. */
export function lineOf(label: string, ages: Float64Array, first: number): Line {
  const time: number[] = []
  const age: (number | null)[] = []
  for (let at = 0; at < ages.length; at += STEP_MS) {
    time.push((first + at) / 1000)
    const most = ages.subarray(at, at + STEP_MS).reduce((a, b) => Math.max(a, b), 0) // NaN if one of them is
    age.push(Number.isNaN(most) ? null : Math.round(most))
  }
  return { label, time, age }
}
