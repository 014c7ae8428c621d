import { expect, test } from 'vitest'
import { TickTimes } from './ages.ts'

test('a tick has the moment that the server noted; between two of them time passes evenly', () => {
  const times = new TickTimes([7, 8], [100, 120])
  expect(times.made(7)).toBe(100)
  expect(times.made(7.25)).toBe(105)
  expect(times.made(8)).toBe(120)
  expect(times.made(8.1)).toBeUndefined()
  expect(times.made(6.9)).toBeUndefined()
})
