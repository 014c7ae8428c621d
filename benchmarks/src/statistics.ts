// The few statistics that tables show.

/** The middle value; of an even count, the mean of the middle two. NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** Half the distance between the quartiles, in per cent of the median: what repeats of one figure differ by. */
export function noise(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]
  return (50 * (at(0.75) - at(0.25))) / median(sorted)
}

/** Half the distance between the least and the largest: where another run of as many repeats is likely to lie. NaN of one. */
export function spread(values: readonly number[]): number {
  return values.length < 2 ? Number.NaN : (Math.max(...values) - Math.min(...values)) / 2
}
