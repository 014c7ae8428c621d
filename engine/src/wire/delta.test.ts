import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, checkWithin, content, frozenCopy, inner, outer } from '../../test/worlds.ts'
import { entity } from '../schema/entity.ts'
import { TickwireError } from '../schema/errors.ts'
import { angle, int, quat, ranged, text } from '../schema/field.ts'
import { type AnyGame, defineGame } from '../schema/game.ts'
import { hashOf, type SnapshotBase } from '../state/snapshot.ts'
import { World, type WorldBase } from '../state/world.ts'
import { DeltaDecoder, DeltaEncoder } from './encoder.ts'
import { trainPrior } from './training.ts'

interface Play {
  readonly game: AnyGame
  readonly snapshots: readonly SnapshotBase[]
}

/** Some ticks of some world of some game; ticks may be skipped. */
const play = fc
  .record({
    game: anyGame,
    seed: fc.nat(),
    calm: fc.constantFrom(0, 0.5, 0.9, 1),
    crowd: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 130),
    gaps: fc.array(fc.constantFrom(1, 1, 1, 2, 7, 40), { minLength: 4, maxLength: 7 }),
  })
  .map(({ game, seed, calm, crowd, gaps }): Play => {
    const churn = new Churn(game, seed, crowd)
    return { game, snapshots: gaps.map((gap) => churn.step(gap, calm)) }
  })

/** A frame of the last snapshot, with the baselines as their receiver holds them. */
const coded = fc
  .record({
    play,
    base: fc.nat(10),
    before: fc.nat(10),
    audience: fc.constantFrom('wire', 'all'),
    trained: fc.constantFrom(0, 0, 0, 3, 4),
  })
  .map(({ play: { game, snapshots }, base, before, audience, trained }) => {
    // Trained on the first of these snapshots, or on none: not what the frame holds.
    const prior = trained > 0 ? trainPrior(game, snapshots.slice(0, trained).map(outer) as never) : undefined
    const encoder = new DeltaEncoder(game, { audience: audience as 'wire', prior })
    const decoder = new DeltaDecoder(game, { prior })
    // Up to the last but one; past the front: none.
    const at = snapshots.length - 2 - base
    const [last, first] = [snapshots[at], at >= 0 ? snapshots[at - 1 - before] : undefined]
    const hold = (snapshot: SnapshotBase | undefined) =>
      snapshot && inner(decoder.decode(encoder.encode(outer(snapshot))))
    const snapshot = snapshots.at(-1)!
    const bytes = encoder.encode(outer(snapshot), outer(last), outer(first))
    const held = [hold(last), hold(first)] as const
    const decode = (from: Uint8Array) => inner(decoder.decode(from, outer(held[0]), outer(held[1])))
    return { snapshot, bytes, held, decode, viewer: audience === 'wire' ? ('wire' as const) : ('shared' as const) }
  })

describe('any world of any game against any baseline', () => {
  it('S10-S53 comes back exactly, values and hash', () => {
    fc.assert(
      fc.property(coded, ({ snapshot, bytes, decode, viewer }) => {
        const seen = decode(bytes)
        expect(content(seen, viewer)).toEqual(content(snapshot, viewer))
        expect(seen.tick).toBe(snapshot.tick)
        expect(hashOf(seen, viewer === 'wire')).toBe(hashOf(snapshot, viewer === 'wire'))
        checkWithin(seen)
      }),
      { numRuns: runs(60) }
    )
  })

  it('a chain of deltas, each on the one that was decoded before, stays exact', () => {
    fc.assert(
      fc.property(anyGame, fc.nat(), fc.constantFrom(0.3, 0.9), (game, seed, calm) => {
        const churn = new Churn(game, seed)
        const [encoder, decoder] = [new DeltaEncoder(game), new DeltaDecoder(game)]
        const [sent, held]: [SnapshotBase[], SnapshotBase[]] = [[], []]
        for (let i = 0; i < 12; i++) {
          const snapshot = churn.step(1 + (i % 5 === 4 ? 3 : 0), calm)
          const bytes = encoder.encode(outer(snapshot), outer(sent.at(-1)), outer(sent.at(-2)))
          held.push(inner(decoder.decode(bytes, outer(held.at(-1)), outer(held.at(-2)))))
          sent.push(snapshot)
          expect(held.at(-1)!.hash).toBe(snapshot.hash)
        }
        expect(content(held.at(-1)!, 'wire')).toEqual(content(sent.at(-1)!, 'wire'))
      }),
      { numRuns: runs(40) }
    )
  })

  it('F11 cut short anywhere it is refused with a typed error, and changes nothing', () => {
    fc.assert(
      fc.property(
        coded,
        fc.array(fc.double({ min: 0, max: 1, maxExcluded: true }), { minLength: 1, maxLength: 10 }),
        ({ bytes, held, decode }, cuts) => {
          const before = held.map(frozenCopy)
          for (const cut of cuts)
            expect(refused(() => decode(bytes.subarray(0, Math.floor(bytes.length * cut))))).toMatch(
              /ERR_FRAME_(TRUNCATED|INVALID)/
            )
          expect(held.map(frozenCopy)).toEqual(before)
        }
      ),
      { numRuns: runs(40) }
    )
  })

  it('F11 with flipped bits it is refused with a typed error, or holds values within the schema, and changes nothing', () => {
    let accepted = 0
    fc.assert(
      fc.property(
        coded,
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 12 }),
        ({ bytes, held, decode }, flips) => {
          const before = held.map(frozenCopy)
          for (const [at, bit] of flips) {
            const changed = bytes.slice()
            // Mostly behind the header, where a flip is more likely to pass.
            changed[at % changed.length] ^= 1 << bit
            try {
              checkWithin(decode(changed))
              accepted++
            } catch (error) {
              if (!(error instanceof TickwireError)) throw error
            }
          }
          expect(held.map(frozenCopy)).toEqual(before)
        }
      ),
      { numRuns: runs(60) }
    )
    // Deltas without a hash pass now and then: the property is not empty.
    expect(accepted).toBeGreaterThan(0)
  })

  it('F11 any bytes at all are refused with a typed error, or hold values within the schema', () => {
    fc.assert(
      fc.property(coded, fc.uint8Array({ maxLength: 60 }), fc.nat(12), ({ bytes, decode }, junk, keep) => {
        const mixed = new Uint8Array([...bytes.subarray(0, keep), ...junk])
        try {
          checkWithin(decode(mixed))
        } catch (error) {
          if (!(error instanceof TickwireError)) throw error
        }
      }),
      { numRuns: runs(60) }
    )
  })
})

describe('what a world costs', () => {
  const Ship = {
    x: ranged(0, 4096, 1 / 256).rate('vx'),
    vx: ranged(-512, 512, 1 / 64),
    spin: angle(12).linear(),
    turn: quat(12).linear(),
    hull: int(0, 100).default(100),
    name: text(8).default('ship'),
  }
  const game = defineGame({ name: 'costs', tickRate: 30, entities: { ship: entity(Ship) } })
  const still = { spin: 0, turn: { x: 0, y: 0, z: 0, w: 1 } }
  const make = (count: number, vx = 0) => {
    const world = new World(game)
    world.tick = 1
    for (let i = 0; i < count; i++) world.ship.spawn({ x: i, vx, ...still })
    const encoder = new DeltaEncoder(game)
    const bytes = (...of: Parameters<typeof encoder.encode>) => encoder.encode(...of).length
    const next = (act: (world: World<typeof game>) => void = () => {}) => {
      world.tick++
      act(world)
      return world.snapshot()
    }
    return { world, bytes, next, first: world.snapshot() }
  }

  it('nothing changed: header and a bit or two a column, however many rows', () => {
    const [few, many] = [make(1), make(1000)].map(({ bytes, next, first }) => bytes(next(), first))
    expect([few, many]).toEqual([few, few])
    expect(few).toBeLessThan(8)
  })

  it('what moves as it said costs nothing: rate, linear, a rotation repeated', () => {
    const { bytes, next } = make(100, 30)
    const move = (world: World<typeof game>) => {
      for (const ship of world.ship) {
        ship.x += ship.vx / 30
        ship.spin += 0.1
        const half = ship.x * 0.05
        ship.turn = { x: 0, y: 0, z: Math.sin(half), w: Math.cos(half) }
      }
    }
    const [a, b, c] = [next(move), next(move), next(move)]
    expect(bytes(c, b, a)).toBeLessThan(80)
    // Without the snapshot before, nothing says how they turn.
    expect(bytes(c, b)).toBeGreaterThan(200)
  })

  it('a row more or less costs its values, not the table', () => {
    const { world, bytes, next, first } = make(500)
    const second = next((world) => world.ship.spawn({ x: 5, vx: 0, ...still }))
    const idle = make(500)
    const spawned = bytes(second, first) - idle.bytes(idle.next(), idle.first)
    expect(spawned).toBeLessThan(32)
    const third = next(() => world.ship.despawn([...world.ship][3]))
    expect(bytes(third, second)).toBeLessThan(16)
  })

  it('a slot that is another row’s now is a despawn and a spawn', () => {
    const { world, next, first } = make(3)
    const [, second] = world.ship
    next(() => world.ship.despawn(second))
    const third = next(() => world.ship.spawn({ x: 9, vx: 0, ...still }))
    const decoder = new DeltaDecoder(game)
    const encoder = new DeltaEncoder(game)
    const held = decoder.decode(encoder.encode(first))
    const seen = decoder.decode(encoder.encode(third, first), held)
    expect(seen.ship.get(second.id)).toBeUndefined()
    expect(Array.from(seen.ship, ({ id }) => id)).toEqual(Array.from(world.ship, ({ id }) => id))
  })
})

it('S11 S12 a table grows by no more slots than its frame has bits', () => {
  const fields = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`f${i}`, int(0, 9)]))
  const game = defineGame({ name: 'wide', tickRate: 30, entities: { row: entity(fields) } })
  const decoder = new DeltaDecoder(game)
  // Keyframe, tick 1, hash; rows came; the end is 65,535.
  const head = [4, 1, 0, 0, 0, 0, 0b11 | ((0xff << 2) & 0xff), 0xff, 0x0f]
  expect(refused(() => decoder.decode(Uint8Array.from([...head, 0, 0, 0, 0, 0, 0])))).toMatch(
    /65535 more slots in \d+ bytes \(ERR_FRAME_TRUNCATED\)/
  )
})

it('S17 columns of the server never travel: a decoded world has them at their defaults', () => {
  const fields = { x: int(0, 9), fuse: int(0, 90).default(7).only('server'), note: text(8).default('n').only('server') }
  const game = defineGame({ name: 'hidden', tickRate: 30, entities: { shot: entity(fields) } })
  const world = new World(game)
  const row = world.shot.spawn({ x: 1, fuse: 33, note: 'secret' })
  const bytes = new DeltaEncoder(game).encode(world.snapshot())
  row.fuse = 44
  row.note = 'other'
  expect(new DeltaEncoder(game).encode(world.snapshot())).toEqual(bytes)
  const seen = new DeltaDecoder(game).decode(bytes)
  expect(seen.shot.get(row.id)?.fuse).toBeUndefined()
  const { cells } = inner(seen as never).tables[0]
  expect([cells.ints[2], cells.packed[3][0].value]).toEqual([7, 'n'])
})

it('an encoder keeps no state: the same snapshots give the same bytes, in any order', () => {
  const [game] = fc.sample(anyGame, { numRuns: 1, seed: 7 })
  const churn = new Churn(game, 7)
  const snapshots = [1, 2, 3, 4].map(() => churn.step(1, 0.3))
  const one = new DeltaEncoder(game)
  const encode = (encoder: typeof one, i: number, j: number) => encoder.encode(outer(snapshots[i]), outer(snapshots[j]))
  const first = [encode(one, 3, 2), encode(one, 1, 0), encode(one, 3, 0)]
  const other = new DeltaEncoder(game)
  expect([encode(other, 3, 0), encode(other, 1, 0), encode(other, 3, 2)].reverse()).toEqual(first)
  expect((churn.world as WorldBase).tick).toBe(4)
})

it('S11 an end without a row before it is refused, before anything is made for it', () => {
  const game = defineGame({ name: 'dense', tickRate: 30, entities: { row: entity({ x: int(0, 9) }) } })
  // Keyframe, tick 1, hash; rows came; the end is 24; then 24 flags of which none is set.
  const frame = Uint8Array.of(4, 1, 0, 0, 0, 0, 0b11 | (24 << 2), 0, 0, 0, 0, 0, 0)
  expect(refused(() => new DeltaDecoder(game).decode(frame))).toBe(
    'row ends at slot 24: its last row is in -1 (ERR_FRAME_INVALID)'
  )
})
