import { expect, it } from 'vitest'
import { Swing } from './swing.ts'

const TICK = 16

/** What is known after frames that were so late, one a tick, ms. */
function known(...late: readonly number[]): number {
  const swing = new Swing(TICK)
  for (const [i, ms] of late.entries()) swing.came(ms, Math.max(0, (late[i - 1] ?? 0) - TICK))
  return swing.ms
}

it('is what delays fell from, where they fall faster than a queue drains', () => {
  expect(known(0, 90, 20)).toBe(90)
  expect(known(0, 90, 74, 40)).toBe(74)
  expect(known(0, 90, 20, 40, 0)).toBe(90)
})

it('is nothing where a queue grows, stands, or drains', () => {
  expect(known(0, 20, 40, 60, 80)).toBe(0)
  expect(known(80, 80, 80)).toBe(0)
  expect(known(80, 64, 48, 32, 16, 0)).toBe(0)
})

it('fades, is bounded, and begins anew with another way', () => {
  const swing = new Swing(TICK)
  swing.rose(1000)
  expect(swing.ms).toBe(250)
  swing.passed(10_000)
  expect(swing.ms).toBeCloseTo(250 / Math.E)
  swing.rose(50)
  expect(swing.ms).toBeCloseTo(250 / Math.E)
  swing.forget()
  expect(swing.ms).toBe(0)
})
