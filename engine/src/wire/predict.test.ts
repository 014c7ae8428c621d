import { describe, expect, it } from 'vitest'
import { angle, type Fields, int, quat, ranged } from '../schema/field.ts'
import { Layout } from '../schema/layout.ts'
import { toSmallestThree } from '../schema/rotation.ts'
import type { FrozenCells } from '../state/table.ts'
import { difference, inBounds, predict, predictRotations, type Survivors } from './predict.ts'

/** Columns of one row at tick 10: `now` is known where it is coded earlier. */
function row(
  fields: Fields,
  base: number[],
  options: { now?: number[]; before?: number[]; bornBefore?: number } & Partial<Omit<Survivors, 'before'>> = {}
) {
  const layout = new Layout('row', fields)
  const cells = (ints: number[], born = 3): FrozenCells => ({
    size: 1,
    count: 1,
    born: Int32Array.of(born),
    ints: Int32Array.from(ints),
    packed: [],
  })
  const rows: Survivors = {
    slots: Int32Array.of(0),
    count: 1,
    ints: Int32Array.from(options.now ?? base),
    size: 1,
    base: cells(base),
    before: options.before && cells(options.before, options.bornBefore),
    allBefore: false,
    ticks: options.ticks ?? 1,
    ticksBefore: options.ticksBefore ?? 1,
    tickRate: options.tickRate ?? 30,
    layout,
  }
  return { layout, rows }
}
function predicted(name: string, ...[fields, base, options]: Parameters<typeof row>): number {
  const { layout, rows } = row(fields, base, options)
  const out = new Int32Array(1)
  predict(layout.columns.find((column) => column.name === name)!, rows, out, new Uint8Array(1))
  return out[0]
}

describe('S40 hold', () => {
  it('what was is', () => expect(predicted('x', { x: int(0, 99) }, [42])).toBe(42))
})

describe('S41 rate', () => {
  const fields = { x: ranged(0, 4096, 1 / 256).rate('v'), v: ranged(-512, 512, 1 / 64) }
  const steps = (x: number, v: number): number[] => [x * 256, (v + 512) * 64]

  it('moves by the rate that was coded just before: x += v * dt', () => {
    expect(predicted('x', fields, steps(100, 0), { now: steps(0, 30) })).toBe(101 * 256)
    expect(predicted('x', fields, steps(100, 0), { now: steps(0, -30) })).toBe(99 * 256)
  })
  it('over several ticks it takes the rate to change evenly', () => {
    expect(predicted('x', fields, steps(100, 30), { now: steps(0, 30), ticks: 6 })).toBe(106 * 256)
    // 5, 10, 15, 20, 25, 30 a second for a 30th of a second each.
    expect(predicted('x', fields, steps(100, 0), { now: steps(0, 30), ticks: 6 })).toBe(103.5 * 256)
  })
  it('stays within bounds, halves up', () => {
    expect(predicted('x', fields, steps(4096, 0), { now: steps(0, 512) })).toBe(4096 * 256)
    expect(predicted('x', fields, steps(0, 0), { now: steps(0, -512) })).toBe(0)
    const coarse = { x: int(0, 99).rate('v'), v: int(-60, 60) }
    expect([15, -15, 14, -16].map((v) => predicted('x', coarse, [50, 60], { now: [0, v + 60] }))).toEqual([
      51, 50, 50, 49,
    ])
  })
  it('goes round a circle', () => {
    const turning = { a: angle(8).rate('w'), w: ranged(-8, 8, (2 * Math.PI) / 256) }
    expect(predicted('a', turning, [255, 0], { now: [0, Math.round(8 / ((2 * Math.PI) / 256)) + 90] })).toBe(2)
  })
})

describe('S42 linear', () => {
  const fields = { x: int(0, 99).linear(), a: angle(8).linear() }

  it('goes on from the last two', () => {
    expect(predicted('x', fields, [42, 0], { before: [40, 0] })).toBe(44)
    expect(predicted('x', fields, [42, 0], { before: [40, 0], ticks: 3, ticksBefore: 2 })).toBe(45)
    expect(predicted('x', fields, [99, 0], { before: [90, 0] })).toBe(99)
  })
  it('goes the short way round a circle', () => {
    expect(predicted('a', fields, [0, 2], { before: [0, 254] })).toBe(6)
    expect(predicted('a', fields, [0, 254], { before: [0, 2] })).toBe(250)
  })
  it('holds what was not there before', () => {
    expect(predicted('x', fields, [42, 0])).toBe(42)
    expect(predicted('x', fields, [42, 0], { before: [40, 0], bornBefore: 2 })).toBe(42)
  })
})

describe('S52 rotations', () => {
  const max = 511
  const about = (turn: number): number[] => {
    const out = new Int32Array(4)
    toSmallestThree(0, 0, Math.sin(turn / 2), Math.cos(turn / 2), max, out)
    return [...out]
  }
  const expected = (
    fields: Fields,
    base: number[],
    largest: number,
    options: Parameters<typeof row>[2] = {}
  ): number[] => {
    const { layout, rows } = row(fields, base, options)
    const out = [new Int32Array(1), new Int32Array(1), new Int32Array(1)] as const
    predictRotations(layout.columns[0], rows, Int32Array.of(largest), out)
    return [largest, ...out.map((part) => part[0])]
  }

  it('hold: the last rotation, with the component left out that is now', () => {
    expect(expected({ q: quat(9) }, about(0.4), 3)).toEqual(about(0.4))
    // Just past a quarter turn the other component is the larger one.
    expect(expected({ q: quat(9) }, about(Math.PI / 2 - 0.01), 2)[0]).toBe(2)
  })
  it('linear: the last turn once more', () => {
    const [a, b, c] = [about(0.4), about(0.6), about(0.8)]
    const seen = expected({ q: quat(9).linear() }, b, 3, { before: a })
    for (let i = 0; i < 4; i++) expect(Math.abs(seen[i] - c[i])).toBeLessThanOrEqual(1)
    expect(seen).not.toEqual(b)
  })
  it('holds over unequal times, and what was not there before', () => {
    const [a, b] = [about(0.4), about(0.6)]
    expect(expected({ q: quat(9).linear() }, b, 3, { before: a, ticks: 2 })).toEqual(b)
    expect(expected({ q: quat(9).linear() }, b, 3, { before: a, bornBefore: 2 })).toEqual(b)
    expect(expected({ q: quat(9).linear() }, b, 3)).toEqual(b)
  })
})

describe('S43 differences and bounds', () => {
  const [x, a] = new Layout('row', { x: int(0, 99), a: angle(3) }).columns

  it('go the short way round a circle; half of it is backward', () => {
    const pairs = [
      [7, 1],
      [1, 7],
      [4, 0],
      [0, 4],
      [3, 3],
    ] as const
    expect(pairs.map(([to, from]) => difference(a, to, from))).toEqual([-2, 2, -4, -4, 0])
    expect(difference(x, 3, 90)).toBe(-87)
  })
  it('a difference brings back what it was taken from', () => {
    for (let to = 0; to < 8; to++)
      for (let from = 0; from < 8; from++) expect(inBounds(a, from + difference(a, to, from))).toBe(to)
  })
  it('are clamped, or taken round', () => {
    expect([-1, 0, 99, 100].map((q) => inBounds(x, q))).toEqual([0, 0, 99, 99])
    expect([-1, 8, 17, -9].map((q) => inBounds(a, q))).toEqual([7, 0, 1, 7])
  })
})
