// What a part of `bench slow` is, and what parts share: the options, the bound that figures stand beside.

import { TICK_RATE } from '../arena.ts'
import type { Findings, Progress, Table } from '../benchmark.ts'
import type { ContenderName } from './contenders.ts'
import type { Spread } from './figures.ts'
import type { Plot } from './plot.ts'

export interface Options {
  readonly contenders: readonly ContenderName[]
  /** Per cent of a contender's own stream. */
  readonly shares: readonly number[]
  /** Seconds. */
  readonly pauses: readonly number[]
  readonly seconds: number
  readonly rows: number
  readonly good: number
}
export interface Made {
  readonly method: Findings['method']
  readonly tables: readonly Table[]
  readonly plots?: readonly Plot[]
}
export interface Part {
  readonly name: string
  steps(options: Options): number
  run(options: Options, progress: Progress): Promise<Made>
}

export const INTERVAL: number = 1000 / TICK_RATE
/** Milliseconds there and back of the slow link. */
export const ROUND_TRIP = 40
/** What age may be at the 99th percentile on a link of a tenth of the stream or less, ms. */
const CRAWLING_BOUND = 1500
const CRAWLING = 0.1

/**
 * What age may be at the 99th percentile on a link of `share` of the stream: the round trip, three ticks, and twice the
 * time that a frame of so many bytes takes on it.
 */
export function boundOf(share: number, frameBytes: number, bytesPerSecond: number): number {
  if (share <= CRAWLING) return CRAWLING_BOUND
  return ROUND_TRIP + 3 * INTERVAL + 2 * ((1000 * frameBytes) / bytesPerSecond)
}

/** Undefined and NaN print as none. */
export function shown(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value
}

export function holds(is: boolean): string {
  return is ? 'yes' : 'NO'
}

export const AGE_COLUMNS: Table['columns'] = [
  { key: 'p50', title: 'age p50 ms' },
  { key: 'p99', title: 'p99 ms' },
  { key: 'max', title: 'max ms' },
]
export const SERVER_COLUMNS: Table['columns'] = [
  { key: 'waiting', title: 'waits kB', digits: 1 },
  { key: 'added', title: 'RSS + MB', digits: 1 },
]
export const OTHERS_COLUMNS: Table['columns'] = [
  { key: 'others', title: 'good: age p99' },
  { key: 'late', title: 'tick late p99', digits: 1 },
]

export function cellsOf({ p50, p99, max }: Spread): Record<'p50' | 'p99' | 'max', number | null> {
  return { p50: shown(p50), p99: shown(p99), max: shown(max) }
}

export function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
