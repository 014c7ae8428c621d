import { describe, expect, it } from 'vitest'
import { entity } from '../schema/entity.ts'
import { bool, int, quat, ranged, text, vec2 } from '../schema/field.ts'
import { defineGame, planOf } from '../schema/game.ts'
import { CLASS, freshContext, leadOf, modelsOf, RAW_BASE, RAW_BITS, STEP, SYMBOLS, symbolOf } from './model.ts'

describe('X4 residual symbols', () => {
  it('and their raw bits cover every u once, in order', () => {
    let next = 0
    for (let s = 0; s < SYMBOLS - 1; s++) {
      expect(RAW_BASE[s]).toBe(next)
      next += 2 ** RAW_BITS[s]
      expect([symbolOf(RAW_BASE[s]), symbolOf(next - 1)]).toEqual([s, s])
    }
    expect(next).toBe(2 ** 32)
  })

  it('X5 of small u have the class of their magnitude', () => {
    expect([0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 31].map((m) => CLASS[2 * m])).toEqual([0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6])
    for (let m = 1; m < 32; m++) expect(CLASS[2 * m - 1]).toBe(CLASS[2 * m])
  })

  it('X6 of steps have a class for each way', () => {
    // 0, -1, 1, -2, 2, -3, 3, 4, 31: the odd classes are negative.
    expect([0, 1, 2, 3, 4, 5, 6, 8, 62].map((u) => STEP[u])).toEqual([0, 1, 2, 3, 4, 5, 6, 6, 12])
  })

  it('X15 of half an octave share a level from 16 to 63, an escape has its own', () => {
    const leads = (symbols: number[], length: number) => symbols.map((symbol) => leadOf(symbol, length))
    expect(leads([3, 15, 16, 23, 24, 31, 32, 47, 48, 63, 64, 65], 117)).toEqual([
      3, 15, 16, 16, 24, 24, 32, 32, 48, 48, 64, 65,
    ])
    expect(leads([19, 20], 21)).toEqual([16, 20])
  })
})

describe('X3 models', () => {
  const game = defineGame({
    name: 'models',
    tickRate: 30,
    entities: {
      a: entity({ x: ranged(0, 9, 0.5).rate('v'), v: int(0, 9), at: vec2(int(0, 63)), turn: quat(9), name: text(9) }),
      b: entity({ ammo: int(0, 9).only('owner'), on: bool, fuse: int(0, 9).only('server') }),
    },
  })
  const { tables, alphabets } = modelsOf(planOf(game))

  it('are one set for each number column that travels; components share theirs', () => {
    expect(tables.map(({ structure, flags }) => [structure, flags])).toEqual([
      [0, 1],
      [26, 27],
      [40, 41],
    ])
    // owner, x, v, at.x, at.y, turn, turn, turn, turn, name: v has no rate, so it comes before x.
    expect([...tables[0].columns]).toEqual([2, 22, 6, 10, 10, 14, 18, 18, 18, -1])
    expect([...tables[1].columns]).toEqual([28, 36, 32, -1])
    expect(alphabets).toHaveLength(42)
  })

  it('have as many symbols as their column needs', () => {
    const of = (model: number) => [alphabets[model].kind, alphabets[model].contexts, alphabets[model].symbols]
    expect([0, 1, 6, 7, 8, 9].map(of)).toEqual([
      ['structure', 6, 3],
      ['flag', 24, 2],
      ['any', 1, 3],
      // u up to 18; then the escape.
      ['residual', 588, 20],
      ['fresh', 153, 11],
      ['group', 1, 2],
    ])
    // The owner: 65,535 is 31 in its highest 5 bits.
    expect(of(4)).toEqual(['fresh', 153, 33])
  })

  it('S35 the context of a new value is its two columns before', () => {
    expect([0, 1, 2, 3, 32].map((symbol) => freshContext(0, symbol))).toEqual([0, 1, 1, 2, 16])
    // Of the one before it three bits are left.
    expect(freshContext(freshContext(freshContext(0, 32), 5), 0)).toBe(2 * 17)
    expect(freshContext(freshContext(0, 32), 5)).toBe(8 * 17 + 3)
  })
})
