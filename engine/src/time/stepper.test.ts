import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Stepper } from './stepper.ts'

const rates = fc.integer({ min: 1, max: 128 })

describe('Stepper', () => {
  it('is due at once before it started, and one interval after its start', () => {
    const stepper = new Stepper(20)
    expect(stepper.next).toBe(Number.NEGATIVE_INFINITY)
    expect(stepper.advance(1000)).toBe(0)
    expect(stepper.next).toBe(1050)
    expect(stepper.advance(1049.9)).toBe(0)
    expect(stepper.advance(1050)).toBe(1)
    expect(stepper.advance(1050)).toBe(0)
  })

  it('has exactly one tick due each time it is asked at `next`, and none a hair before', () => {
    fc.assert(
      fc.property(rates, fc.double({ min: -1e6, max: 1e10, noNaN: true }), (rate, start) => {
        const stepper = new Stepper(rate)
        stepper.advance(start)
        for (let i = 0; i < 200; i++) {
          const { next } = stepper
          if (stepper.advance(next - Math.abs(next) * 2 ** -52) !== 0) expect.fail(`a tick before ${next}`)
          if (stepper.advance(next) !== 1) expect.fail(`not one tick at ${next}`)
        }
      })
    )
  })

  it('does not drift: after a day of late calls, next is on the grid', () => {
    const stepper = new Stepper(60)
    stepper.advance(5)
    const ticks = 24 * 3600 * 60
    let run = 0
    while (run < ticks) run += stepper.advance(stepper.next + 0.7)
    expect(run).toBe(ticks)
    expect(stepper.next).toBe(5 + ((ticks + 1) * 1000) / 60)
    expect(stepper.skipped).toBe(0)
  })

  it('loses no tick and invents none, whenever it is asked', () => {
    const waits = fc.array(fc.double({ min: 0, max: 400, noNaN: true }), { maxLength: 100 })
    fc.assert(
      fc.property(rates, waits, fc.integer({ min: 1, max: 8 }), (rate, steps, maxCatchUp) => {
        const stepper = new Stepper(rate, { maxCatchUp })
        stepper.advance(0)
        let now = 0
        let run = 0
        for (const step of steps) {
          now += step
          const due = stepper.advance(now)
          expect(due).toBeGreaterThanOrEqual(0)
          expect(due).toBeLessThanOrEqual(maxCatchUp)
          expect(stepper.next).toBeGreaterThan(now)
          run += due
        }
        expect(Math.abs(run + stepper.skipped - (now * rate) / 1000)).toBeLessThanOrEqual(1)
      })
    )
  })

  it('catches up five ticks and skips and counts the rest when the clock jumps ahead', () => {
    const stepper = new Stepper(20)
    stepper.advance(0)
    expect(stepper.advance(3_600_000)).toBe(5)
    expect(stepper.skipped).toBe(72_000 - 5)
    expect(stepper.next).toBe(3_600_050)
    expect(stepper.advance(3_600_050)).toBe(1)
  })

  it('goes on at once when the clock is set back', () => {
    const stepper = new Stepper(20)
    stepper.advance(3_600_000)
    expect(stepper.advance(3_600_070)).toBe(1)
    expect(stepper.advance(1_000)).toBe(0)
    expect(stepper.next).toBe(1_030)
    expect(stepper.advance(1_030)).toBe(1)
    expect(stepper.skipped).toBe(0)
  })
})
