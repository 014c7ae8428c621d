import { expect, it } from 'vitest'

it('the codec by itself, as a tool would use it, runs as it stands', async () => {
  const { x, same } = await import('./wire.ts')
  expect(same).toBe(true)
  expect(x).toBe(Math.round((10 + 8 / 30) * 256) / 256)
})
