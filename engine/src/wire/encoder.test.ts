import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { inner } from '../../test/worlds.ts'
import { entity } from '../schema/entity.ts'
import { int, quat } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { World } from '../state/world.ts'
import { BitReader } from './bits.ts'
import { readChunkHeader } from './chunk.ts'
import { DeltaDecoder, DeltaEncoder } from './encoder.ts'
import type { Prior } from './prior.ts'
import { trainPrior } from './training.ts'

const game = defineGame({
  name: 'headers',
  tickRate: 30,
  entities: { ship: entity({ x: int(0, 99), ammo: int(0, 9).default(0).only('owner') }) },
})
const other = defineGame({ name: 'other', tickRate: 30, entities: { ship: entity({ x: int(0, 99) }) } })
const encoder = new DeltaEncoder(game)
const decoder = new DeltaDecoder(game)

/** Snapshots of one world at these ticks. */
function at(...ticks: number[]) {
  const world = new World(game)
  const row = world.ship.spawn({ x: 0, ammo: 5 }, { id: 1 })
  return ticks.map((tick) => {
    world.tick = tick
    row.x = tick % 100
    return world.snapshot()
  })
}
const header = (bytes: Uint8Array, near = 0) => readChunkHeader(new BitReader(bytes), near)
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('S1-S4 a chunk’s header', () => {
  it('of a keyframe is its tick and its hash', () => {
    const [first] = at(300)
    const { hash } = first
    const keyframe = encoder.encode(first)
    expect([...keyframe.subarray(0, 3)]).toEqual([0b1100, 0xac, 2])
    expect(header(keyframe)).toEqual({
      tick: 300,
      baseline: undefined,
      before: undefined,
      hash,
      columns: 'wire',
      epoch: 0,
    })
  })

  it('of a delta names its baseline, and the one before it', () => {
    const [a, b, c] = at(70000, 70002, 70005)
    expect([...encoder.encode(c, b).subarray(0, 2)]).toEqual([0b11001, 0x75])
    expect([...encoder.encode(c, b, a).subarray(0, 3)]).toEqual([0b11011, 0x75, 0x23])
    const rest = { hash: undefined, columns: 'wire', epoch: 0 }
    expect(header(encoder.encode(c, b), 70002)).toEqual({ tick: 70005, baseline: 70002, before: undefined, ...rest })
    expect(header(encoder.encode(c, b, a), 70002)).toEqual({ tick: 70005, baseline: 70002, before: 70000, ...rest })
  })

  it('S3 of a delta over 256 ticks or more has 16 bits of its tick, and ages in full', () => {
    const [a, b, c] = at(70000, 70020, 70276)
    expect([...encoder.encode(c, b).subarray(0, 3)]).toEqual([0b1101, 0x84, 0x12])
    expect(header(encoder.encode(c, b, a), 70020)).toMatchObject({ tick: 70276, baseline: 70020, before: 70000 })
  })

  it('S1 of a delta of one tick, after one of one tick, is a byte: steady, with three bits of its tick', () => {
    const all = at(...Array.from({ length: 12 }, (_, i) => 70000 + i))
    for (let i = 2; i < all.length; i++) {
      const { tick } = all[i]
      const frame = encoder.encode(all[i], all[i - 1], all[i - 2])
      const bits = (tick & 1 ? 1 : 0) | (tick & 2 ? 2 : 0) | (tick & 4 ? 16 : 0)
      expect(frame[0]).toBe(0b1000_1000 | bits)
      const rest = { hash: undefined, columns: 'wire', epoch: 0 }
      expect(header(frame, tick - 1)).toEqual({ tick, baseline: tick - 1, before: tick - 2, ...rest })
      for (const near of [tick - 3, tick - 2, tick, tick + 1])
        expect(refused(() => header(frame, near))).toMatch(
          /the newest snapshot held is of tick \d+ \(ERR_FRAME_BASELINE\)$/
        )
    }
    const [first, second, third] = at(30, 31, 32)
    const frame = encoder.encode(third, second, first)
    expect(frame[0]).toBe(0b1000_1100)
    expect(header(frame, 31)).toMatchObject({ tick: 32, hash: third.hash })
  })

  it('S1 is not steady where a tick is between, or the receiver was told of none before', () => {
    const [a, b, c, d] = at(10, 11, 12, 14)
    for (const frame of [encoder.encode(c, b), encoder.encode(d, c, b), encoder.encode(c, a), encoder.encode(d, b, a)])
      expect(frame[0] & 128).toBe(0)
  })

  it('S3 no steady delta goes past the last tick, or has nothing before it', () => {
    for (const near of [0, 2 ** 31 - 1])
      for (let flags = 128; flags < 256; flags++)
        if ((flags & 0b0110_0000) === 0)
          expect(refused(() => header(bytes(flags, 0, 0, 0, 0), near))).toMatch(/BASELINE/)
  })

  it('S6 has a hash whenever it reaches or passes a tick that divides by 32', () => {
    const [a, b, c, d] = at(63, 64, 65, 99)
    expect(header(encoder.encode(b, a), 63).hash).toBe(b.hash)
    expect(header(encoder.encode(c, b), 64).hash).toBeUndefined()
    expect(header(encoder.encode(d, c), 65).hash).toBe(d.hash)
  })

  it('says whether owner columns are in it; who gets none sees none', () => {
    const [first] = at(5)
    const shared = new DeltaEncoder(game, { audience: 'all' }).encode(first)
    expect(header(shared).columns).toBe('shared')
    expect(decoder.decode(shared).ship.ownedBy({ id: 1 })?.ammo).toBeUndefined()
    expect(decoder.decode(encoder.encode(first)).ship.ownedBy({ id: 1 })?.ammo).toBe(5)
  })

  it('S3 the low 16 bits of a tick mean the nearest to what is held', () => {
    for (const [from, to] of [
      [65535, 65536],
      [65530, 65530 + 32767],
      [40000, 40000 + 32767],
    ]) {
      const [a, b] = at(from, to)
      const held = decoder.decode(encoder.encode(a))
      expect(decoder.decode(encoder.encode(b, a), held).tick).toBe(to)
    }
  })

  it.each<[string, Uint8Array, string]>([
    [
      'S1 a steady delta where nothing is held',
      bytes(0x80, 0),
      'a delta of one tick, flags 128: the newest snapshot held is of tick 0 (ERR_FRAME_BASELINE)',
    ],
    [
      'S1 a keyframe with something before it',
      bytes(2, 0),
      'flags 2: a keyframe has nothing before (ERR_FRAME_INVALID)',
    ],
    [
      'S2 a tick past the last',
      bytes(0, 0x80, 0x80, 0x80, 0x80, 8),
      'tick 2147483648: expected less than 2^31 (ERR_FRAME_INVALID)',
    ],
    ['S3 a delta from its own tick', bytes(1, 9, 0, 0), 'a delta from ticks undefined and 9 to 9 (ERR_FRAME_INVALID)'],
    ['S3 a baseline before time', bytes(1, 9, 0, 10), 'a delta from ticks undefined and -1 to 9 (ERR_FRAME_INVALID)'],
    ['S3 a snapshot before that is none', bytes(3, 9, 0, 1, 0), 'a delta from ticks 8 and 8 to 9 (ERR_FRAME_INVALID)'],
    ['S3 one before time', bytes(3, 9, 0, 0x91), 'a delta from ticks -1 and 8 to 9 (ERR_FRAME_INVALID)'],
    ['nothing', bytes(), 'the frame ends after 0 bytes: expected more (ERR_FRAME_TRUNCATED)'],
    ['half a header', bytes(1, 9), 'the frame ends after 2 bytes: expected more (ERR_FRAME_TRUNCATED)'],
    ['half a hash', bytes(4, 9, 1, 2), 'the frame ends after 4 bytes: expected more (ERR_FRAME_TRUNCATED)'],
  ])('refuses %s', (_, chunk, message) => expect(refused(() => header(chunk))).toBe(message))

  it('S3 refuses a tick past the last in a delta, too', () => {
    expect(refused(() => header(bytes(1, 5, 0, 1), 2 ** 31 - 1))).toContain('ERR_FRAME_INVALID')
  })
})

describe('X10 an epoch', () => {
  const [a, b, c, d] = at(10, 11, 12, 13)
  const [one, two] = [1, 2].map((epoch) => trainPrior(game, [a, b, c, d], epoch))
  const encode = (prior: Prior) => new DeltaEncoder(game, { prior }).encode(a)

  it('is in the header', () => {
    expect([encode(one), encode(two)].map((frame) => frame[0])).toEqual([0b0101100, 0b1001100])
    expect(new DeltaDecoder(game, { prior: two }).decode(encode(two)).hash).toBe(a.hash)
  })

  it('that is not the receiver’s is refused', () => {
    const message = 'a frame of epoch 2: the prior held is of epoch'
    expect(refused(() => decoder.decode(encode(two)))).toBe(`${message} 0 (ERR_FRAME_KIND)`)
    expect(refused(() => new DeltaDecoder(game, { prior: one }).decode(encode(two)))).toBe(
      `${message} 1 (ERR_FRAME_KIND)`
    )
  })

  it('of another game is refused', () => {
    const world = new World(other)
    const prior = trainPrior(other, [world.snapshot(), world.snapshot(), world.snapshot()])
    expect(refused(() => new DeltaEncoder(game, { prior }))).toBe('this prior is of another game (ERR_USAGE)')
    expect(refused(() => new DeltaDecoder(game, { prior }))).toBe('this prior is of another game (ERR_USAGE)')
  })
})

describe('an encoder refuses', () => {
  const [a, b, c, far] = at(10, 11, 12, 12 + 32768)
  it.each<[string, () => unknown, string]>([
    [
      'a baseline that is not older',
      () => encoder.encode(a, b),
      'a delta from tick 11 to 10: expected an older baseline (ERR_USAGE)',
    ],
    [
      'the snapshot itself',
      () => encoder.encode(a, a),
      'a delta from tick 10 to 10: expected an older baseline (ERR_USAGE)',
    ],
    [
      'one before that is not',
      () => encoder.encode(c, a, b),
      'tick 11 before the baseline at 10: expected an older one (ERR_USAGE)',
    ],
    [
      'a baseline too far back',
      () => encoder.encode(far, c),
      'a delta over 32768 ticks: expected at most 32767 (ERR_USAGE)',
    ],
    [
      'another game’s snapshot',
      () => encoder.encode(new World(other).snapshot() as never),
      'this snapshot is of another game (ERR_USAGE)',
    ],
    [
      'another game’s baseline',
      () => encoder.encode(c, new World(other).snapshot() as never),
      'this snapshot is of another game (ERR_USAGE)',
    ],
  ])('%s', (_, act, message) => expect(refused(act)).toBe(message))
})

describe('S5 a decoder refuses what it cannot build on', () => {
  const [a, b, c] = at(10, 11, 12)
  const held = (snapshot: typeof a) => decoder.decode(encoder.encode(snapshot))
  it.each<[string, () => unknown, string]>([
    [
      'no baseline',
      () => decoder.decode(encoder.encode(c, b)),
      'a delta against tick 11: the snapshot given is of undefined',
    ],
    [
      'another baseline',
      () => decoder.decode(encoder.encode(c, b), held(a)),
      'a delta against tick 11: the snapshot given is of 10',
    ],
    [
      'none before it',
      () => decoder.decode(encoder.encode(c, b, a), held(b)),
      'a delta with tick 10 before it: the snapshot given is of undefined',
    ],
  ])('%s', (_, act, message) => expect(refused(act)).toBe(`${message} (ERR_FRAME_BASELINE)`))

  it('H1 a state with another hash than the frame says', () => {
    const keyframe = encoder.encode(a)
    keyframe[2] ^= 1
    expect(refused(() => decoder.decode(keyframe))).toBe(
      'the state at tick 10 has another hash than its frame says (ERR_FRAME_INVALID)'
    )
  })

  it('S54 what is no rotation', () => {
    const game = defineGame({ name: 'turning', tickRate: 30, entities: { ship: entity({ turn: quat(9) }) } })
    const world = new World(game)
    world.ship.spawn({ turn: { x: 0, y: 0, z: 0, w: 1 } })
    const snapshot = world.snapshot()
    const { cells } = inner(snapshot as never).tables[0]
    for (const part of [2, 3, 4]) cells.ints[part * cells.size] = 510
    const bytes = new DeltaEncoder(game).encode(snapshot)
    expect(refused(() => new DeltaDecoder(game).decode(bytes))).toBe('ship.turn is no rotation (ERR_FRAME_INVALID)')
  })

  it('F2 what follows the content', () => {
    for (const more of [[0], [1], [255], [0, 0, 0, 0]])
      expect(refused(() => decoder.decode(bytes(...encoder.encode(a), ...more)))).toMatch(
        /ERR_FRAME_(INVALID|TRUNCATED)/
      )
  })

  it('takes no notice of baselines that a keyframe does not name', () => {
    expect(decoder.decode(encoder.encode(c), held(a), held(b)).hash).toBe(c.hash)
  })
})
