import { defineGame, entity, ranged } from '@tickwire/engine'
import { planOf, type Sample, World } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import { Past } from './past.ts'
import { Rewind } from './rewind.ts'
import type { Seat } from './seat.ts'

const game = defineGame({
  name: 'g',
  tickRate: 20,
  entities: { buoy: entity({ x: ranged(0, 65536, 1 / 1024).rate('vx'), vx: ranged(-512, 512, 1 / 64) }) },
})
/** 400 ms, and what rows go on for where nothing comes: 500 ms. */
const BOUND = 8
const FURTHEST = 10

/** A buoy that moves by 6 a tick until tick 70, by 3 until 95, and then by 6 again. */
function make(newest: number) {
  const past = new Past(planOf(game), 128)
  const world = new World(game)
  const buoy = world.buoy.spawn({ x: 0, vx: 120 })
  for (let tick = 1; tick <= newest; tick++) {
    world.tick = tick
    if (tick === 71) buoy.vx = 60
    if (tick === 96) buoy.vx = 120
    buoy.x += buoy.vx / 20
    past.add(world.snapshot() as never)
  }
  const rewind = new Rewind(planOf(game), past)
  const of = (seat: { held: number; renderTick: number; ack?: number; bot?: boolean }) => {
    const { bot = false, ack = seat.held, ...rest } = seat
    return rewind.of({ ...rest, ack, player: { bot } } as never as Seat)
  }
  return { of, at: (tick: number) => 6 * Math.min(tick, 70) + 3 * clamp(tick - 70, 0, 25) + 6 * Math.max(tick - 95, 0) }
}
const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))
const x = (sample: Sample): number => ([...sample.tables[0]][0] as never as { x: number }).x

describe('rewind', () => {
  it('is what was on the screen, fractions included', () => {
    const { of, at } = make(100)
    for (const renderTick of [97, 97.25, 96.5, 95.5, 94.75]) {
      const past = of({ held: 99, renderTick })
      expect(past.tick).toBe(renderTick)
      const [from, to] = [Math.floor(renderTick), Math.ceil(renderTick)]
      expect(x(past)).toBeCloseTo(at(from) + (at(to) - at(from)) * (renderTick - from), 0)
    }
  })

  it('is no further back than 400 ms, and no newer than what there is', () => {
    const { of, at } = make(100)
    expect(of({ held: 50, renderTick: 49 }).tick).toBe(101 - BOUND)
    expect(of({ held: 100, renderTick: 4000 }).tick).toBe(101)
    // Claims of the future are worth nothing.
    const claimed = of({ held: 4000, renderTick: 4000 })
    expect(claimed.tick).toBe(101)
    expect(x(claimed)).toBeCloseTo(at(101), 0)
  })

  it('goes on by the rates from the newest snapshot that was there, as a starved screen did', () => {
    const { of, at } = make(100)
    const past = of({ held: 95, renderTick: 98.5 })
    expect(past.tick).toBe(98.5)
    // The player could not know that it became faster.
    expect(x(past)).toBeCloseTo(at(95) + 3 * 3.5, 1)
    expect(x(past)).toBeLessThan(at(98))
  })

  it('knows of nothing newer than was there when the command was given, whatever came since', () => {
    const { of, at } = make(100)
    expect(x(of({ held: 95, ack: 100, renderTick: 97 }))).toBeCloseTo(at(95) + 6, 1)
  })

  it('stands where the screen stood: 500 ms after the newest snapshot', () => {
    const { of } = make(100)
    expect(of({ held: 85, renderTick: 100 }).tick).toBe(85 + FURTHEST)
    expect(x(of({ held: 85, renderTick: 100 }))).toBeCloseTo(x(of({ held: 85, renderTick: 95 })), 9)
  })

  it.each([0, 20, 60, 84])('shows nothing from before the bound to who says it holds nothing newer than %i', (held) => {
    const { of, at } = make(100)
    const past = of({ held, renderTick: held })
    expect(past.tick).toBe(101 - BOUND)
    // Who withholds its acknowledgements must not shoot at where others were seconds ago.
    expect(x(past)).toBeCloseTo(at(101 - BOUND), 0)
  })

  it('is the newest for a bot, the empty world before the first tick, and the bound for who has seen nothing', () => {
    const { of, at } = make(100)
    const bot = of({ held: -1, renderTick: -1, bot: true })
    expect([bot.tick, x(bot)]).toEqual([100, expect.closeTo(at(100), 1)])
    expect(make(0).of({ held: -1, renderTick: -1 }).tick).toBe(0)
    expect([...make(0).of({ held: -1, renderTick: -1 }).tables[0]]).toEqual([])
    expect(of({ held: -1, renderTick: -1 }).tick).toBe(101 - BOUND)
    expect(make(3).of({ held: -1, renderTick: -1 }).tick).toBe(1)
  })
})
