// How Pace holds over links is in test/slow.test.ts; here what it takes over from a connection to the next.

import { expect, it } from 'vitest'
import { Pace } from './pace.ts'

const TICK = 1000 / 30
const BYTES = 600

/** Of 40 ticks after a first acknowledgement that took 800 ms: how many a frame goes in. All else takes 80 ms. */
function sentAfter(pace: Pace): number {
  const sentAt = new Map<number, number>()
  let acked = 0
  let sent = 0
  for (let tick = 1; tick < 70; tick++) {
    const now = tick * TICK
    for (const [one, at] of sentAt)
      if (one > acked && now - at >= 80 && now >= 800) {
        pace.acked(one, Math.round(at + 40), now)
        acked = one
      }
    if (!pace.takes(false, now)) continue
    pace.sent(tick, BYTES, now)
    sentAt.set(tick, now)
    if (now > 800 && tick < 65) sent++
  }
  return sent
}

it('who kept up before a cut keeps up after it, whatever its end took, and so after another one at once', () => {
  const before = new Pace(30)
  before.sent(1, 100, 0)
  before.acked(1, 40, 80)
  for (let tick = 2; tick < 100; tick++) {
    const now = tick * TICK
    if (!before.takes(false, now)) continue
    before.sent(tick, 100, now)
    before.acked(tick, Math.round(now + 40), now + 20)
  }
  const once = new Pace(30, before)
  const never = sentAfter(new Pace(30))
  expect(sentAfter(new Pace(30, new Pace(30, before)))).toBe(sentAfter(once))
  expect(sentAfter(new Pace(30, before))).toBeGreaterThan(never)
})
