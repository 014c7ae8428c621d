// Matches that learn what their frames are like, under the virtual clock: priors made, handed out, shared, refused.

import { angle, bool, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import {
  BitReader,
  FRAME_KIND,
  FrameWriter,
  Random,
  readChunkHeader,
  SHARED_PREFIX,
  type SnapshotBase,
  trainPrior,
} from '@tickwire/engine/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { LiveMatch } from '../src/match/match.ts'
import { Past } from '../src/match/past.ts'
import type { Match, Rules } from '../src/match/rules.ts'
import { type VirtualClient, VirtualServer } from '../src/testing/index.ts'

const game = defineGame({
  name: 'swarm',
  tickRate: 30,
  entities: {
    ship: entity(
      {
        x: ranged(0, 4096, 1 / 256).rate('vx'),
        y: ranged(0, 4096, 1 / 256).rate('vy'),
        vx: ranged(-512, 512, 1 / 64).default(0),
        vy: ranged(-512, 512, 1 / 64).default(0),
        heading: angle(12).default(0),
        hull: int(0, 100).default(100),
        ammo: int(0, 50).default(50).only('owner'),
        plan: int(0, 1000).default(7).only('server'),
      },
      { predict: 'owner' }
    ),
  },
  command: command({ turn: int(-1, 1), thrust: bool }),
  move: {
    ship(ship, { turn, thrust }, { dt }) {
      ship.heading += turn * Math.PI * dt
      ship.vx += (Math.cos(ship.heading) * (thrust ? 256 : 0) - ship.vx) * 2 * dt
      ship.vy += (Math.sin(ship.heading) * (thrust ? 256 : 0) - ship.vy) * 2 * dt
      ship.x += ship.vx * dt
      ship.y += ship.vy * dt
      if (ship.x < 1 || ship.x > 4095) ship.x = 2048
      if (ship.y < 1 || ship.y > 4095) ship.y = 2048
    },
  },
})
type Game = typeof game
type Client = VirtualClient<Game>

/** Presses that change every half second or so. */
function restless(seed: number): () => Game['command'] {
  const random = new Random(seed)
  let held = { turn: 0, thrust: true }
  return () => {
    if (random.next() < 0.06) held = { turn: Math.floor(random.next() * 3) - 1, thrust: random.next() < 0.8 }
    return held
  }
}

/** Forty bots that steer, and a ship for everybody. */
function rules(more: Partial<Rules<Game>> = {}): Rules<Game> {
  return {
    capacity: 60,
    start: (match) => {
      for (let i = 0; i < 40; i++) match.addBot(restless(i))
    },
    join: (match, player) => {
      const [x, y] = [4000 * match.random() + 48, 4000 * match.random() + 48]
      match.world.ship.spawn({ x, y }, player)
    },
    leave: (match, player) => match.world.ship.despawn(match.world.ship.ownedBy(player)),
    ...more,
  }
}

const join = (server: VirtualServer<Game>, match = 'quick') => server.join({ match, input: restless(99) })
const only = (server: VirtualServer<Game>): LiveMatch => [...server.lobby.matches][0]

const FRAME = 0
const ANSWER = 2
const TELL = 3
/** The state frames among what a client received. */
const framesOf = ({ received }: Client): Uint8Array[] =>
  received.filter((message) => message[0] === FRAME && message[1] === FRAME_KIND.state).map((one) => one.subarray(1))

/** The shared chunk of a frame. */
function sharedOf(frame: Uint8Array): Uint8Array {
  const prefix = new BitReader(frame, 1)
  const own = prefix.varint()
  return frame.subarray(frame.length - prefix.remaining + own)
}
/** S1: of the flags, two bits are the epoch; a keyframe is neither DELTA nor STEADY. */
const epochOf = (frame: Uint8Array): number => (sharedOf(frame)[0] >> 5) & 3
const isKeyframe = (frame: Uint8Array): boolean => (sharedOf(frame)[0] & 0x81) === 0

/** Whether a word stands somewhere in a message. */
const holds = (bytes: Uint8Array, needle: string): boolean => Buffer.from(bytes).includes(needle)

/** Nothing was lost, and nothing went wrong. */
function expectWell({ match }: Client): void {
  const { resyncs, skipped } = match.stats
  expect({ status: match.status, resyncs, skipped }).toEqual({ status: 'playing', resyncs: 0, skipped: 0 })
}

/** Runs a match until all who play it have learned. */
async function taught(more: Partial<Rules<Game>> = {}): Promise<{ server: VirtualServer<Game>; client: Client }> {
  const server = new VirtualServer(game, rules(more))
  const client = await join(server)
  await server.run(15_000)
  expect(client.match.stats.epoch).toBeGreaterThan(0)
  return { server, client }
}

afterEach(() => {
  vi.restoreAllMocks()
})

/** The worlds of matches, as they were after each tick. */
function watched(): SnapshotBase[] {
  const seen: SnapshotBase[] = []
  const add = Past.prototype.add
  vi.spyOn(Past.prototype, 'add').mockImplementation(function (this: Past, snapshot) {
    seen.push(snapshot)
    add.call(this, snapshot)
  })
  return seen
}

describe('a match that starts with no prior', () => {
  test('learns one, and its players switch without a missed tick or a frame they could not read', async () => {
    const server = new VirtualServer(game, rules())
    const clients = [await join(server), await join(server), await join(server)]
    await server.run(20_000)
    expect(server.warnings).toEqual([])
    expect(only(server).troubles).toEqual({ unreadable: 0, unsound: 0 })
    for (const client of clients) {
      expectWell(client)
      const frames = framesOf(client)
      const epochs = frames.map(epochOf)
      expect(epochs[0]).toBe(0)
      // Epochs follow one another, and each lasts.
      const switches = epochs.filter((epoch, at) => at > 0 && epoch !== epochs[at - 1])
      expect(switches).toEqual([1, 2, 3, 1].slice(0, switches.length))
      expect(switches.length).toBeGreaterThan(0)
      expect(frames.filter(isKeyframe)).toHaveLength(1)
    }
  })

  test('codes nothing with a prior before the player said that it has it', async () => {
    const server = new VirtualServer(game, rules())
    const client = await join(server)
    const said: { readonly epoch: number; readonly at: number }[] = []
    const { client: end } = client.link
    const send = end.send.bind(end)
    end.send = (...parts) => {
      if (parts[0][0] === FRAME && parts[1][0] === FRAME_KIND.learned)
        said.push({ epoch: parts[1][1], at: server.clock.now })
      send(...parts)
    }
    const pass = end.onmessage
    let first: number | undefined
    end.onmessage = (message) => {
      if (message[0] === FRAME && epochOf(message.subarray(1)) === 1) first ??= server.clock.now
      pass(message)
    }
    await server.run(15_000)
    expect(said[0].epoch).toBe(1)
    // There and back.
    expect(first! - said[0].at).toBeGreaterThanOrEqual(40)
  })

  test('is within 4 % of what a prior trained on the very same match gives, after 300 frames', async () => {
    const seen = watched()
    const server = new VirtualServer(game, rules())
    const client = await join(server)
    await server.run(25_000)
    const writer = new FrameWriter(game)
    const trained = trainPrior(game, seen as never)
    const at = new Map(seen.map((snapshot) => [snapshot.tick, snapshot]))
    const frames = framesOf(client).map(sharedOf)
    const first = readChunkHeader(new BitReader(frames[0]), 0).tick
    let learned = 0
    let best = 0
    for (let i = 300; i < 400; i++) {
      const [now, last, before] = [at.get(first + i)!, at.get(first + i - 1), at.get(first + i - 2)]
      learned += frames[i].length
      best += writer.shared(now, last, before, [], trained).length - SHARED_PREFIX
    }
    expect(learned).toBeLessThanOrEqual(1.04 * best)
    const generic = writer.shared(at.get(first + 300)!, at.get(first + 299), at.get(first + 298), [])
    expect(frames[300].length).toBeLessThan(0.97 * (generic.length - SHARED_PREFIX))
  })

  test('learns the same whatever is only for owners or for the server, and sends the same bytes', async () => {
    const run = async (secret: (at: number) => number) => {
      let at = 0
      const tick = (match: Match<Game>) => {
        for (const ship of match.world.ship) {
          ship.plan = secret(at++)
          if (match.world.ship.ownedBy([...match.players].at(-1)!) !== ship) ship.ammo = secret(at++) % 51
        }
      }
      const server = new VirtualServer(game, rules({ tick }))
      const client = await join(server)
      await server.run(12_000)
      return { prior: server.lobby.prior(game), frames: framesOf(client) }
    }
    const random = new Random(3)
    const plain = await run(() => 0)
    const secretive = await run(() => Math.floor(random.next() * 1000))
    expect(plain.prior).toBeDefined()
    expect(Buffer.compare(plain.prior!, secretive.prior!)).toBe(0)
    expect(plain.frames.map((bytes) => Buffer.from(bytes).toString('hex'))).toEqual(
      secretive.frames.map((bytes) => Buffer.from(bytes).toString('hex'))
    )
  })
})

describe('who gets which prior', () => {
  test('who joins late gets the current one with its seat, and its first frame is of it', async () => {
    const { server } = await taught()
    const late = await join(server)
    await server.run(2000)
    const frames = framesOf(late)
    expect(isKeyframe(frames[0])).toBe(true)
    expect(epochOf(frames[0])).toBeGreaterThan(0)
    expectWell(late)
  })

  test('who never answers stays as it was, and all is well', async () => {
    const server = new VirtualServer(game, rules())
    const [deaf, other] = [await join(server), await join(server)]
    const { client: end } = deaf.link
    const send = end.send.bind(end)
    end.send = (...parts) => {
      if (parts[0][0] !== FRAME || parts[1][0] !== FRAME_KIND.learned) send(...parts)
    }
    await server.run(20_000)
    expectWell(deaf)
    expectWell(other)
    expect(other.match.stats.epoch).toBeGreaterThan(0)
    expect(new Set(framesOf(deaf).map(epochOf))).toEqual(new Set([0]))
    expect(deaf.received.filter((message) => message[0] === TELL && holds(message, 'prior'))).toHaveLength(1)
  })

  test('two matches of a game share what one of them learned', async () => {
    const server = new VirtualServer(game, rules())
    const second = server.lobby.open(game)
    const first = await server.join({ match: { create: {} }, input: restless(1) })
    const other = await join(server, second.id)
    expect(first.match.id).not.toBe(other.match.id)
    await server.run(15_000)
    expect(first.match.stats.epoch).toBeGreaterThan(0)
    expect(other.match.stats.epoch).toBe(first.match.stats.epoch)
    expectWell(first)
    expectWell(other)
  })

  test('a prior that was saved serves the next server from its first frame', async () => {
    const { server } = await taught()
    const prior = server.lobby.prior(game)!
    const next = new VirtualServer(game, rules({ prior }))
    expect(next.lobby.prior(game)).toEqual(prior)
    const client = await join(next)
    await next.run(10_000)
    expectWell(client)
    expect(epochOf(framesOf(client)[0])).toBeGreaterThan(0)
  })

  test('what was not saved for this game is refused when it is hosted', async () => {
    const host = (prior: Uint8Array) => () => new VirtualServer(game, rules({ prior }))
    expect(host(new Uint8Array(300))).toThrow(/^the prior for 'swarm': .*\(ERR_SCHEMA_MISMATCH\)$/)
    const { server } = await taught()
    const prior = server.lobby.prior(game)!
    expect(host(prior.subarray(0, 50))).toThrow(/^the prior for 'swarm': .*\(ERR_FRAME_TRUNCATED\)$/)
  })
})

describe('a prior that does not arrive as it was sent', () => {
  /** Changes messages of a kind that hold `word` before the client sees them. */
  function spoil({ client: end }: Client['link'], kind: number, spoiled: (message: Uint8Array) => void): void {
    const pass = end.onmessage
    end.onmessage = (message) => {
      if (message[0] === kind && holds(message, 'prior')) spoiled(message)
      pass(message)
    }
  }
  /** The last byte of its tables' header, so that no table fits. */
  const ruin = (message: Uint8Array) => message.fill(0xff, message.length - 200)

  test('is refused by the client: it plays on as before, and the server knows', async () => {
    const server = new VirtualServer(game, rules())
    const [client, other] = [await join(server), await join(server)]
    let count = 0
    spoil(client.link, TELL, (message) => {
      count++
      ruin(message)
    })
    await server.run(15_000)
    expect(count).toBeGreaterThan(0)
    expectWell(client)
    expectWell(other)
    expect(new Set(framesOf(client).map(epochOf))).toEqual(new Set([0]))
    expect(other.match.stats.epoch).toBeGreaterThan(0)
    expect(only(server).troubles).toEqual({ unreadable: count, unsound: 0 })
    expect(server.warnings).toHaveLength(1)
  })

  test('or a frame that does not: it costs its player the tables for a moment only; a second time, for good', async () => {
    const { server, client } = await taught()
    const { client: end } = client.link
    const pass = end.onmessage
    let broken = 0
    end.onmessage = (message) => {
      if (message[0] === FRAME && broken-- > 0) message.fill(0xff, 3)
      pass(message)
    }
    for (const [resyncs, epoch] of [
      [1, client.match.stats.epoch],
      [2, 0],
    ]) {
      broken = 1
      await server.run(2000)
      expect(client.match.stats).toMatchObject({ resyncs, epoch })
      expect(client.match.status).toBe('playing')
    }
  })

  test('is given up for good where frames can not be read with it', async () => {
    const server = new VirtualServer(game, rules())
    const client = await join(server)
    let count = 0
    // A bit of some table: another prior, and a valid one for all that anybody can tell.
    spoil(client.link, TELL, (message) => {
      count++
      for (let at = message.length - 60; at < message.length - 40; at++) message[at] ^= 4
    })
    await server.run(20_000)
    const { resyncs } = client.match.stats
    expect(count).toBeGreaterThan(0)
    expect(resyncs).toBeLessThanOrEqual(count)
    expect(client.match.status).toBe('playing')
    expect(client.match.stats.epoch).toBe(0)
    expect(only(server).tick - client.match.view.tick).toBeLessThan(10)
  })

  test('with a seat costs one keyframe more', async () => {
    const { server } = await taught()
    const wire = server.dial()
    const joining = server.join({ match: 'quick', input: restless(5) }, { wire })
    spoil(wire, ANSWER, (message) => {
      const at = Buffer.from(message).indexOf('prior')
      message.fill(0xff, at + 20, at + 120)
    })
    const late = await joining
    await server.run(5000)
    expect(late.match.stats).toMatchObject({ resyncs: 1, epoch: 0 })
    expect(only(server).tick - late.match.view.tick).toBeLessThan(10)
    expect(late.match.status).toBe('playing')
  })
})
