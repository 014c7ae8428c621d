import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CommandClock } from './command-clock.ts'

const RATE = 30
const FRAME = 1000 / 60

/** Frames at 60 Hz against a server whose clock this client knows exactly. */
function frames(clock: CommandClock, from: number, ms: number, each: (now: number) => void = () => {}): number {
  let now = from
  for (; now < from + ms; now += FRAME) {
    clock.advance(now, (now * RATE) / 1000)
    each(now)
  }
  return now
}

describe('CommandClock', () => {
  it('starts a round trip and a margin ahead', () => {
    const clock = new CommandClock(RATE, 100)
    expect(clock.advance(0, 50)).toBe(1)
    expect(clock.lead).toBe(5)
    expect(clock.newest).toBe(55)
    expect(clock.fraction).toBe(0)
    clock.advance(25, 50.75)
    expect(clock.newest).toBe(55)
    expect(clock.fraction).toBeCloseTo(0.75)
  })

  it('stamps each tick once and in order, at most 5 a call, whatever the clocks do', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            ms: fc.oneof(fc.nat(50), fc.nat(5000)),
            drift: fc.integer({ min: -200, max: 200 }),
            slack: fc.option(fc.integer({ min: -128, max: 127 })),
          })
        ),
        (steps) => {
          const clock = new CommandClock(RATE, 80)
          let now = 0
          let last = -1
          for (const { ms, drift, slack } of steps) {
            now += ms
            if (slack !== null) clock.report(slack)
            const due = clock.advance(now, Math.max(0, (now * RATE) / 1000 + drift))
            expect(due).toBeGreaterThanOrEqual(0)
            expect(due).toBeLessThanOrEqual(5)
            expect(clock.newest - due).toBeGreaterThanOrEqual(last)
            expect(clock.fraction).toBeGreaterThanOrEqual(0)
            expect(clock.fraction).toBeLessThanOrEqual(1)
            last = clock.newest
          }
        }
      )
    )
  })

  it('bends its lead by at most 5 % where commands come late, until they do not', () => {
    const clock = new CommandClock(RATE, 40)
    let now = frames(clock, 0, 3000)
    const before = clock.lead
    clock.report(-2)
    let last = before
    now = frames(clock, now, 2500, () => {
      expect(clock.lead - last).toBeLessThanOrEqual(((0.05 * FRAME) / 1000) * RATE + 1e-9)
      last = clock.lead
    })
    expect(clock.lead).toBeCloseTo(before + 3)
    clock.report(1)
    frames(clock, now, 5000)
    expect(clock.lead).toBeCloseTo(before + 3)
  })

  it('takes a report as true until the next: what stays late is helped again', () => {
    const clock = new CommandClock(RATE, 40)
    const now = frames(clock, 0, 3000)
    const before = clock.lead
    clock.report(-1)
    frames(clock, now, 10_000)
    expect(clock.lead).toBeGreaterThan(before + 4)
  })

  it('gives back what is too early', () => {
    const clock = new CommandClock(RATE, 400)
    const now = frames(clock, 0, 3000)
    const before = clock.lead
    clock.report(6)
    frames(clock, now, 2900)
    expect(clock.lead).toBeCloseTo(before - 4)
  })

  it('does not believe what was measured while nothing was stamped', () => {
    const clock = new CommandClock(RATE, 40)
    let now = frames(clock, 0, 3000)
    const before = clock.lead
    now += 60_000 // a hidden tab
    clock.report(-128)
    now = frames(clock, now, 1000)
    expect(clock.lead).toBe(before)
    clock.report(2)
    frames(clock, now, 5000)
    expect(clock.lead).toBe(before)
  })
})
