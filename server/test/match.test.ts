// Whole matches under the virtual clock: server, seeded links and clients as a game has them, without sockets.

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
  text,
} from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { FRAME_KIND, readRecording } from '@tickwire/engine/wire'
import { describe, expect, test } from 'vitest'
import type { Match, Player, Rules } from '../src/match/rules.ts'
import { VirtualServer } from '../src/testing/index.ts'

const Ship = entity(
  {
    x: ranged(-4096, 4096, 1 / 256).rate('vx'),
    vx: ranged(-512, 512, 1 / 64).default(0),
    heading: angle(12).default(0),
    hull: int(0, 100).default(100),
    ammo: int(0, 50).default(50).only('owner'),
    plan: int(0, 1000).default(7).only('server'),
    name: text(16),
  },
  { predict: 'owner' }
)
const Buoy = entity({ x: ranged(0, 65536, 1 / 1024).rate('vx'), vx: ranged(-512, 512, 1 / 64) })

const game = defineGame({
  name: 'lane',
  tickRate: 30,
  options: { map: oneOf('open', 'rocks') },
  state: { phase: oneOf('waiting', 'playing') },
  entities: { ship: Ship, buoy: Buoy },
  command: command({ go: int(-1, 1), fire: bool }),
  events: { boom: event({ n: int(0, 1000) }), secret: event({ n: int(0, 1000) }) },
  requests: { add: request({ a: int(0, 100), b: int(0, 100) }, { sum: int(0, 200) }) },
  move: {
    ship(ship, { go }, { dt }) {
      ship.vx += (go * 256 - ship.vx) * 4 * dt
      ship.x += ship.vx * dt
    },
  },
})
type Game = typeof game

function rules(more: Partial<Rules<Game>> = {}): Rules<Game> {
  return {
    capacity: 4,
    join: (match, player) => void match.world.ship.spawn({ x: player.id * 100, name: player.name }, player),
    leave: (match, player) => match.world.ship.despawn(match.world.ship.ownedBy(player)),
    requests: { add: (_match, _player, { a, b }) => ({ sum: a + b }) },
    ...more,
  }
}

const idle = () => ({ go: 0, fire: false })

/** The one match of a server, for looking at the truth. */
function only(server: VirtualServer<Game>): Match<Game> {
  const [match] = server.lobby.matches
  return match as never
}

describe('playing', () => {
  test('a key pressed at one client moves its ship at the other', async () => {
    const server = new VirtualServer(game, rules())
    let go = 0
    const a = await server.join({ match: 'quick', name: 'ada', input: () => ({ go, fire: false }) })
    const b = await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(1000)
    const id = a.match.view.ship.mine!.id
    const before = b.match.view.ship.get(id)!.x
    go = 1
    await server.run(250)
    expect(b.match.view.ship.get(id)!.x).toBeGreaterThan(before)
    expect(b.match.view.ship.get(id)!.name).toBe('ada')
    expect([...a.match.players.values()].map(({ name }) => name)).toEqual(['ada', 'bob'])
  })

  test('over a clean link the prediction is the authority, to the bit', async () => {
    const server = new VirtualServer(game, rules())
    let tick = 0
    const a = await server.join({
      match: 'quick',
      input: () => ({ go: (Math.floor(tick++ / 7) % 3) - 1, fire: false }),
    })
    await server.run(10_000)
    expect(a.match.stats.corrections).toBe(0)
    expect(Math.abs(only(server).world.ship.get(a.match.view.ship.mine!.id)!.vx)).toBeGreaterThan(1)
  })

  test('own input is on the screen in the next frame, whatever the latency', async () => {
    const server = new VirtualServer(game, rules())
    let go = 0
    const slow = { down: { latency: 150, jitter: 0 }, up: { latency: 150, jitter: 0 } }
    const a = await server.join({ match: 'quick', input: () => ({ go, fire: false }) }, { profile: slow })
    await server.run(3000)
    const before = a.match.view.ship.mine!.x
    go = 1
    await server.run(2 * (1000 / 60))
    expect(a.match.view.ship.mine!.x).toBeGreaterThan(before)
  })

  test('each client gets one frame a tick, and keyframe first', async () => {
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', input: idle })
    await server.join({ match: 'quick', input: idle })
    await server.run(1000)
    const states = (at: readonly Uint8Array[]) =>
      at.filter((message) => message[0] === 0 && message[1] === FRAME_KIND.state)
    const before = states(a.received).length
    await server.run(2000)
    expect(states(a.received).length - before).toBe(60)
  })

  test('a row of constant speed is drawn at 99 to 101 % of its speed at every frame after the first second', async () => {
    const start = (match: Match<Game>) => void match.world.buoy.spawn({ x: 0, vx: 120 })
    const tick = (match: Match<Game>) => {
      for (const buoy of match.world.buoy) buoy.x += buoy.vx / 30
    }
    const server = new VirtualServer(game, rules({ start, tick }))
    const drawn: number[] = []
    const onFrame = ({ view }: ClientMatch<Game>) => {
      for (const buoy of view.buoy) drawn.push(buoy.x)
    }
    await server.join({ match: 'quick', input: idle }, { onFrame })
    await server.run(20_000)
    const speeds = drawn.slice(1).map((x, at) => (x - drawn[at]) * 60)
    // The first second is for finding the clock.
    speeds.splice(0, 60)
    expect(speeds.length).toBeGreaterThan(1000)
    expect(Math.min(...speeds)).toBeGreaterThan(120 * 0.99)
    expect(Math.max(...speeds)).toBeLessThan(120 * 1.01)
  })
})

describe('who sees what', () => {
  test("owner fields are in nobody else's bytes: runs that differ only in them send the others identical bytes", async () => {
    const run = async (ammo: number, plan: number) => {
      const tick = (match: Match<Game>) => {
        const first = [...match.players][0]
        const ship = first && match.world.ship.ownedBy(first)
        if (!ship) return
        ship.ammo = (ammo + match.world.tick) % 50
        ship.plan = plan
      }
      const server = new VirtualServer(game, rules({ tick }))
      const a = await server.join({ match: 'quick', name: 'ada', input: idle })
      const b = await server.join({ match: 'quick', name: 'bob', input: idle })
      await server.run(3000)
      expect(a.match.view.ship.mine!.ammo).not.toBe(50)
      expect(b.match.view.ship.get(a.match.view.ship.mine!.id)!.ammo).toBeUndefined()
      return { a: a.received, b: b.received }
    }
    const one = await run(3, 1)
    const other = await run(20, 2)
    expect(one.b).toEqual(other.b)
    expect(one.a).not.toEqual(other.a)
  })
})

describe('events and requests', () => {
  test('events arrive once each, in order, and only where they are for', async () => {
    const tick = (match: Match<Game>) => {
      const [first] = match.players
      const { tick: now } = match.world
      if (now % 3 === 0) match.emit('boom', { n: now % 1000 })
      if (now % 6 === 0 && first) match.emit('secret', { n: now % 1000 }, { to: first })
    }
    const server = new VirtualServer(game, rules({ tick }))
    const heard: string[] = []
    const overheard: string[] = []
    const a = await server.join({ match: 'quick', input: idle })
    a.match.on('boom', ({ n }) => heard.push(`boom ${n}`))
    a.match.on('secret', ({ n }) => heard.push(`secret ${n}`))
    const b = await server.join({ match: 'quick', input: idle })
    b.match.on('secret', ({ n }) => overheard.push(`secret ${n}`))
    await server.run(4000)
    a.link.stall(1500)
    await server.run(4000)
    const first = Number(heard[0].split(' ')[1])
    const expected: string[] = []
    for (let n = first; expected.length < heard.length; n++) {
      if (n % 3 === 0) expected.push(`boom ${n}`)
      if (n % 6 === 0) expected.push(`secret ${n}`)
    }
    expect(heard).toEqual(expected.slice(0, heard.length))
    expect(heard.length).toBeGreaterThan(80)
    expect(overheard).toEqual([])
  })

  test('what is emitted between two ticks happens in the next', async () => {
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', input: idle })
    const heard: number[] = []
    a.match.on('boom', ({ n }) => heard.push(n))
    only(server).emit('boom', { n: 7 })
    await server.run(1000)
    expect(heard).toEqual([7])
  })

  test('a flood of requests costs its sender requests, not the match', async () => {
    const add = (match: Match<Game>) => {
      for (let n = 0; n < 100; n++) match.emit('boom', { n })
      return { sum: 1 }
    }
    const tick = (match: Match<Game>) => match.emit('boom', { n: 0 })
    const server = new VirtualServer(game, rules({ tick, requests: { add } }))
    const a = await server.join({ match: 'quick', input: idle })
    const codes: string[] = []
    for (let i = 0; i < 40; i++)
      a.match.request('add', { a: 1, b: 1 }).then(
        () => codes.push('answered'),
        (error: TickwireError) => codes.push(error.code)
      )
    await server.run(1000)
    expect(codes.filter((code) => code === 'answered').length).toBeGreaterThan(5)
    expect(codes.filter((code) => code === 'ERR_RATE_LIMIT').length).toBeGreaterThan(20)
    expect(a.match.status).toBe('playing')
  })

  test('a request is answered once the frame of its tick is applied', async () => {
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', input: idle })
    const answers: number[] = []
    void a.match.request('add', { a: 2, b: 3 }).then(({ sum }) => answers.push(sum))
    await server.run(500)
    expect(answers).toEqual([5])
  })

  test('one that takes its time is answered once the frame is applied that has what it did', async () => {
    let go = (): void => {}
    const add = async (match: Match<Game>) => {
      await new Promise<void>((resolve) => (go = resolve))
      for (const ship of match.world.ship) ship.x = 777
      return { sum: 1 }
    }
    const server = new VirtualServer(game, rules({ requests: { add } }))
    const a = await server.join({ match: 'quick', input: idle })
    const seen: number[] = []
    a.match.request('add', { a: 1, b: 1 }).then(() => {
      for (const { x } of a.match.newest!.ship) seen.push(Math.round(x))
    })
    await server.run(1000)
    go()
    await server.run(1000)
    expect(seen).toEqual([777])
  })

  test('a throw in a request refuses that request and nothing else', async () => {
    const add = () => {
      throw new TickwireError('ERR_REFUSED', 'not today')
    }
    const server = new VirtualServer(game, rules({ requests: { add } }))
    const a = await server.join({ match: 'quick', input: idle })
    let refusal: unknown
    a.match.request('add', { a: 1, b: 1 }).catch((error: unknown) => {
      refusal = error
    })
    await server.run(500)
    expect(refusal).toMatchObject({ code: 'ERR_REFUSED', message: expect.stringContaining('not today') })
    expect(a.match.status).toBe('playing')
  })
})

describe('what a rule throws that is no TickwireError', () => {
  const secret = 'password: 123'
  const check = (a: number) => {
    if (a === 1) throw new Error(secret)
  }
  const failing = rules({
    join: (_match, { name }) => check(name === 'eve' ? 1 : 0),
    requests: {
      add: (_match, _player, { a }) => {
        check(a)
        return Promise.reject(new Error(secret))
      },
    },
  })
  const refusalsOf = async (server: VirtualServer<Game>) => {
    const { match } = await server.join({ match: 'quick', input: idle })
    const asked = [1, 2].map((a) => match.request('add', { a, b: 0 }).catch((error: TickwireError) => error.message))
    await server.run(500)
    const joined = server.join({ match: 'quick', name: 'eve', input: idle }).catch((error) => error.message)
    return [...(await Promise.all(asked)), await joined]
  }

  test('is told to the page in development, by the name of its rule', async () => {
    expect(await refusalsOf(new VirtualServer(game, failing))).toEqual([
      `the handler of request 'add' threw: ${secret} (ERR_REFUSED)`,
      `the handler of request 'add' threw: ${secret} (ERR_REFUSED)`,
      `the rule join threw: ${secret} (ERR_REFUSED)`,
    ])
  })

  test('is no business of the page in production', async () => {
    const refusals = await refusalsOf(new VirtualServer(game, failing, 1, { checks: false }))
    expect(new Set(refusals)).toEqual(new Set(['refused by the server (ERR_REFUSED)']))
  })

  test.each([true, false])(
    'is in the log, with its match and who called what threw (development: %s)',
    async (checks) => {
      const server = new VirtualServer(game, failing, 1, { checks })
      await refusalsOf(server)
      const [thrown, rejected, joined] = server.warnings
      expect(thrown).toMatch(/^match m1: the handler of request 'add' threw: password: 123, at check \(.*, at .*add /)
      expect(rejected).toContain(`match m1: the handler of request 'add' threw: ${secret}, at `)
      expect(joined).toContain(`match m1: join refused for eve: ${secret}, at check (`)
    }
  )
})

describe('the past', () => {
  test('rewind shows what the player saw, within the bound, from the first tick on', async () => {
    const seen: { tick: number; now: number }[] = []
    const start = (match: Match<Game>) => void match.world.buoy.spawn({ x: 0, vx: 120 })
    const tick = (match: Match<Game>) => {
      for (const buoy of match.world.buoy) buoy.x += buoy.vx / 30
      for (const player of match.players) {
        const past = match.rewind(player)
        seen.push({ tick: past.tick, now: match.world.tick })
        for (const buoy of past.buoy) expect(buoy.x).toBeCloseTo(past.tick * 4, 1)
      }
    }
    const server = new VirtualServer(game, rules({ start, tick }))
    await server.join({ match: 'quick', input: idle })
    await server.run(3000)
    expect(server.warnings).toEqual([])
    expect(only(server).world.tick).toBeGreaterThan(60)
    for (const { tick: past, now } of seen.slice(60)) {
      expect(now - past).toBeGreaterThan(1)
      expect(now - past).toBeLessThanOrEqual(12)
    }
  })

  test('a claim to have seen the distant past, or the future, is clamped', async () => {
    const ages: number[] = []
    const tick = (match: Match<Game>) => {
      for (const player of match.players) ages.push(match.world.tick - match.rewind(player).tick)
    }
    const server = new VirtualServer(game, rules({ tick }))
    const far = { down: { latency: 2000, jitter: 0 }, up: { latency: 10, jitter: 0 } }
    await server.join({ match: 'quick', input: idle }, { profile: far })
    await server.run(8000)
    // 400 ms at 30 ticks a second.
    expect(Math.max(...ages.slice(100))).toBe(12)
  })
})

describe('a recording', () => {
  test('has every tick of its match, as the world was', async () => {
    const pieces: Uint8Array[] = []
    const hashes: number[] = []
    const server = new VirtualServer(
      game,
      rules({
        record: () => (bytes) => pieces.push(bytes),
        tick: (match) => void hashes.push(match.world.snapshot().hash),
      })
    )
    await server.join({ match: { create: { map: 'open' } }, input: () => ({ go: 1, fire: false }) })
    await server.run(2000)
    const read = [...readRecording(game, Buffer.concat(pieces))]
    expect(read.length).toBeGreaterThan(50)
    expect(read.map(({ hash }) => hash)).toEqual(hashes.slice(0, read.length))
  })
})

describe('matches', () => {
  test('a throw in tick ends that match with its reason, and the other misses no tick', async () => {
    const tick = (match: Match<Game>) => {
      if (match.options.map === 'rocks' && match.world.tick === 60) throw new Error('the rocks fell')
    }
    const server = new VirtualServer(game, rules({ tick }))
    const a = await server.join({ match: { create: { map: 'rocks' } }, input: idle })
    const b = await server.join({ match: { create: { map: 'open' } }, input: idle })
    const [, other] = server.lobby.matches
    const before = other.tick
    let reason = ''
    void a.match.ended.then((why) => {
      reason = why
    })
    await server.run(4000)
    expect(reason).toContain('the rocks fell')
    expect(b.match.status).toBe('playing')
    expect(other.tick - before).toBe(120)
  })

  test('in production clients are not told what a rule threw, unless it is meant for them', async () => {
    const reasonOf = async (error: Error) => {
      const tick = (match: Match<Game>) => {
        if (match.world.tick === 60) throw error
      }
      const server = new VirtualServer(game, rules({ tick }), 1, { checks: false })
      const { match } = await server.join({ match: 'quick', input: idle })
      await server.run(4000)
      expect(server.warnings.join()).toContain(error.message)
      return await match.ended
    }
    expect(await reasonOf(new Error('password: 123'))).toBe('the game failed at tick 60')
    expect(await reasonOf(new TickwireError('ERR_REFUSED', 'the rocks fell'))).toContain('the rocks fell')
  })

  test('a thousand matches whose rules throw or reject cost no other match a tick', async () => {
    const throwing = 1000
    const tick = (match: Match<Game>) => {
      // The first match goes on; of the others every one throws, at one time or another.
      if (match.id !== 'm1' && match.world.tick > 10 && match.random() < 0.05) throw new Error('a rule')
    }
    const add = (_match: Match<Game>, _player: Player, { a }: { a: number }) => {
      if (a === 0) throw new Error('a request')
      return Promise.reject(new Error('a promise'))
    }
    const server = new VirtualServer(game, rules({ tick, requests: { add } }))
    const { match } = await server.join({ match: 'quick', input: idle })
    const [calm] = server.lobby.matches
    const refused: Promise<string>[] = []
    const before = calm.tick
    for (let n = 0; n < throwing; n++) {
      server.lobby.open(game, {})
      if (n % 10 === 0) refused.push(match.request('add', { a: n % 20, b: 0 }).catch(({ code }) => code))
      await server.run(100)
    }
    await server.run(10_000)
    expect(server.lobby.size).toBe(1)
    expect(calm.tick - before).toBe((throwing * 100 + 10_000) * 0.03)
    expect(match.status).toBe('playing')
    expect(new Set(await Promise.all(refused))).toEqual(new Set(['ERR_REFUSED']))
    expect(match.newest?.tick).toBeGreaterThan(calm.tick - 5)
  })

  test('an async rule that rejects is no rejection of the process: it ends the match, or is warned of', async () => {
    const fails = async () => Promise.reject(new Error('later'))
    for (const rule of ['start', 'tick', 'after'] as const) {
      const more = rule === 'after' ? { start: (match: Match<Game>) => void match.after(5, fails as never) } : {}
      const server = new VirtualServer(game, rules({ ...more, ...(rule !== 'after' && { [rule]: fails }) }))
      const match = server.lobby.open(game)
      await server.run(2000)
      expect(match.ended).toMatch(/^the game failed at tick \d+: later$/)
    }
    const server = new VirtualServer(game, rules({ join: fails as never, leave: fails as never }))
    const { match } = await server.join({ match: 'quick', name: 'ada', input: idle })
    await server.run(200)
    void match.leave()
    await server.run(500)
    expect(server.warnings.filter((line) => line.includes('later')).length).toBe(2)
  })

  test('a reason of any length is told, its beginning', async () => {
    const reason = 'no! '.repeat(200_000)
    const server = new VirtualServer(game, rules({ start: (match) => void match.after(60, () => match.end(reason)) }))
    const { match } = await server.join({ match: 'quick', input: idle })
    await server.run(4000)
    expect(await match.ended).toBe(reason.slice(0, 1000))
  })

  test('NaN from a rule ends its match and names the field and the row', async () => {
    const tick = (match: Match<Game>) => {
      for (const ship of match.world.ship) if (match.world.tick > 40) ship.x = Number.NaN
    }
    const server = new VirtualServer(game, rules({ tick }))
    const a = await server.join({ match: 'quick', input: idle })
    let reason = ''
    void a.match.ended.then((why) => {
      reason = why
    })
    await server.run(3000)
    expect(reason).toMatch(/row \d+: ship.x is NaN; the schema allows -4096 to 4096 \(ERR_FIELD_VALUE\)/)
  })

  test('a match without people ends after its grace period, with bots on it or not', async () => {
    const start = (match: Match<Game>) => void match.addBot(idle)
    const server = new VirtualServer(game, rules({ start, emptySeconds: 2 }))
    const a = await server.join({ match: 'quick', input: idle })
    expect(only(server).players.size).toBe(2)
    void a.match.leave()
    await server.run(1500)
    expect(server.lobby.size).toBe(1)
    await server.run(1500)
    expect(server.lobby.size).toBe(0)
  })

  test('a bot is steered by its input and counts as a player', async () => {
    let bot: Player | undefined
    const start = (match: Match<Game>) => {
      bot = match.addBot(() => ({ go: 1, fire: false }), 'robo')
    }
    const server = new VirtualServer(game, rules({ start }))
    const a = await server.join({ match: 'quick', input: idle })
    await server.run(2000)
    expect(only(server).world.ship.ownedBy(bot!)!.x).toBeGreaterThan(200)
    expect([...a.match.players.values()]).toContainEqual({ id: bot!.id, name: 'robo', bot: true })
  })

  test('three who join quickly at once get seats, in two matches if one holds two', async () => {
    const server = new VirtualServer(game, rules({ capacity: 2 }))
    const joins = ['ada', 'bob', 'cyd'].map((name) => server.join({ match: 'quick', name, input: idle }))
    const joined = await Promise.all(joins)
    expect(joined.map(({ match }) => match.id)).toEqual(['m1', 'm1', 'm2'])
  })

  test('who is kicked by the join rule is refused', async () => {
    const join = (match: Match<Game>, player: Player) => match.kick(player, 'banned')
    const server = new VirtualServer(game, rules({ join }))
    await expect(server.join({ match: 'quick', input: idle })).rejects.toMatchObject({ code: 'ERR_REFUSED' })
  })

  test('a timer that is cancelled in the tick it is due in does not run', async () => {
    const ran: string[] = []
    const start = (match: Match<Game>) => {
      let cancel = () => {}
      match.after(3, () => {
        ran.push('first')
        cancel()
      })
      cancel = match.after(3, () => ran.push('second'))
    }
    const server = new VirtualServer(game, rules({ start }))
    await server.join({ match: 'quick', input: idle })
    await server.run(500)
    expect(ran).toEqual(['first'])
  })

  test('what move spawns appears after every row was moved, and it sees the state of the tick before', async () => {
    const Shot = entity({ x: ranged(0, 1000, 1 / 16) })
    const states: unknown[] = []
    const shooter = defineGame({
      name: 'shooter',
      tickRate: 30,
      state: { round: int(0, 9), secret: int(0, 9).default(7).only('server') },
      entities: { gun: entity({ n: int(0, 9) }), shot: Shot },
      move: {
        gun(_gun, _command, { tick, spawn, state }) {
          if (tick === 2) spawn('shot', { x: 0 })
          if (tick <= 3) states.push([tick, state.round, (state as { secret?: number }).secret])
        },
        shot(shot) {
          shot.x += 10
        },
      },
    })
    const shooting: Rules<typeof shooter> = {
      start: (match) => void match.world.gun.spawn({ n: 1 }),
      join: (match) => {
        match.state.round = 5
      },
    }
    // Here `move` keeps what it saw, once a tick.
    const server = new VirtualServer(shooter, shooting, 1, { checks: false })
    const xs: number[] = []
    server.lobby.open(shooter)
    const [match] = server.lobby.matches
    for (let i = 0; i < 3; i++) {
      match.step()
      for (const shot of (match.world as never as { shot: Iterable<{ x: number }> }).shot) xs.push(shot.x)
    }
    expect(xs).toEqual([0, 10])
    expect(states).toEqual([
      [1, 0, undefined],
      [2, 0, undefined],
      [3, 0, undefined],
    ])
  })

  test('a match that is ended between ticks tells everybody why', async () => {
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', input: idle })
    let reason = ''
    void a.match.ended.then((why) => {
      reason = why
    })
    only(server).end('closing time')
    server.lobby.sweep()
    await server.run(500)
    expect(reason).toBe('closing time')
  })

  test('who is kicked is told why; who is left sees it go', async () => {
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', name: 'ada', input: idle })
    const b = await server.join({ match: 'quick', name: 'bob', input: idle })
    await server.run(500)
    let reason = ''
    void b.match.ended.then((why) => {
      reason = why
    })
    const match = only(server)
    match.kick([...match.players][1], 'for good measure')
    await server.run(500)
    expect(reason).toContain('for good measure')
    expect(a.match.view.ship.size).toBe(1)
    expect([...a.match.players.values()].map(({ name }) => name)).toEqual(['ada'])
  })

  test('timers run at their tick, and random numbers follow from the seed', async () => {
    const drawn = async (seed: number) => {
      const log: number[] = []
      const start = (match: Match<Game>) => {
        match.after(10, () => log.push(match.world.tick, match.random()))
        match.after(5, () => log.push(-1))()
      }
      const server = new VirtualServer(game, rules({ start }), seed)
      await server.join({ match: 'quick', input: idle })
      await server.run(1000)
      return log
    }
    const [tick, random] = await drawn(5)
    expect(tick).toBe(11)
    expect(await drawn(5)).toEqual([tick, random])
    expect(await drawn(6)).not.toEqual([tick, random])
  })
})

describe('what is refused, each with its code', () => {
  const refused = async (server: VirtualServer<Game>, options: Parameters<VirtualServer<Game>['join']>[0]) =>
    server.join(options).then(
      () => 'joined',
      (error: TickwireError) => error.code
    )

  test('an unknown match, a full one, a locked one, a name too long', async () => {
    const server = new VirtualServer(game, rules({ capacity: 1 }))
    expect(await refused(server, { match: 'nowhere', input: idle })).toBe('ERR_MATCH_UNKNOWN')
    const a = await server.join({ match: 'quick', input: idle })
    expect(await refused(server, { match: a.match.id, input: idle })).toBe('ERR_MATCH_FULL')
    only(server).locked = true
    expect(await refused(server, { match: a.match.id, input: idle })).toBe('ERR_MATCH_LOCKED')
    expect(await refused(server, { match: 'quick', name: 'x'.repeat(33), input: idle })).toBe('ERR_NAME')
    expect(a.match.status).toBe('playing')
  })

  test('a capacity that no list of players can hold, and names of bots that players may not have', async () => {
    expect(() => new VirtualServer(game, rules({ capacity: 5000 }))).toThrow(/ERR_USAGE/)
    const server = new VirtualServer(game, rules())
    const a = await server.join({ match: 'quick', input: idle })
    expect(() => only(server).addBot(idle, 'x'.repeat(33))).toThrow(/ERR_NAME/)
    expect(await refused(server, { match: a.match.id, name: 'a\u0007b', input: idle })).toBe('ERR_NAME')
  })

  test('a client built from another schema is told to reload', async () => {
    const other = defineGame({ name: 'lane', tickRate: 30, entities: { ship: entity({ x: int(0, 1) }) } })
    const server = new VirtualServer(game, rules())
    const joining = new VirtualServer(other, {})
    // The other game's client, this game's server.
    Object.assign(joining, { lobby: server.lobby })
    await expect(joining.join({ match: 'quick', input: () => ({}) })).rejects.toMatchObject({
      code: 'ERR_SCHEMA_MISMATCH',
      message: expect.stringContaining('reload'),
    })
  })

  test('a join that spawns NaN is refused by itself', async () => {
    const join = (match: Match<Game>, player: Player) =>
      void match.world.ship.spawn({ x: player.id > 1 ? Number.NaN : 0, name: player.name }, player)
    const server = new VirtualServer(game, rules({ join }))
    const a = await server.join({ match: 'quick', input: idle })
    await expect(server.join({ match: 'quick', input: idle })).rejects.toThrow(
      'ship.x is NaN: expected a finite number (ERR_FIELD_VALUE)'
    )
    await server.run(500)
    expect(a.match.status).toBe('playing')
  })

  test('a join that the rules refuse leaves nothing behind', async () => {
    const join = (match: Match<Game>, player: Player) => {
      match.world.ship.spawn({ x: 0, name: player.name }, player)
      throw new TickwireError('ERR_REFUSED', 'members only')
    }
    const server = new VirtualServer(game, rules({ join }))
    await expect(server.join({ match: 'quick', input: idle })).rejects.toMatchObject({ code: 'ERR_REFUSED' })
    await server.run(100)
    expect(only(server).world.ship.size).toBe(0)
    expect(only(server).players.size).toBe(0)
  })
})
