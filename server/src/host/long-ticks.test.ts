import { expect, it } from 'vitest'
import { LongTicks } from './long-ticks.ts'

it('tells of the first at once, and of those of the next ten seconds together: how many, and the longest', () => {
  const ticks = new LongTicks()
  const told = (at: number, took: number) =>
    ticks.note({ match: 'match m (arena)', tick: at / 10, took, budget: 16.7 }, at)
  expect(told(0, 20)).toBe('match m (arena): tick 0 took 20.0 ms, of 16.7')
  expect([told(100, 30), told(200, 62), told(9990, 17)]).toEqual([undefined, undefined, undefined])
  expect(told(10_000, 40)).toBe('4 ticks took too long; the longest: match m (arena): tick 20 took 62.0 ms, of 16.7')
  expect(told(25_000, 18)).toBe('match m (arena): tick 2500 took 18.0 ms, of 16.7')
  expect(told(25_010, 2000)).toBe('match m (arena): tick 2501 took 2000.0 ms, of 16.7')
})
