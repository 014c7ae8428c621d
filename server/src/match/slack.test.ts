import { describe, expect, it } from 'vitest'
import { SlackReport } from './slack.ts'

const RATE = 20
const TICK = 1000 / RATE

/** Half a second of ticks; `arrive(tick)` says when the command for the tick after the next comes, ms after this one ran. */
function half(report: SlackReport, from: number, arrive: (tick: number) => number): number | undefined {
  let told: number | undefined
  for (let tick = from; tick < from + RATE / 2; tick++) {
    told = report.ran(tick, tick * TICK) ?? told
    report.arrived(tick + 2, tick + 2, tick * TICK + arrive(tick))
  }
  return told ?? report.ran(from + RATE / 2, (from + RATE / 2) * TICK)
}

describe('slack', () => {
  it('is the least of half a second, in sixteenths of a tick', () => {
    const report = new SlackReport(RATE)
    // 2 ticks ahead, 10 ms of 50 into this one; once 35 ms.
    expect(half(report, 0, (tick) => (tick === 5 ? 35 : 10))).toBe(Math.round((2 - 0.7) * 16))
  })

  it('of a stall is that of the newest command, which did not wait', () => {
    const report = new SlackReport(RATE)
    for (let tick = 0; tick < 5; tick++) report.ran(tick, tick * TICK)
    for (let stamped = 2; stamped <= 6; stamped++) report.arrived(stamped, stamped, 4 * TICK + 20 + stamped / 10)
    let told: number | undefined
    for (let tick = 5; tick <= 10; tick++) told = report.ran(tick, tick * TICK) ?? told
    expect(told).toBe(Math.round((2 - 20.6 / TICK) * 16))
  })

  it('of ticks that were stamped at once is that of the first, and of a long wait that of the last', () => {
    const slackOf = (length: number) => {
      const report = new SlackReport(RATE)
      for (let tick = 0; tick < 5; tick++) report.ran(tick, tick * TICK)
      report.arrived(6, 5 + length, 4 * TICK + 10)
      let told: number | undefined
      for (let tick = 5; tick <= 10; tick++) told = report.ran(tick, tick * TICK) ?? told
      return told
    }
    expect([slackOf(1), slackOf(3), slackOf(40)]).toEqual([Math.round(1.8 * 16), Math.round(1.8 * 16), 127])
  })

  it('says nothing where nothing came', () => {
    const report = new SlackReport(RATE)
    for (let tick = 0; tick < 100; tick++) expect(report.ran(tick, tick * TICK)).toBeUndefined()
  })

  it('of what was refused, too far ahead, is the most that can be said', () => {
    const report = new SlackReport(RATE)
    let told: number | undefined
    for (let tick = 0; tick < 12; tick++) {
      report.refused()
      told = report.ran(tick, tick * TICK) ?? told
    }
    expect(told).toBe(127)
  })

  it('is held within a byte', () => {
    expect(half(new SlackReport(RATE), 0, () => -100 * TICK)).toBe(127)
    expect(half(new SlackReport(RATE), 0, (tick) => (tick + 60) * TICK)).toBe(-128)
  })
})

describe('C7 the newest command', () => {
  /** What is told after each of `ticks`, where the command for the tick after next comes `late(tick)` ticks too late. */
  function told(ticks: number, late: (tick: number) => number): (number | undefined)[] {
    const report = new SlackReport(RATE)
    return Array.from({ length: ticks }, (_, tick) => {
      report.ran(tick, tick * TICK)
      const got = report.got()
      const stamped = tick + 2 - late(tick)
      report.arrived(stamped, stamped, tick * TICK + 10)
      return got
    })
  }
  const never = Array.from({ length: 60 }, () => undefined)

  it('is told once to who asks, and to who had another connection', () => {
    const report = new SlackReport(RATE)
    report.ran(4, 4 * TICK)
    report.arrived(6, 6, 4 * TICK + 10, true)
    expect([report.got(), report.got()]).toEqual([6, undefined])
    expect(new SlackReport(RATE, report.newest).got()).toBe(6)
  })

  it('is told where the newest that came is for a tick that has run, each time', () => {
    const late = told(60, (tick) => (tick < 20 ? 0 : 8))
    expect(late.slice(0, 29)).toEqual(never.slice(0, 29))
    expect(late.slice(30)).toEqual(Array.from({ length: 30 }, (_, i) => i + 23))
  })

  it('is not told to who is in time, or sends nothing', () => {
    expect(told(60, () => 1)).toEqual(never)
    const report = new SlackReport(RATE)
    report.arrived(2, 2, 0)
    for (let tick = 1; tick < 100; tick++) {
      report.ran(tick, tick * TICK)
      expect(report.got()).toBeUndefined()
    }
  })
})
