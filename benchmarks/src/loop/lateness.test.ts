import { expect, test } from 'vitest'
import { latenessOf } from './lateness.ts'

test('even ticks are never late, at whatever rate', () => {
  const { rate, late } = latenessOf(Array.from({ length: 61 }, (_, i) => 5 + i * 16))
  expect(rate).toBeCloseTo(62.5)
  for (const one of late) expect(one).toBeCloseTo(0)
})

test('one tick that comes late is late by that, and the others are not', () => {
  const { late } = latenessOf([0, 10, 24, 30, 40])
  expect(late.map((one) => Math.round(one))).toEqual([0, 0, 4, 0, 0])
})
