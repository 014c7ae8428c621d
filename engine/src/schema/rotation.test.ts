import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../test/runs.ts'
import { dropComponent, fromSmallestThree, isRotation, toSmallestThree } from './rotation.ts'

type Four = readonly [number, number, number, number]
const maxOf = (bits: number): number => 2 ** bits - 1

function pack([x, y, z, w]: Four, max: number): Four {
  const out = new Int32Array(4)
  toSmallestThree(x, y, z, w, max, out)
  return [out[0], out[1], out[2], out[3]]
}
function unpack([largest, a, b, c]: Four, max: number): Four {
  const out = new Float64Array(4)
  fromSmallestThree(largest, a, b, c, max, out)
  return [out[0], out[1], out[2], out[3]]
}
const normal = (q: Four): Four => {
  const length = Math.hypot(...q)
  return q.map((part) => part / length) as never
}

const component = fc.double({ min: -1, max: 1, noNaN: true })
const corner = fc.constantFrom(0, 0.5, -0.5, Math.SQRT1_2, -Math.SQRT1_2, 1)
const rotation = fc
  .oneof(
    fc.tuple(component, component, component, component),
    // What rounding makes hard: components of about the same size.
    fc.tuple(corner, corner, corner, corner),
    fc.tuple(component, component).map(([a, b]) => [a, b, a * 1.0001, -b])
  )
  .filter((q) => Math.hypot(...(q as number[])) > 0.01) as fc.Arbitrary<Four>
const bits = fc.integer({ min: 4, max: 20 })

describe('smallest three', () => {
  it.each<[string, Four, Four]>([
    ['the identity', [0, 0, 0, 1], [3, 256, 256, 256]],
    ['half a turn about x', [1, 0, 0, 0], [0, 256, 256, 256]],
    ['the same the other way', [-1, 0, 0, 0], [0, 256, 256, 256]],
    ['nothing, which counts as the identity', [0, 0, 0, 0], [3, 256, 256, 256]],
    ['one that is not normalised', [0, 0, 8, 0], [2, 256, 256, 256]],
    ['a negative largest component turns the others about', [0.3, 0.2, 0.1, -0.9], [3, 145, 182, 219]],
    [
      'an eighth of a turn, whose end is half a step past the last',
      [0, Math.SQRT1_2, 0, Math.SQRT1_2],
      [3, 256, 511, 256],
    ],
    ['and the other way', [0, -Math.SQRT1_2, 0, Math.SQRT1_2], [3, 256, 1, 256]],
  ])('holds %s', (_, q, steps) => expect(pack(q, 511)).toEqual(steps))

  it('a rotation comes back within a step, whatever its sign and length', () => {
    fc.assert(
      fc.property(rotation, bits, (q, n) => {
        const max = maxOf(n)
        const packed = pack(q, max)
        const back = unpack(packed, max)
        expect(isRotation(packed[1], packed[2], packed[3], max)).toBe(true)
        expect(isRotation(0, max, 0, max)).toBe(false)
        const unit = normal(q)
        // q and -q are one rotation.
        const near = [1, -1].map((sign) => Math.max(...back.map((part, i) => Math.abs(part - sign * unit[i]))))
        // Those that travel are off by half a step. The left-out one is as large as any, so it is off by their errors together.
        const step = Math.SQRT2 / max
        expect(Math.min(...near)).toBeLessThan(1.75 * step)
        const sign = Math.sign(unit[packed[0]])
        for (let i = 0; i < 4; i++)
          if (i !== packed[0]) expect(Math.abs(back[i] - sign * unit[i])).toBeLessThan(step / 2 + 1e-12)
      }),
      { numRuns: runs(300) }
    )
  })

  it('what was settled stays as it is, however often it is settled again', () => {
    fc.assert(
      fc.property(rotation, bits, (q, n) => {
        const max = maxOf(n)
        const once = unpack(pack(q, max), max)
        expect(unpack(pack(once, max), max)).toEqual(once)
      }),
      { numRuns: runs(500) }
    )
  })

  it('steps that make a rotation come back as they were, whichever component they leave out', () => {
    const step = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 0.4, 0.5, 1))
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), step, step, step, bits, (leftOut, a, b, c, n) => {
        const max = maxOf(n)
        const steps: Four = [leftOut, Math.round(a * max), Math.round(b * max), Math.round(c * max)]
        fc.pre(unpack(steps, max)[leftOut] > 0)
        expect(pack(unpack(steps, max), max)).toEqual(steps)
      }),
      { numRuns: runs(1000) }
    )
  })

  it.each<[Four, number]>([
    [[-0.656, 0.503, -0.655, 0.278], 9],
    [[0.8, 0, 0.8, 0], 9],
    [[-0.63, 0.826, -0.33, 0.733], 4],
    [[0.336, 0.758, 0.959, 0.959], 16],
  ])('%j at %i bits, once seen to change its largest component at every settling, stays', (q, n) => {
    const max = maxOf(n)
    const once = pack(q, max)
    expect(pack(unpack(once, max), max)).toEqual(once)
  })

  it('another component than the largest can be left out: the others are clamped', () => {
    const out = new Int32Array(4)
    dropComponent(1, 0, 0, 0.1, 3, 511, out)
    expect([...out]).toEqual([3, 511, 256, 256])
    dropComponent(1, 0, 0, -0.1, 3, 511, out)
    expect([...out]).toEqual([3, 0, 256, 256])
  })

  it('any steps give a rotation with components within -1 to 1, and the left-out one is not negative', () => {
    const step = fc.integer({ min: 0, max: 511 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3 }), step, step, step, (largest, a, b, c) => {
        const q = unpack([largest, a, b, c], 511)
        expect(q[largest]).toBeGreaterThanOrEqual(0)
        for (const part of q) expect(Math.abs(part)).toBeLessThanOrEqual(1)
      }),
      { numRuns: runs(100) }
    )
  })
})
