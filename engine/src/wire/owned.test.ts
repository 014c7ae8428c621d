import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, content, inner } from '../../test/worlds.ts'
import { entity } from '../schema/entity.ts'
import { data, int, list, quat, ranged, text } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { History } from '../state/history.ts'
import { Random } from '../state/random.ts'
import { makeSnapshot, type SnapshotBase } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { FrameReader, FrameWriter, SHARED_PREFIX } from './frames.ts'
import { ownedChanged, ownedHash } from './owned.ts'

/** A frame as it reaches one player. */
function joined(shared: Uint8Array, head: Uint8Array | undefined): Uint8Array {
  return head ? Uint8Array.from([...head, ...shared.subarray(SHARED_PREFIX)]) : shared
}

/** The same snapshot with other values in every owner column. */
function otherwise(snapshot: SnapshotBase, random: Random): SnapshotBase {
  const cells = snapshot.tables.map(({ plan, cells }) => {
    const ints = cells.ints.slice()
    const packed = [...cells.packed]
    for (const index of plan.owned) {
      const { max, zeroValue } = plan.layout.columns[index]
      for (let slot = 0; slot < cells.size; slot++)
        ints[index * cells.size + slot] = Math.floor(random.next() * (max + 1))
      if (zeroValue) packed[index] = packed[index].map(() => zeroValue)
    }
    return { ...cells, ints, packed }
  })
  return makeSnapshot(snapshot.plan, snapshot.tick, cells, 'all')
}

describe('O1 what only owners may see', () => {
  it('is nowhere in the shared bytes: worlds that differ in nothing else give identical ones', () => {
    fc.assert(
      fc.property(anyGame, fc.nat(), (game, seed) => {
        const churn = new Churn(game, seed)
        const random = new Random(seed)
        const writer = new FrameWriter(game)
        const snapshots = Array.from({ length: 4 }, () => churn.step(8, 0.4))
        const others = snapshots.map((snapshot) => otherwise(snapshot, random))
        for (let i = 0; i < 4; i++) {
          const frame = ([now, last, before]: readonly (SnapshotBase | undefined)[]) =>
            writer.shared(now!, last, before, [])
          const pick = (from: SnapshotBase[]) => [from[i], from[i - 1], from[i - 2]]
          expect(frame(pick(others))).toEqual(frame(pick(snapshots)))
        }
      }),
      { numRuns: runs(60) }
    )
  })

  it('reaches its owner and nobody else, as rows come, go and change hands', () => {
    fc.assert(
      fc.property(anyGame, fc.nat(), fc.constantFrom(0, 0.5, 0.9), (game, seed, calm) => {
        const churn = new Churn(game, seed)
        const writer = new FrameWriter(game)
        const players = [1, 2, 3].map((id) => ({
          id,
          reader: new FrameReader(game),
          held: new History<SnapshotBase>(16),
          sent: [] as SnapshotBase[],
        }))
        for (let i = 0; i < 8; i++) {
          const snapshot = churn.step(i === 5 ? 3 : 1, calm)
          for (const player of players) {
            // Each misses other frames; the third starts over in between.
            if (i % (player.id + 3) === player.id) continue
            if (player.id === 3 && i === 4) player.sent.length = 0
            const [before, baseline] = [player.sent.at(-2), player.sent.at(-1)]
            const shared = writer.shared(snapshot, baseline, before, [])
            const head = writer.head({ player: player.id, snapshot, baseline, slack: undefined, events: [] })
            const frame = player.reader.read(joined(shared, head), player.id, Math.max(player.held.newest, 0), (tick) =>
              player.held.get(tick)
            )
            expect(frame.sound).toBe(true)
            expect(content(frame.snapshot, player.id)).toEqual(content(snapshot, player.id))
            player.held.set(snapshot.tick, frame.snapshot)
            player.sent.push(snapshot)
          }
        }
      }),
      { numRuns: runs(40) }
    )
  })
})

const game = defineGame({
  name: 'owned',
  tickRate: 30,
  entities: {
    ship: entity({
      x: int(0, 9),
      ammo: int(0, 50).default(50).only('owner'),
      fuel: ranged(0, 1, 0.01).default(1).only('owner'),
      aim: quat(9).default({ x: 0, y: 0, z: 0, w: 1 }).only('owner'),
      note: text(8).default('').only('owner'),
      bag: list(int(0, 9), 4).default([]).only('owner'),
      plan: data<unknown>(32).default(null).only('owner'),
    }),
  },
})

describe('a private chunk', () => {
  const [ann, bob] = [{ id: 1 }, { id: 2 }]
  const writer = new FrameWriter(game)
  const make = () => {
    const world = new World(game)
    world.tick = 1
    const row = world.ship.spawn({ x: 1 }, ann)
    const snap = () => inner(world.snapshot() as never)
    const next = () => {
      world.tick++
      return snap()
    }
    return { world, row, snap, next }
  }
  const head = (player: { id: number }, snapshot: SnapshotBase, baseline?: SnapshotBase) =>
    writer.head({ player: player.id, snapshot, baseline, slack: undefined, events: [] })

  it('F7 is not there while nothing of it changed: everybody gets the same bytes', () => {
    const { row, snap, next } = make()
    const first = snap()
    row.x = 5
    expect(head(ann, next(), first)).toBeUndefined()
    expect(head(bob, next(), first)).toBeUndefined()
  })

  it('O3 has a bit for what is as it was, and a few for what changed', () => {
    const { row, snap, next } = make()
    const first = snap()
    row.ammo -= 1
    const own = head(ann, next(), first)!
    // kind, length; then columns, no slack, nothing got, ammo by -1, five that stay, four of them a rotation's, no hash, no events.
    expect(Buffer.from(own).toString('hex')).toBe('0103090000')
    expect(head(bob, next(), first)).toBeUndefined()
  })

  it('S54 with what is no rotation is refused', () => {
    const { snap } = make()
    const snapshot = snap()
    const bytes = writer.shared(snapshot, undefined, undefined, [])
    const { cells, plan } = snapshot.tables[0]
    const { column, shape } = plan.layout.fields.find(({ name }) => name === 'aim')!
    for (const part of [1, 2, 3]) cells.ints[(column + part) * cells.size] = shape.max
    const whole = Uint8Array.of(...head(ann, snapshot)!, ...bytes.subarray(SHARED_PREFIX))
    expect(refused(() => new FrameReader(game).read(whole, ann.id, 0, () => undefined))).toBe(
      'ship.aim is no rotation (ERR_FRAME_INVALID)'
    )
  })

  it('O4 of a row that was somebody else’s starts from the defaults, not from what the other one had', () => {
    const { world, row, snap, next } = make()
    row.ammo = 7
    row.note = 'mine'
    const first = snap()
    world.ship.give(row, bob)
    const second = next()
    expect([ownedChanged(second, first, 1), ownedChanged(second, first, 2)]).toEqual([false, true])
    const shared = writer.shared(second, first, undefined, [])
    const reader = new FrameReader(game)
    const held = (player: { id: number }) => {
      const own = head(player, first)
      return reader.read(joined(writer.shared(first, undefined, undefined, []), own), player.id, 0, () => undefined)
        .snapshot
    }
    const bobs = reader.read(joined(shared, head(bob, second, first)), 2, 1, () => held(bob)).snapshot
    expect(JSON.parse(JSON.stringify(bobs.tables[0].at(0)))).toMatchObject({ ammo: 7, note: 'mine' })
    const anns = reader.read(joined(shared, head(ann, second, first)), 1, 1, () => held(ann)).snapshot
    expect(JSON.parse(JSON.stringify(anns.tables[0].at(0)))).not.toHaveProperty('ammo')
  })

  it('O4 a row at its defaults needs nothing said', () => {
    const { world, snap, next } = make()
    const first = snap()
    world.ship.spawn({ x: 1 }, bob)
    expect(head(bob, next(), first)).toBeUndefined()
  })

  it('H2 carries a hash with keyframes and every 32 ticks; it covers the player’s own columns only', () => {
    const { world, row, snap, next } = make()
    const first = snap()
    expect(head(ann, first)).toBeDefined()
    world.tick = 30
    expect(head(ann, next(), first)).toBeUndefined()
    expect(head(ann, next(), first)).toBeDefined()
    const before = [ownedHash(snap(), 1), ownedHash(snap(), 2)]
    row.ammo = 3
    expect(ownedHash(snap(), 1)).not.toBe(before[0])
    expect(ownedHash(snap(), 2)).toBe(before[1])
    row.note = 'x'
    const withNote = ownedHash(snap(), 1)
    row.note = 'y'
    expect(ownedHash(snap(), 1)).not.toBe(withNote)
  })
})
