import { command, defineGame, entity, int, ranged, TickwireError } from '@tickwire/engine'
import { profiles, roundTrip } from '@tickwire/engine/testing'
import { describe, expect, it } from 'vitest'
import type { Rules } from '../match/rules.ts'
import { VirtualServer } from './virtual.ts'

const game = defineGame({
  name: 'lane',
  tickRate: 30,
  entities: {
    buoy: entity({ x: ranged(0, 65536, 1 / 1024).rate('vx'), vx: ranged(-512, 512, 1 / 64) }),
    ship: entity({ x: ranged(-4096, 4096, 1 / 256).default(0) }, { predict: 'owner' }),
  },
  command: command({ go: int(-1, 1) }),
  move: {
    ship(ship, { go }, { dt }) {
      ship.x += go * 100 * dt
    },
    buoy(buoy, _command, { dt }) {
      buoy.x += buoy.vx * dt
    },
  },
})
const rules: Rules<typeof game> = {
  start: ({ world }) => void world.buoy.spawn({ x: 0, vx: 60 }),
  join: ({ world }, player) => void world.ship.spawn({}, player),
}
const right = { match: 'quick', input: () => ({ go: 1 }) }

describe('a server and its players under the virtual clock', () => {
  it('shows a player what moves, where it was at the tick drawn', async () => {
    const server = new VirtualServer(game, rules)
    const { player } = await server.join(right, { onFrame: ({ view }) => [...view.buoy][0]?.x })
    await server.run(10_000)
    const frames = player.frames.slice(-60)
    expect(frames).toHaveLength(60)
    expect(frames.some(({ starved }) => starved)).toBe(false)
    for (const { tick, seen } of frames) expect(seen).toBeCloseTo(tick * 2, 2)
    expect(server.warnings).toEqual([])
  })

  it('is the same play for the same seed, frame by frame, over the worst network', async () => {
    const play = async (seed: number) => {
      const server = new VirtualServer(game, rules, seed)
      const { player, commands } = await server.join(right, { profile: profiles.bad })
      await server.run(5000)
      return { frames: player.frames, commands }
    }
    const first = await play(3)
    expect(await play(3)).toEqual(first)
    expect(await play(4)).not.toEqual(first)
  })

  it('notes every command with how early it came, and what a stall held back', async () => {
    const server = new VirtualServer(game, rules)
    const { commands, link } = await server.join(right)
    await server.run(10_000)
    const ticks = commands.map(({ tick }) => tick)
    expect(ticks).toEqual(ticks.map((_, at) => ticks[0] + at))
    expect(commands.length).toBeGreaterThan(290)
    for (const { slack, stalled, at, sentAt } of commands.slice(-100)) {
      expect(slack).toBeGreaterThan(0)
      expect(slack).toBeLessThan(4)
      expect(stalled).toBe(false)
      expect(at - sentAt).toBeCloseTo(20)
    }

    const before = commands.length
    link.stall(500, 'up')
    await server.run(400)
    expect(commands.length).toBe(before)
    await server.run(100)
    const held = commands.slice(before)
    expect(held.length).toBeGreaterThan(12)
    for (const { stalled } of held) expect(stalled).toBe(true)
    // Half a second is 15 ticks: the first of them is late by that, less what it would have been early by.
    expect(held[0].slack).toBeLessThan(-10)
  })

  it('gives each machine a clock of its own', async () => {
    const server = new VirtualServer(game, rules)
    const { player, match } = await server.join(right, { now: () => 1e9 + server.clock.now })
    await server.run(3000)
    const [a, b] = player.frames.slice(-2)
    expect(b.tick - a.tick).toBeCloseTo(0.5, 3)
    expect(match.stats.rtt).toBeCloseTo(40)
  })

  it('keeps a player whose page draws nothing', async () => {
    const server = new VirtualServer(game, rules)
    const { player, match, transport } = await server.join(right, { fps: 0, profile: roundTrip(10, 0) })
    await server.run(30_000)
    expect(player.frames).toEqual([])
    expect(match.status).toBe('playing')
    expect(transport.arrivals.length).toBeGreaterThan(890)
  })

  it('rejects a join that nobody answers', async () => {
    const server = new VirtualServer(game, rules)
    const [stalled, cut, closed] = [server.dial(), server.dial(), server.dial()]
    stalled.stall(60_000, 'down')
    cut.cut('nobody')
    closed.cut()
    for (const wire of [stalled, cut])
      await expect(server.join(right, { wire })).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    await expect(server.join(right, { wire: closed })).rejects.toBeInstanceOf(TickwireError)
  })

  it('rejects a join as the server refuses it', async () => {
    const server = new VirtualServer(game, {
      ...rules,
      join() {
        throw new TickwireError('ERR_REFUSED', 'no')
      },
    })
    await expect(server.join(right)).rejects.toMatchObject({ code: 'ERR_REFUSED' })
  })
})
