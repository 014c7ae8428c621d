// Seats that outlive a connection, under the virtual clock: what is lost with it, and what is not.

import { command, defineGame, entity, event, int, ranged, request } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { Random, roundTrip } from '@tickwire/engine/testing'
import { type Ask, PROTOCOL_VERSION } from '@tickwire/engine/wire'
import { describe, expect, test } from 'vitest'
import { packAsk, unpackAnswer } from '../../engine/src/wire/messages.ts'
import { runs, seeds } from '../../engine/test/runs.ts'
import type { Connection } from '../src/match/connection.ts'
import type { LiveMatch } from '../src/match/match.ts'
import type { Identity, Rules } from '../src/match/rules.ts'
import { Session } from '../src/match/session.ts'
import { type VirtualClient, VirtualServer } from '../src/testing/index.ts'

const game = defineGame({
  name: 'seats',
  tickRate: 30,
  entities: {
    ship: entity(
      {
        x: ranged(0, 8192, 1 / 256).rate('vx'),
        vx: ranged(-512, 512, 1 / 64).default(0),
        ammo: int(0, 99).only('owner'),
      },
      { predict: 'owner' }
    ),
    buoy: entity({ x: ranged(0, 1024, 1 / 64), y: ranged(0, 1024, 1 / 64) }),
  },
  command: command({ go: int(-1, 1) }),
  events: { boom: event({ n: int(0, 1_000_000) }), secret: event({ n: int(0, 1_000_000) }) },
  requests: { add: request({ id: int(0, 1_000_000) }, { id: int(0, 1_000_000) }) },
  move: {
    ship(ship, { go }, { dt }) {
      ship.vx += (go * 200 - ship.vx) * 4 * dt
      ship.x += ship.vx * dt
    },
  },
})
type Game = typeof game

interface Told {
  readonly calls: string[]
  /** How often each request ran. */
  readonly ran: Map<number, number>
  booms: number
}

function rulesOf(told: Told, more: Partial<Rules<Game>> = {}): Rules<Game> {
  return {
    capacity: 8,
    start: ({ world }) => {
      for (let i = 0; i < 5; i++) world.buoy.spawn({ x: 500, y: 500 })
    },
    join: ({ world }, player) => {
      told.calls.push(`join ${player.name}`)
      world.ship.spawn({ x: 4096, ammo: 50 }, player)
    },
    away: (_match, { name }) => void told.calls.push(`away ${name}`),
    back: (_match, { name }) => void told.calls.push(`back ${name}`),
    leave: ({ world }, player) => {
      told.calls.push(`leave ${player.name}`)
      world.ship.despawn(world.ship.ownedBy(player))
    },
    tick: (match) => {
      for (const buoy of match.world.buoy) {
        buoy.x += 4 * (match.random() - 0.5)
        if (match.random() < 0.01) {
          match.world.buoy.despawn(buoy)
          match.world.buoy.spawn({ x: 500, y: 500 })
        }
      }
      for (let some = match.random(); some < 0.3; some += 0.1) match.emit('boom', { n: ++told.booms })
      for (const player of match.players)
        if (match.random() < 0.1) match.emit('secret', { n: ++told.booms }, { to: player })
    },
    requests: {
      add: (_match, _player, { id }) => {
        told.ran.set(id, (told.ran.get(id) ?? 0) + 1)
        return { id }
      },
    },
    ...more,
  }
}

const setUp = (more: Partial<Rules<Game>> = {}, seed = 1) => {
  const told: Told = { calls: [], ran: new Map(), booms: 0 }
  return { told, server: new VirtualServer(game, rulesOf(told, more), seed) }
}

const idle = () => ({ go: 0 })
const live = (server: VirtualServer<Game>): LiveMatch => [...server.lobby.matches][0]

/** What everybody may know of the newest tick that a client has. */
function world({ newest }: ClientMatch<Game>): string {
  const rows = [...newest!.ship].map(({ id, x, vx }) => [id, x, vx])
  return JSON.stringify([rows, [...newest!.buoy].map(({ id, x, y }) => [id, x, y])])
}

/** Notes each newest tick's. */
const note = (worlds: Map<number, string>) => (match: ClientMatch<Game>) => {
  const { newest } = match
  if (newest && !worlds.has(newest.tick)) worlds.set(newest.tick, world(match))
}

/** All that happens to a client. */
function heard(match: ClientMatch<Game>) {
  const events: number[] = []
  const statuses: string[] = []
  match.on('boom', ({ n }) => events.push(n))
  match.on('secret', ({ n }) => events.push(n))
  match.onStatus((status) => statuses.push(status))
  return { events, statuses }
}

describe('a connection that is lost for 5 s', () => {
  test('M8 costs nothing but the time: exact state, every event once and in order, no request run twice', async () => {
    for (const seed of seeds(24)) {
      const random = new Random(seed)
      const { server, told } = setUp({}, seed)
      const profile = roundTrip(20 + random.next() * 60, random.next() * 8)
      const steps = () => ({ go: Math.floor(random.next() * 3) - 1 })
      const truth = new Map<number, string>()
      const wrong: number[] = []
      await server.join(
        { match: 'quick', name: 'bob', input: idle },
        {
          onFrame: note(truth),
        }
      )
      const seen = new Map<number, string>()
      const ada = await server.join(
        { match: 'quick', name: 'ada', input: steps },
        {
          profile,
          onFrame: note(seen),
        }
      )
      const { events, statuses } = heard(ada.match)
      const asked: Promise<unknown>[] = []
      let id = 0
      const asking = server.clock.every(150, () => asked.push(ada.match.request('add', { id: ++id })))
      await server.run(1000 + random.next() * 2000)
      const from = events.at(-1)!
      ada.cut(5000, random.next() < 0.5 ? 'both' : 'client')
      await server.run(6000)
      const { newest, stats } = ada.match
      expect(ada.match.status, `seed ${seed}`).toBe('playing')
      expect(live(server).tick - newest!.tick, `seed ${seed}`).toBeLessThan(10)
      await server.run(2000)
      asking()
      await server.run(1000)
      for (const [tick, state] of seen) if (truth.has(tick) && truth.get(tick) !== state) wrong.push(tick)
      expect({ wrong, resyncs: stats.resyncs }, `seed ${seed}`).toEqual({ wrong: [], resyncs: 0 })
      expect(statuses, `seed ${seed}`).toEqual(['reconnecting', 'playing'])
      expect(events, `seed ${seed}`).toEqual([...new Set(events)].sort((a, b) => a - b))
      expect(events.at(-1)! - from, `seed ${seed}`).toBeGreaterThan(50)
      const answers = await Promise.allSettled(asked)
      expect(answers, `seed ${seed}`).toEqual(asked.map((_, at) => ({ status: 'fulfilled', value: { id: at + 1 } })))
      expect(
        [...told.ran.values()].filter((times) => times !== 1),
        `seed ${seed}`
      ).toEqual([])
      expect(told.calls, `seed ${seed}`).not.toContain('leave ada')
      const ticks = ada.player.frames.map(({ tick }) => tick)
      expect(ticks, `seed ${seed}`).toEqual(ticks.toSorted((a, b) => a - b))
      expect(live(server).tick - ticks.at(-1)!, `seed ${seed}`).toBeLessThan(10)
    }
  })

  test('every event that happened in it is told, those for one player to that player alone', async () => {
    const sent: Record<string, number[]> = { ada: [], bob: [] }
    const { server } = setUp({
      tick: (match) => {
        for (const player of match.players) {
          if (match.random() > 0.4) continue
          sent[player.name].push((match as LiveMatch<Game>).tick)
          match.emit('secret', { n: (match as LiveMatch<Game>).tick }, { to: player })
        }
      },
    })
    const clients = [
      await server.join({ match: 'quick', name: 'ada', input: idle }),
      await server.join({ match: 'quick', name: 'bob', input: idle }),
    ]
    await server.run(100)
    const got = clients.map(({ match }) => heard(match).events)
    await server.run(3000)
    const first = got.map(([tick]) => tick)
    clients[0].cut(5000)
    await server.run(9000)
    for (const [at, name] of ['ada', 'bob'].entries()) {
      const all = sent[name].filter((tick) => tick >= first[at] && tick <= got[at].at(-1)!)
      expect(got[at]).toEqual(all)
    }
    expect(got[0].length).toBeGreaterThan(100)
  })

  test('tells the rules: away, back; the player stays all the while, and does nothing', async () => {
    const { server, told } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: () => ({ go: 1 }) })
    await server.run(1000)
    const [player] = live(server).players
    const row = live(server).world as never as { ship: { ownedBy(player: unknown): { vx: number } } }
    expect(row.ship.ownedBy(player).vx).toBeGreaterThan(100)
    ada.cut(5000)
    await server.run(4000)
    expect(told.calls).toEqual(['join ada', 'away ada'])
    expect([...live(server).players]).toEqual([player])
    expect(row.ship.ownedBy(player).vx).toBeLessThan(1)
    await server.run(4000)
    expect(told.calls).toEqual(['join ada', 'away ada', 'back ada'])
    expect(row.ship.ownedBy(player).vx).toBeGreaterThan(100)
    expect([...live(server).players][0]).toBe(player)
    expect(ada.match.view.ship.mine!.ammo).toBe(50)
  })

  test('the list of players is that of now', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(500)
    ada.cut(3000)
    void bob.match.leave()
    await server.run(500)
    await server.join({ match: 'quick', name: 'eve', input: idle })
    await server.run(5000)
    expect([...ada.match.players.values()].map(({ name }) => name)).toEqual(['ada', 'eve'])
  })

  test('a press from before it is not played after it', async () => {
    const { server } = setUp()
    let go = 0
    const ada = await server.join({ match: 'quick', name: 'ada', input: () => ({ go }) })
    await server.run(1000)
    const before = live(server).tick
    ada.cut(5000)
    await server.run(500)
    go = 1
    await server.run(500)
    go = 0
    await server.run(7000)
    expect(ada.match.status).toBe('playing')
    const late = ada.commands.filter(({ tick, at }) => at > 6000 && tick < before + 4 * 30)
    expect(late).toEqual([])
    expect(ada.match.view.ship.mine!.x).toBe(4096)
  })

  test('frame() goes on: the screen comes to rest, and is in the present again', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: () => ({ go: 1 }) })
    await server.run(2000)
    ada.cut(5000)
    await server.run(4000)
    const [held, later] = [ada.player.frames.at(-60)!, ada.player.frames.at(-1)!]
    expect(later.tick).toBe(held.tick)
    await server.run(3000)
    expect(live(server).tick - ada.player.frames.at(-1)!.tick).toBeLessThan(6)
    expect(ada.match.stats.lead).toBeLessThan(6)
  })
})

describe('a half-open connection', () => {
  test.each(['client', 'server', 'nobody'] as const)('is noticed within 6 s, at first by %s', async (who) => {
    const { server, told } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(3210)
    const cutAt = server.clock.now
    let noticedAt = 0
    ada.match.onStatus(() => {
      noticedAt ||= server.clock.now
    })
    ada.cut(100, who)
    await server.run(7000)
    expect(noticedAt - cutAt).toBeLessThanOrEqual(6000)
    expect(ada.match.status).toBe('playing')
    expect(live(server).tick - ada.match.newest!.tick).toBeLessThan(6)
    // Who comes back before the server knew was never away.
    expect(told.calls).toEqual(who === 'client' ? ['join ada'] : ['join ada', 'away ada', 'back ada'])
  })

  test('is noticed by the server within 6 s, too, and the rules are told', async () => {
    let awayAt = 0
    const { server } = setUp({
      away: () => {
        awayAt = server.clock.now
      },
    })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(3210)
    const cutAt = server.clock.now
    ada.cut(60_000, 'nobody')
    await server.run(10_000)
    expect(awayAt - cutAt).toBeGreaterThan(3000)
    expect(awayAt - cutAt).toBeLessThan(6000 + 40)
  })
})

test('M7 a second cut while it comes back, with the answer lost, is one more cut', async () => {
  for (let at = 1; at < 60; at += 2) {
    const { server, told } = setUp({}, at)
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const { events } = heard(ada.match)
    await server.run(1500)
    const first = ada.link
    ada.cut(200)
    while (ada.link === first) await server.run(1)
    await server.run(at) // from before the question arrives to after the first frame
    ada.cut(300)
    await server.run(1000)
    const second = ada.link
    ada.cut(300)
    while (ada.link === second) await server.run(1)
    await server.run(at)
    ada.cut(300)
    await server.run(3000)
    expect(ada.match.status, `after ${at} ms`).toBe('playing')
    expect(events, `after ${at} ms`).toEqual([...new Set(events)].sort((a, b) => a - b))
    expect(live(server).tick - ada.match.newest!.tick).toBeLessThan(6)
    expect(told.calls.filter((call) => !/away|back/.test(call))).toEqual(['join ada'])
    expect(ada.match.stats.resyncs).toBe(0)
  }
})

test('M8 cut after cut, noticed by whomever, at any time: every event once, in order, no request run twice', async () => {
  for (const seed of seeds(10)) {
    const random = new Random(seed)
    const sent: number[] = []
    const { server, told } = setUp(
      {
        tick: (match) => {
          for (let some = match.random(); some < 0.6; some += 0.2) {
            const n = ++told.booms
            const [player] = [...match.players].filter(({ name }) => name === 'ada')
            if (match.random() < 0.5) match.emit('boom', { n })
            else if (player) match.emit('secret', { n }, { to: player })
            else continue
            sent.push(n)
          }
        },
      },
      seed
    )
    const profile = roundTrip(20 + random.next() * 200, random.next() * 20)
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle }, { profile })
    const { events } = heard(ada.match)
    const asked: Promise<unknown>[] = []
    const asking = server.clock.every(100, () => asked.push(ada.match.request('add', { id: asked.length + 1 })))
    await server.run(1000)
    for (let cut = 0; cut < 8; cut++) {
      ada.cut(random.next() * 4000, (['client', 'server', 'both', 'nobody'] as const)[Math.floor(random.next() * 4)])
      await server.run(random.next() * 7000)
    }
    await server.run(12_000)
    asking()
    await server.run(15_000) // what piled up is asked a few at a time
    expect(ada.match.status, `seed ${seed}`).toBe('playing')
    const first = sent.indexOf(events[0])
    expect(events, `seed ${seed}`).toEqual(sent.slice(first, first + events.length))
    expect(sent.length - first - events.length, `seed ${seed}`).toBeLessThan(40)
    const failed = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected')
    expect(failed, `seed ${seed}`).toEqual([])
    expect(
      [...told.ran.values()].filter((times) => times !== 1),
      `seed ${seed}`
    ).toEqual([])
    expect(ada.match.stats.resyncs, `seed ${seed}`).toBe(0)
    expect(bob.match.status).toBe('playing')
  }
})

describe('a seat that is gone', () => {
  test('after the grace: the rules are told, the others too, and the client says why', async () => {
    const { server, told } = setUp({ graceSeconds: 5 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(1000)
    const pending = expect(ada.match.request('add', { id: 7 })).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
    ada.cut(20_000)
    await server.run(4500)
    expect(ada.match.status).toBe('reconnecting')
    expect(bob.match.players.size).toBe(2)
    await server.run(2000)
    await pending
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'ERR_SEAT_EXPIRED' })
    expect(await ada.match.ended).toBe('seat expired')
    expect(told.calls.slice(2)).toEqual(['away ada', 'leave ada'])
    expect(bob.match.players.size).toBe(1)
    expect([...bob.match.view.ship]).toHaveLength(1)
  })

  test('what the rules emit then is heard by the others', async () => {
    const { server } = setUp({
      graceSeconds: 1,
      tick: () => {},
      leave: (match) => match.emit('boom', { n: 999 }),
    })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    const { events } = heard(bob.match)
    ada.cut(20_000)
    await server.run(12_000)
    expect(events).toEqual([999])
  })

  test('what a page throws when it hears so comes out of the next frame', async () => {
    const { server } = setUp({ graceSeconds: 1 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle }, { fps: 0 })
    ada.match.onStatus((status) => {
      if (status === 'ended') throw new Error('of the page')
    })
    ada.cut(20_000)
    await server.run(12_000)
    expect(ada.match.status).toBe('ended')
    expect(() => ada.match.frame(0)).toThrow('of the page')
    expect(() => ada.match.frame(16)).not.toThrow()
  })

  test('a page that stood still for longer hears it from the server', async () => {
    const { server, told } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(1000)
    ada.freeze(60_000)
    await server.run(59_000)
    expect(told.calls.slice(2)).toEqual(['away ada', 'leave ada'])
    expect(ada.match.status).not.toBe('ended')
    await server.run(2000)
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'ERR_SEAT_EXPIRED' })
    expect(await ada.match.ended).toBe('seat expired')
  })

  test('one that stood still for a little is back', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(1000)
    ada.freeze(20_000)
    await server.run(22_000)
    expect(ada.match.status).toBe('playing')
    expect(live(server).tick - ada.match.newest!.tick).toBeLessThan(6)
  })

  test('who was kicked, or whose match ended, while away is told so', async () => {
    const { server, told } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(1000)
    ada.cut(2000)
    bob.cut(4000)
    await server.run(500)
    const match = live(server)
    match.kick([...match.players][0], 'for being away')
    await server.run(2500)
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'KICKED' })
    expect(await ada.match.ended).toBe('for being away')
    expect(told.calls).toContain('leave ada')
    match.end('the round is over')
    await server.run(4000)
    expect(bob.match).toMatchObject({ status: 'ended', endCode: 'ENDED' })
    expect(await bob.match.ended).toBe('the round is over')
  })

  test('without a grace it goes with the connection', async () => {
    const { server, told } = setUp({ graceSeconds: 0 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(1000)
    ada.cut(100)
    await server.run(100)
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'ERR_DISCONNECTED' })
    expect(await ada.match.ended).toBe('connection lost')
    expect(told.calls).toEqual(['join ada', 'leave ada'])
  })

  test('for whom too much would have to be kept', async () => {
    const { server, told } = setUp({
      tick: (match) => {
        for (let i = 0; i < 200; i++) match.emit('boom', { n: i })
      },
    })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(1000)
    ada.cut(8000)
    await server.run(10_000)
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'ERR_CONGESTED' })
    expect(told.calls).toEqual(['join ada', 'away ada', 'leave ada'])
  })

  test('leaving while away ends it here at once, there after the grace', async () => {
    const { server, told } = setUp({ graceSeconds: 3 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(1000)
    ada.cut(1000)
    await server.run(100)
    await ada.match.leave()
    expect(ada.match.endCode).toBe('LEFT')
    await server.run(5000)
    expect(ada.match.endCode).toBe('LEFT')
    expect(told.calls.slice(2)).toEqual(['away ada', 'leave ada'])
  })

  test('a match whose people are all away is kept for them, and ends once they are gone', async () => {
    const { server } = setUp({ graceSeconds: 5, emptySeconds: 1 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(1000)
    ada.cut(60_000)
    await server.run(4500)
    expect(server.lobby.size).toBe(1)
    await server.run(3000)
    expect(server.lobby.size).toBe(0)
  })
})

/** A page made by hand. */
class Page {
  isOpen = true
  readonly session: Session
  constructor(server: VirtualServer<Game>, identity?: Identity) {
    const connection: Connection = {
      bufferedAmount: 0,
      sendFrame: () => {},
      notify: () => {},
      enter: () => {},
      exit: () => {},
      close: () => {
        this.isOpen = false
      },
    }
    this.session = new Session(connection, server.lobby, identity)
  }
  join(match: string): Promise<string> {
    return this.#ask({ ask: 'join', match, name: '', ...VERSION })
  }
  resume(match: string, player: number, token: Uint8Array): Promise<string> {
    return this.#ask({ ask: 'resume', match, player, token, ...VERSION })
  }
  async #ask(ask: Ask): Promise<string> {
    try {
      return unpackAnswer(await this.session.ask(packAsk(ask))).ok
    } catch (error) {
      return (error as { code: string }).code
    }
  }
}
const VERSION = { version: PROTOCOL_VERSION, game: 'seats', schema: game.hash }

/** Every token that a client was ever given. */
function tokens({ received }: VirtualClient<Game>): Uint8Array[] {
  return received
    .filter(([kind]) => kind === 2)
    .flatMap((message) => {
      const answer = unpackAnswer(message.subarray(5))
      return answer.ok === 'resume' || answer.ok === 'join' ? [answer.token!] : []
    })
}

describe('tokens', () => {
  test('M7 stolen, used, guessed, of others or none: nobody is let in, and nobody is disturbed', async () => {
    const { server, told } = setUp({ graceSeconds: 2 })
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle })
    const eve = await server.join({ match: 'quick', name: 'eve', input: idle })
    await server.run(500)
    for (let cut = 0; cut < 5; cut++) {
      ada.cut(200)
      await server.run(1500)
    }
    bob.cut(5000)
    eve.cut(60_000)
    await server.run(8000)
    expect(ada.match.status).toBe('playing')
    const before = told.calls.length
    const { me, id } = ada.match
    const used = tokens(ada).slice(0, -1)
    expect(used.length).toBe(5)
    const mine = tokens(ada).at(-1)!
    const random = new Random(5)
    const thief = new Page(server)
    const tries: [string, number, Uint8Array][] = [
      ...used.map((token) => [id, me.id, token] as [string, number, Uint8Array]),
      [id, me.id + 1, mine],
      [id, 0, mine],
      [id, 65_536, mine],
      ['nowhere', me.id, mine],
      ['', me.id, mine],
      [id, me.id, new Uint8Array(0)],
      [id, me.id, new Uint8Array(16)],
      [id, me.id, mine.subarray(0, 15)],
      [id, me.id, new Uint8Array(17)],
      [id, me.id, Uint8Array.from(mine, (byte, at) => byte ^ (at === 15 ? 1 : 0))],
    ]
    for (const [match, player, token] of tries) expect(await thief.resume(match, player, token)).toBe('ERR_SEAT')
    // Theirs, and too late.
    expect(await thief.resume(id, eve.match.me.id, tokens(eve).at(-1)!)).toBe('ERR_SEAT_EXPIRED')
    expect(await thief.resume(id, eve.match.me.id, mine)).toBe('ERR_SEAT')
    const guesses = runs(100_000)
    for (let guess = 0; guess < guesses; guess++) {
      const token = Uint8Array.from({ length: 16 }, () => random.next() * 256)
      const answer = await thief.resume(id, 1 + (guess % 3), token)
      if (answer !== 'ERR_SEAT') expect(answer).toBe('ERR_SEAT')
    }
    await server.run(500)
    expect(told.calls.length).toBe(before)
    expect(ada.match.status).toBe('playing')
    expect(live(server).tick - ada.match.newest!.tick).toBeLessThan(6)
  })

  test('M7 the right one takes the seat over: the one who had it hears so, and its own token is worth nothing', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(500)
    const { id, me } = ada.match
    expect(await new Page(server).resume(id, me.id, tokens(ada).at(-1)!)).toBe('resume')
    await server.run(500)
    expect(ada.match).toMatchObject({ status: 'ended', endCode: 'ERR_REPLACED' })
    expect(await new Page(server).resume(id, me.id, new Uint8Array(16))).toBe('ERR_SEAT')
  })

  test('that of somebody who was authenticated is good for that person alone', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', input: idle }, { identity: { id: 'u1', name: 'ada' } })
    await server.run(500)
    const { id, me } = ada.match
    expect(await new Page(server).resume(id, me.id, tokens(ada).at(-1)!)).toBe('ERR_SEAT')
    expect(ada.match.status).toBe('playing')
    ada.cut(100)
    await server.run(2000)
    expect(ada.match.status).toBe('playing')
  })

  test('a client of another version or schema is told so', async () => {
    const { server } = setUp()
    const ada = await server.join({ match: 'quick', name: 'ada', input: idle })
    const { id, me } = ada.match
    const session = new Session({} as never, server.lobby)
    const ask = { ask: 'resume', game: 'seats', match: id, player: me.id, token: new Uint8Array(16) } as const
    const resume = async (version: number, schema: number) =>
      unpackAnswer(await session.ask(packAsk({ ...ask, version, schema })))
    await expect(resume(1, game.hash)).rejects.toMatchObject({ code: 'ERR_PROTOCOL_VERSION' })
    await expect(resume(PROTOCOL_VERSION, 1)).rejects.toMatchObject({ code: 'ERR_SCHEMA_MISMATCH' })
  })
})

describe('the same person twice', () => {
  const identity = { id: 'u1', name: 'ada', data: { secret: 7 } }

  test('the newest page plays on with the seat; the older one ends', async () => {
    const { server, told } = setUp()
    const first = await server.join({ match: 'quick', name: 'mallory', input: () => ({ go: 1 }) }, { identity })
    const bob = await server.join({ match: 'quick', name: 'bob', input: idle }, { identity: { id: 'u2' } })
    await server.run(1000)
    await settle(server, first.match.request('add', { id: 1 }))
    const second = await server.join({ match: 'quick', name: 'x', input: idle }, { identity })
    await server.run(1000)
    expect(first.match).toMatchObject({ status: 'ended', endCode: 'ERR_REPLACED' })
    expect(second.match.me).toEqual(first.match.me)
    expect(second.match.me).toEqual({ id: first.match.me.id, name: 'ada', bot: false })
    expect(second.match.view.ship.mine!.x).toBeGreaterThan(4200)
    expect(told.calls).toEqual(['join ada', 'join bob'])
    // Its requests are its own.
    expect(await settle(server, second.match.request('add', { id: 2 }))).toEqual({ id: 2 })
    const [player] = live(server).players
    expect(player.identity).toBe(identity)
    expect(JSON.stringify([...bob.match.players.values()])).not.toContain('secret')
    second.cut(500)
    await server.run(3000)
    expect(second.match.status).toBe('playing')
  })

  test('who was away is back, though all seats are taken and the match is locked', async () => {
    const { server, told } = setUp({ capacity: 1 })
    const first = await server.join({ match: 'quick', input: idle }, { identity })
    await server.run(1000)
    first.cut(60_000)
    live(server).locked = true
    await server.run(1000)
    const second = await server.join({ match: first.match.id, input: idle }, { identity })
    await server.run(500)
    expect(second.match.me).toEqual(first.match.me)
    expect(told.calls).toEqual(['join ada', 'away ada', 'back ada'])
  })

  test('a quick join is one of the match where the seat is', async () => {
    const { server } = setUp({ capacity: 2 })
    await server.join({ match: 'quick', input: idle })
    const first = await server.join({ match: { create: {} }, input: idle }, { identity })
    await server.run(500)
    first.cut(60_000)
    const again = await server.join({ match: 'quick', input: idle }, { identity })
    expect(again.match.id).toBe(first.match.id)
    expect(again.match.me).toEqual(first.match.me)
  })

  test('may be refused, while the older page plays', async () => {
    const { server } = setUp({ duplicates: 'refuse' })
    const first = await server.join({ match: 'quick', input: idle }, { identity })
    await server.run(500)
    await expect(server.join({ match: 'quick', input: idle }, { identity })).rejects.toMatchObject({
      code: 'ERR_REFUSED',
    })
    expect(first.match.status).toBe('playing')
    first.cut(60_000)
    await server.run(500)
    const second = await server.join({ match: 'quick', input: idle }, { identity })
    expect(second.match.me).toEqual(first.match.me)
  })

  test('may be allowed', async () => {
    const { server } = setUp({ duplicates: 'allow' })
    const first = await server.join({ match: 'quick', input: idle }, { identity })
    const second = await server.join({ match: 'quick', input: idle }, { identity })
    await server.run(500)
    expect(first.match.status).toBe('playing')
    expect(second.match.me.id).not.toBe(first.match.me.id)
  })

  test('two pages at the same moment: one seat, and the last of them has it', async () => {
    const { server, told } = setUp()
    await server.join({ match: 'quick', input: idle })
    const { id } = live(server)
    const pages = [1, 2, 3].map(() => new Page(server, identity))
    const joining = pages.map((page) => page.join(id))
    await server.run(100)
    expect(await Promise.all(joining)).toEqual(['ERR_REPLACED', 'ERR_REPLACED', 'join'])
    expect(pages.map(({ isOpen }) => isOpen)).toEqual([false, false, true])
    expect(live(server).players.size).toBe(2)
    expect(told.calls).toEqual(['join player 1', 'join ada'])
  })

  test('a page that is gone before its join was answered leaves the seat to the next', async () => {
    const { server } = setUp()
    const first = await server.join({ match: 'quick', input: idle }, { identity })
    await server.join({ match: 'quick', input: idle })
    const { id } = live(server)
    const [gone, next] = [new Page(server, identity), new Page(server, identity)]
    const joining = gone.join(id)
    gone.session.closed()
    await server.run(100)
    await joining
    expect(await Promise.all([next.join(id), server.run(100)])).toEqual(['join', undefined])
    expect([...live(server).players].map((player) => player.id)).toContain(first.match.me.id)
    expect(live(server).players.size).toBe(2)
  })
})

async function settle<T>(server: VirtualServer<Game>, promise: Promise<T>): Promise<T> {
  await server.run(500)
  return promise
}
