import { describe, expect, test } from 'vitest'
import { agesOf, backWithin, framesIn, fullRateAfter, latenessOf, madeAt, spreadOf } from './figures.ts'

const INTERVAL = 1000 / 60
/** Ticks from 0 on, made in time; each held `late` ms after it. */
function match(count: number, late: (tick: number) => number) {
  const tick = Array.from({ length: count }, (_, i) => i)
  return {
    made: { tick, at: tick.map((i) => i * INTERVAL) },
    held: { tick, at: tick.map((i) => i * INTERVAL + late(i)) },
  }
}

describe('the age of what a client holds', () => {
  test('grows by the millisecond and falls with each state that comes', () => {
    const { made, held } = match(60, () => 40)
    const ages = agesOf(held, madeAt(made), 100, 900)
    expect(ages).toHaveLength(800)
    const { p50, max } = spreadOf(ages)
    expect(p50).toBeCloseTo(40 + INTERVAL / 2, -1)
    expect(max).toBeLessThanOrEqual(40 + INTERVAL)
    expect(Math.min(...ages)).toBeGreaterThan(39.9)
  })

  test('is none before the first, and a state of a tick that was never made is none', () => {
    const made = madeAt({ tick: [1], at: [0] })
    const ages = agesOf({ tick: [1, 9999], at: [10, 20] }, made, 0, 40)
    expect(ages[5]).toBeNaN()
    expect(ages[30]).toBe(30)
    expect(framesIn({ tick: [1, 9999], at: [10, 20] }, 0, 15)).toBe(1)
  })

  test('is back within a bound when it stays there for a second', () => {
    const ages = new Float64Array(5000).fill(50)
    expect(backWithin(ages, 60)).toBe(0)
    ages.fill(500, 0, 1200)
    expect(backWithin(ages, 60)).toBe(1200)
    ages.fill(500, 1500, 1600)
    expect(backWithin(ages, 60)).toBe(1600)
    expect(backWithin(ages, 40)).toBeUndefined()
  })
})

test('the full rate is back with the first second in which every tick came', () => {
  const held = match(300, () => 40).held
  const every4 = { tick: held.tick, at: held.at.filter((at, i) => at > 2000 || i % 4 === 0) }
  expect(fullRateAfter(held, 60, 100, 4000)).toBeLessThan(INTERVAL)
  expect(fullRateAfter(every4, 60, 100, 4000)).toBeGreaterThan(1800)
  expect(fullRateAfter(every4, 60, 100, 2000)).toBeUndefined()
})

test('ticks are late by the grid of the earliest, and ticks left out move the grid', () => {
  const at = [0, INTERVAL + 3, 2 * INTERVAL, 3 * INTERVAL + 1, 14 * INTERVAL + 1, 15 * INTERVAL]
  const late = latenessOf({ tick: [1, 2, 3, 4, 5, 6], at }, INTERVAL, 0, 1000)
  const expected = [0, 3, 0, 1, 10 * INTERVAL + 1, 0]
  late.forEach((ms, i) => {
    expect(ms).toBeCloseTo(expected[i])
  })
})

test('a spread of nothing is no number', () => {
  expect(spreadOf([]).p99).toBeNaN()
  expect(spreadOf([3, Number.NaN, 1, 2])).toEqual({ p50: 2, p99: 3, max: 3 })
})
