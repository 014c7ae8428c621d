import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, content, inner, seenBy } from '../../test/worlds.ts'
import { entity } from '../schema/entity.ts'
import { int, list, quat, ref, text, vec2 } from '../schema/field.ts'
import { defineGame, planOf } from '../schema/game.ts'
import { hashOf, type SnapshotBase, type Viewer } from './snapshot.ts'
import { World } from './world.ts'

const game = defineGame({
  name: 'snapshots',
  tickRate: 30,
  state: { round: int(0, 9), secret: int(0, 9).only('server') },
  entities: {
    ship: entity({
      x: int(0, 9),
      pos: vec2(int(0, 9)).default({ x: 0, y: 0 }).only('owner'),
      ammo: int(0, 9).default(0).only('owner'),
      fuse: int(0, 9).default(0).only('server'),
      name: text(8).default(''),
      note: text(8).default('').only('owner'),
      bag: list(int(0, 9), 3).default([]),
      turn: quat(9).default({ x: 0, y: 0, z: 0, w: 1 }),
      to: ref('ship'),
    }),
  },
})
const ann = { id: 1 }
const bob = { id: 2 }

function make() {
  const world = new World(game)
  const a = world.ship.spawn({ x: 1, name: 'a', ammo: 3, fuse: 4, note: 'n', pos: { x: 5, y: 6 } }, ann)
  const b = world.ship.spawn({ x: 2, name: 'b', to: a.id, ammo: 7 }, bob)
  world.state.secret = 5
  return { world, a, b }
}

describe('a snapshot', () => {
  it('reads as the world did, and stays so when the world goes on', () => {
    const { world, a, b } = make()
    const snapshot = world.snapshot()
    const before = JSON.stringify([...snapshot.ship])
    expect(JSON.stringify([...world.ship])).toBe(before)
    a.x = 9
    a.bag.push(4)
    a.pos.x = 0
    world.ship.despawn(b)
    world.tick++
    world.ship.spawn({ x: 8 })
    world.snapshot()
    expect(JSON.stringify([...snapshot.ship])).toBe(before)
    expect([snapshot.tick, snapshot.ship.size, snapshot.ship.get(b.id)?.x, snapshot.state.round]).toEqual([0, 2, 2, 0])
  })

  it('finds rows by id, by owner, and through refs', () => {
    const { world, a, b } = make()
    const { ship } = world.snapshot()
    expect([ship.get(a.id)?.name, ship.get(undefined), ship.get(a.id + 1)]).toEqual(['a', undefined, undefined])
    expect(ship.ownedBy(bob)?.id).toBe(b.id)
    expect(ship.get(ship.get(b.id)?.to)?.name).toBe('a')
    expect(Array.from(ship.allOwnedBy(ann), ({ id }) => id)).toEqual([a.id])
    expect([ship.ownedBy({ id: 9 }), [...ship.allOwnedBy({ id: 9 })]]).toEqual([undefined, []])
    expect(ship.get(a.id)).toBe(ship.get(a.id))
  })

  it("the first row of a player is the world's first row of that player", () => {
    const { world, a } = make()
    world.ship.spawn({ x: 3 }, ann)
    world.ship.despawn(a)
    world.tick++
    world.ship.spawn({ x: 4 }, ann)
    expect(world.snapshot().ship.ownedBy(ann)?.id).toBe(world.ship.ownedBy(ann)?.id)
  })

  it("its rows can't be written", () => {
    const { world, a } = make()
    const row = world.snapshot().ship.get(a.id) as { x: number }
    expect(() => {
      row.x = 5
    }).toThrow(TypeError)
  })
})

interface Known {
  readonly mine: readonly unknown[]
  readonly other: readonly unknown[]
  readonly secret: unknown
}

describe('who may know what', () => {
  const known = (viewer: Viewer): Known => {
    const { world, a, b } = make()
    const snapshot = seenBy(inner(world.snapshot() as never), viewer) as never as ReturnType<typeof world.snapshot>
    const of = (id: number) => {
      const row = snapshot.ship.get(id)!
      return [row.x, row.name, row.ammo, row.pos?.x, row.note, row.fuse]
    }
    return { mine: of(a.id), other: of(b.id), secret: snapshot.state.secret }
  }
  const hidden = undefined

  it.each<[string, Viewer, Known]>([
    ['the server everything', 'all', { mine: [1, 'a', 3, 5, 'n', 4], other: [2, 'b', 7, 0, '', 0], secret: 5 }],
    [
      'the wire all but what is the server’s',
      'wire',
      { mine: [1, 'a', 3, 5, 'n', hidden], other: [2, 'b', 7, 0, '', hidden], secret: hidden },
    ],
    [
      'a player what is its own',
      1,
      { mine: [1, 'a', 3, 5, 'n', hidden], other: [2, 'b', hidden, hidden, hidden, hidden], secret: hidden },
    ],
    [
      '`move` only what is for all',
      'public',
      {
        mine: [1, 'a', hidden, hidden, hidden, hidden],
        other: [2, 'b', hidden, hidden, hidden, hidden],
        secret: hidden,
      },
    ],
  ])('%s', (_, viewer, expected) => expect(known(viewer)).toEqual(expected))

  it('`seen` is the same tick as everybody may know it', () => {
    const { world, a } = make()
    const { seen } = world.snapshot() as never as SnapshotBase
    const row = (seen as never as ReturnType<typeof world.snapshot>).ship.get(a.id)!
    expect([seen.tick, row.x, row.ammo]).toEqual([0, 1, undefined])
  })
})

describe('H1 the hash', () => {
  const hash = (change: (made: ReturnType<typeof make>) => unknown = () => {}): number => {
    const made = make()
    change(made)
    return made.world.snapshot().hash
  }

  it('is the same for the same content', () => {
    expect(hash()).toBe(hash())
    expect(hash(({ a }) => (a.x = 1.2))).toBe(hash())
  })

  it.each<[string, (made: ReturnType<typeof make>) => unknown]>([
    ['a value', ({ a }) => (a.x = 2)],
    ['an owner’s value', ({ a }) => (a.ammo = 4)],
    ['an owner’s text', ({ a }) => (a.note = 'm')],
    ['text', ({ a }) => (a.name = 'c')],
    [
      'a letter that moves from one row to the next',
      ({ a, b }) => [Object.assign(a, { name: 'ab' }), Object.assign(b, { name: '' })],
    ],
    ['an item', ({ a }) => a.bag.push(0)],
    ['a ref', ({ b }) => (b.to = undefined)],
    ['who it belongs to', ({ world, a }) => world.ship.give(a, bob)],
    ['the tick', ({ world }) => world.tick++],
    ['a row more', ({ world }) => world.ship.spawn({ x: 0 })],
    ['a row less', ({ world, b }) => world.ship.despawn(b)],
    ['the match state', ({ world }) => (world.state.round = 1)],
  ])('changes with %s', (_, change) => expect(hash(change)).not.toBe(hash()))

  it('does not cover what never travels, nor for everybody what only owners get', () => {
    expect(hash(({ a }) => (a.fuse = 9))).toBe(hash())
    expect(hash(({ world }) => (world.state.secret = 9))).toBe(hash())
    const shared = (ammo: number) => {
      const { world, a } = make()
      a.ammo = ammo
      const snapshot = world.snapshot() as never as SnapshotBase
      expect(snapshot.seen.hash).toBe(hashOf(snapshot, false))
      return hashOf(snapshot, false)
    }
    expect(shared(1)).toBe(shared(2))
  })

  it('differs wherever the content differs, in any game', () => {
    fc.assert(
      fc.property(anyGame, fc.nat(), (game, seed) => {
        const churn = new Churn(game, seed)
        const seen = new Map<number, string>()
        for (let i = 0; i < 5; i++) {
          const snapshot = churn.step(i % 2, 0.9)
          const text = JSON.stringify([snapshot.tick, content(snapshot, 'wire')])
          expect(seen.get(hashOf(snapshot, true)) ?? text).toBe(text)
          seen.set(hashOf(snapshot, true), text)
        }
        expect(planOf(game).tables).toHaveLength(4)
      }),
      { numRuns: runs(30) }
    )
  })
})
