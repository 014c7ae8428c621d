import { describe, expect, it } from 'vitest'
import { entity } from '../schema/entity.ts'
import { bool, int, quat, ranged, text, vec2 } from '../schema/field.ts'
import { defineGame, planOf } from '../schema/game.ts'
import { CLASS, freshContext, modelsOf, RAW_BASE, RAW_BITS, SMALL, SYMBOLS, symbolOf } from './model.ts'

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

  it('X5 of small u are looked up with the class of their magnitude', () => {
    for (const [u, info] of SMALL.entries())
      expect([info & 255, info >> 8]).toEqual([symbolOf(u), CLASS[Math.min(31, Math.ceil(u / 2))]])
    expect([0, 1, 2, 3, 4, 5, 8, 9, 16, 17, 31].map((m) => CLASS[m])).toEqual([0, 1, 2, 3, 3, 4, 4, 5, 5, 6, 6])
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
      [20, 21],
      [31, 32],
    ])
    // owner, x, v, at.x, at.y, turn, turn, turn, turn, name: v has no rate, so it comes before x.
    expect([...tables[0].columns]).toEqual([2, 17, 5, 8, 8, 11, 14, 14, 14, -1])
    expect([...tables[1].columns]).toEqual([22, 28, 25, -1])
    expect(alphabets).toHaveLength(33)
  })

  it('have as many symbols as their column needs', () => {
    const of = (model: number) => [alphabets[model].kind, alphabets[model].contexts, alphabets[model].symbols]
    expect([0, 1, 5, 6, 7].map(of)).toEqual([
      ['structure', 6, 3],
      ['flag', 24, 2],
      ['any', 1, 2],
      // u up to 18 is symbol 16; then the escape.
      ['residual', 384, 18],
      ['fresh', 81, 11],
    ])
    // The owner: 65,535 is 31 in its highest 5 bits.
    expect(of(4)).toEqual(['fresh', 81, 33])
  })

  it('S35 the context of a new value is its two columns before', () => {
    expect([0, 1, 4, 5, 32].map((symbol) => freshContext(0, symbol))).toEqual([0, 1, 1, 2, 8])
    expect(freshContext(freshContext(freshContext(0, 32), 5), 0)).toBe(2 * 9)
  })
})
