import { expect, test } from 'vitest'
import { agreement, now } from './clock.ts'

test('one clock agrees with itself, a clock that is off is found out', async () => {
  expect(await agreement(async () => now())).toBeGreaterThanOrEqual(0)
  await expect(agreement(async () => now() + 50)).rejects.toThrow(/the clocks differ/)
})
