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

  it('is held within a byte', () => {
    expect(half(new SlackReport(RATE), 0, () => -100 * TICK)).toBe(127)
    expect(half(new SlackReport(RATE), 0, (tick) => (tick + 60) * TICK)).toBe(-128)
  })
})
