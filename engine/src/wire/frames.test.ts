import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, checkWithin, frozenCopy, inner } from '../../test/worlds.ts'
import { entity, event } from '../schema/entity.ts'
import { TickwireError } from '../schema/errors.ts'
import { bool, data, int, text } from '../schema/field.ts'
import { defineGame, planOf } from '../schema/game.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaEncoder } from './encoder.ts'
import { FrameReader, FrameWriter, SHARED_PREFIX, type WireEvent } from './frames.ts'

const game = defineGame({
  name: 'frames',
  tickRate: 30,
  entities: { ship: entity({ x: int(0, 99), ammo: int(0, 9).default(0).only('owner') }) },
  events: { boom: event({ x: int(0, 99) }), said: event({ text: text(16) }), rang: event({}) },
})
const plain = defineGame({ name: 'plain', tickRate: 30, entities: { ship: entity({ x: int(0, 99) }) } })
const writer = new FrameWriter(game)
const reader = new FrameReader(game)
const kinds = planOf(game).eventByName

function make() {
  const world = new World(game)
  world.tick = 100
  world.ship.spawn({ x: 5, ammo: 3 }, { id: 1 })
  const snapshot = (tick: number): SnapshotBase => {
    world.tick = tick
    for (const ship of world.ship) ship.x = tick % 100
    return inner(world.snapshot() as never)
  }
  return { world, snapshot }
}
const boom = (tick: number, x: number, after = 0): WireEvent => ({
  tick,
  kind: kinds.get('boom')!,
  values: { x },
  after,
})
const said = (tick: number, words: string, after = 0): WireEvent => ({
  tick,
  kind: kinds.get('said')!,
  values: { text: words },
  after,
})

interface Options {
  readonly player?: number
  readonly baseline?: SnapshotBase
  readonly before?: SnapshotBase
  readonly shared?: readonly WireEvent[]
  readonly own?: readonly WireEvent[]
  readonly slack?: number
  readonly got?: number
}
function frameOf(snapshot: SnapshotBase, options: Options = {}): Uint8Array {
  const { player = 1, baseline, before, shared = [], own = [], slack, got } = options
  const all = writer.shared(snapshot, baseline, before, shared)
  const head = writer.head({ player, snapshot, baseline, slack, got, events: own })
  return head ? Uint8Array.from([...head, ...all.subarray(SHARED_PREFIX)]) : all
}
const read = (
  bytes: Uint8Array,
  near = 0,
  held: (tick: number) => SnapshotBase | undefined = () => undefined,
  player = 1
) => reader.read(bytes, player, near, held)
const told = (events: readonly WireEvent[]): string =>
  events.map(({ tick, values }) => `${tick}:${values.x ?? values.text}`).join(' ')

describe('F6-F8 a state frame', () => {
  it('is kind, private chunk, shared chunk; without a private one it is the same for all', () => {
    const { snapshot } = make()
    const [a, b] = [snapshot(100), snapshot(101)]
    const shared = writer.shared(b, a, undefined, [])
    expect([...shared.subarray(0, SHARED_PREFIX)]).toEqual([1, 0])
    expect(writer.head({ player: 1, snapshot: b, baseline: a, slack: undefined, events: [] })).toBeUndefined()
    const own = writer.head({ player: 1, snapshot: b, baseline: a, slack: 2, events: [] })!
    expect([own[0], own[1]]).toEqual([1, own.length - 2])
  })

  it('the shared chunk is what DeltaEncoder makes for everybody, and then events', () => {
    const { snapshot } = make()
    const [a, b] = [snapshot(100), snapshot(101)]
    const chunk = new DeltaEncoder(game, { audience: 'all' }).encode(b as never, a as never)
    const shared = writer.shared(b, a, undefined, []).subarray(SHARED_PREFIX)
    // The bits end with a byte: the flag that ends the events has one of its own, before the words.
    expect([...shared]).toEqual([...chunk.subarray(0, 3), 0, ...chunk.subarray(3)])
  })

  it('C7 says which command came last, where somebody asked: the three flags cost nothing', () => {
    const { snapshot } = make()
    const [a, b] = [snapshot(100), snapshot(101)]
    for (const got of [-1, 0, 60, 101, 108])
      expect(read(frameOf(b, { baseline: a, got }), 100, () => a)).toMatchObject({ got, slack: undefined })
    expect(read(frameOf(b, { baseline: a, slack: -3 }), 100, () => a)).toMatchObject({ got: undefined, slack: -3 })
    expect(frameOf(b, { baseline: a, slack: -3 })).toHaveLength(frameOf(b, { baseline: a }).length + 2)
  })

  it('carries the state, as the player may know it', () => {
    const { snapshot } = make()
    const [a, b, c] = [snapshot(100), snapshot(101), snapshot(102)]
    for (const player of [1, 2]) {
      const held = new Map<number, SnapshotBase>()
      const take = (bytes: Uint8Array, near: number) => {
        const frame = read(bytes, near, (tick) => held.get(tick), player)
        held.set(frame.snapshot.tick, frame.snapshot)
        return frame
      }
      expect(take(frameOf(a, { player }), 0)).toMatchObject({
        keyframe: true,
        sound: true,
        slack: undefined,
        events: [],
      })
      expect(take(frameOf(b, { player, baseline: a }), 100)).toMatchObject({ keyframe: false, sound: true })
      const { snapshot } = take(frameOf(c, { player, baseline: b, before: a }), 101)
      const row = JSON.parse(JSON.stringify(snapshot.tables[0].at(0)))
      expect([row.x, row.ammo]).toEqual([2, player === 1 ? 3 : undefined])
    }
  })

  it('F7 says how early commands came, from -128 to 127', () => {
    const { snapshot } = make()
    const [a, b] = [snapshot(100), snapshot(101)]
    const held = read(frameOf(a)).snapshot
    for (const [slack, seen] of [
      [0, 0],
      [-1, -1],
      [127, 127],
      [-128, -128],
      [500, 127],
      [-500, -128],
    ])
      expect(read(frameOf(b, { baseline: a, slack }), 100, () => held).slack).toBe(seen)
  })

  it('F12 with another hash than it says it is read, and called unsound', () => {
    const { snapshot } = make()
    const a = snapshot(100)
    const keyframe = frameOf(a)
    // The first byte of the shared chunk's hash: behind the private chunk, flags and tick.
    keyframe[2 + keyframe[1] + 2] ^= 1
    expect(read(keyframe).sound).toBe(false)
    const own = frameOf(a)
    // Its first byte is ammo; a bit for the hash follows, and then that.
    own[3] ^= 2
    expect(read(own).sound).toBe(false)
  })

  it('H2 sees that owner columns differ, not only everybody’s', () => {
    const { world, snapshot } = make()
    const [a] = [snapshot(100)]
    const held = read(frameOf(a)).snapshot
    for (const ship of world.ship) ship.ammo = 5
    const b = snapshot(128)
    const frame = frameOf(b, { baseline: a })
    expect(read(frame, 100, () => held).sound).toBe(true)
    // What is held is wrong by one.
    held.tables[0].cells.ints[2] += 1
    expect(read(frame, 100, () => held).sound).toBe(false)
  })
})

describe('E1-E5 events', () => {
  const { snapshot } = make()
  const [a, b] = [snapshot(100), snapshot(110)]
  const held = read(frameOf(a)).snapshot
  const events = (options: Options) => told(read(frameOf(b, { baseline: a, ...options }), 100, () => held).events)

  it('come with their tick and values, in the order in which they happened', () => {
    expect(events({ shared: [boom(101, 1), said(101, 'hi'), boom(110, 2)] })).toBe('101:1 101:hi 110:2')
    expect(events({})).toBe('')
  })

  it('E3 private ones stand where they happened among the shared ones of their tick', () => {
    const shared = [boom(101, 1), boom(101, 2), boom(105, 3), boom(105, 4), boom(110, 5)]
    expect(events({ shared, own: [said(101, 'a', 1)] })).toBe('101:1 101:a 101:2 105:3 105:4 110:5')
    expect(events({ shared, own: [said(101, 'a', 0), said(101, 'b', 0)] })).toBe(
      '101:a 101:b 101:1 101:2 105:3 105:4 110:5'
    )
    expect(events({ shared, own: [said(101, 'a', 2), said(103, 'b', 0), said(105, 'c', 1), said(105, 'd', 2)] })).toBe(
      '101:1 101:2 101:a 103:b 105:3 105:c 105:4 105:d 110:5'
    )
    expect(events({ own: [said(101, 'a', 7), said(110, 'b', 0)] })).toBe('101:a 110:b')
    // Before all of them, and after more than there are.
    expect(events({ shared, own: [said(100, 'a', 0), said(110, 'z', 9)] })).toBe(
      '100:a 101:1 101:2 105:3 105:4 110:5 110:z'
    )
  })

  it('E3 any mixture comes out as it happened', () => {
    const happened = fc.array(fc.tuple(fc.integer({ min: 101, max: 110 }), fc.boolean()), { maxLength: 30 })
    fc.assert(
      fc.property(happened, (drawn) => {
        const all = drawn
          .map(([tick, isOwn], at) => ({ tick, isOwn, at }))
          .sort((one, other) => one.tick - other.tick || one.at - other.at)
        const [shared, own]: WireEvent[][] = [[], []]
        for (const { tick, isOwn, at } of all) {
          const after = shared.filter((other) => other.tick === tick).length
          if (isOwn) own.push(said(tick, `e${at}`, after))
          else shared.push(said(tick, `e${at}`))
        }
        expect(events({ shared, own })).toBe(all.map(({ tick, at }) => `${tick}:e${at}`).join(' '))
      }),
      { numRuns: runs(100) }
    )
  })

  it('E5 what `move` emitted names its owner, in either chunk', () => {
    const shared = [{ ...boom(101, 1), owner: 1 }, boom(101, 2), { ...boom(101, 3), owner: 65535 }]
    const own = [{ ...said(101, 'a', 1), owner: 7 }]
    const frame = read(frameOf(b, { baseline: a, shared, own }), 100, () => held)
    expect(frame.events.map(({ owner }) => owner)).toEqual([1, 7, undefined, 65535])
    const nobody = frameOf(b, { baseline: a, shared: [{ ...boom(101, 1), owner: 0 }] })
    expect(() => read(nobody, 100, () => held)).toThrow('an event of player 0: ids begin at 1')
  })

  it('E1 hundreds in a frame', () => {
    const shared = Array.from({ length: 500 }, (_, i) => boom(101, i % 100))
    expect(events({ shared }).split(' ')).toHaveLength(500)
  })

  it('E2 of a kind that the game does not have are refused', () => {
    const frame = frameOf(b, { baseline: a, shared: [boom(110, 0)] })
    // The last bits: more, ago 0 (3 bits), kind (2 bits), x (7 bits), no more. Kind 3 is none.
    const changed = frame.slice()
    let differs = 0
    for (let bit = 0; bit < 16; bit++) {
      changed.set(frame)
      changed[frame.length - 1 - (bit >> 3)] ^= 1 << (bit & 7)
      try {
        read(changed, 100, () => held)
      } catch (error) {
        if (!(error instanceof TickwireError)) throw error
        if (/ERR_FRAME_(INVALID|TRUNCATED)/.test(error.message)) differs++
      }
    }
    expect(differs).toBeGreaterThan(0)
    const none = new FrameReader(plain)
    const other = new FrameWriter(plain).shared(inner(new World(plain).snapshot() as never), undefined, undefined, [])
    other[other.length - 1] |= 0x80
    expect(refused(() => none.read(other, 1, 0, () => undefined))).toMatch(/ERR_FRAME_(INVALID|TRUNCATED)/)
  })
})

describe('a state frame is refused', () => {
  it('P7 at the writer where it has more than 1 MiB, saying its size', () => {
    const large = defineGame({
      name: 'large',
      tickRate: 30,
      entities: {
        blob: entity({
          bytes: data(65536),
          own: data(65536)
            .default(null as never)
            .only('owner'),
        }),
      },
    })
    const writer = new FrameWriter(large)
    const world = new World(large)
    const bytes = new Uint8Array(65_500)
    const frame = () => writer.shared(inner(world.snapshot() as never), undefined, undefined, [])
    world.tick = 7
    for (let i = 0; i < 16; i++) world.blob.spawn({ bytes }, { id: 1 })
    const shared = frame()
    const head = () =>
      writer.head(
        { player: 1, snapshot: inner(world.snapshot() as never), baseline: undefined, slack: 0, events: [] },
        shared.length
      )
    expect(shared.length).toBeGreaterThan(1_048_000)
    expect(head()).toBeDefined()
    for (const blob of world.blob) blob.own = new Uint8Array(100)
    expect(refused(head)).toMatch(
      /^the frame of tick 7 has 10\d{5} bytes: expected at most 1048576 \(ERR_FRAME_SIZE\)$/
    )
    world.blob.spawn({ bytes })
    expect(refused(frame)).toMatch(
      /^the frame of tick 7 has 11\d{5} bytes: expected at most 1048576 \(ERR_FRAME_SIZE\)$/
    )
  })

  const { snapshot } = make()
  const [a, b] = [snapshot(100), snapshot(101)]
  it.each<[string, () => unknown, string]>([
    [
      'F6 with a private chunk longer than itself',
      () => read(Uint8Array.of(1, 200, 1, 0)),
      'a private chunk of 200 bytes in 1 (ERR_FRAME_TRUNCATED)',
    ],
    [
      'F6 with nothing behind its kind',
      () => read(Uint8Array.of(1)),
      'the frame ends after 1 bytes: expected more (ERR_FRAME_TRUNCATED)',
    ],
    [
      'S5 with a baseline that is not held',
      () => read(frameOf(b, { baseline: a }), 100),
      'a delta that names tick 100: it is not held (ERR_FRAME_BASELINE)',
    ],
    [
      'S1 steady, against what is not held',
      () => read(Uint8Array.of(1, 0, 0x80)),
      'a delta of one tick, flags 128: the newest snapshot held is of tick 0 (ERR_FRAME_BASELINE)',
    ],
    [
      'F8 with owner columns in what is for everybody',
      () => read(Uint8Array.from([1, 0, ...new DeltaEncoder(game).encode(a as never), 0])),
      "owner columns are in the private chunk, not everybody's (ERR_FRAME_INVALID)",
    ],
  ])('%s', (_, act, message) => expect(refused(act)).toBe(message))

  it.each([[0], [1], [255], [0, 0, 0, 0]])('F2 X2 with %j behind it', (...more) => {
    expect(refused(() => read(Uint8Array.from([...frameOf(a), ...more])))).toMatch(/ERR_FRAME_(INVALID|TRUNCATED)/)
  })

  it('F11 cut short, with a typed error; and with flipped bits, or it holds values within the schema. Nothing changes', () => {
    fc.assert(
      fc.property(
        anyGame,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(7)), { maxLength: 10 }),
        (game, seed, flips) => {
          const churn = new Churn(game, seed)
          const [first, second] = [churn.step(31, 0.5), churn.step(2, 0.5)]
          const [writer, reader] = [new FrameWriter(game), new FrameReader(game)]
          const join = (snapshot: SnapshotBase, baseline?: SnapshotBase) => {
            const shared = writer.shared(snapshot, baseline, undefined, [])
            const head = writer.head({ player: 1, snapshot, baseline, slack: 1, events: [] })!
            return Uint8Array.from([...head, ...shared.subarray(SHARED_PREFIX)])
          }
          const held = reader.read(join(first), 1, 0, () => undefined).snapshot
          const before = frozenCopy(held)
          const frame = join(second, first)
          const take = (bytes: Uint8Array) => reader.read(bytes, 1, 31, (tick) => (tick === 31 ? held : undefined))
          expect(take(frame).sound).toBe(true)
          for (const [at] of flips)
            expect(refused(() => take(frame.subarray(0, at % frame.length)))).toMatch(/ERR_FRAME_/)
          for (const [at, bit] of flips) {
            const changed = frame.slice()
            changed[at % changed.length] ^= 1 << bit
            try {
              const { snapshot, sound } = take(changed)
              if (sound) checkWithin(snapshot)
            } catch (error) {
              if (!(error instanceof TickwireError)) throw error
            }
          }
          expect(frozenCopy(held)).toEqual(before)
        }
      ),
      { numRuns: runs(80) }
    )
  })
})

it('bool events of no fields cost what their place costs', () => {
  const quiet = defineGame({ name: 'q', tickRate: 30, entities: {}, events: { a: event({}), b: event({ on: bool }) } })
  const snapshot = inner(new World(quiet).snapshot() as never)
  const writer = new FrameWriter(quiet)
  const [kind] = planOf(quiet).events
  const events = Array.from({ length: 9 }, (): WireEvent => ({ tick: 0, kind, values: {}, after: 0 }))
  const [without, with9] = [[], events].map((some) => writer.shared(snapshot, undefined, undefined, some).length)
  expect(with9 - without).toBe(6)
})
