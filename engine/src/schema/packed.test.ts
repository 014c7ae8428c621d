import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import {
  angle,
  bool,
  data,
  type Field,
  type FieldImpl,
  int,
  list,
  oneOf,
  ranged,
  ref,
  text,
  vec2,
  vec3,
} from './field.ts'
import { maxBytes, packValue, samePacked, show, unpackValue } from './packed.ts'

const impl = (field: Field) => field as never as FieldImpl
const pack = (field: Field, value: unknown) => packValue(impl(field), value, 'it')
const unpack = (field: Field, bytes: Uint8Array) =>
  unpackValue(impl(field), bytes.slice(), 'ERR_FRAME_INVALID', 'it').value
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))

describe('what a game writes', () => {
  it.each<[string, Field, unknown, unknown, string]>([
    ['text', text(4), 'añ€', 'añ€', '61c3b1e282ac'],
    ['text that is too long', text(4), 'abcdef', 'abcd', '61626364'],
    ['text cut inside a character', text(3), 'ab😀', 'ab\ufffd', '6162efbfbd'],
    ['text with half a character', text(4), 'a\ud83db', 'a\ufffdb', '61efbfbd62'],
    ['a list of numbers', list(ranged(0, 1, 0.25), 4), [0.1, 0.3, 9, -1], [0, 0.25, 1, 0], '9400010400'],
    ['a list that is too long', list(int(0, 9), 2), [1, 2, 3], [1, 2], '920102'],
    ['a list of angles', list(angle(2), 4), [0, -Math.PI / 2, 8 * Math.PI], [0, 1.5 * Math.PI, 0], '93000300'],
    ['a list of flags', list(bool, 3), [true, 0, 'x'], [true, false, true], '93c3c2c3'],
    ['a list of names', list(oneOf('a', 'b'), 3), ['b', 'a'], ['b', 'a'], '920100'],
    ['a list of text', list(text(2), 3), ['abc', ''], ['ab', ''], '92a26162a0'],
    ['a list of refs', list(ref('ship'), 3), [7, undefined], [7, undefined], '920700'],
    ['a list of vectors', list(vec2(int(-1, 9)), 3), [{ x: 0, y: 99 }], [{ x: 0, y: 9 }], '9192010a'],
    ['a list of what counts as false', list(bool, 3), [undefined, true], [false, true], '92c2c3'],
    ['data', data(16), { a: [1, null] }, { a: [1, null] }, '81a1619201c0'],
    ['data with what is not plain', data(16), { a: undefined, b: -0 }, { a: null, b: 0 }, '82a161c0a16200'],
    [
      'data of classes, as what their reader gets',
      data(16),
      [new Set([1]), new Map([['a', 2]])],
      [[1], { a: 2 }],
      '92910181a16102',
    ],
    ['no data', data(16), undefined, null, 'c0'],
  ])('S30 %s', (_, field, value, settled, packed) => {
    const made = pack(field, value)
    expect(made.value).toEqual(settled)
    expect(hex(made.bytes)).toBe(packed)
    expect(unpack(field, made.bytes)).toEqual(made.value)
  })

  it('is frozen, deeply, and not the object that was given', () => {
    const given = { a: [1] }
    const { value } = pack(data(16), given)
    expect(value).not.toBe(given)
    expect(Object.isFrozen(given)).toBe(false)
    expect(Object.isFrozen(value) && Object.isFrozen((value as typeof given).a)).toBe(true)
    expect(Object.isFrozen((pack(list(vec3(int(0, 9)), 2), [{ x: 1, y: 2, z: 3 }]).value as object[])[0])).toBe(true)
  })

  it.each<[string, Field, unknown, string]>([
    ['a number for text', text(4), 5, 'it is 5: the schema allows text'],
    ['nothing for text', text(4), undefined, 'it is undefined: the schema allows text'],
    ['no list', list(bool, 2), { length: 1 }, 'it is an object: the schema allows a list'],
    ['NaN in a list', list(int(0, 9), 4), [1, Number.NaN], 'it[1] is NaN: expected a finite number'],
    ['text in a list of numbers', list(int(0, 9), 4), ['1'], 'it[0] is "1": expected a finite number'],
    ['an unknown name', list(oneOf('a', 'b'), 4), ['c'], 'it[0] is "c": the schema allows a, b'],
    ['no id', list(ref('ship'), 4), [-1], "it[0] is -1: expected a row's id or undefined"],
    ['no vector', list(vec2(int(0, 9)), 4), [5], 'it[0] is 5: expected vec2'],
    ['half a vector', list(vec2(int(0, 9)), 4), [{ x: 1 }], 'it[0].y is undefined: expected a finite number'],
    ['too much data', data(4), 'abcdef', 'it takes 7 bytes packed: expected at most 4'],
    ['a date', data(40), [new Date(0)], 'it holds a Date: expected plain values only'],
    ['a key __proto__', data(40), JSON.parse('{"__proto__":1}'), 'it has the key __proto__: expected another name'],
    ['what becomes one key', data(40), { '\ud800': 1, '\ud801': 2 }, 'it has a key twice'],
    [
      'too large a list',
      list(text(4096), 64),
      new Array(64).fill('x'.repeat(4096)),
      'it takes 262339 bytes packed: expected at most 65536',
    ],
  ])('%s is refused', (_, field, value, message) =>
    expect(refused(() => pack(field, value))).toBe(`${message} (ERR_FIELD_VALUE)`)
  )
})

describe('S31 what came over the wire is refused', () => {
  it.each<[string, Field, string, string]>([
    ['text that is too long', text(2), '616263', 'it has 3 characters: expected at most 2'],
    ['more bytes than any text has', text(1), '61626364', 'it has 4 bytes: expected at most 3'],
    ['text cut inside a character', text(4), 'e282', 'it is not UTF-8'],
    ['an overlong character', text(4), 'c080', 'it is not UTF-8'],
    ['half a character', text(4), 'eda080', 'it is not UTF-8'],
    ['a character past the last', text(4), 'f4908080', 'it is not UTF-8'],
    ['a byte that opens nothing', text(4), '80', 'it is not UTF-8'],
    ['data past its bound', data(2), '9100c0', 'it has 3 bytes: expected at most 2'],
    ['data with an extension', data(9), 'd40000', 'it holds type 0xd4: expected plain values only'],
    [
      'data with a key __proto__',
      data(16),
      '81a95f5f70726f746f5f5f01',
      'it has the key __proto__: expected another name',
    ],
    ['data with a key twice', data(9), '82a16101a16102', 'it has a key twice'],
    ['a list that is none', list(bool, 2), 'c3', 'it is no list of at most 2 items'],
    ['a list that is too long', list(bool, 2), '93c2c2c2', 'it is no list of at most 2 items'],
    ['a step past the last', list(int(0, 9), 2), '910a', 'it[0] is 10: expected 0 to 9'],
    ['a negative step', list(int(0, 9), 2), '91ff', 'it[0] is -1: expected 0 to 9'],
    ['half a step', list(int(0, 9), 2), '91cb3fe0000000000000', 'it[0] is 0.5: expected 0 to 9'],
    ['a flag that is none', list(bool, 2), '9101', 'it[0] is 1: expected true or false'],
    ['a name that is none', list(oneOf('a', 'b'), 2), '9102', 'it[0] is 2: expected 0 to 1'],
    ['text in a list, too long', list(text(1), 2), '91a26162', 'it[0] is no text of at most 1 characters'],
    ['half a vector', list(vec2(int(0, 9)), 2), '919101', 'it[0] is no vec2'],
    ['an id that is none', list(ref('ship'), 2), '91ff', 'it[0] is -1: expected an id'],
  ])('%s', (_, field, packed, message) =>
    expect(refused(() => unpack(field, bytes(packed)))).toBe(`${message} (ERR_FRAME_INVALID)`)
  )
})

describe('packed values', () => {
  it('are the same if their bytes are', () => {
    const [a, b, c, d] = ['ab', 'ab', 'ac', 'abc'].map((value) => pack(text(4), value))
    expect([samePacked(a, a), samePacked(a, b), samePacked(a, c), samePacked(a, d)]).toEqual([true, true, false, false])
  })

  it('never take more than maxBytes()', () => {
    const largest: [Field, unknown][] = [
      [text(3), '\uffff\uffff\uffff'],
      [list(int(0, 2 ** 31 - 1), 3), [2e9, 2e9, 2e9]],
      [list(ref('ship'), 2), [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]],
      [list(vec3(int(0, 2 ** 31 - 1)), 2), new Array(2).fill({ x: 2e9, y: 2e9, z: 2e9 })],
      [list(text(100), 2), ['\uffff'.repeat(100), '\uffff'.repeat(100)]],
      [list(bool, 1024), new Array(1024).fill(true)],
    ]
    for (const [field, value] of largest) {
      const { bytes: packed } = pack(field, value)
      expect(packed.length).toBeLessThanOrEqual(maxBytes(impl(field)))
      expect(unpack(field, packed)).toEqual(value)
    }
  })

  it('errors show short values', () => {
    expect(show('x'.repeat(50))).toBe(`"${'x'.repeat(40)}…"`)
    expect([show({}), show(null), show(5), show(undefined)]).toEqual(['an object', 'null', '5', 'undefined'])
  })
})
