import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { BitReader, BitWriter } from './bits.ts'
import { readFresh, readResiduals, writeFresh, writeResiduals } from './residuals.ts'

function written(residuals: readonly number[]): Uint8Array {
  const out = new BitWriter()
  writeResiduals(out, Uint32Array.from(residuals), residuals.length)
  return out.finish()
}
function readBack(bytes: Uint8Array, count: number): number[] {
  const from = new BitReader(bytes)
  const residuals = new Uint32Array(count + 1).fill(99)
  readResiduals(from, residuals, count)
  from.end()
  expect(residuals[count]).toBe(99)
  return [...residuals.subarray(0, count)]
}
const fields = (...parts: [value: number, bits: number][]): Uint8Array => {
  const out = new BitWriter()
  for (const [value, bits] of parts) out.uint(value, bits)
  return out.finish()
}

describe('a column of residuals', () => {
  const mostlyNone = fc.oneof({ arbitrary: fc.constant(0), weight: 9 }, fc.nat(50))
  const any = fc.oneof(mostlyNone, fc.nat(3), fc.nat(5000), fc.integer({ min: 0, max: 2 ** 32 - 1 }))

  it('S24 comes back, whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(any, { minLength: 1, maxLength: 60 }),
          fc.array(mostlyNone, { minLength: 1, maxLength: 200 })
        ),
        (residuals) => {
          expect(readBack(written(residuals), residuals.length)).toEqual(residuals)
        }
      ),
      { numRuns: runs(300) }
    )
  })

  it('S24 takes one bit where nothing differs, a few where a few do', () => {
    expect(written(new Array(1000).fill(0))).toEqual(Uint8Array.of(0))
    const one = new Array(1000).fill(0)
    one[500] = 1
    expect(written(one).length).toBeLessThan(6)
    expect(written(new Array(1000).fill(1)).length).toBeLessThan(252)
  })

  it('S25 dense: changed, not sparse, k in 5 bits, a Rice code a row', () => {
    expect(written([1, 1, 1, 1])).toEqual(
      fields([1, 1], [0, 1], [0, 5], ...new Array<[number, number]>(4).fill([0b01, 2]))
    )
  })

  it('S26 sparse: both parameters, how many less one, then gaps and residuals less one', () => {
    const residuals = new Array(100).fill(0)
    residuals[2] = 3
    // gap parameter 5: 2 is a zero and then 2 in 5 bits; residual parameter 1: 2 is 1, a zero, 0.
    expect(written(residuals)).toEqual(fields([1, 1], [1, 1], [1, 5], [6, 5], [0, 7], [0, 1], [2, 6], [1, 1], [0, 2]))
  })

  it.each<[string, Uint8Array, number, string]>([
    [
      'S26 a row past the last',
      fields([1, 1], [1, 1], [0, 5], [0, 5], [0, 2], [0b1111, 5]),
      4,
      'a residual for row 4: expected fewer than 4',
    ],
    [
      'S26 more rows than there are',
      fields([1, 1], [1, 1], [0, 5], [0, 5], [3, 2], [0, 8]),
      3,
      'a residual for row 3: expected fewer than 3',
    ],
    [
      'S28 a residual past 32 bits',
      fields([1, 1], [1, 1], [0, 5], [0, 5], [0, 2], [0, 1], [0xfffff, 20], [2 ** 32 - 1, 32]),
      3,
      'a residual of more than 32 bits',
    ],
  ])('refuses %s', (_, bytes, count, message) =>
    expect(refused(() => readBack(bytes, count))).toBe(`${message} (ERR_FRAME_INVALID)`)
  )
})

describe('S35 values of fresh rows', () => {
  const roundTrip = (values: number[], zero: number, bits: number): { size: number; back: number[] } => {
    const out = new BitWriter()
    writeFresh(out, Int32Array.from(values), values.length, zero, bits)
    const bytes = out.finish()
    const back = new Int32Array(values.length)
    const from = new BitReader(bytes)
    readFresh(from, back, values.length, zero, bits)
    from.end()
    return { size: bytes.length, back: [...back] }
  }

  it('come back; all at their default are one bit', () => {
    expect(roundTrip([5, 5, 5], 5, 31)).toEqual({ size: 1, back: [5, 5, 5] })
    expect(roundTrip([5, 6, 2 ** 31 - 1], 5, 31)).toEqual({ size: 12, back: [5, 6, 2 ** 31 - 1] })
    expect(roundTrip([0, 0], 0, 0)).toEqual({ size: 1, back: [0, 0] })
  })
})
