import { describe, expect, it } from 'vitest'
import { Random } from '../state/random.ts'
import { zigzag } from './bits.ts'
import { bitsOf, ESCAPE } from './entropy.ts'
import { RAW_BITS, symbolOf } from './model.ts'
import { SHAPE_BITS, shapeOf, shapePlace, shapeTables } from './shapes.ts'

const { entries, offsets } = shapeTables()
const SHAPES = Array.from({ length: 1 << SHAPE_BITS }, (_, shape) => shape)
const entriesOf = (shape: number): number[] => [...entries.subarray(offsets[shape], offsets[shape + 1])]
const frequencies = (shape: number): number[] => entriesOf(shape).map((entry) => (entry >>> 12) & 8191)

describe('X16 shapes', () => {
  it('are tables: 4096 in all, no symbol without a share, an escape last', () => {
    for (const shape of SHAPES) {
      const own = frequencies(shape)
      expect([own.reduce((sum, freq) => sum + freq, 0), Math.min(...own)], `shape ${shape}`).toEqual([4096, 1])
      expect(own.length).toBeGreaterThan(3)
      expect(entriesOf(shape).map((entry) => entry >>> 25)).toEqual([...own.keys()].slice(0, -1).concat(ESCAPE))
      expect(shapePlace(shape)).toBe(offsets[shape] * 256 + own.length - 1)
    }
  })

  it('are the same tables everywhere and for good', () => {
    let hash = 0x811c9dc5
    for (const shape of SHAPES) for (const freq of frequencies(shape)) hash = Math.imul(hash ^ freq, 0x01000193)
    expect(hash >>> 0).toBe(2061469337)
  })

  it('reach further with their scale, and expect more zeros with their share', () => {
    for (let scale = 1; scale < 32; scale++)
      expect(frequencies(scale).length).toBeGreaterThan(frequencies(scale - 1).length)
    for (let share = 2; share < 8; share++)
      for (let scale = 0; scale < 32; scale++)
        expect(frequencies(share * 32 + scale)[0]).toBeGreaterThan(frequencies((share - 1) * 32 + scale)[0])
  })
})

/** What residuals cost with a shape, in bits, itself included. */
function costOf(shape: number, residuals: Uint32Array, escapeBits: number): number {
  const last = offsets[shape + 1] - offsets[shape] - 1
  let bits = SHAPE_BITS
  for (const u of residuals) {
    const symbol = symbolOf(u)
    bits += bitsOf(entries[offsets[shape] + Math.min(symbol, last)]) + (symbol < last ? RAW_BITS[symbol] : escapeBits)
  }
  return bits
}

describe('the shape that a column says', () => {
  const kinds: Record<string, (random: Random, size: number) => number> = {
    geometric: (random, size) => (random.next() < 0.5 ? 1 : -1) * Math.floor(-size * Math.log(1 - random.next())),
    gaussian: (random, size) => Math.round(gaussian(random) * size),
    'sparse, gaussian': (random, size) => (random.next() < 0.9 ? 0 : Math.round(gaussian(random) * size)),
    even: (random, size) => Math.round((2 * random.next() - 1) * size),
  }
  const gaussian = (random: Random): number =>
    Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())

  describe.each(Object.keys(kinds))('of %s residuals', (kind) => {
    it.each([0.3, 1, 3, 10, 30, 100, 1000, 5000, 30_000, 100_000])(
      'of a size of about %d costs at most a thirtieth more than the best one',
      (size) => {
        const random = new Random(Math.ceil(size))
        const residuals = Uint32Array.from({ length: 600 }, () => zigzag(kinds[kind](random, size)))
        const escapeBits = 2 + Math.ceil(Math.log2(Math.max(...residuals) + 1))
        const best = Math.min(...SHAPES.map((shape) => costOf(shape, residuals, escapeBits)))
        expect(costOf(shapeOf(residuals, 600), residuals, escapeBits)).toBeLessThan(1.03 * best)
      }
    )
  })

  it('is at hand for a single row, for none that is 0, for the largest there are', () => {
    for (const all of [[0], [1], [2 ** 32 - 1], [2 ** 32 - 1, 2 ** 32 - 2], [7, 7, 7]]) {
      const residuals = Uint32Array.from(all)
      const shape = shapeOf(residuals, all.length)
      expect(SHAPES).toContain(shape)
      expect(costOf(shape, residuals, 32)).toBeLessThan(SHAPE_BITS + 45 * all.length)
    }
  })

  it('does not count rows without a symbol as zeros', () => {
    const residuals = new Uint32Array(160)
    residuals.set([5, 9, 4, 7, 6, 8, 5, 9], 0)
    expect(shapeOf(residuals, 160, 8)).toBe(shapeOf(residuals, 8))
    expect(shapeOf(residuals, 160)).not.toBe(shapeOf(residuals, 8))
  })
})
