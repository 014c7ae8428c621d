import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Interpolator } from './interpolator.ts'

describe('Interpolator', () => {
  it('trails by two ticks and a half, by no less than 50 ms, or by what it is told', () => {
    expect(new Interpolator(20).delay).toBe(2.5)
    expect(new Interpolator(30).delay).toBe(2.5)
    expect(new Interpolator(60).delay).toBe(3)
    expect(new Interpolator(120).delay).toBe(6)
    expect(new Interpolator(60, { delay: 4.25 }).delay).toBe(4.25)
    expect(new Interpolator(30).renderTick(100)).toBe(97.5)
  })

  it('never goes back, whatever the server’s clock is thought to be', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (serverTicks) => {
        const interpolator = new Interpolator(30)
        let last = 0
        for (const serverTick of serverTicks) {
          const renderTick = interpolator.renderTick(serverTick)
          expect(renderTick).toBe(Math.max(last, serverTick - interpolator.delay))
          last = renderTick
        }
      })
    )
  })
})
