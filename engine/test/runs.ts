// How long the property tests run: LONG=1 makes each a hundred times as long, LONG=20 two thousand times.

export function runs(usual: number): number {
  return Math.round(usual * (process.env.LONG ? 100 * Number(process.env.LONG) : 1))
}
