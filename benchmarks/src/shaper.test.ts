import { type PathProfile, profiles, Random, VirtualClock } from '@tickwire/engine/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Shaper } from './shaper.ts'

interface Piece {
  readonly at: number
  readonly bytes: Uint8Array
}

/** A shaper whose pieces are taken when they are due by a virtual clock. */
function setUp(
  profile: PathProfile,
  queue?: number
): { clock: VirtualClock; shaper: Shaper; got: Piece[]; plan(): void } {
  const clock = new VirtualClock()
  const shaper = new Shaper(profile, new Random(1), queue)
  const got: Piece[] = []
  let cancel = () => {}
  const plan = (): void => {
    cancel()
    if (Number.isFinite(shaper.nextAt)) cancel = clock.at(shaper.nextAt, take)
  }
  const take = (): void => {
    for (let bytes = shaper.take(clock.now); bytes; bytes = shaper.take(clock.now)) got.push({ at: clock.now, bytes })
    plan()
  }
  return { clock, shaper, got, plan }
}

const clean = { latency: 0, jitter: 0 }
const total = (got: readonly Piece[]): number => got.reduce((sum, { bytes }) => sum + bytes.length, 0)

describe('Shaper', () => {
  it('hands every byte over once, in order, not before its time, over any line', async () => {
    const line = fc.record({
      latency: fc.integer({ min: 20, max: 200 }),
      jitter: fc.integer({ min: 0, max: 20 }),
      stall: fc.option(fc.record({ every: fc.constant(1000), lasts: fc.integer({ min: 1, max: 400 }) }), {
        nil: undefined,
      }),
      bandwidth: fc.option(fc.integer({ min: 20_000, max: 100_000 }), { nil: undefined }),
    })
    const sizes = fc.array(fc.integer({ min: 1, max: 4000 }), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(line, sizes, async (profile, sizes) => {
        const { clock, shaper, got, plan } = setUp(profile)
        let next = 0
        const sentAt: number[] = []
        for (const [i, size] of sizes.entries())
          clock.at(i * 10, () => {
            shaper.push(
              Uint8Array.from({ length: size }, () => {
                sentAt.push(clock.now)
                return next++
              }),
              clock.now
            )
            plan()
          })
        await clock.run(20_000)
        expect(shaper.held).toBe(0)
        expect(got.flatMap(({ bytes }) => [...bytes])).toEqual(Array.from({ length: next }, (_, i) => i & 255))
        const arrivedAt = got.flatMap(({ at, bytes }) => Array.from(bytes, () => at))
        const soonest = Math.min(...arrivedAt.map((at, i) => at - sentAt[i]))
        expect(soonest).toBeGreaterThanOrEqual(profile.latency - profile.jitter - 1e-6)
      }),
      { numRuns: 30 }
    )
  })

  it('keeps to a rate, also when it changes in the middle of a piece', async () => {
    const { clock, shaper, got, plan } = setUp({ ...clean, bandwidth: 1000 })
    shaper.push(new Uint8Array(1000), 0)
    plan()
    await clock.run(500)
    shaper.setRate(100, clock.now) // 500 bytes are left
    plan()
    await clock.run(2500)
    shaper.setRate(0, clock.now) // 300
    plan()
    await clock.run(10_000)
    expect(got).toEqual([])
    shaper.setRate(300, clock.now)
    plan()
    await clock.run(20_000)
    expect(got.map(({ at }) => at)).toEqual([11_000])
  })

  it('is full at its bound, and not once that has arrived', async () => {
    const { clock, shaper, got, plan } = setUp({ ...clean, latency: 10, bandwidth: 1000 }, 2000)
    shaper.push(new Uint8Array(1999), 0)
    expect(shaper.full).toBe(false)
    shaper.push(new Uint8Array(501), 0)
    expect([shaper.full, shaper.held]).toEqual([true, 2500])
    plan()
    await clock.run(1458)
    expect([shaper.full, shaper.held]).toEqual([false, 2500 - 1448])
    await clock.run(2510)
    expect([total(got), shaper.held]).toEqual([2500, 0])
  })

  it('lets nothing through while it is paused; what was under way comes at once, the rest at its rate', async () => {
    const { clock, shaper, got, plan } = setUp({ ...clean, latency: 50, bandwidth: 1000 })
    for (let i = 0; i < 5; i++) shaper.push(new Uint8Array(100), 0) // leave at 100, 200, …
    plan()
    await clock.run(220)
    shaper.pause(clock.now)
    plan()
    await clock.run(5000)
    expect(got.map(({ at }) => at)).toEqual([150])
    shaper.resume(clock.now)
    plan()
    await clock.run(9000)
    expect(got.map(({ at }) => at)).toEqual([150, 5000, 5130, 5230, 5330])
  })

  it('has the stalls of its profile: a gap, then all that waited', async () => {
    const { clock, shaper, got, plan } = setUp(profiles['4g'].down)
    clock.every(10, () => {
      shaper.push(Uint8Array.of(1), clock.now)
      plan()
    })
    await clock.run(30_000)
    const gaps = got.map(({ at }, i) => ({ gap: at - (got[i - 1]?.at ?? at), at })).filter(({ gap }) => gap > 200)
    expect(gaps).toHaveLength(6)
    for (const { gap, at } of gaps) {
      expect(gap).toBeLessThan(290)
      expect(got.filter((piece) => piece.at === at).length).toBeGreaterThan(15)
    }
  })

  it('carries the end of the stream behind all bytes', async () => {
    const { clock, shaper, got, plan } = setUp({ latency: 20, jitter: 20, bandwidth: 1000 })
    shaper.push(new Uint8Array(10), 0)
    shaper.push(new Uint8Array(0), 0)
    plan()
    await clock.run(1000)
    expect(got.map(({ bytes }) => bytes.length)).toEqual([10, 0])
  })
})
