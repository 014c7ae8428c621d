import { angle, command, data, defineGame, entity, event, int, list, ranged, text, vec2 } from '@tickwire/engine'
import { Random } from '@tickwire/engine/wire'
import { describe, expect, test } from 'vitest'
import { arena as demo } from '../../../demo-game/src/game.ts'
import { rules as demoRules } from '../../../demo-game/src/rules.ts'
import { arena } from '../../test/api/arena.ts'
import { LiveMatch } from './match.ts'
import type { Match } from './rules.ts'

const Ship = entity(
  {
    x: ranged(0, 4096, 1 / 16),
    y: ranged(0, 4096, 1 / 16).default(0),
    pos: vec2(ranged(0, 100, 1)).default({ x: 0, y: 0 }),
    heading: angle(8).default(0),
    name: text(16).default(''),
    bag: list(int(0, 9), 4).default([]),
    notes: data<{ seen: number[] }>(100).default({ seen: [] }),
  },
  { predict: 'owner' }
)
const Shot = entity({ x: ranged(0, 4096, 1 / 16) })

/** What the tests' moves do beside the proper thing, by tick. */
type Loose = any
type Sin = (ship: Loose, context: Loose, steer: Loose) => void

function gameOf(sin: Sin) {
  return defineGame({
    name: 'sins',
    tickRate: 30,
    entities: { ship: Ship, shot: Shot },
    command: command({ go: int(-1, 1) }),
    events: { bang: event({ x: ranged(0, 4096, 1) }) },
    move: {
      ship(ship, steer, context) {
        ship.x += steer.go * 30 * context.dt
        ship.heading += 0.1
        sin(ship, context, steer)
      },
    },
  })
}
type Sins = ReturnType<typeof gameOf>

/** Runs `ticks` of a match with two bots' ships; `sin` gets the match, too. */
function play(
  sin: (ship: Loose, context: Loose, match: Match<Sins>, steer: Loose) => void,
  { ticks = 100, ships = 2, checks = true } = {}
) {
  let match: LiveMatch<Sins>
  const warnings: string[] = []
  const game = gameOf((ship, context, steer) => sin(ship, context, match as never, steer))
  match = new LiveMatch({
    id: 'm',
    game,
    rules: {
      capacity: ships,
      emptySeconds: 1e6,
      start(match) {
        for (let i = 0; i < ships; i++) match.addBot(() => ({ go: 1 }))
      },
      join: ({ world }, player) => void world.ship.spawn({ x: player.id * 100 }, player),
    },
    options: {},
    seed: 5,
    warn: (message) => warnings.push(message),
    checks,
  })
  for (let tick = 0; tick < ticks; tick++) match.step()
  return { match, warnings }
}

describe('a move is warned of by field, with the first tick', () => {
  test('that reads a clock, though it stands still for a while', () => {
    let now = 0
    const { warnings } = play((ship, { tick }, match) => {
      now = match.world.tick * 33
      if (tick >= 40) ship.y = (now / 1000) * 2
    })
    expect(warnings).toEqual([
      expect.stringMatching(
        /^match m: move\.ship is no function .*at tick 40 it made ship\.y 2\.625; run again .* it made ship\.y 3\.625\./
      ),
    ])
  })

  test('that takes chances', () => {
    const random = new Random(1)
    const { warnings } = play((ship, { tick }) => {
      if (tick > 20) ship.pos.y = 100 * random.next()
    })
    expect(warnings).toHaveLength(1)
    expect(warnings[0]).toMatch(
      /at tick 21 it made ship\.pos\.y \d+; run again from the same, it made ship\.pos\.y \d+\./
    )
  })

  test('that counts its own runs', () => {
    let runs = 0
    const { warnings } = play((ship) => {
      ship.name = `run ${++runs}`
    })
    expect(warnings).toEqual([expect.stringContaining('at tick 1 it made ship.name "run 1"; run again')])
  })

  test('that reads another row as it is, not as it was the tick before', () => {
    const { warnings } = play((ship, { tick }, match) => {
      const [first] = match.world.ship
      if (tick >= 7 && ship.id !== first.id) ship.y = first.x
    })
    expect(warnings).toEqual([expect.stringContaining('at tick 7 it made ship.y 107;')])
  })

  test('that reads its own row behind its back', () => {
    const { warnings } = play((ship, _context, match) => {
      ship.y = match.world.ship.get(ship.id)!.x
    })
    expect(warnings).toEqual([expect.stringContaining('at tick 1 it made ship.y 101;')])
  })

  test('that spawns and emits by chance', () => {
    let runs = 0
    const { warnings } = play((ship, { tick, spawn, emit }) => {
      if (tick === 30 && ++runs % 2) spawn('shot', { x: ship.x })
      if (tick === 31) emit('bang', { x: ++runs })
    })
    expect(warnings).toHaveLength(2)
    expect(warnings[0]).toContain("at tick 30 it spawned 1 'shot'; run again from the same, it spawned 0.")
    expect(warnings[1]).toMatch(/at tick 31 it emitted 'bang' with x \d; .* it emitted 'bang' with x \d\./)
  })

  test('that fails the second time', () => {
    const seen = new Set<number>()
    const { warnings, match } = play(
      (_ship, { tick }) => {
        if (tick < 3) return
        if (seen.has(tick)) throw new Error('been there')
        seen.add(tick)
      },
      { ships: 1 }
    )
    expect(warnings).toEqual([
      expect.stringContaining('at tick 3 it ended well; run again from the same, it threw: Error: been there'),
    ])
    expect(match.ended).toBeUndefined()
  })

  test('that writes its command', () => {
    const { warnings } = play((ship, _context, _match, steer) => {
      steer.go = 0
      ship.y = 1
    })
    expect(warnings).toEqual([expect.stringMatching(/at tick 1 it ended well; .* it threw: TypeError.*'go'/)])
  })

  test('once for each field, however long it goes on', () => {
    let count = 0
    const { warnings } = play(
      (ship, { tick }, match) => {
        ship.bag = [++count % 9]
        ship.notes = { seen: [count] }
        if (tick >= 5) ship.y = match.world.tick
      },
      { ticks: 300, ships: 20 }
    )
    expect(warnings.map((warning) => /at tick (\d+) it made ship\.(\w+)/.exec(warning)?.slice(1))).toEqual([
      ['1', 'bag'],
      ['1', 'notes'],
      ['5', 'y'],
    ])
  })

  test('at the first tick, though a later one shows it sooner', () => {
    let runs = 0
    const { warnings } = play((ship, { tick }, match) => {
      if (tick >= 10) ship.y = match.world.tick
      if (tick >= 20) ship.y = ++runs % 50
    })
    expect(warnings).toEqual([expect.stringContaining('at tick 10 it made ship.y 10;')])
  })
})

describe('no warning', () => {
  test('of a move that keeps what follows from its world, or writes all that it may', () => {
    const kept = new WeakMap<object, number>()
    let last: { world?: object; sum: number } = { sum: 0 }
    const { warnings, match } = play(
      (ship, { world, spawn, emit, state }) => {
        if (!kept.has(world)) kept.set(world, [...world.ship].length)
        if (last.world !== world) last = { world, sum: [...world.ship].reduce((sum, { x }) => sum + x, 0) }
        ship.y = (kept.get(world)! + last.sum) % 4000
        ship.pos.x += 1
        ship.pos = { x: ship.pos.x, y: ship.pos.x }
        ship.bag.push(1)
        ship.notes = { seen: [...ship.notes.seen.slice(-2), ship.bag.length] }
        if (ship.pos.x % 10 === 0) spawn('shot', { x: ship.x })
        if (state && ship.name === '') emit('bang', { x: ship.x })
        ship.x = Math.max(0, ship.x - 150)
      },
      { ships: 20 }
    )
    expect(warnings).toEqual([])
    expect(match.ended).toBeUndefined()
  })
  test.each([
    ['the demo', () => openDemo(true)],
    ['the small arena', () => openArena()],
  ])('of %s, over 1,000 ticks', (_name, open) => {
    const { match, warnings } = open()
    for (let tick = 0; tick < 1000; tick++) match.step()
    expect(match.ended).toBeUndefined()
    expect(match.world.ship.size).toBeGreaterThan(3)
    expect(warnings.filter((warning) => warning.includes('move.'))).toEqual([])
  })
})

describe('the match is the same with checks and without', () => {
  test('in the demo, tick by tick', () => {
    const [{ match: one }, { match: other }] = [openDemo(true), openDemo(false)]
    for (let tick = 0; tick < 600; tick++) {
      one.step()
      other.step()
      expect(one.world.snapshot().hash).toBe(other.world.snapshot().hash)
    }
  })

  test("though a move takes the match's own chances", () => {
    const sin = (ship: Loose, _context: Loose, match: Match<Sins>) => {
      ship.y = match.random() * 4000
    }
    const checked = play(sin, { ships: 12 })
    expect(checked.match.world.snapshot().hash).toBe(
      play(sin, { ships: 12, checks: false }).match.world.snapshot().hash
    )
    expect(checked.warnings).toEqual([expect.stringContaining('at tick 1 it made ship.y ')])
  })
})

function openDemo(checks: boolean) {
  const warnings: string[] = []
  const match = new LiveMatch({
    id: 'demo',
    game: demo,
    rules: { ...demoRules, emptySeconds: 1e6 },
    options: { bots: 10, rocks: 15 },
    seed: 7,
    warn: (message) => warnings.push(message),
    checks,
  })
  return { match, warnings }
}

function openArena() {
  const warnings: string[] = []
  const random = new Random(3)
  const steer = () => ({ turn: Math.floor(3 * random.next()) - 1, thrust: random.next() < 0.7, fire: false })
  const match = new LiveMatch({
    id: 'arena',
    game: arena,
    rules: {
      emptySeconds: 1e6,
      start(match) {
        for (let i = 0; i < 12; i++) match.addBot(steer)
      },
      join: ({ world }, player) => void world.ship.spawn({ x: 2048, y: 2048, name: player.name }, player),
      requests: { say: () => ({ heard: 0 }) },
    },
    options: {},
    seed: 7,
    warn: (message) => warnings.push(message),
    checks: true,
  })
  return { match, warnings }
}
