// How long the property tests run: LONG=1 makes each a hundred times as long, LONG=20 two thousand times.

import { vi } from 'vitest'

const times = process.env.LONG ? 100 * Number(process.env.LONG) : 1
if (times > 1) vi.setConfig({ testTimeout: 24 * 3600 * 1000 })

export function runs(usual: number): number {
  return Math.round(usual * times)
}
