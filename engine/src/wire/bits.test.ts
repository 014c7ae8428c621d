import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { BitReader, BitWriter, unzigzag, zigzag } from './bits.ts'

/** One thing that can be written, and read back. */
type Item =
  | { readonly is: 'bits' | 'uint'; readonly value: number; readonly count: number }
  | { readonly is: 'bit'; readonly value: boolean }
  | { readonly is: 'varint'; readonly value: number }
  | { readonly is: 'rice'; readonly value: number; readonly k: number }
  | { readonly is: 'bytes'; readonly value: Uint8Array }
  | { readonly is: 'align' }

const numberOf = (count: number): fc.Arbitrary<number> => fc.integer({ min: 0, max: 2 ** count - 1 })
// Small ones are what Rice codes are for; large ones are escaped.
const coded = fc.oneof(fc.nat(30), fc.nat(5000), fc.integer({ min: 0, max: 2 ** 32 - 1 }))
const parameter = fc.nat(31)
const item: fc.Arbitrary<Item> = fc.oneof(
  fc.nat(24).chain((count) => numberOf(count).map((value) => ({ is: 'bits' as const, value, count }))),
  fc.nat(32).chain((count) => numberOf(count).map((value) => ({ is: 'uint' as const, value, count }))),
  fc.boolean().map((value) => ({ is: 'bit' as const, value })),
  fc.oneof(fc.nat(300), fc.maxSafeNat()).map((value) => ({ is: 'varint' as const, value })),
  fc.tuple(coded, parameter).map(([value, k]) => ({ is: 'rice' as const, value, k })),
  fc.uint8Array({ maxLength: 9 }).map((value) => ({ is: 'bytes' as const, value })),
  fc.constant({ is: 'align' as const })
)

function write(out: BitWriter, one: Item): void {
  switch (one.is) {
    case 'bits':
      return out.bits(one.value, one.count)
    case 'uint':
      return out.uint(one.value, one.count)
    case 'bit':
      return out.bit(one.value)
    case 'varint':
      return out.varint(one.value)
    case 'rice':
      return out.rice(one.value, one.k)
    case 'bytes':
      return out.bytes(one.value)
    case 'align':
      return out.align()
  }
}
function read(from: BitReader, one: Item): Item {
  switch (one.is) {
    case 'bits':
      return { ...one, value: from.bits(one.count) }
    case 'uint':
      return { ...one, value: from.uint(one.count) }
    case 'bit':
      return { ...one, value: from.bit() }
    case 'varint':
      return { ...one, value: from.varint() }
    case 'rice':
      return { ...one, value: from.rice(one.k) }
    case 'bytes':
      return { ...one, value: from.bytes(one.value.length) }
    case 'align':
      from.align()
      return one
  }
}
function written(...items: Item[]): Uint8Array {
  const out = new BitWriter()
  for (const one of items) write(out, one)
  return out.finish()
}
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('writer and reader', () => {
  it('F2 F3 F4 whatever is written comes back, in any order, and nothing is left', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 40 }), (items) => {
        const from = new BitReader(written(...items))
        expect(items.map((one) => read(from, one))).toEqual(items)
        from.end()
      }),
      { numRuns: runs(200) }
    )
  })

  it('F2 a reader cannot pass its end, wherever the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, maxExcluded: true }),
        (items, part) => {
          const bytes = written(...items)
          if (bytes.length === 0) return
          const from = new BitReader(bytes.subarray(0, Math.floor(bytes.length * part)))
          // Padding may be missing, content may not.
          const trimmed = items.slice(0, items.findLastIndex((one) => one.is !== 'align') + 1)
          expect(refused(() => trimmed.map((one) => read(from, one)))).toMatch(/ERR_FRAME_(TRUNCATED|INVALID)/)
        }
      ),
      { numRuns: runs(200) }
    )
  })

  it.each<[string, Item[], string]>([
    [
      'F2 the lowest bit first',
      [
        { is: 'bits', value: 1, count: 1 },
        { is: 'bits', value: 2, count: 3 },
      ],
      '05',
    ],
    [
      'F2 across bytes',
      [
        { is: 'bits', value: 7, count: 5 },
        { is: 'bits', value: 0x7ff, count: 11 },
      ],
      'e7ff',
    ],
    ['F2 32 bits', [{ is: 'uint', value: 0x89abcdef, count: 32 }], 'efcdab89'],
    ['F2 padding', [{ is: 'bit', value: true }, { is: 'align' }, { is: 'bit', value: true }], '0101'],
    ['F3 a short number', [{ is: 'varint', value: 127 }], '7f'],
    ['F3 a longer one', [{ is: 'varint', value: 300 }], 'ac02'],
    ['F3 the largest', [{ is: 'varint', value: Number.MAX_SAFE_INTEGER }], 'ffffffffffffff0f'],
    ['F4 0 with k = 0', [{ is: 'rice', value: 0, k: 0 }], '00'],
    [
      'F4 3 with k = 0: three ones and a zero',
      [
        { is: 'rice', value: 3, k: 0 },
        { is: 'bit', value: true },
      ],
      '17',
    ],
    ['F4 11 with k = 2: two ones, a zero, 3', [{ is: 'rice', value: 11, k: 2 }], '1b'],
    ['F4 19 ones are the most', [{ is: 'rice', value: 19, k: 0 }], 'ffff07'],
    ['F4 20 are an escape: 32 bits follow', [{ is: 'rice', value: 20, k: 0 }], 'ffff4f01000000'],
    ['F4 31 bits behind their zero', [{ is: 'rice', value: 2 ** 31 - 1, k: 31 }], 'feffffff'],
    [
      'bytes that are not aligned',
      [
        { is: 'bit', value: true },
        { is: 'bytes', value: Uint8Array.of(0xff) },
      ],
      'ff01',
    ],
  ])('%s', (_, items, bytes) => expect(hex(written(...items))).toBe(bytes))
})

describe('a reader refuses', () => {
  const from = (bytes: string): BitReader => new BitReader(Buffer.from(bytes, 'hex'))

  it('F3 a number of more than 53 bits, and one that does not end', () => {
    expect(refused(() => from('ffffffffffffff1f').varint())).toBe('a number of more than 53 bits (ERR_FRAME_INVALID)')
    expect(refused(() => from('ffffffffffffffffffff').varint())).toBe(
      'a number of more than 53 bits (ERR_FRAME_INVALID)'
    )
    expect(refused(() => from('ff').varint())).toBe('the frame ends after 1 bytes: expected more (ERR_FRAME_TRUNCATED)')
  })

  it('F4 a Rice code of more than 32 bits', () => {
    const past = written({ is: 'bits', value: 0b011, count: 3 }, { is: 'uint', value: 0, count: 31 })
    expect(refused(() => new BitReader(past).rice(31))).toBe('a Rice code of more than 32 bits (ERR_FRAME_INVALID)')
  })

  it('F2 what follows the end, and padding that is not zero', () => {
    const rest = from('0100')
    rest.bits(8)
    expect(refused(() => rest.end())).toBe("1 bytes after the end of the frame's content (ERR_FRAME_INVALID)")
    const padding = from('11')
    padding.bits(4)
    expect(refused(() => padding.end())).toContain('ERR_FRAME_INVALID')
    const early = from('1100')
    early.bits(4)
    expect(refused(() => early.align())).toContain('ERR_FRAME_INVALID')
    const clean = from('01')
    clean.bits(4)
    clean.end()
  })

  it('more bytes than there are, before it makes room for them', () => {
    expect(refused(() => from('0102').bytes(3))).toContain('ERR_FRAME_TRUNCATED')
    expect(refused(() => from('0102').bytes(Number.MAX_SAFE_INTEGER))).toContain('ERR_FRAME_TRUNCATED')
    expect(refused(() => new BitReader(new Uint8Array(0), 1).varint())).toContain('ERR_FRAME_TRUNCATED')
  })
})

describe('a writer', () => {
  it('grows, starts over, and leaves what it gave away alone', () => {
    const out = new BitWriter()
    for (let i = 0; i < 5000; i++) out.bits(i, 16)
    const first = out.finish()
    const copy = first.slice()
    out.reset()
    for (let i = 0; i < 5000; i++) out.bits(1, 16)
    expect(first).toEqual(copy)
    expect(first.length).toBe(10000)
    const from = new BitReader(first)
    for (let i = 0; i < 5000; i++) if (from.bits(16) !== i) expect.fail(`number ${i}`)
  })

  it('a run of values of any widths, behind and before other bits', () => {
    const piece = fc.record({ width: fc.integer({ min: 0, max: 32 }), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 7 }), fc.array(piece, { maxLength: 60 }), (before, pieces) => {
        const out = new BitWriter()
        out.bits(0x55, before)
        const values = Uint32Array.from(pieces, ({ value }) => value)
        out.run(
          values,
          Uint8Array.from(pieces, ({ width }) => width),
          pieces.length
        )
        out.bits(0b101, 3)
        expect(out.bitLength).toBe(before + 3 + pieces.reduce((sum, { width }) => sum + width, 0))
        const from = new BitReader(out.finish())
        from.bits(before)
        for (const { value, width } of pieces) expect(from.uint(width)).toBe(value % 2 ** width)
        expect(from.bits(3)).toBe(0b101)
      })
    )
  })
})

it('F5 zigzag: small magnitudes are small, and every 32-bit number comes back', () => {
  expect([0, -1, 1, -2, 2].map(zigzag)).toEqual([0, 1, 2, 3, 4])
  expect([zigzag(2 ** 31 - 1), zigzag(-(2 ** 31))]).toEqual([2 ** 32 - 2, 2 ** 32 - 1])
  for (const value of [0, 1, -1, 12345, -54321, 2 ** 31 - 1, -(2 ** 31)]) expect(unzigzag(zigzag(value))).toBe(value)
})
