import { expect, test } from 'vitest'
import { median, noise, spread } from './statistics.ts'

test('the median is the middle one, or the mean of the middle two', () => {
  expect(median([9, 1, 5])).toBe(5)
  expect(median([4, 1, 3, 2])).toBe(2.5)
})

test('noise is half of what lies between the quartiles, in per cent of the median', () => {
  expect(noise([10, 10, 10, 10])).toBe(0)
  expect(noise([8, 9, 10, 11, 12])).toBeCloseTo(10)
})

test('spread is half of what repeats lie apart; one repeat tells nothing', () => {
  expect(spread([5, 1, 3])).toBe(2)
  expect(spread([4, 4])).toBe(0)
  expect(spread([4])).toBeNaN()
})
