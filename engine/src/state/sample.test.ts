import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { seenBy } from '../../test/worlds.ts'
import {
  type AnyGame,
  angle,
  bool,
  defineGame,
  entity,
  int,
  list,
  oneOf,
  quat,
  ranged,
  ref,
  text,
  vec2,
  vec3,
} from '../index.ts'
import { planOf } from '../schema/game.ts'
import { RowBase } from './row.ts'
import { Sample } from './sample.ts'
import type { SnapshotBase, Viewer } from './snapshot.ts'
import { type ReadWorld, World } from './world.ts'

const fine = 1 / 1024
const rocks = defineGame({
  name: 'rocks',
  tickRate: 10,
  state: { clock: ranged(0, 100, fine), round: int(0, 9) },
  entities: {
    rock: entity({
      x: ranged(-1000, 1000, fine).rate('vx').default(0),
      vx: ranged(-500, 500, fine).default(0),
      y: ranged(-1000, 1000, fine).snap(50).default(0),
      pos: vec2(ranged(-100, 100, fine))
        .rate('vel')
        .default({ x: 0, y: 0 }),
      vel: vec2(ranged(-50, 50, fine)).default({ x: 0, y: 0 }),
      at: vec3(ranged(-100, 100, 1 / 8)).default({ x: 0, y: 0, z: 0 }),
      heading: angle(12).default(0),
      dial: angle(16).rate('spin').default(0),
      spin: ranged(-100, 100, fine).default(0),
      turn: quat(14).default({ x: 0, y: 0, z: 0, w: 1 }),
      hull: int(0, 100).default(100),
      tile: int(0, 1000).linear().default(0),
      hot: bool.default(false),
      kind: oneOf('ice', 'iron').default('ice'),
      name: text(8).default(''),
      tags: list(int(0, 9), 4).default([]),
      prey: ref('rock'),
      goal: ref('rock').only('owner'),
      fuel: ranged(0, 100, fine).only('owner').default(50),
      fuse: int(0, 90).only('server').default(7),
    }),
  },
})
const plan = planOf(rocks)
type Rocks = typeof rocks
type Rock = Parameters<World<Rocks>['rock']['spawn']>[0]

/** One row, as it is at each of the ticks. */
function frames(ticks: readonly [tick: number, values: Partial<Rock>][], viewer: Viewer = 'all'): SnapshotBase[] {
  const world = new World(rocks)
  world.tick = ticks[0][0]
  const rock = world.rock.spawn({}, { id: 1 })
  return ticks.map(([tick, values]) => {
    world.tick = tick
    Object.assign(rock, values)
    return seenBy(world.snapshot() as never, viewer)
  })
}

/** The only rock at a tick. */
function sampled(tick: number, from: SnapshotBase, to?: SnapshotBase, viewer: Viewer = 'all') {
  const sample = take(tick, from, to, viewer)
  const [rock] = sample.rock
  return rock
}
function take(tick: number, from: SnapshotBase, to?: SnapshotBase, viewer: Viewer = 'all'): ReadWorld<Rocks> {
  const sample = new Sample(plan, viewer)
  sample.take(tick, from, to)
  return sample as never
}
/** Everything that a world shows, as plain values; numbers to the bit. */
function plain(world: unknown): unknown {
  const { rock, state } = world as ReadWorld<AnyGame>
  return JSON.parse(JSON.stringify({ rocks: [...rock], state }))
}

const anyNumber = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const anyVec = (most: number) => fc.record({ x: anyNumber(-most, most), y: anyNumber(-most, most) })
const anyQuat = fc.record({ x: anyNumber(-1, 1), y: anyNumber(-1, 1), z: anyNumber(-1, 1), w: anyNumber(-1, 1) })
const anyRock = fc.record({
  x: anyNumber(-1000, 1000),
  vx: anyNumber(-500, 500),
  y: anyNumber(-1000, 1000),
  pos: anyVec(100),
  vel: anyVec(50),
  heading: anyNumber(0, 7),
  dial: anyNumber(0, 7),
  spin: anyNumber(-100, 100),
  turn: anyQuat,
  hull: fc.nat(100),
  tile: fc.nat(1000),
  hot: fc.boolean(),
  kind: fc.constantFrom('ice' as const, 'iron' as const),
  name: fc.string({ maxLength: 8 }),
  tags: fc.array(fc.nat(9), { maxLength: 4 }),
  fuel: anyNumber(0, 100),
})
/** What happens to a world's rocks, tick by tick: each slot is written, despawned or spawned. */
const anyPast = fc.array(
  fc.record({
    gap: fc.integer({ min: 1, max: 4 }),
    clock: anyNumber(0, 100),
    acts: fc.array(fc.record({ at: fc.nat(5), values: anyRock, dies: fc.boolean(), owner: fc.nat(2) }), {
      maxLength: 6,
    }),
  }),
  { minLength: 2, maxLength: 6 }
)
type Past = typeof anyPast extends fc.Arbitrary<infer P> ? P : never

function play(past: Past): SnapshotBase[] {
  const world = new World(rocks)
  const ids: number[] = []
  return past.map(({ gap, clock, acts }) => {
    world.tick += gap
    world.state.clock = clock
    for (const { at, values, dies, owner } of acts) {
      const rock = world.rock.get(ids[at])
      const player = owner > 0 ? { id: owner } : undefined
      if (rock && dies) world.rock.despawn(rock)
      else if (rock) {
        Object.assign(rock, values, { prey: ids[(at + 1) % 6], goal: ids[(at + 2) % 6] })
        world.rock.give(rock, player)
      } else ids[at] = world.rock.spawn(values, player).id
    }
    return world.snapshot() as never as SnapshotBase
  })
}

describe('at a snapshot’s tick', () => {
  it('a sample is that snapshot to the bit, for every viewer, however the ticks are walked', () => {
    fc.assert(
      fc.property(anyPast, fc.constantFrom<Viewer>('all', 'wire', 'public', 1), (past, viewer) => {
        const snapshots = play(past).map((snapshot) => seenBy(snapshot, viewer))
        const sample = new Sample(plan, viewer)
        for (const [at, from] of snapshots.entries()) {
          const to = snapshots[at + 1]
          for (const tick of [from.tick, from.tick + 0.5]) sample.take(tick, from, to)
          sample.take(from.tick, from, to)
          expect(plain(sample)).toEqual(plain(from))
          expect(sample.tick).toBe(from.tick)
          if (to === undefined) continue
          sample.take(to.tick, from, to)
          expect(plain(sample)).toEqual(plain(to))
          expect(sample.tick).toBe(to.tick)
        }
      }),
      { numRuns: 60 }
    )
  })

  it('holds for ticks outside of the two as for the nearer one', () => {
    const [from, to] = frames([
      [10, { x: 1, vx: 100 }],
      [11, { x: 5 }],
    ])
    expect(sampled(9, from, to).x).toBe(1)
    expect(sampled(12.5, from, to).x).toBe(5)
    expect(take(12.5, from, to).tick).toBe(11)
  })
})

describe('between two snapshots', () => {
  it('both ends sample to the bit what both may know, whatever was sampled before', () => {
    fc.assert(
      fc.property(anyPast, anyNumber(0, 1), (past, part) => {
        const all = new Sample(plan, 'all')
        const [from, to] = play(past).slice(-2)
        const tick = from.tick + part * (to.tick - from.tick)
        all.take(from.tick + 0.25, from, to)
        all.take(tick, from, to)
        const player = new Sample(plan, 1)
        player.take(tick, seenBy(from, 1), seenBy(to, 1))
        const rows = [...(all as never as ReadWorld<Rocks>).rock]
        for (const row of (player as never as ReadWorld<Rocks>).rock) {
          const { fuse, ...known } = JSON.parse(JSON.stringify(rows.shift()))
          if (row.owner !== 1) for (const own of ['fuel', 'goal']) delete known[own]
          expect(JSON.parse(JSON.stringify(row))).toEqual(known)
          expect(row.fuse).toBe(undefined)
          expect(fuse).toBe(7)
        }
        expect(rows).toEqual([])
      }),
      { numRuns: 60 }
    )
  })

  it('a number without a rate goes straight, what is no place stays until the later one', () => {
    const [from, to] = frames([
      [10, { y: 0, at: { x: 0, y: 8, z: 0 }, tile: 10, hull: 100, hot: false, kind: 'ice', name: 'a', tags: [1] }],
      [14, { y: 8, at: { x: 4, y: 0, z: 0 }, tile: 20, hull: 60, hot: true, kind: 'iron', name: 'b', tags: [2] }],
    ])
    const rock = sampled(11, from, to)
    expect(rock.y).toBe(2)
    expect(JSON.parse(JSON.stringify(rock.at))).toEqual({ x: 1, y: 6, z: 0 })
    expect(rock.tile).toBe(12.5)
    expect([rock.hull, rock.hot, rock.kind, rock.name, [...rock.tags]]).toEqual([100, false, 'ice', 'a', [1]])
  })

  it('the match state is sampled, too', () => {
    const world = new World(rocks)
    world.state.clock = 10
    const from = world.snapshot() as never as SnapshotBase
    world.tick = 2
    world.state.clock = 9
    world.state.round = 3
    const { state } = take(1, from, world.snapshot() as never)
    expect(state.clock).toBe(9.5)
    expect(state.round).toBe(0)
  })

  it('a number with a rate is the cubic through both places with both rates: a constant acceleration is exact', () => {
    const place = (s: number) => 3 + 20 * s - 25 * s * s
    const speed = (s: number) => 20 - 50 * s
    const [from, to] = frames([
      [10, { x: place(0), vx: speed(0), pos: { x: 0, y: place(0) }, vel: { x: 0, y: speed(0) } }],
      [18, { x: place(0.8), vx: speed(0.8), pos: { x: 0, y: place(0.8) }, vel: { x: 0, y: speed(0.8) } }],
    ])
    for (let tick = 10; tick <= 18; tick += 0.125) {
      const rock = sampled(tick, from, to)
      expect(Math.abs(rock.x - place((tick - 10) / 10))).toBeLessThan(2 * fine)
      expect(Math.abs(rock.pos.y - place((tick - 10) / 10))).toBeLessThan(2 * fine)
      expect(rock.pos.x).toBe(0)
    }
  })

  it('nothing is drawn backwards or past an end while both rates point the same way', () => {
    const anyEnd = fc.record({ x: anyNumber(-100, 100), vx: anyNumber(0, 500) })
    fc.assert(
      fc.property(anyEnd, anyEnd, fc.integer({ min: 1, max: 6 }), (a, b, ticks) => {
        const [from, to] = frames([
          [10, a],
          [10 + ticks, b],
        ])
        const sample = new Sample(plan, 'all')
        const way = Math.sign(b.x - a.x)
        let last = sampled(10, from).x
        const end = sampled(10, to).x
        for (let part = 1; part <= 32; part++) {
          sample.take(10 + (ticks * part) / 32, from, to)
          const [{ x }] = (sample as never as ReadWorld<Rocks>).rock
          expect((x - last) * way).toBeGreaterThan(-1e-9)
          expect((end - x) * way).toBeGreaterThan(-1e-9)
          last = x
        }
      })
    )
  })

  it('a path has no jump at its ends', () => {
    fc.assert(
      fc.property(anyRock, anyRock, (a, b) => {
        const [from, to] = frames([
          [10, a],
          [12, b],
        ])
        const circle = (from: number, to: number) => Math.abs(Math.sin((to - from) / 2))
        for (const [tick, near] of [
          [10 + 1e-7, sampled(10, from)],
          [12 - 1e-7, sampled(12, to)],
        ] as const) {
          const rock = sampled(tick, from, to)
          expect(Math.abs(rock.x - near.x)).toBeLessThan(0.01)
          expect(Math.abs(rock.pos.x - near.pos.x)).toBeLessThan(0.01)
          expect(circle(rock.heading, near.heading)).toBeLessThan(0.01)
          expect(circle(rock.dial, near.dial)).toBeLessThan(0.01)
        }
      })
    )
  })

  it('an angle turns the short way, within 0 to 2 pi', () => {
    const turn = 2 * Math.PI
    const halfway = (a: number, b: number) => {
      const [from, to] = frames([
        [10, { heading: a }],
        [12, { heading: b }],
      ])
      return sampled(11, from, to).heading
    }
    expect(halfway(turn - 0.2, 0.4)).toBeCloseTo(0.1, 2)
    expect(halfway(0.1, turn - 0.3)).toBeCloseTo(turn - 0.1, 2)
    expect(halfway(1, 3)).toBeCloseTo(2, 2)
    fc.assert(
      fc.property(anyNumber(0, turn), anyNumber(0, turn), (a, b) => {
        const heading = halfway(a, b)
        expect(heading).toBeGreaterThanOrEqual(0)
        expect(heading).toBeLessThan(turn)
        expect(Math.cos(heading - a)).toBeCloseTo(Math.cos(heading - b), 2)
        expect(Math.cos(heading - a)).toBeGreaterThan(-0.01)
      })
    )
  })

  it('an angle with a rate goes round as often as the rate says', () => {
    const spin = 20 // rad/s: 12 rad over 6 ticks, almost two turns
    const [from, to] = frames([
      [10, { dial: 0, spin }],
      [16, { dial: spin * 0.6, spin }],
    ])
    for (let tick = 10; tick <= 16; tick += 0.25) {
      const off = sampled(tick, from, to).dial - ((tick - 10) / 10) * spin
      expect(Math.abs(Math.sin(off / 2))).toBeLessThan(0.001)
    }
  })

  it('a rotation turns the short way at an even speed, and stays a rotation', () => {
    fc.assert(
      fc.property(anyQuat, anyQuat, anyNumber(0, 1), (a, b, part) => {
        fc.pre([a, b].every(({ x, y, z, w }) => Math.hypot(x, y, z, w) > 0.1))
        const [from, to] = frames([
          [10, { turn: a }],
          [12, { turn: b }],
        ])
        const [p, q, r] = [10, 12, 10 + 2 * part].map((tick) => {
          const { x, y, z, w } = sampled(tick, from, to).turn
          return { x, y, z, w }
        })
        expect(Math.hypot(r.x, r.y, r.z, r.w)).toBeCloseTo(1, 4)
        const all = angleBetween(p, q)
        expect(Math.abs(angleBetween(p, r) - part * all)).toBeLessThan(0.002)
        expect(Math.abs(angleBetween(r, q) - (1 - part) * all)).toBeLessThan(0.002)
      })
    )
  })

  it('a change of more than the snap distance is held, then there', () => {
    const [from, to] = frames([
      [10, { y: 0, x: 0 }],
      [12, { y: 50, x: 900 }],
    ])
    expect(sampled(11, from, to).y).toBe(25)
    const [there, back] = frames([
      [10, { y: 0, x: 0 }],
      [12, { y: 50.5, x: 8 }],
    ])
    expect(sampled(11.99, there, back).y).toBe(0)
    expect(sampled(11, there, back).x).toBe(4)
    expect(sampled(12, there, back).y).toBe(50.5)
  })

  it('what only its owner may know is not mixed with what somebody else had', () => {
    const world = new World(rocks)
    const rock = world.rock.spawn({ fuel: 10, y: 0 }, { id: 1 })
    rock.goal = rock.id
    const from = world.snapshot() as never as SnapshotBase
    world.tick = 2
    world.rock.give(rock, { id: 2 })
    rock.fuel = 90
    rock.y = 10
    const to = world.snapshot() as never as SnapshotBase
    expect(sampled(1, from, to)).toMatchObject({ fuel: 10, goal: rock.id, owner: 1 })
    expect(sampled(1, from, to).y).toBe(5)
    expect(sampled(1, from, to, 1).fuel).toBe(10)
    expect(sampled(1, from, to, 2).fuel).toBe(undefined)
    expect(sampled(2, from, to, 2).fuel).toBe(90)
  })
})

describe('without a later snapshot', () => {
  it('what has a rate goes on by it, within its bounds; all else stays', () => {
    const [from] = frames([
      [
        10,
        { x: 10, vx: 100, y: 5, dial: 6, spin: -10, pos: { x: 99, y: 0 }, vel: { x: 50, y: -5 }, heading: 1, tile: 3 },
      ],
    ])
    const rock = sampled(12, from)
    expect(rock.x).toBe(30)
    expect(rock.dial).toBeCloseTo(4, 2)
    expect([rock.pos.x, rock.pos.y]).toEqual([100, -1])
    expect([rock.y, rock.tile, rock.vx]).toEqual([5, 3, 100])
    expect(take(12, from).tick).toBe(12)
  })
})

describe('rows of a sample', () => {
  it('appear at their spawn tick, and go on by their rates until their despawn tick', () => {
    const world = new World(rocks)
    const old = world.rock.spawn({ x: 0, vx: 100 })
    const from = world.snapshot() as never as SnapshotBase
    world.tick = 1
    world.rock.despawn(old)
    const young = world.rock.spawn({ x: 500 })
    const to = world.snapshot() as never as SnapshotBase
    const before = take(0.5, from, to)
    expect([...before.rock].map(({ id, x }) => [id, x])).toEqual([[old.id, 5]])
    expect(before.rock.get(young.id)).toBe(undefined)
    const after = take(1, from, to)
    expect([...after.rock].map(({ id }) => id)).toEqual([young.id])
    expect(after.rock.size).toBe(1)
  })

  it('are one object while they live, and read undefined once another has their slot', () => {
    const world = new World(rocks)
    const sample = new Sample(plan, 'all')
    const { rock } = sample as never as ReadWorld<Rocks>
    const snapshots: SnapshotBase[] = []
    const snap = () => {
      snapshots.push(world.snapshot() as never)
      world.tick++
    }
    const first = world.rock.spawn({ name: 'one', x: 1 }, { id: 1 })
    snap()
    snap()
    world.rock.despawn(first)
    snap()
    const second = world.rock.spawn({ name: 'two' })
    snap()
    expect(second.id).not.toBe(first.id)

    sample.take(0, snapshots[0], snapshots[1])
    const row = rock.get(first.id)
    sample.take(1, snapshots[1], snapshots[2])
    expect(rock.get(first.id)).toBe(row)
    expect([...rock]).toEqual([row])
    expect(rock.ownedBy({ id: 1 })).toBe(row)
    expect([...rock.allOwnedBy({ id: 1 })]).toEqual([row])
    expect(rock.ownedBy({ id: 2 })).toBe(undefined)
    sample.take(3, snapshots[3], undefined)
    expect(rock.get(first.id)).toBe(undefined)
    expect(row?.x).toBe(undefined)
    expect(row?.name).toBe(undefined)
    expect(rock.get(second.id)?.name).toBe('two')
    expect(() => Object.assign(rock.get(second.id)!, { x: 3 })).toThrow(TypeError)
  })

  it('point to the row that was meant, also once its slot is another’s', () => {
    const world = new World(rocks)
    const prey = world.rock.spawn({})
    const hunter = world.rock.spawn({ prey: prey.id })
    const from = world.snapshot() as never as SnapshotBase
    world.tick = 1
    world.rock.despawn(prey)
    world.snapshot()
    world.tick = 2
    const other = world.rock.spawn({})
    hunter.prey = other.id
    const to = world.snapshot() as never as SnapshotBase
    expect(take(1.5, from, to).rock.get(hunter.id)?.prey).toBe(prey.id)
    expect(take(2, from, to).rock.get(hunter.id)?.prey).toBe(other.id)
  })

  it('are an empty world at tick 0 with the match state’s defaults before anything was taken', () => {
    const sample = new Sample(plan, 1) as never as ReadWorld<Rocks>
    expect([sample.tick, sample.rock.size, sample.state.round]).toEqual([0, 0, 0])
    expect(sample.state).toBeInstanceOf(RowBase)
  })
})

interface Rotation {
  x: number
  y: number
  z: number
  w: number
}
function angleBetween(a: Rotation, b: Rotation): number {
  const dot = a.x * b.x + a.y * b.y + a.z * b.z + a.w * b.w
  const sign = dot < 0 ? -1 : 1
  // Half the angle by its sine: the cosine says little of small ones.
  const half = Math.hypot(a.x - sign * b.x, a.y - sign * b.y, a.z - sign * b.z, a.w - sign * b.w) / 2
  return 4 * Math.asin(Math.min(1, half))
}
