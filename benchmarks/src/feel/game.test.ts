import { Random } from '@tickwire/engine/testing'
import { expect, test } from 'vitest'
import { steering } from './game.ts'

test('the target moves at the speed that its rates say, all the time', () => {
  const path = steering(new Random(5))
  const step = 1e-4
  for (let t = 0; t < 600; t += 0.37) {
    const [before, now, after] = [path(t - step), path(t), path(t + step)]
    expect((after.x - before.x) / (2 * step)).toBeCloseTo(now.vx, 3)
    expect((after.y - before.y) / (2 * step)).toBeCloseTo(now.vy, 3)
    expect(Math.max(Math.abs(now.vx), Math.abs(now.vy))).toBeLessThanOrEqual(240)
  }
})
