import { describe, expect, it } from 'vitest'
import { isMet, LINES } from './bounds.ts'
import { type Figures, figuresOf, percentile } from './figures.ts'
import { STEADY_SPEED } from './game.ts'
import type { Frame, Notes, Stage } from './play.ts'

const RATE = 30
const TICK = 1000 / RATE
/** The target stands at (1, 2). */
const stage: Stage = { rate: RATE, origin: 100, path: () => ({ x: 1, y: 2, vx: 0, vy: 0 }) }

/** Ten seconds of 60 frames, 20 ms under way, drawn `delay` ticks behind what arrives; all as it should be. */
function notes(delay = 2, change: (frame: Frame, at: number) => Partial<Frame> = () => ({})): Notes {
  const ticks = Array.from({ length: 300 }, (_, tick) => tick)
  const frames = Array.from({ length: 600 }, (_, n): Frame => {
    const at = 500 + n * (TICK / 2)
    const tick = (at - stage.origin - 20) / TICK - delay
    const frame: Frame = {
      at,
      tick,
      newest: Math.floor((at - stage.origin - 20) / TICK),
      starved: false,
      delay: delay * TICK,
      lead: 2,
      corrections: 0,
      seen: { steady: (STEADY_SPEED * tick) / RATE, targetX: 1, targetY: 2, x: 0, y: 0, vx: 0, vy: 0, heading: 0 },
    }
    return { ...frame, ...change(frame, n) }
  })
  const passage = (tick: number) => ({ tick, sentAt: stage.origin + tick * TICK, stalled: false })
  return {
    fps: 60,
    frames,
    arrivals: ticks.map((tick) => ({ ...passage(tick), at: passage(tick).sentAt + 20 })),
    commands: ticks.map((tick) => ({ ...passage(tick), at: passage(tick).sentAt + 20, slack: 0.75 })),
    shots: [],
  }
}
const figures = (of: Notes): Figures => figuresOf(stage, of, 0, 60_000)

describe('figures', () => {
  it('of play as it should be', () => {
    const found = figures(notes())
    expect(found.speedLow).toBeCloseTo(100)
    expect(found.speedHigh).toBeCloseTo(100)
    expect(found.delay).toBeCloseTo(2)
    expect(found.trail).toBeCloseTo(2 * TICK)
    expect(found).toMatchObject({ backwards: 0, steering: 0, starved: 0, late: 0, slack: 0.75, corrections: 0 })
    expect(found).toMatchObject({ jitterDown: 0, jitterUp: 0 })
  })

  it('take J, the 95th percentile beyond the least transit, from the delay and from the slack; stalls are no part of it', () => {
    const play = notes()
    const late = (at: number) => ({ extra: at % 2 === 0 ? 0 : TICK / 2, stalled: at % 20 === 7 })
    const shaken = <P extends { readonly at: number }>(passages: readonly P[]) =>
      passages.map((one, at) => {
        const { extra, stalled } = late(at)
        return { ...one, at: one.at + (stalled ? 400 : extra), stalled }
      })
    const found = figures({ ...play, arrivals: shaken(play.arrivals), commands: shaken(play.commands) })
    expect(found.jitterDown).toBeCloseTo(TICK / 2)
    expect(found.jitterUp).toBeCloseTo(TICK / 2)
    expect(found.delay).toBeCloseTo(1.5)
    expect(found.slack).toBeCloseTo(0.25)
  })

  it('see a row drawn at a wrong speed, and backwards', () => {
    const jumpy = notes(2, ({ seen }, n) => (n % 10 === 0 ? { seen: { ...seen, steady: seen.steady + 3 } } : {}))
    const found = figures(jumpy)
    // Two units a frame are right: five, then one the other way.
    expect(found.speedHigh).toBeCloseTo(250)
    expect(found.speedLow).toBeCloseTo(-50)
    expect(found.backwards).toBe(60)
  })

  it('take the distance from the true path where a frame is not starved', () => {
    // For 250 ms after it, 15 frames, it is on its way back.
    const x = (n: number) => (n < 60 ? 500 : n < 75 ? 2 : 1 + 3 / 8)
    const off = notes(2, ({ seen }, n) => ({ starved: n < 60, seen: { ...seen, targetX: x(n) } }))
    const found = figures(off)
    expect(found.starved).toBe(10)
    expect(found.steering).toBe(3 / 8)
    expect(found.steeringEased).toBe(1)
    expect(found.leap).toBe(498)
  })

  it('tell commands that are late from those that a stall held back', () => {
    const play = notes()
    const commands = play.commands.map((command, at) => {
      if (at < 30) return { ...command, slack: -4, stalled: true }
      return at < 57 ? { ...command, slack: 0 } : command
    })
    const found = figures({ ...play, commands })
    expect(found.late).toBeCloseTo(10)
    expect(found.stalledLate).toBeCloseTo(10)
  })

  it('excuse a correction only where a command of the new ticks came late, or counted late in one', () => {
    const corrected = [50, 53, 54, 55, 80]
    const play = notes(2, ({ newest }, n) => ({ corrections: n % 2 === 0 && corrected.includes(newest) ? 1 : 0 }))
    // Here after tick 52 ran: its presses count in tick 53, or in 54.
    const commands = play.commands.map((command) => (command.tick === 50 ? { ...command, slack: -2.5 } : command))
    expect(figures({ ...play, commands })).toMatchObject({ corrections: 2, excused: 3 })
  })

  it('excuse corrections of ticks whose commands never came', () => {
    const play = notes(2, ({ newest }) => ({ corrections: newest === 280 ? 1 : 0 }))
    const made = play.frames.filter(({ newest }) => newest === 280).length
    expect(made).toBeGreaterThan(0)
    expect(figures(play)).toMatchObject({ corrections: made, excused: 0 })
    const commands = play.commands.filter(({ tick }) => tick < 280)
    expect(figures({ ...play, commands })).toMatchObject({ corrections: 0, excused: made })
  })

  it('count shots that hit, missed, were too old, and were lost', () => {
    const shot = (tick: number, distance: number | undefined) => ({
      at: 1000,
      tick: 20,
      x: 0,
      y: 0,
      verdict: distance === undefined ? undefined : { tick, rewound: 20, distance },
    })
    const shots = [shot(25, 1), shot(30, 17), shot(32, 16), shot(33, 99), shot(0, undefined)]
    const found = figures({ ...notes(), shots })
    expect(found).toMatchObject({ shots: 5, lost: 1, beyond: 20, hits: 40, hitsWithin: 50, missedBy: 17 })
  })
})

describe('bounds', () => {
  it('are met up to themselves, not past, and never by what is not a number', () => {
    const speed = LINES[0]
    const good = figures(notes())
    expect(isMet(speed, good, 'lan')).toBe(true)
    expect(isMet(speed, { ...good, speedLow: 99.5 }, 'lan')).toBe(true)
    expect(isMet(speed, { ...good, speedLow: 99.4 }, 'lan')).toBe(false)
    expect(isMet(speed, { ...good, speedLow: 99.4 }, 'cable')).toBe(true)
    expect(isMet(speed, { ...good, speedHigh: Number.NaN }, 'bad')).toBe(false)
  })

  it('of a shot: within the reach of rewind() on the worst network, all elsewhere', () => {
    const hits = LINES.at(-1)!
    const some = { ...figures(notes()), hits: 60, hitsWithin: 100 }
    expect(isMet(hits, some, '4g')).toBe(false)
    expect(isMet(hits, some, 'bad')).toBe(true)
  })
})

describe('percentile', () => {
  it('is one of the values: the smallest that so many are at most', () => {
    const values = [5, 1, 4, 2, 3]
    expect([0, 0.2, 0.21, 0.5, 0.99, 1].map((at) => percentile(values, at))).toEqual([1, 1, 2, 3, 5, 5])
    expect(percentile([], 0.5)).toBeNaN()
  })
})
