// A client against a small server of its own (engine/test), over seeded links, under the virtual clock.

import { describe, expect, it } from 'vitest'
import { type FakeRules, FakeServer, PLAYER } from '../../test/fake-server.ts'
import {
  angle,
  bool,
  command,
  defineGame,
  entity,
  event,
  int,
  oneOf,
  ranged,
  request,
  TickwireError,
} from '../index.ts'
import {
  type Link,
  type LinkProfile,
  link,
  linkTransport,
  profiles,
  Random,
  roundTrip,
  VirtualClock,
} from '../testing/index.ts'
import { packRecord, type RowBase } from '../wire/index.ts'
import type { ClientMatch } from './client-match.ts'
import { connectOver } from './connect.ts'

const game = defineGame({
  name: 'test',
  tickRate: 30,
  options: { map: oneOf('open', 'rocks') },
  state: { count: int(0, 1_000_000) },
  entities: {
    ship: entity(
      {
        x: ranged(0, 4096, 1 / 256).rate('vx'),
        vx: ranged(-512, 512, 1 / 64).default(0),
        heading: angle(12).default(0),
        ammo: int(0, 50).default(50).only('owner'),
      },
      { predict: 'owner' }
    ),
    buoy: entity({ x: ranged(0, 4096, 1 / 256).rate('vx'), vx: ranged(-512, 512, 1 / 64) }),
  },
  command: command({ turn: int(-1, 1), thrust: bool }),
  events: { bell: event({ n: int(0, 1_000_000) }) },
  requests: { add: request({ a: int(0, 100), b: int(0, 100) }, { sum: int(0, 200) }) },
  move: {
    ship(ship, steer, { dt }) {
      ship.heading += steer.turn * 3 * dt
      ship.vx += (Math.cos(ship.heading) * (steer.thrust ? 300 : 0) - ship.vx) * dt
      ship.x += ship.vx * dt
      if (ship.x < 1000 || ship.x > 3000) ship.vx *= -1
    },
  },
})
type Game = typeof game
type Match = ClientMatch<Game>
type Input = () => Game['command']

const TICK = 1000 / 30
const CLEAN = roundTrip(40, 0)
const idle: Input = () => ({ turn: 0, thrust: false })

interface Play {
  clock: VirtualClock
  net: Link
  server: FakeServer
  match: Match
  /** Lets `ms` pass. */
  run(ms: number): Promise<void>
  /** Draws so many frames a second; returns what ends it. */
  draw(fps: number, after?: () => void): () => void
}

function settled(joining: Promise<Match>): Promise<Match | TickwireError> {
  return joining.catch((error: unknown) => {
    if (error instanceof TickwireError) return error
    throw error
  })
}

async function join(
  profile: LinkProfile = CLEAN,
  rules: FakeRules = {},
  input: Input = idle,
  seed = 11
): Promise<Play | TickwireError> {
  const clock = new VirtualClock()
  const net = link(clock, new Random(seed), profile)
  const server = new FakeServer(game, net.server, {
    now: () => clock.now,
    options: { map: 'rocks' },
    join({ world }) {
      const [ship, buoy] = world.tables
      ship.spawn({ x: 2000 }, { id: PLAYER })
      buoy.spawn({ x: 100, vx: 60 })
    },
    ...rules,
    tick(server) {
      Object.assign(server.world.state, { count: server.world.tick })
      for (const row of server.world.tables[1] as Iterable<RowBase & { x: number; vx: number }>) row.x += row.vx / 30
      rules.tick?.(server)
    },
  })
  clock.every(TICK, () => server.step())
  const joining = settled(connectOver(linkTransport(net.client, clock), game, { match: 'quick', name: 'ada', input }))
  const run = (ms: number) => clock.run(clock.now + ms)
  await run(1000)
  const match = await joining
  if (match instanceof TickwireError) return match
  const draw = (fps: number, after?: () => void) =>
    clock.every(1000 / fps, () => {
      match.frame(clock.now)
      after?.()
    })
  return { clock, net, server, match, run, draw }
}

async function play(...args: Parameters<typeof join>): Promise<Play> {
  const made = await join(...args)
  if (made instanceof TickwireError) throw made
  return made
}

/** Presses that change every few ticks. */
function restless(seed: number): Input {
  const random = new Random(seed)
  let reads = 0
  let held = idle()
  return () => {
    if (reads++ % 9 === 0) held = { turn: Math.floor(random.next() * 3) - 1, thrust: random.next() < 0.6 }
    return held
  }
}

/** Bytes before the hash in a delta with one. */
function hashAt(frame: Uint8Array): number {
  const flags = 2 + frame[1]
  return flags + 1 + 2 + 1 + (frame[flags] & 2 ? 1 : 0)
}

describe('joining', () => {
  it('knows who and where it is', async () => {
    const { match } = await play()
    expect(match).toMatchObject({ id: 'm1', options: { map: 'rocks' }, status: 'playing' })
    expect(match.me).toEqual({ id: PLAYER, name: 'ada', bot: false })
    expect(match.player).toBe(match.me)
    expect([...match.players]).toEqual([[PLAYER, match.me]])
  })

  it.each(['ERR_MATCH_FULL', 'ERR_MATCH_UNKNOWN', 'ERR_NAME', 'ERR_REFUSED'] as const)(
    'rejects with the server %s',
    async (code) => {
      const refuse = () => {
        throw new TickwireError(code, 'not today')
      }
      const refused = await join(CLEAN, { join: refuse })
      expect(refused).toMatchObject({ code, message: `not today (${code})` })
    }
  )

  it('says so when no match is named', async () => {
    const clock = new VirtualClock()
    const net = link(clock, new Random(1), CLEAN)
    const joining = connectOver(linkTransport(net.client, clock), game, { input: idle } as never)
    await expect(joining).rejects.toThrow("expected 'quick', an id, or { create }")
  })

  it.each(['ERR_SCHEMA_MISMATCH', 'ERR_PROTOCOL_VERSION'] as const)('says to reload the page at %s', async (code) => {
    const refuse = () => {
      throw new TickwireError(code, 'built from another version')
    }
    expect(await join(CLEAN, { join: refuse })).toMatchObject({
      code,
      message: expect.stringContaining('reload the page'),
    })
  })

  it('rejects where the connection is lost on the way', async () => {
    const clock = new VirtualClock()
    const net = link(clock, new Random(1), CLEAN)
    const joining = settled(connectOver(linkTransport(net.client, clock), game, { match: 'quick', input: idle }))
    clock.at(10, () => net.cut())
    await clock.run(100)
    expect(await joining).toMatchObject({ code: 'ERR_DISCONNECTED' })
  })

  it('creates a match of the options given; what is left out is at its default', async () => {
    const asked: unknown[] = []
    const clock = new VirtualClock()
    const net = link(clock, new Random(1), CLEAN)
    const rules: FakeRules = { options: { map: 'open' }, join: (_server, { match }) => void asked.push(match) }
    const server = new FakeServer(game, net.server, rules)
    clock.every(TICK, () => server.step())
    const match = { create: {} }
    const joining = settled(connectOver(linkTransport(net.client, clock), game, { match, input: idle }))
    await clock.run(1000)
    expect(await joining).toMatchObject({ status: 'playing' })
    expect(asked).toEqual([packRecord(server.plan.options, { map: 'open' }, 'ERR_FIELD_VALUE')])
  })

  it('rejects options that the game does not allow before anything is sent', async () => {
    const clock = new VirtualClock()
    const net = link(clock, new Random(1), CLEAN)
    const match = { create: { map: 'moon' as never } }
    const joining = settled(connectOver(linkTransport(net.client, clock), game, { match, input: idle }))
    await clock.run(10)
    expect(await joining).toMatchObject({ code: 'ERR_FIELD_VALUE' })
  })
})

describe('prediction', () => {
  it.each([
    ['lan', profiles.lan],
    ['cable', profiles.cable],
    ['300 ms', roundTrip(300, 10)],
  ])('equals the authority to the bit over %s', async (_name, profile) => {
    const { match, server, run, draw } = await play(profile, {}, restless(3))
    draw(60)
    await run(4000)
    const [missed, corrections] = [server.missed, match.stats.corrections]
    await run(60_000)
    expect(server.missed - missed).toBe(0)
    expect(match.stats.corrections - corrections).toBe(0)
    const places = server.snapshots.slice(-900).map((at) => Math.round(at.tables[0].readNumber(1, 0)))
    expect(new Set(places).size).toBeGreaterThan(50)
  })

  it('puts a press on the screen in the first frame drawn after it', async () => {
    let thrust = false
    const { match, run, draw } = await play(roundTrip(200, 0), {}, () => ({ turn: 0, thrust }))
    const speeds: number[] = []
    draw(144, () => speeds.push(match.view.ship.mine?.vx ?? 0))
    await run(3000)
    for (let press = 0; press < 20; press++) {
      thrust = false
      await run(7000 + press * 3)
      const before = speeds.length
      const rest = match.view.ship.mine!.vx
      thrust = true
      await run(7)
      expect(speeds.length - before).toBe(1)
      expect(match.view.ship.mine!.vx).toBeGreaterThan(rest)
    }
  })

  it('latches a tap that is over before its tick comes', async () => {
    let turn = 0
    const { match, server, run, draw } = await play(CLEAN, {}, () => ({ turn, thrust: false }))
    draw(144, () => {
      turn = 0
    })
    await run(3000)
    const before = server.row('ship') as RowBase & { heading: number }
    expect(before.heading).toBe(0)
    for (let tap = 0; tap < 10; tap++) {
      turn = 1
      await run(500 + tap)
    }
    expect(before.heading).toBeCloseTo(10 * (3 / 30), 2)
    expect(match.stats.corrections).toBe(0)
  })

  it('follows a route that becomes longer, and one that becomes shorter', async () => {
    const { match, net, server, run, draw } = await play(roundTrip(40, 4), {}, restless(5))
    draw(60)
    await run(5000)
    const short = match.stats.lead
    net.shape(roundTrip(240, 4))
    await run(10_000)
    const { missed } = server
    await run(10_000)
    expect(server.missed - missed).toBe(0)
    expect(match.stats.lead - short).toBeGreaterThan(4)
    expect(match.stats.rtt).toBeGreaterThan(200)
    net.shape(roundTrip(40, 4))
    await run(30_000)
    expect(server.missed - missed).toBeLessThan(3)
    expect(match.stats.lead - short).toBeLessThan(2.5)
  })

  it('loses its own row when the server says so, and has the next one', async () => {
    const rules: FakeRules = {
      tick({ world }) {
        const [ships] = world.tables
        if (world.tick === 90) ships.despawn(ships.ownedBy({ id: PLAYER }))
        if (world.tick === 120) ships.spawn({ x: 1500 }, { id: PLAYER })
      },
    }
    const { match, server, run, draw } = await play(CLEAN, rules)
    const gone: number[] = []
    match.view.ship.on('despawn', (row) => gone.push(row.id))
    draw(60)
    await run(1500)
    const first = match.view.ship.mine!.id
    await run(1000)
    expect(match.view.ship.mine).toBeUndefined()
    expect(gone).toEqual([first])
    await run(1500)
    expect(match.view.ship.mine).toMatchObject({ id: server.row('ship')!.id, x: 1500, ammo: 50 })
  })
})

describe('frames', () => {
  /** What is drawn of the match state is of the tick that is drawn. */
  function expectCurrent({ match, server, clock }: Play): void {
    expect(server.world.tick - match.view.tick).toBeLessThan(8)
    expect(match.state.count).toBe(Math.floor(match.view.tick))
    const buoy = [...match.view.buoy][0]
    expect(buoy.x).toBeCloseTo(100 + (match.view.tick - 1) * 2, 0)
    expect(clock.now).toBeGreaterThan(0)
  }

  it('is no further ahead for a first frame that is drawn long after its time', async () => {
    const [usual, late] = [await play(), await play()]
    for (const { match, clock, run, draw } of [usual, late]) {
      match.frame(match === late.match ? clock.now - 120 : clock.now)
      draw(60)
      await run(10_000)
    }
    expect(late.match.view.tick).toBeCloseTo(usual.match.view.tick, 3)
    expectCurrent(late)
  })

  it('heals a wrong hash with one keyframe', async () => {
    let spoiled = 0
    const made = await play(CLEAN, {
      spoil(frame, tick) {
        if (tick === 96) {
          spoiled++
          frame[hashAt(frame)] ^= 0x10
        }
        return frame
      },
    })
    made.draw(60)
    await made.run(10_000)
    expect(spoiled).toBe(1)
    expect(made.match.stats.resyncs).toBe(1)
    expect(made.server.resyncs).toEqual([2])
    // What was under way when it was asked for was of no use.
    expect(made.match.stats.skipped).toBeLessThan(5)
    expectCurrent(made)
  })

  it.each([
    ['a truncated frame', (frame: Uint8Array<ArrayBuffer>) => frame.slice(0, frame.length - 3)],
    ['an empty one', () => new Uint8Array(0)],
    ['one of another kind', (frame: Uint8Array<ArrayBuffer>) => frame.fill(99)],
  ])('changes nothing at %s, and asks for a keyframe', async (_name, spoil) => {
    const made = await play(CLEAN, { spoil: (frame, tick) => (tick === 100 ? spoil(frame) : frame) })
    const drawn: number[] = []
    made.draw(60, () => drawn.push(made.match.view.tick))
    await made.run(10_000)
    expect(made.match.stats.resyncs).toBe(1)
    expect(made.server.resyncs).toEqual([1])
    expectCurrent(made)
    expect(drawn).toEqual([...drawn].sort((a, b) => a - b))
    expect(made.match.status).toBe('playing')
  })

  it('asks again where the keyframe does not come either', async () => {
    const made = await play(CLEAN, { spoil: (frame, tick) => (tick >= 100 && tick < 180 ? frame.slice(0, 4) : frame) })
    made.draw(60)
    await made.run(12_000)
    expect(made.server.resyncs).toEqual([1, 1])
    expectCurrent(made)
  })

  it('takes any clock for its frames', async () => {
    const made = await play()
    const { clock, match } = made
    let wall = 1.7e12
    let last = clock.now
    clock.every(1000 / 60, () => {
      wall += clock.now - last
      last = clock.now
      match.frame(wall)
    })
    await made.run(3000)
    expectCurrent(made)
    wall += 3_600_000 // somebody set the clock
    await made.run(1000)
    expectCurrent(made)
    wall -= 7_200_000
    await made.run(1000)
    expectCurrent(made)
  })
})

describe('sending', () => {
  it('holds while the connection is full, then sends the whole run at once', async () => {
    const { match, net, server, run, draw } = await play(CLEAN, {}, restless(2))
    draw(60)
    await run(3000)
    const before = server.runs.length
    net.shape({ ...CLEAN, up: { ...CLEAN.up, bandwidth: 12 } })
    await run(500)
    expect([match.congested, match.stats.congested]).toEqual([true, true])
    expect(match.stats.bufferedAmount).toBeGreaterThan(0)
    net.shape(CLEAN)
    await run(2000)
    const runs = server.runs.slice(before).filter(({ commands }) => commands.length > 0)
    expect(Math.max(...runs.map(({ commands }) => commands.length))).toBeGreaterThan(8)
    const ticks = server.runs.flatMap(({ first, commands }) => commands.map((_one, at) => first + at))
    expect(ticks).toEqual(ticks.map((_one, at) => ticks[0] + at))
    expect(match.stats).toMatchObject({ congested: false, bufferedAmount: 0, dropped: 0 })
  })

  it('drops the oldest beyond the window, and counts them', async () => {
    const { match, net, server, run, draw } = await play(CLEAN)
    draw(60)
    await run(3000)
    net.shape({ ...CLEAN, up: { ...CLEAN.up, bandwidth: 2 } })
    await run(6000)
    net.shape(CLEAN)
    await run(20_000)
    const ticks = server.runs.flatMap(({ first, commands }) => commands.map((_one, at) => first + at))
    const lost = ticks.at(-1)! - ticks[0] + 1 - ticks.length
    expect(lost).toBeGreaterThan(50)
    expect(match.stats.dropped).toBe(lost)
    expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b))
  })

  it('sends one frame a tick', async () => {
    const { server, run, draw } = await play(CLEAN, {}, restless(9))
    draw(144)
    await run(5000)
    const before = server.runs.length
    await run(10_000)
    expect(server.runs.length - before).toBe(300)
  })

  it('goes on acknowledging without animation frames, and is back within a second', async () => {
    const { match, server, run, draw, clock } = await play(roundTrip(80, 10), {}, restless(4))
    const stop = draw(60)
    await run(3000)
    stop()
    await run(1000)
    const hidden = server.runs.length
    await run(60_000)
    const acks = server.runs.slice(hidden)
    expect(acks.every(({ commands }) => commands.length === 0)).toBe(true)
    expect(server.world.tick - acks.at(-1)!.ack).toBeLessThan(10)
    expect(acks.length).toBeLessThan(700)
    draw(60)
    await run(1000)
    const { missed } = server
    const { corrections, lead } = match.stats
    await run(5000)
    expect(server.missed - missed).toBe(0)
    expect(match.stats.corrections).toBe(corrections)
    expect(match.stats.lead).toBeLessThan(lead + 2)
    expect(match.view.tick).toBeGreaterThan(clock.now / TICK - 10)
  })
})

describe('events and requests', () => {
  it('delivers each event once, in order, when its tick is drawn', async () => {
    let n = 0
    const made = await play(profiles.wifi, {
      tick(server) {
        const { tick } = server.world
        if (tick % 3 === 0) server.emit('bell', { n: n++ })
        if (tick % 6 === 0) server.emit('bell', { n: n++ })
      },
      spoil: (frame, tick) => (tick === 120 ? frame.slice(0, 5) : frame),
    })
    const { match, server, run, draw } = made
    const heard: { n: number; tick: number }[] = []
    const off = match.on('bell', (values) => heard.push({ n: values.n, tick: match.view.tick }))
    draw(60)
    await run(20_000)
    const numbers = heard.map((one) => one.n)
    expect(numbers).toEqual(numbers.map((_n, at) => numbers[0] + at))
    expect(match.stats.resyncs).toBe(1)
    for (const { n, tick } of heard.slice(100)) {
      const happened = 6 * Math.floor(n / 3) + (n % 3 === 0 ? 3 : 6)
      expect(tick).toBeGreaterThanOrEqual(happened - 0.001)
      expect(tick - happened).toBeLessThan(1)
    }
    off()
    const { length } = heard
    await run(1000)
    expect(heard.length).toBe(length)
    expect(server.world.tick).toBeGreaterThan(600)
    expect(() => match.on('bang' as never, () => {})).toThrow('ERR_USAGE')
  })

  it('delivers events while nothing is drawn, each once, in order: there is no backlog to come back to', async () => {
    let n = 0
    const { clock, match, run, draw } = await play(CLEAN, {
      tick(server) {
        if (server.world.tick % 3 === 0) server.emit('bell', { n: n++ })
      },
    })
    const heard: number[] = []
    match.on('bell', (values) => heard.push(values.n))
    const stop = draw(60)
    await run(3000)
    stop()
    await run(2000)
    const before = heard.length
    await run(60_000)
    expect(heard.length - before).toBe(600)
    const hidden = heard.length
    match.frame(clock.now)
    expect(heard.length - hidden).toBeLessThan(2)
    draw(60)
    await run(2000)
    expect(heard).toEqual(heard.map((_n, at) => heard[0] + at))
    expect(n - heard.at(-1)!).toBeLessThan(4)
  })

  it('what a handler throws while nothing is drawn comes out of the next frame, and stops nothing', async () => {
    let n = 0
    const { clock, match, run, draw } = await play(CLEAN, {
      tick(server) {
        if (server.world.tick % 3 === 0) server.emit('bell', { n: n++ })
      },
    })
    const heard: number[] = []
    match.on('bell', (values) => {
      heard.push(values.n)
      if (values.n === 50) throw new Error('fifty')
    })
    await run(10_000)
    expect(match.status).toBe('playing')
    expect(() => match.frame(clock.now)).toThrow('fifty')
    draw(60)
    await run(1000)
    expect(heard).toEqual(heard.map((_n, at) => heard[0] + at))
    expect(heard.at(-1)).toBeGreaterThan(100)
  })

  it('resolves a request once the frame of its tick is applied', async () => {
    const request = (_name: string, { a, b }: Record<string, unknown>) => ({ sum: (a as number) + (b as number) })
    const { clock, match, net, server, run, draw } = await play(CLEAN, { request })
    draw(60)
    await run(1000)
    let seen: unknown
    void match.request('add', { a: 2, b: 40 }).then(({ sum }) => {
      seen = { sum, at: clock.now }
    })
    await run(200)
    expect(seen).toMatchObject({ sum: 42 })
    // The answer leaves after its tick's frame, so it is there one way after the tick.
    expect(net).toBeDefined()
    expect((seen as { at: number }).at).toBeLessThanOrEqual(clock.now)
    expect(server.world.tick).toBeGreaterThan(30)
  })

  it('waits for a frame that is later than the answer', async () => {
    const request = (_name: string, { a, b }: Record<string, unknown>) => ({ sum: (a as number) + (b as number) })
    // The frames around the answer are of no use: what it tells of is in the keyframe that heals them.
    const made = await play(CLEAN, {
      request,
      spoil: (frame, tick) => (tick >= 60 && tick < 120 ? frame.slice(0, 5) : frame),
    })
    const { clock, match, run, draw } = made
    draw(60)
    await clock.run(61 * TICK)
    let at = 0
    void match.request('add', { a: 1, b: 1 }).then(() => {
      at = made.server.world.tick
    })
    await run(1000)
    expect(at).toBe(0)
    await run(6000)
    expect(at).toBeGreaterThan(120)
  })

  it('refuses what the game does not declare or allow', async () => {
    const { match } = await play()
    await expect(match.request('ad' as never, {} as never)).rejects.toMatchObject({ code: 'ERR_REQUEST' })
    await expect(match.request('add', { a: 1 } as never)).rejects.toMatchObject({ code: 'ERR_REQUEST' })
    await expect(match.request('add', { a: Number.NaN, b: 1 })).rejects.toMatchObject({ code: 'ERR_REQUEST' })
  })
})

describe('what the server tells', () => {
  it('who is there', async () => {
    const { match, server, run } = await play()
    const names = () => [...match.players.values()].map(({ name }) => name)
    server.tell({ tell: 'joined', player: { id: 8, name: 'bot', bot: true } })
    server.tell({ tell: 'joined', player: { id: 9, name: 'bob', bot: false } })
    await run(100)
    expect(names()).toEqual(['ada', 'bot', 'bob'])
    server.tell({ tell: 'left', id: 8 })
    await run(100)
    expect(names()).toEqual(['ada', 'bob'])
  })

  it('what it refused, while the match goes on', async () => {
    const { clock, match, server, run } = await play()
    const refused: TickwireError[] = []
    const off = match.onError((error) => refused.push(error))
    const fail = match.onError(() => {
      throw new Error('mine')
    })
    server.tell({ tell: 'refused', code: 'ERR_COMMAND_TICK', reason: 'too far ahead' })
    await run(100)
    expect(refused).toEqual([new TickwireError('ERR_COMMAND_TICK', 'too far ahead')])
    expect(match).toMatchObject({ status: 'playing', endCode: undefined })
    expect(() => match.frame(clock.now)).toThrow('mine')
    off()
    fail()
    server.tell({ tell: 'refused', code: 'ERR_COMMAND_TICK', reason: 'too far ahead' })
    await run(100)
    expect(refused).toHaveLength(1)
    match.frame(clock.now)
  })
})

describe('the end', () => {
  it('is told with its reason', async () => {
    const { match, server, run, draw } = await play()
    const statuses: string[] = []
    match.onStatus((status) => statuses.push(status))
    draw(60)
    server.tell({ tell: 'end', code: 'ENDED', reason: 'the round is over' })
    const waiting = expect(match.request('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
    await run(100)
    await waiting
    expect(match.endCode).toBe('ENDED')
    expect(await match.ended).toBe('the round is over')
    expect(statuses).toEqual(['ended'])
    await expect(match.request('add', { a: 1, b: 1 })).rejects.toMatchObject({ code: 'ERR_MATCH_ENDED' })
    await run(100)
  })

  it('is a lost connection', async () => {
    const { match, net, run, draw } = await play()
    draw(60)
    net.cut('client')
    await run(100)
    expect(match.status).toBe('ended')
    expect(match.endCode).toBe('ERR_DISCONNECTED')
    expect(await match.ended).toBe('connection lost')
  })

  it('is leaving', async () => {
    const { match, run, draw } = await play()
    draw(60)
    const left = match.leave()
    await run(200)
    await left
    expect(match.endCode).toBe('LEFT')
    expect(await match.ended).toBe('left')
    await match.leave()
  })
})

describe('stats', () => {
  it('are what was measured', async () => {
    const { match, run, draw } = await play(profiles.cable, {}, restless(1))
    draw(60)
    await run(10_000)
    const { rtt, jitter, delay, lead, bytesIn, bytesOut, corrections, skipped, resyncs } = match.stats
    expect(rtt).toBeGreaterThan(24)
    expect(rtt).toBeLessThan(37)
    expect(jitter).toBeGreaterThan(1)
    expect(jitter).toBeLessThan(6)
    expect(delay).toBeGreaterThan(40)
    expect(lead).toBeGreaterThan(1)
    expect(lead).toBeLessThan(5)
    expect(bytesIn).toBeGreaterThan(300)
    expect(bytesIn).toBeLessThan(1500)
    expect(bytesOut).toBeGreaterThan(150)
    expect(bytesOut).toBeLessThan(700)
    expect({ corrections, skipped, resyncs }).toEqual({ corrections: 0, skipped: 0, resyncs: 0 })
  })
})
