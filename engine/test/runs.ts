// How long the property tests run: LONG=1 makes each a hundred times as long, LONG=20 two thousand times; RUNS=1000000 makes
// each that many runs (name the test with -t), those with seeds of their own from FIRST=1 on. The codec's long run is
// fuzz/main.ts.

import { vi } from 'vitest'

const { LONG, RUNS, FIRST } = process.env
if (LONG || RUNS) vi.setConfig({ testTimeout: 24 * 3600 * 1000 })

export function runs(usual: number): number {
  if (RUNS) return Number(RUNS)
  return LONG ? Math.round(usual * 100 * Number(LONG)) : usual
}

/** A seed for each run. */
export function seeds(usual: number): readonly number[] {
  return Array.from({ length: runs(usual) }, (_, n) => Number(FIRST ?? 1) + n)
}
