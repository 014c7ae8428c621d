// A way that becomes longer, as another route or a lag slider makes it, or an uneven one: that is no narrow link. Nothing is
// held back for it, or not for long, and commands are in time again soon.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { type LinkProfile, type PathProfile, roundTrip } from '@tickwire/engine/testing'
import { VirtualServer } from '@tickwire/server/testing'
import { describe, expect, it } from 'vitest'

const gameAt = (tickRate: number) =>
  defineGame({
    name: 'longer',
    tickRate,
    entities: { dot: entity({ x: int(0, 1000).default(0) }) },
    command: command({ aim: int(0, 255) }),
  })

/** A player on a LAN, where something moves in each tick. */
async function join(rate: number, fps: number, seed = 3, profile = roundTrip(2, 0)) {
  const rules = {
    start: ({ world }: { world: { dot: { spawn(row: object): unknown } } }) => void world.dot.spawn({}),
    tick: ({ world, tick }: { world: { dot: Iterable<{ x: number }> }; tick: number }) => {
      for (const dot of world.dot) dot.x = tick % 1000
    },
  }
  const server = new VirtualServer(gameAt(rate), rules as never, seed)
  let presses = 0
  const input = () => ({ aim: presses++ % 256 })
  // A screen's clock is not the server's.
  const draw = { profile, fps: fps * 1.001 }
  const { link, match, commands, transport } = await server.join({ match: 'quick', input }, draw)
  await server.run(10_000)
  return {
    server,
    match,
    shape: (up: number, down: number, jitter = 0) => {
      const path = (latency: number): PathProfile => ({ latency, jitter })
      const profile: LinkProfile = { up: path(up), down: path(down) }
      link.shape(profile)
    },
    /** Those that came too late of what was sent after a time. */
    lateAfter: (from: number) => commands.filter(({ sentAt, slack }) => sentAt > from && slack <= 0).length,
    slackAfter: (from: number) => commands.filter(({ sentAt }) => sentAt > from).map(({ slack }) => slack),
    sentAfter: (from: number) => commands.filter(({ sentAt }) => sentAt > from).length,
    /** Ticks whose frames came between two times. */
    framesIn: (from: number, to: number) => transport.arrivals.filter(({ at }) => at > from && at <= to).length,
  }
}

describe.each([
  [128, 60],
  [60, 40],
  [60, 144],
  [30, 60],
  [20, 60],
])('%i ticks and %i frames a second', (rate, fps) => {
  it.each([
    [300, 300, 0],
    [150, 150, 0],
    [50, 50, 0],
    [300, 1, 0],
    [1, 300, 0],
    [300, 300, 30],
  ])(
    'a way of %i ms up and %i ms down, give or take %i: no frame and no command is held back, and in 2.5 s all are in time',
    async (up, down, jitter) => {
      const { server, match, shape, lateAfter, sentAfter, framesIn } = await join(rate, fps)
      const began = server.clock.now
      shape(up, down, jitter)
      let held = 0
      for (let i = 0; i < 600; i++) {
        await server.run(1000 / 60)
        if (match.congested) held++
      }
      expect(held).toBe(0)
      // Also when frames that come later are followed.
      await server.run(10_000)
      expect(sentAfter(began + 2500)).toBeGreaterThan(15 * rate)
      expect(lateAfter(began + 2500)).toBeLessThanOrEqual(jitter === 0 ? 0 : rate / 10)
      expect(framesIn(began + down + jitter, began + 5000)).toBeGreaterThan(((4900 - down) / 1000) * rate * 0.98)
      expect(match.stats.rtt).toBeGreaterThan((up + down) * 0.8)
    }
  )

  it('four seconds of 1,000 ms up, and a short way again: what commands are early by is given back', async () => {
    const { server, match, shape, slackAfter } = await join(rate, fps)
    shape(1000, 20)
    await server.run(4000)
    shape(1, 1)
    await server.run(30_000)
    expect(match.stats.dropped).toBe(0)
    const slack = slackAfter(server.clock.now - 1000)
    expect(slack.length).toBeGreaterThan(0.9 * rate)
    expect(Math.min(...slack)).toBeGreaterThan(0)
    // A frame, and 20 ms.
    expect(Math.max(...slack)).toBeLessThan((rate / 1000) * (1000 / fps + 20) + 1)
  })

  it('a slider drawn to 300 ms within a second: 3 s later all is as it should be', async () => {
    const { server, shape, lateAfter, framesIn } = await join(rate, fps)
    for (let way = 15; way <= 300; way += 15) {
      shape(way, way)
      await server.run(50)
    }
    const began = server.clock.now
    await server.run(20_000)
    expect(lateAfter(began + 3000)).toBe(0)
    expect(framesIn(began + 3000, began + 8000)).toBeGreaterThan(4.9 * rate)
  })
})

it.each([
  [200, 0],
  [400, 0],
  [400, 60],
])(
  'a round trip of %i ms, give or take %i, at 30 Hz: no command waits, and four seconds later all are in time',
  async (rtt, jitter) => {
    const { server, match, shape, slackAfter } = await join(30, 60)
    const began = server.clock.now
    shape(rtt / 2, rtt / 2, jitter / 2)
    for (let frames = 0; frames < 600; frames++) {
      await server.run(1000 / 60)
      expect(match.congested).toBe(false)
    }
    const settled = slackAfter(began + 4000)
    expect(settled.length).toBeGreaterThan(150)
    expect(Math.min(...settled)).toBeGreaterThanOrEqual(0)
  }
)

describe.each([
  [60, 60],
  [60, 15],
  [20, 60],
])('%i ticks and %i frames a second, over an uneven line', (rate, fps) => {
  it.each([
    ['that it becomes', 20, 50],
    ['that it becomes', 20, 100],
    ['that it is', 100, 50],
    ['that it is', 200, 50],
  ])('%s, of %i ms, give or take %i, each way: that is no queue, and nothing is held back', async (is, way, jitter) => {
    for (const seed of [1, 2, 3]) {
      const uneven: PathProfile = { latency: way, jitter }
      const profile = is === 'that it is' ? { up: uneven, down: uneven } : undefined
      const { server, match, shape, lateAfter, sentAfter, framesIn } = await join(rate, fps, seed, profile)
      shape(way, way, jitter)
      await server.run(20_000)
      const began = server.clock.now
      let held = 0
      for (let i = 0; i < 1200; i++) {
        await server.run(1000 / 60)
        if (match.congested) held++
      }
      expect(held).toBe(0)
      expect(framesIn(began, began + 20_000)).toBeGreaterThan(0.9 * 20 * rate)
      expect(lateAfter(began)).toBeLessThan(0.05 * sentAfter(began))
      expect(match.stats.rtt).toBeGreaterThan(1.5 * way)
    }
  })
})
