// Own shots over a slow line, under the virtual clock: there in the next frame, smooth, one row each from the muzzle to
// the end, and what they hit on the screen they hit at the server.

import { roundTrip } from '@tickwire/engine/testing'
import type { Match } from '@tickwire/server'
import { VirtualServer } from '@tickwire/server/testing'
import { describe, expect, it } from 'vitest'
import { type Arena, arena, MUZZLE, passes, SHIP_RADIUS, SHOT_LIFE, SHOT_SPEED, TICK_RATE } from './game.ts'
import { rules } from './rules.ts'

const PASSES = 8

/** What one frame shows of the page's own shots. */
interface Bolt {
  readonly id: number
  readonly x: number
  readonly y: number
  readonly spent: boolean
  /** Met another ship since the frame before. */
  readonly met: boolean
}

/** A page that can fire, and another ship that flies past its nose a few times. */
async function play(rtt: number) {
  const server = new VirtualServer(arena, rules, 5)
  let fire = false
  let last = new Map<number, Bolt>()
  const struck: number[] = []
  const { match: ada, player } = await server.join(
    {
      match: { create: { bots: 0, rocks: 0 } },
      name: 'Ada',
      input: () => ({ turn: 0, thrust: false, brake: false, fire }),
    },
    {
      profile: roundTrip(rtt, 8),
      onFrame({ view, me }) {
        const bolts: Bolt[] = []
        for (const { id, owner, x, y, spent } of view.shot) {
          if (owner !== me.id) continue
          const was = last.get(id)
          const targets = [...view.ship].filter((ship) => ship.owner !== me.id)
          const met = targets.some(
            (ship) => was && passes(was.x, was.y, x, y, { x: ship.x, y: ship.y, radius: SHIP_RADIUS })
          )
          bolts.push({ id, x, y, spent, met })
        }
        last = new Map(bolts.map((bolt) => [bolt.id, bolt]))
        return bolts
      },
    }
  )
  ada.on('struck', ({ by }) => void (by === ada.me.id && struck.push(server.clock.now)))
  const [match] = server.lobby.matches as Iterable<Match<Arena>>
  const { world } = match
  const bob = match.addBot(() => ({ turn: 0.5, thrust: true, brake: false, fire: false }), 'Bob')
  await server.run(3000)
  const presses: number[] = []
  for (let pass = 0; pass < PASSES; pass++) {
    Object.assign(world.ship.ownedBy(ada.me)!, { x: 400, y: 1000, heading: 0, vx: 0, vy: 0, energy: 100, hull: 100 })
    Object.assign(world.ship.ownedBy(bob)!, {
      x: 650,
      y: 830 - 7 * pass,
      heading: 1.5,
      vx: 0,
      vy: 250,
      hull: 100,
      safe: 0,
    })
    await server.run(600)
    presses.push(server.clock.now)
    fire = true
    await server.run(900)
    fire = false
    await server.run(1600)
  }
  expect(server.warnings).toEqual([])
  expect(ada.newest!.tick).toBeGreaterThan(ada.view.tick)
  expect(ada.newest!.tick).toBeLessThan(world.tick)
  return { frames: player.frames, struck, presses }
}

describe('a shot of one’s own, at a round trip of 300 ms', () => {
  it('is there in the frame after the press, smooth and one row to its end, and hits what it hits on the screen', async () => {
    const { frames, struck, presses } = await play(300)
    for (const press of presses) {
      const [, { seen }] = frames.filter(({ at }) => at > press)
      expect(seen).toHaveLength(1)
      expect(seen[0].x - 400 - MUZZLE).toBeLessThan((2.1 * SHOT_SPEED) / TICK_RATE)
    }

    const shots = new Map<number, (Bolt & { readonly at: number })[]>()
    for (const { at, seen } of frames)
      for (const bolt of seen) shots.set(bolt.id, [...(shots.get(bolt.id) ?? []), { ...bolt, at }])
    expect(shots.size).toBeGreaterThan(3 * PASSES)
    let hits = struck
    const unheard: number[] = []
    for (const [id, bolts] of shots) {
      expect(id).toBeLessThan(0)
      // In each frame from the first to the last, and not for longer than it flies and the server takes to say so.
      expect(frames.filter(({ at }) => at >= bolts[0].at && at <= bolts.at(-1)!.at)).toHaveLength(bolts.length)
      expect(bolts.at(-1)!.at - bolts[0].at).toBeLessThan((1000 * SHOT_LIFE) / TICK_RATE + 400)
      const flying = bolts.filter(({ spent }) => !spent)
      const steps = flying.slice(1).map(({ x }, at) => (x - flying[at].x) / (SHOT_SPEED / 60))
      expect(Math.min(...steps)).toBeGreaterThan(0.9)
      expect(Math.max(...steps)).toBeLessThan(1.1)
      const met = bolts.find((bolt) => bolt.met)
      if (!met) continue
      const heard = hits.find((at) => at > met.at && at < met.at + 600)
      hits = hits.filter((at) => at !== heard)
      if (heard === undefined) unheard.push(met.at)
    }
    // A graze may be judged otherwise.
    expect(struck.length).toBeGreaterThanOrEqual(PASSES)
    expect(hits.length).toBeLessThanOrEqual(1)
    expect(unheard.length).toBeLessThanOrEqual(1)
  })
})
