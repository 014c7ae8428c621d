import { expect, test } from 'vitest'
import { lateness } from './lateness.ts'

const RATE = 50

test('ticks on the grid are not late, wherever it begins', () => {
  expect(
    lateness(
      [0, 1, 2, 3].map((tick) => ({ tick: 7 + tick, at: 1003 + tick * 20 })),
      RATE
    )
  ).toEqual([0, 0, 0, 0])
})

test('a tick is as late as it ran after it was due, also the first', () => {
  const at = [5, 20, 49, 60]
  expect(
    lateness(
      at.map((ms, tick) => ({ tick, at: ms })),
      RATE
    )
  ).toEqual([5, 0, 9, 0])
})

test('a stall after which ticks were left out counts whole, and the ticks that follow are not late for good', () => {
  // Due at 40, ran at 200: five of the eight that are due by then run at once, then the grid goes on where it was.
  const at = [0, 20, 200, 200, 200, 200, 200, 220, 240, 260]
  const late = lateness(
    at.map((ms, tick) => ({ tick, at: ms })),
    RATE
  )
  expect(late[2]).toBe(160)
  expect(late.slice(-3)).toEqual([0, 0, 0])
})
