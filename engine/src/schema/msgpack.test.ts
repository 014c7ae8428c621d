import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { TickwireError } from './errors.ts'
import { type PackLimits, type Plain, pack, unpack } from './msgpack.ts'

const LIMITS: PackLimits = { bytes: 4096, depth: 8, elements: 256 }
const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/[\da-f]{2}/g) ?? [], (pair) => Number.parseInt(pair, 16))
const read = (hex: string, limits: Partial<PackLimits> = {}): Plain =>
  unpack(bytes(hex), { ...LIMITS, ...limits }, 'ERR_MESSAGE', 'it')
const write = (value: unknown, most = 4096): Uint8Array => pack(value, most, 'ERR_FIELD_VALUE', 'it')

/** Compared as text: to compare numbers one by one takes seconds. */
const hex = (packed: Uint8Array): string => Buffer.from(packed).toString('hex')

const plain = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((key) => key !== '__proto__'),
      tie('any'),
      { maxKeys: 3 }
    )
  ),
})).any

describe('plain values', () => {
  it('M2 come back equal; -0 comes back as 0', () => {
    fc.assert(
      fc.property(plain, (value) => {
        const back = unpack(write(value), { ...LIMITS, depth: 32 }, 'ERR_MESSAGE', 'it')
        const zeroes = JSON.parse(
          JSON.stringify([value], (_, v) => (ArrayBuffer.isView(v) ? [...(v as Uint8Array)] : v))
        )
        expect(
          JSON.parse(JSON.stringify([back], (_, v) => (ArrayBuffer.isView(v) ? [...(v as Uint8Array)] : v)))
        ).toEqual(zeroes)
      }),
      { numRuns: runs(200) }
    )
    expect(Object.is(unpack(write(-0), LIMITS, 'ERR_MESSAGE', 'it'), 0)).toBe(true)
  })

  it('M2 pack to the bytes that msgpackr makes of them', () => {
    const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true })
    fc.assert(
      fc.property(plain, (value) => {
        expect(hex(write(value))).toBe(hex(packr.pack(value)))
      }),
      { numRuns: runs(200) }
    )
    for (const n of [
      0x7f,
      0x80,
      0xff,
      0x100,
      0xffff,
      0x10000,
      2 ** 32 - 1,
      2 ** 32,
      -0x20,
      -0x21,
      -0x80,
      -0x81,
      -0x8000,
      -0x8001,
      -(2 ** 31),
      -(2 ** 31) - 1,
    ])
      expect(hex(write(n))).toBe(hex(packr.pack(n)))
    for (const n of [15, 16, 31, 32, 255, 256, 65535, 65536])
      for (const value of [
        'x'.repeat(n),
        new Uint8Array(n),
        Array(n).fill(1),
        Object.fromEntries(Array.from({ length: n }, (_, i) => [i, 0])),
      ])
        expect(hex(write(value, 1e6))).toBe(hex(packr.pack(value)))
  })

  it.each<[string, Plain]>([
    ['c0', null],
    ['c2', false],
    ['c3', true],
    ['7f', 127],
    ['e0', -32],
    ['cc ff', 255],
    ['cd ffff', 65535],
    ['ce ffffffff', 2 ** 32 - 1],
    ['cf 0000000100000000', 2 ** 32],
    ['d0 80', -128],
    ['d1 8000', -32768],
    ['d2 80000000', -(2 ** 31)],
    ['d3 ffffffff00000000', -(2 ** 32)],
    ['ca 3f800000', 1],
    ['cb 3ff8000000000000', 1.5],
    ['a2 6869', 'hi'],
    ['d9 02 6869', 'hi'],
    ['da 0002 6869', 'hi'],
    ['db 00000002 6869', 'hi'],
    ['c4 01 07', bytes('07')],
    ['c5 0001 07', bytes('07')],
    ['c6 00000001 07', bytes('07')],
    ['92 01 02', [1, 2]],
    ['dc 0002 01 02', [1, 2]],
    ['dd 00000002 01 02', [1, 2]],
    ['81 a1 61 01', { a: 1 }],
    ['de 0001 a1 61 01', { a: 1 }],
    ['df 00000001 a1 61 01', { a: 1 }],
  ])('M2 %s is read', (hex, value) => expect(read(hex)).toEqual(value))

  it('bytes are copies, and plain arrays of bytes also where the source is a Buffer', () => {
    const source = Buffer.from('c40107', 'hex')
    const read = unpack(source, LIMITS, 'ERR_MESSAGE', 'it') as Uint8Array
    source[2] = 9
    expect(read.constructor).toBe(Uint8Array)
    expect([...read]).toEqual([7])
  })

  it('a key may have the name of what every object inherits', () => {
    const value = { constructor: 1, toString: 2, __proto_: 3 }
    expect(unpack(write(value), LIMITS, 'ERR_MESSAGE', 'it')).toEqual(value)
  })

  it('what pack() returns is not reused', () => {
    const first = write([1, 2, 3])
    const copy = first.slice()
    write([4, 5, 6])
    expect(first).toEqual(copy)
  })
})

describe('M3 refused before anything is built', () => {
  it.each<[string, string, string]>([
    ['a cyclic reference', 'd6 69 00000000', 'it holds type 0xd6: expected plain values only'],
    ['a RegExp', 'c7 03 78 92 a1 61', 'it holds type 0xc7: expected plain values only'],
    ['a date', 'd6 ff 00000000', 'it holds type 0xd6: expected plain values only'],
    ['a record', 'd4 72 40', 'it holds type 0xd4: expected plain values only'],
    ['undefined', 'd4 00 00', 'it holds type 0xd4: expected plain values only'],
    ['an extension inside', '91 81 a1 61 c8 0000 01', 'it holds type 0xc8: expected plain values only'],
    ['what no type has', 'c1', 'it holds type 0xc1: expected plain values only'],
    ['NaN', 'cb 7ff8000000000000', 'it holds NaN: expected finite numbers'],
    ['Infinity in 32 bits', 'ca ff800000', 'it holds -Infinity: expected finite numbers'],
    ['nothing', '', 'it ends inside a value'],
    ['text that is cut', 'a3 61', 'it ends inside a value'],
    ['text of 4 GiB', 'db ffffffff 61', 'it ends inside a value'],
    ['a number that is cut', 'cb 00', 'it ends inside a value'],
    ['an array that is cut', '92 01', 'it ends inside a value'],
    ['an array of 4 billion', 'dd ffffffff', 'it has too many elements: expected at most 256'],
    ['a map of 2 billion', 'df 80000000', 'it has too many elements: expected at most 256'],
    ['a key that is a number', '81 01 01', 'it has a key that is not text'],
    ['a key that is __proto__', '81 a9 5f5f70726f746f5f5f 80', 'it has the key __proto__: expected another name'],
    ['a key twice', '82 a1 61 01 a1 61 02', 'it has a key twice'],
    ['a key twice, inside, in a long form', '91 82 a1 61 01 d9 01 61 02', 'it has a key twice'],
    ['bytes after it', '01 02', 'it has 1 bytes after its value'],
  ])('%s', (_, hex, message) => expect(refused(() => read(hex))).toBe(`${message} (ERR_MESSAGE)`))

  it('sizes, depths and numbers of elements just inside pass, just outside do not', () => {
    expect(read('92 01 02', { bytes: 3 })).toEqual([1, 2])
    expect(refused(() => read('92 01 02', { bytes: 2 }))).toBe('it has 3 bytes: expected at most 2 (ERR_MESSAGE)')
    expect(read('91 91 01', { depth: 2 })).toEqual([[1]])
    expect(refused(() => read('91 91 01', { depth: 1 }))).toBe('it is nested deeper than 1 (ERR_MESSAGE)')
    expect(read('93 01 01 01', { elements: 4 })).toEqual([1, 1, 1])
    expect(refused(() => read('93 01 01 01', { elements: 3 }))).toContain('too many elements: expected at most 3')
    // Keys count.
    expect(read('81 a1 61 01', { elements: 3 })).toEqual({ a: 1 })
    expect(refused(() => read('81 a1 61 01', { elements: 2 }))).toContain('too many elements')
    // A thousand arrays, each in the one before, cost no stack.
    expect(refused(() => read('91'.repeat(1000)))).toContain('nested deeper than 8')
  })

  it.each<[string, () => unknown, string]>([
    ['a date', () => new Date(0), 'it holds a Date: expected plain values only'],
    ['a function', () => [() => 1], 'it holds a Function: expected plain values only'],
    ['a BigInt', () => 1n, 'it holds a BigInt: expected plain values only'],
    ['NaN', () => [Number.NaN], 'it holds NaN: expected finite numbers'],
    ['a key __proto__', () => [JSON.parse('{"__proto__":1}')], 'it has the key __proto__: expected another name'],
    ['that key of a Map', () => new Map([['__proto__', 1]]), 'it has the key __proto__: expected another name'],
    ['what is too long', () => 'x'.repeat(5000), 'it takes 5003 bytes packed: expected at most 4096'],
    [
      'what points to itself',
      () => {
        const ring: unknown[] = []
        ring.push(ring)
        return ring
      },
      'it is nested deeper than 32',
    ],
    [
      'what is nested too deep',
      () => Array.from({ length: 40 }).reduce((inner) => [inner], 1),
      'it is nested deeper than 32',
    ],
  ])('%s does not leave either', (_, make, message) => {
    const said = refused(() => write(make()))
    expect(said).toContain(message)
    expect(said).toContain('ERR_FIELD_VALUE')
  })

  it('any bytes give a plain value or a typed error', () => {
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      // msgpackr's own extensions, mutated.
      fc.tuple(plain, fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 3 })).map(([value, changes]) => {
        const packed = new Uint8Array(new Packr({ structuredClone: true }).pack([value, new Map([[1, value]])]))
        for (const [at, byte] of changes) packed[at % packed.length] = byte
        return packed
      })
    )
    const check = (value: Plain): void => {
      if (typeof value === 'number') return expect(Number.isFinite(value)).toBe(true)
      if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return
      if (Object.getPrototypeOf(value) !== (Array.isArray(value) ? Array.prototype : Object.prototype))
        expect.fail('no plain object')
      for (const inner of Object.values(value)) check(inner)
    }
    fc.assert(
      fc.property(anything, (packed) => {
        try {
          check(unpack(packed, LIMITS, 'ERR_MESSAGE', 'it'))
        } catch (error) {
          if (!(error instanceof TickwireError)) throw error
        }
      }),
      { numRuns: runs(500) }
    )
  })
})
