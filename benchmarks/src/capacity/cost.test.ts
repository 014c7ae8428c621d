import { expect, test } from 'vitest'
import type { Counts } from '../arena/server-child.ts'
import { costsOf, leastOf, leastValue, ratioOf, turnsOf } from './cost.ts'

const counts = (user: number, system: number, ticks: number, at = 0): Counts => ({
  at,
  user,
  system,
  ticks,
  written: 100 * ticks,
  read: 10 * ticks,
  connections: 1,
  rss: 0,
})

test('a tick costs what the process took by the ticks that were made, whatever the clock says', () => {
  const costs = costsOf([
    counts(0, 0, 0, 0),
    counts(60, 30, 30, 1000),
    counts(60, 30, 30, 1500),
    counts(90, 45, 60, 2000),
  ])
  expect(costs).toEqual([
    { user: 2, system: 1, cpu: 3, written: 100, read: 10, ticks: 30 },
    { user: 1, system: 0.5, cpu: 1.5, written: 100, read: 10, ticks: 60 },
  ])
  expect(leastOf(costs).cpu).toBe(1.5)
  expect(() => leastOf([])).toThrow(RangeError)
})

test('of several turns the least second counts, and what their least differ by is the noise', () => {
  const cost = (cpu: number) => ({ user: cpu, system: 0, cpu, written: 0, read: 0, ticks: 60 })
  const ours = turnsOf([[cost(4), cost(2)], [cost(3)]])
  expect(ours).toEqual({ least: cost(2), noise: 0.5 })
  const theirs = turnsOf([[cost(4)], [cost(4)]])
  expect(ratioOf(ours, theirs)).toEqual({ value: 0.5, noise: 0.125 })
})

test('of one row of values the least counts, and what its halves differ by is the noise; one has none', () => {
  expect(leastValue([5, 3, 4, 9])).toEqual({ least: 3, noise: 0.5 })
  expect(leastValue([7])).toEqual({ least: 7, noise: Number.NaN })
})
