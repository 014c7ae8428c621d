import { describe, expect, it } from 'vitest'
import { LongerWay } from './longer-way.ts'

const TICK = 1000 / 60

/** What is told of frames that were so late, ms, one a tick; all before were not late at all. */
function told(lates: readonly number[], within = TICK / 2): number | undefined {
  const way = new LongerWay(TICK)
  for (let i = 0; i < 10; i++) way.arrived(1, TICK, within, true)
  let longer: number | undefined
  for (const late of lates) longer ??= way.arrived(late, TICK, within, true)
  return longer
}
const ticks = (count: number, late: (i: number) => number) => Array.from({ length: count }, (_, i) => late(i))

describe('frames that are late at once', () => {
  it('and by the same tell of a longer way, and by how much', () => {
    expect(told(ticks(16, () => 300))).toBe(300)
    expect(told(ticks(16, (i) => 300 + (i % 2) * 3))).toBe(300)
    expect(told(ticks(15, () => 300))).toBeUndefined()
  })

  it('tell of none where they wait for each other: over a link of a quarter to nine tenths of the stream', () => {
    for (const share of [0.25, 0.5, 0.9, 0.95])
      expect(told(ticks(60, (i) => i * TICK * (1 / share - 1)))).toBeUndefined()
    // The first behind something large.
    expect(told(ticks(60, (i) => 300 + i * TICK * (1 / 0.7 - 1)))).toBeUndefined()
  })

  it('tell of none after a stall, which drains', () => {
    for (const share of [1.5, 3, 100])
      expect(told(ticks(60, (i) => Math.max(0, 300 - i * TICK * (1 - 1 / share))))).toBeUndefined()
  })

  it('tell of none for a player who does not keep up', () => {
    const way = new LongerWay(TICK)
    for (let i = 0; i < 20; i++) expect(way.arrived(300, TICK, TICK / 2, false)).toBeUndefined()
  })
})

describe('one that went alone', () => {
  const ask = (crowd: readonly number[], alone: number, own = 5) => {
    const way = new LongerWay(TICK)
    way.ask(crowd[0])
    for (const late of crowd) expect(way.arrived(late, TICK, TICK / 2, false)).toBeUndefined()
    expect(way.isAsked).toBe(true)
    const longer = way.arrived(alone, TICK, TICK / 2, false, own)
    expect(way.isAsked).toBe(false)
    return longer
  }

  it('is as late as those before it over a longer way, or over one that still becomes longer', () => {
    expect(ask([100, 150, 200, 250], 250)).toBe(250)
    expect(ask([100, 150, 200, 250], 310)).toBe(310)
  })

  it('is not over a narrow link', () => {
    expect(ask([60, 100, 140, 180], 100, 60)).toBeUndefined()
    // Which carries nine tenths: it is as late as those before it for being large.
    expect(ask([55, 60, 65, 70], 70, 65)).toBeUndefined()
  })
})
