import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../testing/index.ts'
import { CommandClock } from './command-clock.ts'

const RATE = 30
const TICK = 1000 / RATE
/** So that frames and ticks don't fall together. */
const FRAME = 1000 / 144
/** What is left alone: 3 to 11 ms beyond a frame. A report is rounded to a sixteenth; the longest lag is a little less. */
const LEAST = 3 / TICK - 1 / 16
const MOST = (11 + FRAME / 4) / TICK + 1 / 16

interface Route {
  /** Ms that what is sent at a time takes, each way. */
  down: number
  up: (at: number) => number
  /** Added to what the client reads of its clock from then on. */
  set?: (at: number) => number
  /** Without frames: a hidden tab. */
  isHidden?: (at: number) => boolean
  /** Ticks a second; ms. */
  rate?: number
  frame?: number
  /** The server also says of each that comes late which it was. */
  isTold?: boolean
}

interface Told {
  readonly at: number
  readonly slack: number
}

/** A client that draws, and a server that tells each half second how early the commands of it came. */
function play(clock: CommandClock, ms: number, route: Route) {
  const { down, up, set = () => 0, isHidden = () => false, rate = RATE, frame = FRAME, isTold = false } = route
  const tick = 1000 / rate
  const told: Told[] = []
  const leads: { at: number; lead: number; due: number }[] = []
  const arrivals: (Told & { readonly tick: number })[] = []
  let arrived = 0
  let said = 0
  let windowEnd = 500
  for (let at = 0; at < ms; at += frame) {
    if (at >= windowEnd + down) {
      // Of what came together the newest counts: the others waited for it.
      const inTime = arrivals.filter(
        (one, i) => one.at >= windowEnd - 500 && one.at < windowEnd && !(arrivals[i + 1]?.at - one.at < tick / 4)
      )
      if (inTime.length > 0) {
        const slack = Math.min(...inTime.map((one) => one.slack))
        told.push({ at, slack })
        const isMore = isTold && slack >= 127 / 16
        const report = isTold
          ? Math.max(-8, Math.min(127 / 16, Math.round(16 * slack) / 16))
          : Math.round(16 * slack) / 16
        clock.report(report, Math.floor(windowEnd / tick), isMore ? inTime.at(-1)!.tick : undefined)
      }
      windowEnd += 500
    }
    for (; isTold && (said + 1) * tick + down <= at; said++) {
      const last = arrivals.filter((one) => one.at > said * tick && one.at <= (said + 1) * tick).at(-1)
      if (last && last.tick < said + 1) clock.late(last.tick, said + 1)
    }
    if (isHidden(at)) continue
    const due = clock.advance(1e6 + at + set(at), (at - down) / tick)
    leads.push({ at, lead: clock.lead, due })
    if (due === 0) continue
    arrived = Math.max(arrived, at + up(at))
    arrivals.push({ at: arrived, tick: clock.newest, slack: clock.newest - due + 1 - arrived / tick })
  }
  /** The least that was told between two times. */
  const least = (from: number, to = ms) =>
    Math.min(...told.filter((one) => one.at >= from && one.at < to).map(({ slack }) => slack))
  /** Commands that came too late between two times. */
  const late = (from: number, to = ms) => arrivals.filter(({ at, slack }) => at >= from && at < to && slack <= 0).length
  return { told, leads, least, late }
}

/** A route of a steady delay and an even jitter of so many ms to either side. */
function route(delay: number, jitter = 0, seed = 1): Route {
  const random = new Random(seed)
  return { down: delay, up: () => delay + (2 * random.next() - 1) * jitter }
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
    const step = fc.record({
      ms: fc.oneof(fc.nat(50), fc.nat(5000), fc.integer({ min: -4_000_000, max: 4_000_000 })),
      drift: fc.integer({ min: -200, max: 200 }),
      slack: fc.option(fc.double({ min: -8, max: 8, noNaN: true })),
      late: fc.option(fc.nat(200)),
    })
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const clock = new CommandClock(RATE, 80)
        let now = 0
        let last = -1
        for (const { ms, drift, slack, late } of steps) {
          now += ms
          if (slack !== null) clock.report(slack, last)
          if (late !== null) for (let tick = last; tick < last + 12; tick++) clock.late(tick - late, tick)
          const due = clock.advance(now, Math.max(0, (now * RATE) / 1000 + drift))
          expect(due).toBeGreaterThanOrEqual(0)
          expect(due).toBeLessThanOrEqual(5)
          expect(clock.newest - due).toBeGreaterThanOrEqual(last)
          expect(clock.fraction).toBeGreaterThanOrEqual(0)
          expect(clock.fraction).toBeLessThanOrEqual(1)
          last = clock.newest
        }
      })
    )
  })

  it.each([
    ['far too early', 400, 40],
    ['a little too early', 100, 60],
    ['a little too late', 60, 160],
    ['far too late', 0, 400],
  ])('settles at 3 to 11 ms to spare where it starts %s', (_name, guess, roundTrip) => {
    const { least, leads, told } = play(new CommandClock(RATE, guess), 60_000, route(roundTrip / 2))
    expect(told.length).toBeGreaterThan(100)
    expect(least(40_000)).toBeGreaterThan(LEAST)
    expect(least(40_000)).toBeLessThan(MOST)
    const late = leads.filter(({ at }) => at > 40_000).map(({ lead }) => lead)
    expect(Math.max(...late)).toBe(Math.min(...late))
  })

  it.each([1, 2, 3])('spares as much beyond a jitter, so that nothing comes late (seed %i)', (seed) => {
    const { told } = play(new CommandClock(RATE, 40), 120_000, route(60, 15, seed))
    const settled = told.filter(({ at }) => at > 30_000).map(({ slack }) => slack)
    expect(Math.min(...settled)).toBeGreaterThan(0)
    // Half of the time the least of half a second is within the jitter's tail of what is wanted.
    settled.sort((a, b) => a - b)
    expect(settled[settled.length >> 1]).toBeGreaterThan(LEAST)
    expect(settled[settled.length >> 1]).toBeLessThan(0.5)
  })

  it.each([
    [30, 60.06, 60],
    [60, 60.06, 60],
    [60, 59.94, 60],
    [20, 30.1, 30],
    [60, 15.02, 15],
    [30, 10.01, 10],
    [5, 60.06, 60],
  ])(
    'stands still while frames drift through ticks, and nothing comes late (%i Hz, %f frames a second)',
    (rate, fps) => {
      const clock = new CommandClock(rate, 40)
      const { leads, told } = play(clock, 120_000, { ...route(20), rate, frame: 1000 / fps })
      const settled = new Set(leads.filter(({ at }) => at > 20_000).map(({ lead }) => lead))
      expect(settled.size).toBe(1)
      expect(Math.min(...told.filter(({ at }) => at > 20_000).map(({ slack }) => slack))).toBeGreaterThan(0)
    }
  )

  it('a frame that the page missed does not lengthen the lead', () => {
    const clock = new CommandClock(RATE, 40)
    const isMissed = (at: number) => at > 20_000 && Math.floor(at / FRAME) % 700 < 4
    const { leads, told } = play(clock, 60_000, { ...route(20), isHidden: isMissed })
    const late = leads.filter(({ at }) => at > 20_000).map(({ lead }) => lead)
    expect(Math.max(...late)).toBe(Math.min(...late))
    expect(Math.min(...told.filter(({ at }) => at > 20_000).map(({ slack }) => slack))).toBeLessThan(LEAST)
  })

  it('bends its lead by at most 5 % of the time that passes, 20 % while all comes far too late or early', () => {
    for (const [guess, delay] of [
      [0, 150],
      [400, 20],
    ]) {
      const { leads } = play(new CommandClock(RATE, guess), 30_000, route(delay))
      for (let i = 1; i < leads.length; i++) {
        const bent = ((leads[i].lead - leads[i - 1].lead) * TICK) / FRAME
        expect(Math.abs(bent)).toBeLessThanOrEqual((leads[i].at < 20_000 ? 0.2 : 0.05) + 1e-9)
      }
      expect(Math.abs(leads.at(-1)!.lead - leads[0].lead)).toBeGreaterThan(2)
    }
  })

  it('helps late commands at once, and gives back only what two seconds did not need', () => {
    const changed = (slack: number) => {
      const clock = new CommandClock(RATE, 40)
      const { leads } = play(clock, 5000, { down: 20, up: () => 20 + (clock.lead - 2.8) * TICK })
      const before = clock.lead
      expect(leads.at(-1)!.lead).toBe(before)
      for (let reports = 1; reports <= 4; reports++) {
        clock.report(slack, clock.newest)
        for (let at = 5000 + 500 * (reports - 1); at < 5000 + 500 * reports; at += 10)
          clock.advance(1e6 + at, (at - 20) / TICK)
        if (clock.lead !== before) return reports
      }
      return Number.POSITIVE_INFINITY
    }
    expect(changed(-0.5)).toBe(1)
    expect(changed(0)).toBe(1)
    expect(changed(0.25)).toBe(Number.POSITIVE_INFINITY)
    expect(changed(3)).toBe(4)
  })

  it('is not moved by a stall, however long: what it held back is no measure of the route', () => {
    const { leads, least } = play(new CommandClock(RATE, 80), 60_000, {
      down: 40,
      up: (at) => 40 + ([20_000, 30_000, 40_000].find((t) => at >= t && at < t + 1500) ?? at - 1500) + 1500 - at,
    })
    const settled = leads.filter(({ at }) => at > 15_000).map(({ lead }) => lead)
    // The newest of what it held back waited for up to a tick itself, which is less than is kept: so much is made good.
    expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(0.5)
    expect(least(50_000)).toBeGreaterThan(LEAST)
    expect(least(50_000)).toBeLessThan(MOST)
  })

  it('follows a route that becomes longer or shorter, 250 ms at a time', () => {
    const { least, leads } = play(new CommandClock(RATE, 80), 120_000, {
      down: 40,
      up: (at) => (at > 30_000 && at < 70_000 ? 140 : 40),
    })
    expect(least(60_000, 69_000)).toBeGreaterThan(LEAST)
    expect(least(60_000, 69_000)).toBeLessThan(MOST)
    expect(least(100_000)).toBeLessThan(MOST)
    const lead = (at: number) => leads.find((one) => one.at >= at)!.lead
    expect(lead(69_000) - lead(29_000)).toBeCloseTo(3, 0)
    expect(lead(119_000) - lead(29_000)).toBeCloseTo(0, 0)
  })

  describe('all of a sudden', () => {
    it.each([
      [300, 300],
      [300, 20],
      [60, 20],
    ])('makes good what is missing at once where the way up takes %i ms longer, and the way down %i', (up, down) => {
      const longer = (at: number) => (at < 10_000 ? 0 : up)
      const { late, leads } = play(new CommandClock(60, 40), 30_000, {
        down: 20,
        up: (at) => 20 + longer(at),
        rate: 60,
        isTold: true,
      })
      expect(late(9000, 10_000)).toBe(0)
      // The way there, the way back, 0.2 s until it is sure, what is missing, and the way there.
      expect(late(10_000 + 3 * up + down + 300)).toBe(0)
      for (let i = 1; i < leads.length; i++)
        expect(leads[i].lead - leads[i - 1].lead).toBeLessThanOrEqual((FRAME * 60) / 1000 + 1e-9)
    })

    it('gives back what is far too long within 15 s, though a report tells of 8 ticks at most', () => {
      const { least } = play(new CommandClock(60, 1000), 30_000, { ...route(20), rate: 60, isTold: true })
      expect(least(15_000)).toBeGreaterThan(0)
      expect(least(15_000)).toBeLessThan(1)
    })

    it('is never longer than a server takes, however late all comes', () => {
      const { leads } = play(new CommandClock(60, 5000), 30_000, { down: 20, up: () => 4000, rate: 60, isTold: true })
      expect(Math.max(...leads.map(({ lead }) => lead))).toBeLessThanOrEqual(90)
    })

    it('is not moved by a stall that is told of', () => {
      const stalled = play(new CommandClock(60, 80), 60_000, {
        down: 40,
        up: (at) => 40 + ([20_000, 30_000, 40_000].find((t) => at >= t && at < t + 1500) ?? at - 1500) + 1500 - at,
        rate: 60,
        isTold: true,
      })
      const settled = stalled.leads.filter(({ at }) => at > 15_000).map(({ lead }) => lead)
      expect(Math.max(...settled) - Math.min(...settled)).toBeLessThan(1)
    })
  })

  it.each([3_600_000, -3_600_000])('goes on where its clock is set by %i ms, and can still be steered', (ms) => {
    const { leads, least } = play(new CommandClock(RATE, 300), 60_000, {
      ...route(20),
      set: (at) => (at > 3000 ? ms : 0),
      isTold: true,
    })
    // A command a tick, as if nothing had been.
    const stamped = leads.filter(({ at }) => at > 3000 && at < 6000).reduce((sum, { due }) => sum + due, 0)
    expect(stamped).toBeGreaterThan(80)
    expect(least(40_000)).toBeLessThan(MOST)
    expect(least(40_000)).toBeGreaterThan(LEAST)
  })

  it.each([3_600_000, -3_600_000])('does not take a clock that is set by %i ms for commands that come late', (ms) => {
    const { leads } = play(new CommandClock(60, 0), 5000, {
      down: 20,
      up: () => 300,
      rate: 60,
      set: (at) => (at > 400 ? ms : 0),
      isTold: true,
    })
    expect(Math.max(...leads.map(({ lead }) => lead))).toBeLessThan(30)
  })

  it('does not believe what was measured while nothing was stamped', () => {
    const { leads, least } = play(new CommandClock(RATE, 80), 90_000, {
      ...route(40),
      isHidden: (at) => at > 20_000 && at < 80_000 && at % 1000 > FRAME,
    })
    const lead = (at: number) => leads.find((one) => one.at >= at)!.lead
    for (const at of [40_000, 60_000, 80_500, 89_000]) expect(lead(at)).toBe(lead(19_900))
    expect(least(81_000)).toBeGreaterThan(0)
  })
})
