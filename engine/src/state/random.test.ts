import { describe, expect, it } from 'vitest'
import { TickwireError } from '../schema/errors.ts'
import { Random } from './random.ts'

describe('Random', () => {
  it.each([
    // From an implementation of PractRand's definition in another language, with 64-bit integers.
    [0, [0x514676c3, 0x08a809df, 0x30349d2b, 0xfb52c520]],
    [1, [0x77eef724, 0x6f99472c, 0x65c86823, 0x6a161a47]],
    [0x1234567890abcd, [0x75567bf5, 0x0f136957, 0x7d81b885, 0x41da04c4]],
    [-1, [0xc7053320, 0xdb48177e, 0xb7b300c7, 0x8d4e1c21]],
  ])('seed %i gives the numbers that sfc32 gives', (seed, expected) => {
    const random = new Random(seed)
    expect(expected.map(() => random.uint32())).toEqual(expected)
  })

  it('gives the same fractions again for the same seed, in [0, 1) and spread evenly', () => {
    const random = new Random(42)
    const again = new Random(42)
    const tenths = new Array<number>(10).fill(0)
    for (let i = 0; i < 100_000; i++) {
      const x = random.next()
      if (x !== again.next()) expect.fail(`number ${i} differs`)
      tenths[Math.floor(x * 10)] += 1
    }
    expect(tenths).toHaveLength(10)
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('refuses the seed %d', (seed) => {
    expect(() => new Random(seed)).toThrow(TickwireError)
  })
})
