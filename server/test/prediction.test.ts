// What runs ahead of the server, in whole matches under the virtual clock: a ship, its shots from the moment that they
// are fired, a ball that everybody predicts, and what is heard of it all.

import { bool, command, defineGame, entity, event, int, list, ranged, ref, tick } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import { type LinkProfile, profiles, Random, roundTrip } from '@tickwire/engine/testing'
import { describe, expect, test } from 'vitest'
import type { Match, Rules } from '../src/match/rules.ts'
import { VirtualServer } from '../src/testing/index.ts'

const RATE = 30
const WIDTH = 800
const RELOAD = 6
const LIFE = 20

const within = (x: number) => Math.max(0, Math.min(WIDTH, x))

const game = defineGame({
  name: 'volley',
  tickRate: RATE,
  entities: {
    ship: entity(
      {
        x: ranged(0, WIDTH, 1 / 256),
        vx: ranged(-512, 512, 1 / 64).default(0),
        reload: int(0, RELOAD).default(0),
      },
      { predict: 'owner' }
    ),
    ball: entity(
      {
        x: ranged(0, WIDTH, 1 / 256).rate('vx'),
        vx: ranged(-512, 512, 1 / 64),
        // The ships that it touched last.
        touched: list(ref('ship'), 3).default([]),
      },
      { predict: 'everyone' }
    ),
    shot: entity({
      x: ranged(0, WIDTH, 1 / 256).rate('vx'),
      vx: ranged(-512, 512, 1 / 64),
      life: int(0, LIFE),
    }),
  },
  events: { fired: event({ x: int(0, WIDTH) }), faded: event({}), bounced: event({ at: tick() }) },
  command: command({ go: int(-1, 1), fire: bool }),
  move: {
    ship(ship, { go, fire }, { dt, spawn, emit }) {
      ship.vx = go * 170
      ship.x = within(ship.x + ship.vx * dt)
      if (ship.reload > 0) ship.reload--
      if (!fire || ship.reload > 0) return
      ship.reload = RELOAD
      for (const side of [-1, 1]) {
        spawn('shot', { x: ship.x, vx: ship.vx + side * 150, life: LIFE })
        emit('fired', { x: ship.x })
      }
    },
    ball(ball, steer, { dt, tick, world, emit }) {
      // Nobody's ball: nobody's command.
      if (steer) throw new Error('steered')
      ball.x = within(ball.x + ball.vx * dt)
      for (const ship of world.ship) {
        if (Math.abs(ship.x - ball.x) > 20) continue
        ball.vx = Math.sign(ball.x - ship.x) * 100 + ship.vx
        ball.touched.push(ship.id)
        if (ball.touched.length > 3) ball.touched.shift()
        emit('bounced', { at: tick })
      }
      if (ball.x <= 0) ball.vx = Math.abs(ball.vx)
      if (ball.x >= WIDTH) ball.vx = -Math.abs(ball.vx)
    },
    shot(shot, _steer, { dt, emit }) {
      shot.x = within(shot.x + shot.vx * dt)
      shot.life--
      if (shot.life === 0) emit('faded', {})
    },
  },
})
type Game = typeof game

/** All that was spawned and despawned at the server, by id. */
interface Log {
  readonly spawned: Set<number>
}
function rulesOf(log: Log): Rules<Game> {
  return {
    start: ({ world }) => void world.ball.spawn({ x: 300, vx: 100 }),
    join: ({ world }, player) => void world.ship.spawn({ x: 300 * player.id }, player),
    tick({ world }) {
      for (const shot of world.shot) {
        log.spawned.add(shot.id)
        if (shot.life === 0) world.shot.despawn(shot)
      }
    },
  }
}

/** Steers by chance, a while the same; from `idleAt` (frames) on not at all. */
function pilot(seed: number, idleAt: number): () => Game['command'] {
  const random = new Random(seed)
  let [frames, go, fire] = [0, 0, false]
  return () => {
    if (frames++ % 20 === 0) [go, fire] = [Math.floor(random.next() * 3) - 1, random.next() < 0.5]
    return frames > idleAt ? { go: 0, fire: false } : { go, fire }
  }
}

/** What one player sees and hears. */
class Witness {
  readonly fired: number[] = []
  faded = 0
  readonly bounced: number[] = []
  readonly spawned: number[] = []
  readonly gone: number[] = []
  /** Own shots that were seen later than in the first frame after their tick. */
  late = 0
  /** What should not have been. */
  readonly wrong: string[] = []
  /** By row: where it was drawn last, and when. */
  readonly #last = new Map<object, readonly [number, number]>()
  /** The farthest that a shot was drawn from where its speed would have taken it. */
  jump = 0

  constructor(match: ClientMatch<Game>) {
    match.on('fired', ({ x }) => this.fired.push(x))
    match.on('faded', () => void this.faded++)
    match.on('bounced', ({ at }) => this.bounced.push(at))
    match.view.shot.on('spawn', ({ id, owner, life }) => {
      // Seen from its first tick on, or the part of one that is drawn ahead.
      if (owner === match.me.id && life < LIFE - 1) this.late++
      if (this.spawned.includes(id)) this.wrong.push(`${id} spawned twice`)
      this.spawned.push(id)
    })
    match.view.shot.on('despawn', ({ id }) => this.gone.push(id))
  }

  look(match: ClientMatch<Game>, at: number): void {
    for (const shot of match.view.shot) {
      if (match.view.shot.get(shot.id) !== shot) this.wrong.push(`${shot.id} is not found`)
      const last = this.#last.get(shot)
      const expected = last && within(last[0] + (shot.vx * (at - last[1])) / 1000)
      if (expected !== undefined) this.jump = Math.max(this.jump, Math.abs(shot.x - expected))
      this.#last.set(shot, [shot.x, at])
    }
  }
}

async function play(server: VirtualServer<Game>, seed: number, profile: LinkProfile, seconds: number, idle = 3) {
  const idleAt = (seconds - idle) * 60
  let witness: Witness | undefined
  const { match, link } = await server.join(
    { match: 'quick', input: seed ? pilot(seed, idleAt) : () => ({ go: 0, fire: false }) },
    {
      profile,
      onFrame(drawn) {
        witness?.look(drawn, server.clock.now)
      },
    }
  )
  witness = new Witness(match)
  return { match, link, witness }
}

function only(server: VirtualServer<Game>): Match<Game> {
  const [match] = server.lobby.matches
  return match as never
}

/** At rest the view is the server's world. */
function expectAlike({ view }: ClientMatch<Game>, { world }: Match<Game>): void {
  for (const name of ['ship', 'ball', 'shot'] as const) {
    const rows = [...world[name]]
    expect(view[name].size).toBe(rows.length)
    for (const row of rows) {
      const seen = view[name].get(row.id)
      // A ball rolls on: it is drawn ahead.
      const { id: _id, x, ...settled } = JSON.parse(JSON.stringify(row))
      const { id: _seen, x: drawn, ...shown } = JSON.parse(JSON.stringify(seen))
      expect(shown).toEqual(settled)
      if (name === 'ship') expect(drawn).toBe(x)
    }
  }
}

describe('ahead of the server', () => {
  test.each([
    ['200 ms away', roundTrip(200, 0)],
    ['50 ms away', roundTrip(50, 0)],
    ['100 ms away with jitter,', roundTrip(100, 10)],
    ['by cable', profiles.cable],
    ['by wifi', profiles.wifi],
  ])('%s all is as it will be there: ship, ball and shots to the bit, each event once', async (_name, profile) => {
    const log: Log = { spawned: new Set() }
    const server = new VirtualServer(game, rulesOf(log))
    const { match, witness } = await play(server, 5, profile, 30)
    const other = await play(server, 0, roundTrip(60, 0), 30)
    await server.run(2000)
    // The clocks have found each other, and the other ship lies still.
    const { corrections } = match.stats
    await server.run(28_000)
    expect(server.warnings).toEqual([])
    expect(match.stats.corrections - corrections).toBe(0)
    expect(log.spawned.size).toBeGreaterThan(60)
    for (const seen of [witness, other.witness]) {
      expect(seen.spawned).toHaveLength(log.spawned.size)
      expect([...seen.gone].sort()).toEqual([...seen.spawned].sort())
      expect(seen.fired).toHaveLength(log.spawned.size)
      expect(seen.faded).toBe(log.spawned.size)
      expect(seen.bounced.length).toBeGreaterThan(5)
    }
    const late = (ticks: readonly number[]) => ticks.filter((at) => at > 90)
    expect(late(witness.bounced)).toEqual(late(other.witness.bounced))
    expect(witness.fired).toEqual(other.witness.fired)
    // The clock of commands is slewed; a tick's way is 10.
    expect(witness.jump).toBeLessThan(1)
    expect([...witness.wrong, ...other.witness.wrong]).toEqual([])
    expect(witness.late).toBe(0)
    // To the owner they are predicted; to the other they have the server's names.
    expect(witness.spawned.every((id) => id < 0)).toBe(true)
    expect(other.witness.spawned).toEqual([...log.spawned])
    expectAlike(match, only(server))
  })
})

describe('where commands come too late', () => {
  test('what was not fired after all vanishes, what was appears, and all ends alike', async () => {
    const log: Log = { spawned: new Set() }
    const server = new VirtualServer(game, rulesOf(log))
    const { match, link, witness } = await play(server, 7, roundTrip(100, 0), 30)
    for (let i = 0; i < 8; i++) {
      await server.run(3000)
      link.stall(400, 'up')
    }
    await server.run(6000)
    expect(match.stats.corrections).toBeGreaterThan(3)
    expect([...witness.gone].sort()).toEqual([...witness.spawned].sort())
    expect(witness.wrong).toEqual([])
    // Some were never the server's, and some it had unforeseen.
    expect(witness.spawned.length).toBeGreaterThan(log.spawned.size)
    const foreseen = witness.spawned.filter((id) => id < 0)
    expect(foreseen.length).toBeLessThan(witness.spawned.length)
    // Whatever happened was heard, and what did not is no more than what was foreseen in vain.
    expect(witness.fired.length).toBeGreaterThanOrEqual(log.spawned.size)
    expect(witness.fired.length).toBeLessThanOrEqual(witness.spawned.length)
    expectAlike(match, only(server))
  })

  test.each([1, 2, 3, 4])('over a bad network, seed %i: the view ends as the server’s world', async (seed) => {
    const log: Log = { spawned: new Set() }
    const server = new VirtualServer(game, rulesOf(log), seed)
    const one = await play(server, seed, profiles.bad, 30, 5)
    const other = await play(server, seed + 100, profiles['4g'], 30, 5)
    await server.run(31_000)
    expect(server.warnings).toEqual([])
    for (const { match, witness } of [one, other]) {
      expectAlike(match, only(server))
      expect([...witness.gone].sort()).toEqual([...witness.spawned].sort())
    }
  })
})
