import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { BitReader, BitWriter, unzigzag, zigzag } from './bits.ts'
import { LEVELS, normalise, RansReader, RansWriter, Tables } from './entropy.ts'
import { CONTEXTS, LAST, ROW, SIBLING, SYMBOLS } from './model.ts'
import { Scratch } from './scratch.ts'
import { MANY, noteSizes, readSymbols, type Sums, writeAlike, writeSymbols } from './symbols.ts'

const BITS = 32
const tables = fc
  .array(fc.array(fc.nat(LEVELS - 1), { minLength: 4, maxLength: SYMBOLS }), { minLength: 1, maxLength: 6 })
  .map(
    (all) =>
      new Tables(
        all.map(normalise),
        all.map(() => true)
      )
  )
const residual = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.nat(20), weight: 4 },
  fc.nat(5000),
  fc.integer({ min: 0, max: 2 ** 32 - 1 })
)
/** Some columns of the same rows; of one that is few, only some of its eights have symbols; an empty one none. */
const columns = fc.integer({ min: 1, max: 300 }).chain((n) =>
  fc.record({
    n: fc.constant(n),
    map: fc.array(fc.nat(), { minLength: CONTEXTS, maxLength: CONTEXTS }),
    columns: fc.array(
      fc.record({
        residuals: fc.array(residual, { minLength: n, maxLength: n }),
        contexts: fc.array(fc.tuple(fc.nat(LAST - 1), fc.nat(ROW - 1)), { minLength: n, maxLength: n }),
        kind: fc.constantFrom('some', 'some', 'few', 'none'),
        /** All rows have one table. */
        isAlike: fc.boolean(),
        groups: fc.array(fc.boolean(), { minLength: 38, maxLength: 38 }),
      }),
      { minLength: 1, maxLength: 4 }
    ),
  })
)

/** Of any sum, where each of the rows is expected to be at `expected`. */
function sums(n: number, expected: number): Sums {
  const slots = Int32Array.from({ length: n }, (_, a) => a)
  return { ints: new Int32Array(n).fill(expected), first: 0, slots, max: 2 ** 31 - 1, mask: -1 }
}

describe('X2, X4, X7 the residuals of columns', () => {
  it('come back: small and large, escapes, from one row to hundreds, in one state and in two', () => {
    let paired = 0
    fc.assert(
      fc.property(tables, columns, (tables, { n, map: drawn, columns }) => {
        const count = tables.offsets.length - 1
        const map = Int32Array.from(drawn, (t) => t % count)
        const places = map.map((t) => (tables.offsets[t] << 8) | (tables.offsets[t + 1] - tables.offsets[t] - 1))
        const [bits, rans, scratch] = [new BitWriter(), new RansWriter(), new Scratch()]
        const codedOf: number[] = []
        bits.bits(0xabcdef, 24)
        // A chunk's first symbol is none of a residual's.
        const one = new Tables([[4095, 1]], [false])
        rans.put(one, 0, 1)
        scratch.fit(n)
        for (const { residuals, contexts, kind, isAlike, groups } of columns) {
          if (kind === 'none') continue
          const own = Uint32Array.from(residuals)
          let coded = n
          if (kind === 'few')
            for (const [g, has] of groups.entries()) {
              scratch.groups[g] = has ? 1 : 0
              const rows = Math.max(0, Math.min(8, n - 8 * g))
              if (!has) own.fill(0, 8 * g, 8 * g + rows)
              if (!has) coded -= rows
            }
          codedOf.push(coded)
          if (coded >= MANY) paired++
          for (const [a, [last, row]] of contexts.entries()) scratch.context[a] = last * SIBLING * ROW + row
          rans.reserve(n)
          if (isAlike) {
            writeAlike(bits, rans, tables, places[0], BITS, own, n, kind === 'few', scratch)
            noteSizes(own, n, scratch)
          } else writeSymbols(bits, rans, tables, places, BITS, own, n, kind === 'few', scratch)
        }
        bits.align()
        bits.bytes(rans.finish())
        const bytes = bits.finish()

        const [from, symbols, other] = [new BitReader(bytes), new RansReader(bytes), new Scratch()]
        expect(from.bits(24)).toBe(0xabcdef)
        symbols.open()
        expect(symbols.get(one, 0)).toBe(1)
        other.fit(n)
        for (const { residuals, contexts, kind, isAlike, groups } of columns) {
          if (kind === 'none') continue
          const read = sums(n, 12345)
          for (const [g, has] of groups.entries()) other.groups[g] = has ? 1 : 0
          for (const [a, [last, row]] of contexts.entries()) other.context[a] = last * SIBLING * ROW + row
          const told = isAlike ? undefined : map
          readSymbols(from, symbols, tables, told, map[0], BITS, read, n, codedOf.shift()!, true, other)
          const own = residuals.map((u, a) => (kind === 'few' && !groups[a >> 3] ? 0 : u))
          expect([...read.ints]).toEqual(own.map((u) => (12345 + unzigzag(u)) | 0))
        }
        from.align()
        symbols.end(bytes.length - from.remaining)
      }),
      { numRuns: runs(150) }
    )
    expect(paired).toBeGreaterThan(0)
  })

  const plain = new Tables([[2048, 1024, 512, 512]], [true])
  const write = (residuals: number[]): Uint8Array => {
    const [bits, rans, scratch] = [new BitWriter(), new RansWriter(), new Scratch()]
    bits.bits(0, 16)
    scratch.fit(residuals.length)
    rans.reserve(residuals.length)
    const places = new Int32Array(CONTEXTS).fill(3)
    writeSymbols(bits, rans, plain, places, BITS, Uint32Array.from(residuals), residuals.length, false, scratch)
    bits.align()
    bits.bytes(rans.finish())
    return bits.finish()
  }

  it('X2 a second state costs some three bytes, from 96 rows on', () => {
    const zeros = (n: number): number => write(new Array(n).fill(0)).length
    // A bit each: 12 bytes.
    expect(zeros(MANY) - zeros(MANY - 1)).toBeGreaterThanOrEqual(2)
    expect(zeros(MANY) - zeros(MANY - 1)).toBeLessThanOrEqual(4)
    expect(zeros(2 * MANY) - zeros(MANY)).toBeLessThanOrEqual(14)
  })

  it('are told from those that lead to a step that is not allowed, one among many', () => {
    const isAllowed = (expected: number, last: number, max: number): boolean => {
      const [from, symbols, scratch] = [new BitReader(bytesOf(last)), new RansReader(bytesOf(last)), new Scratch()]
      from.bits(16)
      scratch.fit(200)
      symbols.open()
      return readSymbols(
        from,
        symbols,
        plain,
        undefined,
        0,
        BITS,
        { ...sums(200, expected), max },
        200,
        200,
        false,
        scratch
      )
    }
    const bytesOf = (last: number): Uint8Array => write([...new Array(199).fill(0), zigzag(last)])
    expect(isAllowed(9, 1, 10)).toBe(true)
    expect(isAllowed(10, 1, 10)).toBe(false)
    expect(isAllowed(1, -1, 10)).toBe(true)
    expect(isAllowed(0, -1, 10)).toBe(false)
    expect(isAllowed(2 ** 31 - 1, 1, 2 ** 31 - 1)).toBe(false)
    expect(isAllowed(0, -(2 ** 31), 2 ** 31 - 1)).toBe(false)
  })

  it('that end too early are refused', () => {
    const bytes = write(Array.from({ length: 200 }, (_, i) => i % 3))
    for (let cut = 1; cut < bytes.length; cut++) {
      const read = () => {
        const [from, symbols, scratch] = [new BitReader(bytes), new RansReader(bytes.subarray(cut)), new Scratch()]
        scratch.fit(200)
        symbols.open()
        readSymbols(from, symbols, plain, undefined, 0, BITS, sums(200, 0), 200, 200, false, scratch)
        symbols.end(0)
      }
      expect(refused(read)).toMatch(/ERR_FRAME_(TRUNCATED|INVALID)/)
    }
  })
})
