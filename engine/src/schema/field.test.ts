import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import {
  angle,
  bool,
  data,
  type Field,
  type FieldImpl,
  implOf,
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
} from './field.ts'

const many = (count: number): [string, ...string[]] => Array.from({ length: count }, (_, i) => `n${i}`) as never
const shapeOf = (field: Field) => implOf(field, 'f').shape

describe('a field', () => {
  it.each<[string, Field, object]>([
    ['int(-5, 10)', int(-5, 10), { kind: 'int', min: -5, step: 1, max: 15 }],
    ['int over 2^31 values', int(-(2 ** 30), 2 ** 30 - 1), { min: -(2 ** 30), max: 2 ** 31 - 1 }],
    ['ranged(0, 4096, 1 / 256)', ranged(0, 4096, 1 / 256), { kind: 'ranged', step: 1 / 256, max: 4096 * 256 }],
    ['ranged whose steps do not reach its end', ranged(0, 1, 0.3), { min: 0, step: 0.3, max: 3 }],
    ['ranged whose steps do, but for rounding', ranged(0, 1, 0.1), { max: 10 }],
    ['angle(12)', angle(12), { kind: 'angle', min: 0, step: (2 * Math.PI) / 4096, max: 4095 }],
    ['bool', bool, { kind: 'bool', max: 1 }],
    ['oneOf', oneOf('a', 'b', 'c'), { kind: 'oneOf', max: 2, names: ['a', 'b', 'c'] }],
    ['oneOf a single name', oneOf('a'), { max: 0 }],
    ['oneOf 65,536 names', oneOf(...many(65536)), { max: 65535 }],
    ['text(16)', text(16), { kind: 'text', maxLength: 16 }],
    ['ref', ref('ship'), { kind: 'ref', refTo: 'ship', max: 65536 }],
    ['tick', tick(), { kind: 'tick', min: 0, step: 1, max: 2 ** 31 - 1 }],
    ['quat(9)', quat(9), { kind: 'quat', min: -256 * (Math.SQRT2 / 511), step: Math.SQRT2 / 511, max: 511 }],
    ['data(64)', data(64), { kind: 'data', maxLength: 64 }],
    ['list', list(int(0, 9), 4), { kind: 'list', maxLength: 4 }],
    ['vec2', vec2(int(0, 9)), { kind: 'vec2' }],
    ['vec3', vec3(angle(4)), { kind: 'vec3' }],
  ])('%s has the shape that the wire knows', (_, field, shape) => expect(shapeOf(field)).toMatchObject(shape))

  it.each<[string, unknown, Field]>([
    ['the number nearest to 0 that it can be', 0, int(-5, 5)],
    ['its end when 0 is below', 3, int(3, 9)],
    ['its end when 0 is above', -2, ranged(-9, -2, 0.5)],
    ['false', false, bool],
    ['its first name', 'a', oneOf('a', 'b')],
    ['empty text', '', text(4)],
    ['no row', undefined, ref('ship')],
    ['no rotation', { x: 0, y: 0, z: 0, w: 1 }, quat(9)],
    ['an empty list', [], list(bool, 2)],
  ])('starts as %s', (_, zero, field) => expect(field.zero).toEqual(zero))

  it('is immutable: each word of a chain is another field', () => {
    const plain = ranged(0, 10, 1)
    const all = plain.rate('v').linear().snap(4).only('owner').default(7)
    expect(all as never as FieldImpl).toMatchObject({
      rateOf: 'v',
      isLinear: true,
      snapDistance: 4,
      audience: 'owner',
      zero: 7,
      optional: true,
    })
    expect(plain as never as FieldImpl).toMatchObject({
      rateOf: undefined,
      isLinear: false,
      snapDistance: Number.POSITIVE_INFINITY,
      audience: 'all',
      zero: 0,
      optional: false,
    })
    expect(Object.isFrozen(plain) && Object.isFrozen(all)).toBe(true)
  })
})

describe('a field is refused', () => {
  it.each<[() => unknown, string]>([
    [() => int(3, 3), 'int(3, 3): expected two whole numbers, the larger one last'],
    [() => int(0.5, 3), 'int(0.5, 3): expected two whole numbers, the larger one last'],
    [() => int(0, Number.POSITIVE_INFINITY), 'int(0, Infinity): expected two whole numbers, the larger one last'],
    [() => int(0, 2 ** 31), 'int(0, 2147483648) has more than 2^31 values'],
    [() => ranged(1, 1, 1), 'ranged(1, 1, 1): expected min < max and 0 < step <= max - min'],
    [() => ranged(0, 1, 0), 'ranged(0, 1, 0): expected min < max and 0 < step <= max - min'],
    [() => ranged(0, 1, 2), 'ranged(0, 1, 2): expected min < max and 0 < step <= max - min'],
    [() => ranged(Number.NaN, 1, 0.1), 'ranged(NaN, 1, 0.1): expected min < max and 0 < step <= max - min'],
    [() => ranged(0, 1, Number.NaN), 'ranged(0, 1, NaN): expected min < max and 0 < step <= max - min'],
    [() => ranged(0, 4096, 1e-6), 'ranged(0, 4096, 0.000001) has more than 2^31 steps'],
    [() => angle(0), 'angle(0): expected 1 to 24 bits'],
    [() => angle(25), 'angle(25): expected 1 to 24 bits'],
    [() => angle(1.5), 'angle(1.5): expected 1 to 24 bits'],
    [() => oneOf('a', 'a'), 'oneOf(a, a): expected 1 to 65,536 different names'],
    [() => (oneOf as () => unknown)(), 'oneOf(): expected 1 to 65,536 different names'],
    [() => text(0), 'text(0): expected 1 to 4096'],
    [() => text(4097), 'text(4097): expected 1 to 4096'],
    [() => data(65537), 'data(65537): expected 1 to 65536'],
    [() => list(bool, 1025), 'list(1025): expected 1 to 1024'],
    [() => list(3 as never, 4), 'list(…) is not a field: use int(), ranged(), bool, text() and so on'],
    [() => list(list(bool, 2), 2), 'list(list): expected numbers, flags, names, text, refs or vectors'],
    [() => list(quat(9), 2), 'list(quat): expected numbers, flags, names, text, refs or vectors'],
    [() => list(data(9), 2), 'list(data): expected numbers, flags, names, text, refs or vectors'],
    [() => quat(3), 'quat(3): expected 4 to 20 bits'],
    [() => quat(21), 'quat(21): expected 4 to 20 bits'],
    [() => vec2(tick()), 'vec2(tick): expected int, ranged or angle'],
    [() => vec3('int' as never), 'vec3(…) is not a field: use int(), ranged(), bool, text() and so on'],
    [() => int(0, 9).snap(0), '.snap(0): expected a distance above 0'],
    [() => int(0, 9).only('Owner' as never), ".only('Owner'): expected 'owner' or 'server'"],
    [() => implOf(3 as never, 'ship.x'), 'ship.x is not a field: use int(), ranged(), bool, text() and so on'],
  ])('%s', (act, message) => expect(refused(act)).toBe(`${message} (ERR_SCHEMA)`))
})
