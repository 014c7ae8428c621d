import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { TickwireError } from '../schema/errors.ts'
import {
  angle,
  bool,
  data,
  type Fields,
  int,
  list,
  oneOf,
  quat,
  ranged,
  ref,
  text,
  tick,
  vec2,
  vec3,
} from '../schema/field.ts'
import { Layout } from '../schema/layout.ts'
import { packRecord, settleRecord, unpackRecord } from './record.ts'

const hex = (packed: Uint8Array): string => Buffer.from(packed).toString('hex')
const pack = (fields: Fields, values: object) => packRecord(new Layout('say', fields), values as never, 'ERR_REQUEST')
const unpack = (fields: Fields, packed: string) =>
  unpackRecord(new Layout('say', fields), new Uint8Array(Buffer.from(packed, 'hex')), 'ERR_REQUEST')

describe('a record', () => {
  it.each<[string, Fields, object, string, object]>([
    [
      'R1 fields one after the other, in the order written',
      { a: int(0, 9), b: bool, c: int(0, 3) },
      { a: 5, b: true, c: 2 },
      '55',
      { a: 5, b: true, c: 2 },
    ],
    [
      'R1 also where one is the rate of another',
      { x: int(0, 15).rate('v'), v: int(0, 15) },
      { x: 1, v: 2 },
      '21',
      { x: 1, v: 2 },
    ],
    ['R2 numbers rounded and clamped', { x: ranged(-1, 1, 0.25) }, { x: 9 }, '08', { x: 1 }],
    ['R2 angles taken round', { a: angle(8) }, { a: -Math.PI / 2 }, 'c0', { a: 1.5 * Math.PI }],
    ['R2 ticks', { t: tick() }, { t: 7 }, '07000000', { t: 7 }],
    ['R2 names', { m: oneOf('a', 'b', 'c') }, { m: 'c' }, '02', { m: 'c' }],
    [
      'R2 vectors',
      { p: vec2(int(0, 15)), q: vec3(int(0, 3)) },
      { p: { x: 1, y: 2 }, q: { x: 1, y: 2, z: 3 } },
      '2139',
      { p: { x: 1, y: 2 }, q: { x: 1, y: 2, z: 3 } },
    ],
    ['R2 rotations', { q: quat(9) }, { q: { x: 0, y: 0, z: 0, w: 3 } }, '03040810', { q: { x: 0, y: 0, z: 0, w: 1 } }],
    ['R3 ids in sevens', { r: ref('ship') }, { r: 300 }, 'ac02', { r: 300 }],
    ['R3 no id', { r: ref('ship') }, {}, '00', { r: undefined }],
    ['R4 text behind its length', { t: text(4) }, { t: 'añ' }, '0361c3b1', { t: 'añ' }],
    ['R4 text that is too long', { t: text(2) }, { t: 'abc' }, '026162', { t: 'ab' }],
    ['R4 lists', { l: list(int(0, 9), 3) }, { l: [1, 2] }, '03920102', { l: [1, 2] }],
    ['R4 data', { d: data<unknown>(9) }, { d: null }, '01c0', { d: null }],
    [
      'a default for what is missing',
      { a: int(0, 9).default(7), t: text(4).default('x') },
      {},
      '178007',
      { a: 7, t: 'x' },
    ],
    ['nothing at all', {}, {}, '', {}],
  ])('%s', (_, fields, values, packed, back) => {
    expect(hex(pack(fields, values))).toBe(packed)
    expect(unpack(fields, packed)).toEqual(back)
  })

  it('settles to what its reader gets, and that settles to itself', () => {
    const layout = new Layout('say', {
      x: ranged(0, 9, 0.3),
      a: angle(5),
      q: quat(5),
      l: list(vec2(int(0, 9)), 3),
      t: text(3),
    })
    const part = fc.double({ min: -20, max: 20, noNaN: true })
    fc.assert(
      fc.property(part, part, fc.array(part, { minLength: 2, maxLength: 8 }), fc.string(), (x, a, items, t) => {
        const q = { x, y: a, z: items[0], w: items[1] }
        const once = settleRecord(layout, { x, a, q, l: items.map((y) => ({ x, y })), t }, 'ERR_FIELD_VALUE')
        expect(settleRecord(layout, once, 'ERR_FIELD_VALUE')).toEqual(once)
      }),
      { numRuns: runs(200) }
    )
  })
})

describe('a record is refused', () => {
  it.each<[string, Fields, object, string]>([
    ['a missing value', { a: int(0, 9) }, {}, 'say.a is missing'],
    ['NaN', { a: int(0, 9) }, { a: Number.NaN }, 'say.a is NaN: expected a finite number'],
    ['text for a number', { a: int(0, 9) }, { a: '5' }, 'say.a is "5": expected a finite number'],
    ['nothing for a number', { a: int(0, 9) }, { a: null }, 'say.a is null: expected a finite number'],
    ['a number for a flag', { b: bool }, { b: 1 }, 'say.b is 1: expected true or false'],
    ['an unknown name', { m: oneOf('a', 'b') }, { m: 'c' }, 'say.m is "c": expected a, b'],
    ['half a vector', { p: vec2(int(0, 9)) }, { p: { x: 1 } }, 'say.p.y is undefined: expected a finite number'],
    ['no vector', { p: vec2(int(0, 9)) }, { p: null }, 'say.p is null: expected { x, y }'],
    ['no rotation', { q: quat(9) }, { q: null }, 'say.q is NaN: expected a finite number'],
    ['no id', { r: ref('ship') }, { r: 1.5 }, "say.r is 1.5: expected a row's id or undefined"],
    ['a number for text', { t: text(4) }, { t: 5 }, 'say.t is 5: the schema allows text'],
    ['NaN in a list', { l: list(int(0, 9), 4) }, { l: [Number.NaN] }, 'say.l[0] is NaN: expected a finite number'],
    ['too much data', { d: data(2) }, { d: 'abc' }, 'say.d takes 4 bytes packed: expected at most 2'],
  ])('writing %s', (_, fields, values, message) =>
    expect(refused(() => pack(fields, values))).toBe(`${message} (ERR_REQUEST)`)
  )

  it.each<[string, Fields, string, string]>([
    ['R5 a step past the last', { a: int(0, 9) }, '0a', 'a is at step 10: the schema allows 0 to 9'],
    ['R5 a name past the last', { m: oneOf('a', 'b', 'c') }, '03', 'm is at step 3: the schema allows 0 to 2'],
    ['R5 text that is too long', { t: text(2) }, '03616263', 't has 3 characters: expected at most 2'],
    ['R5 text that is cut', { t: text(2) }, '0261', 'say: the frame ends after 2 bytes: expected more'],
    ['R5 what follows', { a: int(0, 9) }, '0100', "say: 1 bytes after the end of the frame's content"],
    // Three components of 1 / sqrt(2) each: squares that sum to 1.5.
    ['R5 a rotation longer than 1', { q: quat(9) }, 'fbf7ef1f', 'q is no rotation'],
    ['R5 nothing', { a: int(0, 9) }, '', 'say: the frame ends after 0 bytes: expected more'],
  ])('reading %s, with the code asked for', (_, fields, packed, message) =>
    expect(refused(() => unpack(fields, packed))).toBe(`${message} (ERR_REQUEST)`)
  )

  it('R5 any bytes give values within the schema or the code asked for', () => {
    const fields = {
      a: int(0, 9),
      m: oneOf('a', 'b', 'c'),
      r: ref('ship'),
      q: quat(5),
      t: text(4),
      l: list(bool, 3),
      d: data(9),
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        try {
          const values = unpackRecord(new Layout('say', fields), bytes as Uint8Array<ArrayBuffer>, 'ERR_REQUEST')
          expect(values.a).toBeLessThanOrEqual(9)
          expect(['a', 'b', 'c']).toContain(values.m)
          expect(Math.hypot(...Object.values(values.q as object))).toBeLessThan(1.03)
        } catch (error) {
          if (!(error instanceof TickwireError) || error.code !== 'ERR_REQUEST') throw error
        }
      }),
      { numRuns: runs(300) }
    )
  })
})
