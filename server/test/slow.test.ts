// Latest state wins: what a player on a narrow link holds is never old, the link is used, and others don't notice.
// DESIGN 3.2. All under the virtual clock, over links with the deep buffers of a kernel.

import { bool, command, defineGame, entity, event, int, text } from '@tickwire/engine'
import { type LinkProfile, profiles, roundTrip } from '@tickwire/engine/testing'
import type { Rules } from '@tickwire/server'
import { VirtualServer } from '@tickwire/server/testing'
import { describe, expect, it, vi } from 'vitest'
import { Receiver } from '../../engine/src/client/receiver.ts'
import { Sender } from '../../engine/src/client/sender.ts'
import { hashOf } from '../../engine/src/state/snapshot.ts'
import { narrow, type Played, play, scene } from './narrow.ts'

const RTT = 40
const scenes = { 20: scene(20), 60: scene(60) }
/** Bytes a second of the whole stream. */
const full: Record<20 | 60, number> = { 20: 0, 60: 0 }
for (const rate of [20, 60] as const) {
  const free = await play(scenes[rate], narrow(RTT), 1)
  await free.server.run(4000)
  full[rate] = free.ages(1000).bytesPerSecond
}

/** RTT, three ticks, and twice the time that a frame takes. */
const bound = (rate: 20 | 60, meanBytes: number, bandwidth: number) =>
  RTT + 3000 / rate + (2000 * meanBytes) / bandwidth

function skipped({ transport }: Played, from: number): number {
  let sum = 0
  for (const [i, { tick, at }] of transport.arrivals.entries())
    if (i > 0 && at > from) sum += tick - transport.arrivals[i - 1].tick - 1
  return sum
}

describe('a link that carries less than the whole stream', () => {
  it.each(
    ([20, 60] as const).flatMap((rate) =>
      [0.8, 0.6, 0.3].flatMap((share) =>
        (
          [
            [1, 90],
            [2, 20],
          ] as const
        ).map((run) => [rate, share, ...run] as const)
      )
    )
  )('%i Hz, a share of %f (seed %i, %i s): state is new, and the link is used', async (rate, share, seed, seconds) => {
    const bandwidth = full[rate] * share
    const player = await play(scenes[rate], narrow(RTT, bandwidth), seed)
    await player.server.run(seconds * 1000)
    const ages = player.ages(2000)
    expect(ages.p99).toBeLessThanOrEqual(bound(rate, ages.meanBytes, bandwidth))
    expect(ages.bytesPerSecond / bandwidth).toBeGreaterThan(0.95)
  })

  it.each([
    [1, 90],
    [2, 20],
    [3, 20],
    [4, 20],
  ])('60 Hz, a tenth (seed %i, %i s): never older than 1.5 s', async (seed, seconds) => {
    const player = await play(scenes[60], narrow(RTT, full[60] / 10), seed)
    await player.server.run(seconds * 1000)
    const { max, bytesPerSecond } = player.ages(1000)
    expect(max).toBeLessThan(1500)
    expect(bytesPerSecond / (full[60] / 10)).toBeGreaterThan(0.95)
  })

  it.each([1, 2])(
    '20 Hz, a tenth (seed %i, 90 s), where one frame takes 1.4 s: as new as that allows',
    async (seed) => {
      const bandwidth = full[20] / 10
      const player = await play(scenes[20], narrow(RTT, bandwidth), seed)
      await player.server.run(90_000)
      // The snapshot that it starts with takes 2 s.
      const { p99, max, meanBytes, bytesPerSecond } = player.ages(6000)
      expect((1000 * meanBytes) / bandwidth).toBeGreaterThan(1400)
      expect(p99).toBeLessThan(1.02 * bound(20, meanBytes, bandwidth))
      expect(max).toBeLessThan(1.1 * bound(20, meanBytes, bandwidth))
      expect(bytesPerSecond / bandwidth).toBeGreaterThan(0.95)
    }
  )

  it.each([
    [60, 0.1],
    [60, 0.3],
    [20, 0.3],
  ] as const)('%i Hz: widens from a share of %f, and within 3 s every tick comes', async (rate, share) => {
    const player = await play(scenes[rate], narrow(RTT, full[rate] * share), 1)
    await player.server.run(6000)
    player.link.shape(narrow(RTT, full[rate] * 2))
    await player.server.run(8000)
    expect(skipped(player, 9000)).toBe(0)
    expect(player.ages(9000).max).toBeLessThan(RTT + 4000 / rate)
  })

  it.each([
    [1, 1],
    [9, 2],
  ])(
    '60 Hz: narrows from %i times to a quarter of the stream, and from 1 s later p99 is within a tenth of the bound',
    async (share, seed) => {
      const player = await play(scenes[60], narrow(RTT, full[60] * share), seed)
      await player.server.run(6000)
      player.link.shape(narrow(RTT, full[60] / 4))
      await player.server.run(6000)
      const ages = player.ages(7000)
      expect(ages.p99).toBeLessThan(bound(60, ages.meanBytes, full[60] / 4) * 1.1)
      expect(player.ages(6000).max).toBeLessThan(700)
    }
  )

  const narrowings = [
    ...[20, 40].flatMap((rtt) => [1, 1.2, 1.5, 2].map((share) => [60, rtt, share] as const)),
    // On less, a merged frame that is on its way takes half a second, and so does the next.
    ...([20, 40] as const).flatMap((rtt) => [1.5, 2].map((share) => [20, rtt, share] as const)),
    [20, 40, 1.2] as const,
  ].flatMap((link) => [1, 2, 3].map((seed) => [...link, seed] as const))
  it.each(narrowings)(
    '%i Hz, %i ms there and back: a link of %f times the stream narrows to a quarter, and within 1 s state is new again (seed %i)',
    async (rate, rtt, share, seed) => {
      const player = await play(scenes[rate], narrow(rtt, full[rate] * share), seed)
      await player.server.run(5000 + 37 * seed)
      const narrowed = player.server.clock.now
      const bandwidth = (full[rate] * share) / 4
      player.link.shape(narrow(rtt, bandwidth))
      await player.server.run(5000)
      const { meanBytes } = player.ages(narrowed + 2000)
      const bound = rtt + 3000 / rate + (2000 * meanBytes) / bandwidth
      expect(player.backAfter(narrowed, bound)).toBeLessThan(1000)
    }
  )

  it.each(
    ([60, 20] as const).flatMap((rate) =>
      [0.95, 0.9, 0.8].flatMap((share) => [10, 40].map((rtt) => [rate, rtt, share] as const))
    )
  )(
    '%i Hz, %i ms there and back: a wide link narrows to %f of the stream, which is no longer way: state stays new',
    async (rate, rtt, share) => {
      const player = await play(scenes[rate], narrow(rtt), 1)
      await player.server.run(6000)
      const narrowed = player.server.clock.now
      const bandwidth = full[rate] * share
      player.link.shape(narrow(rtt, bandwidth))
      await player.server.run(20_000)
      expect(
        player.backAfter(narrowed, rtt + 3000 / rate + (2000 * player.ages(narrowed + 10_000).meanBytes) / bandwidth)
      ).toBe(0)
      expect(player.ages(narrowed + 5000).p50).toBeLessThan(rate === 60 ? 95 : 230)
    }
  )

  it.each([1, 2])(
    'a small stream on a link that narrows to a tenth is a few seconds old, once (seed %i)',
    async (seed) => {
      const small = scene(60, 8)
      const free = await play(small, narrow(RTT), seed)
      await free.server.run(4000)
      const player = await play(small, narrow(RTT), seed)
      await player.server.run(8000)
      const narrowed = player.server.clock.now
      player.link.shape(narrow(RTT, free.ages(1000).bytesPerSecond / 10))
      await player.server.run(20_000)
      expect(player.ages(narrowed).max).toBeLessThan(4500)
      expect(player.ages(narrowed + 7000).max).toBeLessThan(1500)
    }
  )

  it('a slow way back changes nothing', async () => {
    const profile = roundTrip(40, 0)
    const player = await play(scenes[60], { ...profile, up: { ...profile.up, latency: 300 } }, 1)
    await player.server.run(10_000)
    expect(skipped(player, 3000)).toBe(0)
  })
})

it.each([
  ['lan', 60, 60],
  ['cable', 60, 30],
  ['wifi', 60, 60],
  ['wifi', 20, 0],
] as const)('who keeps up gets every tick: %s at %i Hz, drawn %i times a second', async (name, rate, fps) => {
  const player = await play(scenes[rate], profiles[name], 3, fps)
  await player.server.run(20_000)
  expect(skipped(player, 2000)).toBe(0)
})

it.each([
  ['bad', 1],
  ['bad', 2],
  ['bad', 3],
  ['4g', 1],
] as const)(
  'a small stream gets every tick through stalls, also after its link was narrow: %s (seed %i)',
  async (name, seed) => {
    const profile = profiles[name]
    const player = await play(scene(30, 30), profile, seed)
    await player.server.run(10_000)
    expect(skipped(player, 2000)).toBe(0)
    const bandwidth = player.ages(2000).bytesPerSecond / 4
    player.link.shape({ up: profile.up, down: { ...profile.down, bandwidth, buffer: 64 * 1024 } })
    await player.server.run(5000)
    player.link.shape(profile)
    await player.server.run(15_000)
    expect(skipped(player, 24_000)).toBe(0)
  }
)

it('who does not keep up changes nothing for others', async () => {
  const frames = async (others: number) => {
    const player = await play(scenes[60], narrow(RTT), 5)
    for (let i = 0; i < others; i++) await player.join(narrow(RTT, full[60] / 4), 0)
    await player.server.run(5000)
    return { player, list: player.transport.arrivals.map(({ tick, at, sentAt }) => [tick, at - sentAt]) }
  }
  const { player, list } = await frames(3)
  expect(skipped(player, 1000)).toBe(0)
  expect(Math.max(...list.slice(60).map(([, took]) => took))).toBeLessThan(RTT)
})

describe('a pause of 3 s', () => {
  it.each([0.3, 9])('little waits at its end (share %f), and what is sent then is exact', async (share) => {
    const player = await play(scenes[60], narrow(RTT, full[60] * share), 1, 60)
    const [match] = player.server.lobby.matches
    const truth = new Map<number, number>()
    player.server.clock.every(1000 / 60, () => truth.set(match.tick, hashOf(match.world.snapshot() as never, false)))
    await player.server.run(6000)
    const before = player.transport.arrivals.length
    player.link.stall(3000, 'down')
    await player.server.run(3000)
    expect(player.transport.arrivals.length - before).toBeLessThan(16)
    await player.server.run(500)
    const { at, sentAt } = player.transport.arrivals.at(-1)!
    expect(at - sentAt).toBeLessThan(share < 1 ? 450 : RTT)
    expect(player.match.stats.resyncs).toBe(0)
    // All that was decoded, merged or not, is what the match was at its tick.
    const receiver = new Receiver(scenes[60].game, 1, () => {})
    let compared = 0
    for (const message of player.received.filter(([kind, frame]) => kind === 0 && frame === 1)) {
      const { snapshot } = receiver.take(message.subarray(1), 0)!
      if (truth.has(snapshot.tick)) expect(hashOf(snapshot, false)).toBe(truth.get(snapshot.tick))
      compared++
    }
    expect(compared).toBeGreaterThan(60)
  })
})

describe('who acknowledges nothing, though its connection lives', () => {
  const game = defineGame({
    name: 'talk',
    tickRate: 30,
    entities: { dot: entity({ x: int(0, 1000) }) },
    events: { said: event({ text: text(200) }) },
  })
  const join = async (rules: Partial<Rules<typeof game>>) => {
    const server = new VirtualServer(game, { emptySeconds: 100, ...rules }, 1)
    const { match, link, transport, received } = await server.join({
      match: 'quick',
      name: 'ada',
      input: () => ({}),
    } as never)
    await server.run(2000)
    // Frames arrive and pings are answered; no frame is sent any more.
    transport.send = () => {}
    const [live] = server.lobby.matches
    return { server, match, link, received, live }
  }

  it.each([
    [undefined, 10],
    [3, 3],
  ])('is let go after silentSeconds (%s), and told why', async (silentSeconds, seconds) => {
    const { server, match, received, live } = await join({ silentSeconds })
    const before = received.length
    await server.run((seconds - 1) * 1000)
    expect([live.players.size, match.status]).toEqual([1, 'playing'])
    expect(received.slice(before).reduce((sum, { length }) => sum + length, 0)).toBeLessThan(64 * 1024)
    await server.run(2000)
    expect([live.players.size, match.endCode]).toEqual([0, 'ERR_TIMEOUT'])
    expect(await match.ended).toBe(`nothing was acknowledged for ${seconds} s`)
  })

  it('is let go sooner where more events wait for it than are kept', async () => {
    const { server, match, live } = await join({
      tick: (one) => {
        for (let i = 0; i < 10; i++) one.emit('said', { text: 'x'.repeat(200) })
      },
    })
    await server.run(800)
    expect(live.players.size).toBe(1)
    await server.run(2000)
    expect([live.players.size, match.endCode]).toEqual([0, 'ERR_CONGESTED'])
  })
})

describe('a way up that carries a part of the commands', () => {
  const RATE = 60
  const game = defineGame({
    name: 'up',
    tickRate: RATE,
    entities: { dot: entity({ x: int(0, 1000) }) },
    command: command({ aim: int(0, 255), fire: bool }),
  })
  /** What a client sends that is not held back. */
  const FREE = 60 * 14
  const wide = roundTrip(RTT, 0)
  const narrowUp = (share: number): LinkProfile => ({
    up: { ...wide.up, bandwidth: share * FREE, buffer: 1 << 22 },
    down: wide.down,
  })
  const upload = async (seed = 1) => {
    const server = new VirtualServer(game, { emptySeconds: 100 }, seed)
    let presses = 0
    const input = () => ({ aim: presses++ % 256, fire: false })
    const client = await server.join({ match: 'quick', input }, { profile: wide })
    await server.run(5000)
    return { server, ...client, client }
  }
  const ticksOf = (commands: readonly { tick: number }[]) => commands.map(({ tick }) => tick)

  it.each([0.1, 0.3, 0.6])(
    'all arrive in order or are counted; what is on its way is bounded, and the screen goes on: a share of %f',
    async (share) => {
      const { server, match, link, player, client } = await upload()
      const frames = player.frames.length
      link.shape(narrowUp(share))
      await server.run(30_000)
      expect(player.frames.length - frames).toBeGreaterThan(1795)
      expect(match.status).toBe('playing')
      // After the first moments they come one or two frames' time late, and not more and more.
      const settled = client.commands.filter(({ at }) => at > 15_000)
      expect(Math.max(...settled.map(({ at, sentAt }) => at - sentAt))).toBeLessThan(share < 0.3 ? 1600 : 500)
      link.shape(wide)
      await server.run(5000)
      const ticks = ticksOf(client.commands)
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
      const made = ticks.at(-1)! - ticks[0] + 1
      expect(made - ticks.length).toBe(match.stats.dropped)
      // And then all is as it was.
      expect(match.congested).toBe(false)
      const last = client.commands.filter(({ at }) => at > server.clock.now - 1000)
      expect(last.filter(({ slack }) => slack <= 0)).toEqual([])
    }
  )

  it.each([0, 2000, 8000])('those of a connection that was lost for %i ms are counted', async (ms) => {
    const add = vi.spyOn(Sender.prototype, 'add')
    const { server, match, client } = await upload()
    client.cut(ms)
    await server.run(ms + 4000)
    const ticks = ticksOf(client.commands)
    expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
    const made = add.mock.calls.filter(([tick]) => tick <= ticks.at(-1)!)
    expect(match.stats.dropped).toBeGreaterThan(0)
    expect(made.length - ticks.length).toBe(match.stats.dropped)
    add.mockRestore()
  })

  it.each(['cable', 'wifi', '4g'] as const)('who keeps up is held back by nothing, stalls or not: %s', async (name) => {
    const { server, match, link } = await upload()
    link.shape(profiles[name])
    let held = 0
    server.clock.every(1000 / RATE, () => {
      if (match.congested) held++
    })
    await server.run(60_000)
    expect(held).toBe(0)
  })
})

/** Joins the busy scene; `differ()` decodes all that came, and says which ticks were not as the match was. */
async function joinTrue(rate: 20 | 60) {
  const { game, rules } = scenes[rate]
  // By default a seat is kept for as long as the pause takes.
  const server = new VirtualServer(game, { ...rules, graceSeconds: 60 }, 1, { checks: false })
  server.lobby.learn = () => false
  const options = { match: 'quick', name: 'ada', input: () => ({}) } as never
  const client = await server.join(options, { profile: roundTrip(RTT, 0) })
  const [live] = server.lobby.matches
  const hashes = new Map<number, number>()
  server.clock.every(1000 / rate, () => hashes.set(live.tick, hashOf(live.world.snapshot() as never, false)))
  await server.run(3000)
  const differ = (): number[] => {
    const receiver = new Receiver(game, 1, () => {})
    const frames = client.received.filter(([kind, frame]) => kind === 0 && frame === 1)
    const snapshots = frames.map((message) => receiver.take(message.subarray(1), 0)!.snapshot)
    const known = snapshots.filter(({ tick }) => hashes.has(tick))
    expect(known.length).toBeGreaterThan(2 * rate)
    return known.filter((one) => hashOf(one, false) !== hashes.get(one.tick)).map(({ tick }) => tick)
  }
  return { server, client, match: client.match, player: client.player, live, differ }
}

describe('a page that nobody looks at for two minutes', () => {
  it.each([20, 60] as const)('is current with the first frame that it draws: %i Hz', async (rate) => {
    const { server, match, player, live, differ } = await joinTrue(rate)
    // No animation frames; messages are still handled.
    player.draw(0)
    const drawn = player.frames.length
    await server.run(120_000)
    expect(match.status).toBe('playing')
    expect(live.tick - match.newest!.tick).toBeLessThan(2 + (RTT * rate) / 1000)
    player.draw(60)
    await server.run(3000)
    const back = player.frames.slice(drawn)
    for (const { at, tick } of back.slice(1)) expect(((at - RTT / 2) * rate) / 1000 - tick).toBeLessThan(5)
    expect(match.stats.resyncs).toBe(0)
    expect(differ()).toEqual([])
  })
})

describe('a pause', () => {
  it.each(([20, 60] as const).flatMap((rate) => [5000, 30_000].map((ms) => [ms, rate] as const)))(
    'of %i ms at %i Hz: the state is exact with the first frame after it, and nothing stale is drawn',
    async (ms, rate) => {
      const { server, client, match, player, live, differ } = await joinTrue(rate)
      const drawn = player.frames.length
      // In 5 s no connection is given up; in more it is another one.
      if (ms === 5000) client.link.stall(ms, 'down')
      else client.cut(ms)
      await server.run(ms)
      while (match.status !== 'playing') await server.run(10)
      const resumed = server.clock.now
      await server.run(RTT + 3000 / rate)
      // One frame, and it is current.
      expect(live.tick - match.newest!.tick).toBeLessThanOrEqual(2 + Math.ceil((RTT * rate) / 2000))
      await server.run(3000)
      const frames = player.frames.slice(drawn)
      for (let i = 1; i < frames.length; i++) expect(frames[i].tick).toBeGreaterThanOrEqual(frames[i - 1].tick)
      for (const { at, tick } of frames.filter((one) => one.at > resumed + 1000))
        expect(((at - RTT / 2) * rate) / 1000 - tick).toBeLessThan(5)
      expect(match.stats.resyncs).toBe(0)
      expect(differ()).toEqual([])
    }
  )
})

it.each([1, 3, 5])(
  'and where delays vary so that hardly a frame takes the shortest way: three minutes of bad (seed %i)',
  async (seed) => {
    const player = await play(scene(30, 8), profiles.bad, seed, 60)
    await player.server.run(180_000)
    expect(skipped(player, 5000)).toBe(0)
  }
)

it('and does not grow old over minutes where a link stays narrow', async () => {
  const small = scene(60, 40)
  const free = await play(small, narrow(60), 1)
  await free.server.run(4000)
  const player = await play(small, narrow(60, 0.6 * free.ages(1000).bytesPerSecond), 1)
  await player.server.run(6 * 60_000)
  expect(player.ages(5 * 60_000).p50).toBeLessThan(1.1 * player.ages(10_000, 70_000).p50)
})
