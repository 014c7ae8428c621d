import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { low16, msToTicks, resolve16, ticksToMs } from './tick.ts'

const anyTick = fc.integer({ min: 0, max: 2 ** 45 })

describe('ticks and milliseconds', () => {
  it('convert at the rate', () => {
    expect(ticksToMs(30, 60)).toBe(500)
    expect(msToTicks(500, 60)).toBe(30)
    expect(ticksToMs(0.5, 20)).toBe(25)
  })
})

describe('16-bit ticks', () => {
  it('are the low bits, for ticks past 32 bits too', () => {
    expect(low16(0)).toBe(0)
    expect(low16(65_535)).toBe(65_535)
    expect(low16(65_536)).toBe(0)
    expect(low16(2 ** 40 + 7)).toBe(7)
  })

  it('come back whole when the tick is within 32,767 of the one expected', () => {
    fc.assert(
      fc.property(anyTick, fc.integer({ min: -32_767, max: 32_767 }), (near, away) => {
        fc.pre(near + away >= 0)
        expect(resolve16(low16(near + away), near)).toBe(near + away)
      })
    )
  })

  it('resolve to a tick with those bits, the nearest, whatever was sent', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 65_535 }), anyTick, (low, near) => {
        const tick = resolve16(low, near)
        expect(low16(tick)).toBe(low)
        expect(tick).toBeGreaterThanOrEqual(0)
        if (near >= 32_768) expect(Math.abs(tick - near)).toBeLessThanOrEqual(32_768)
      })
    )
  })

  it('are never negative near the start of a match', () => {
    expect(resolve16(65_535, 0)).toBe(65_535)
    expect(resolve16(65_535, 65_536)).toBe(65_535)
    expect(resolve16(3, 65_534)).toBe(65_539)
  })

  it('take the earlier of two equally near', () => {
    expect(resolve16(0, 98_304)).toBe(65_536)
  })
})
