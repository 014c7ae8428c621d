import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { ESCAPE, LEVELS, normalise, RansReader, RansWriter, Tables, toLevels } from './entropy.ts'

const levels = fc.array(fc.nat(LEVELS - 1), { minLength: 2, maxLength: 73 })
/** Some tables, and symbols of them. */
const coded = fc.array(levels, { minLength: 1, maxLength: 5 }).chain((all) =>
  fc.record({
    tables: fc.constant(
      new Tables(
        all.map(normalise),
        all.map(() => false)
      )
    ),
    symbols: fc.array(
      fc.nat(all.length - 1).chain((t) => fc.tuple(fc.constant(t), fc.nat(all[t].length - 1))),
      { maxLength: 300 }
    ),
  })
)
function written(tables: Tables, symbols: readonly (readonly [number, number])[]): Uint8Array {
  const writer = new RansWriter()
  for (const [table, symbol] of symbols) writer.put(tables, table, symbol)
  return writer.finish()
}

describe('X12 levels and frequencies', () => {
  it('sum to 4096, and none is 0', () => {
    fc.assert(
      fc.property(levels, (own) => {
        const table = normalise(own)
        expect(table.reduce((sum, freq) => sum + freq, 0)).toBe(4096)
        expect(Math.min(...table)).toBeGreaterThan(0)
      }),
      { numRuns: runs(300) }
    )
  })

  it('the first of the largest has what rounding leaves', () => {
    expect([...normalise([0, 0, 0])]).toEqual([1366, 1365, 1365])
    expect([...normalise([24, 0])]).toEqual([4095, 1])
  })

  it('say what counts say, within a quarter of an octave', () => {
    expect([...toLevels([1, 1, 2, 4])]).toEqual([18, 18, 20, 22])
    expect([...toLevels([0, 1])]).toEqual([0, 24])
    expect([...toLevels([0, 0])]).toEqual([0, 0])
  })
})

describe('X1, X2 symbols', () => {
  it('come back, whatever stands before them', () => {
    fc.assert(
      fc.property(coded, fc.uint8Array({ minLength: 2, maxLength: 20 }), ({ tables, symbols }, bits) => {
        const reader = new RansReader(Uint8Array.from([...bits, ...written(tables, symbols)]))
        for (const [table, symbol] of symbols) {
          reader.open()
          expect(reader.get(tables, table)).toBe(symbol)
        }
        reader.end(bits.length)
      }),
      { numRuns: runs(300) }
    )
  })

  it('come back from the last of a great many tables', () => {
    const many = Array.from({ length: 700 }, (_, t) =>
      normalise(new Uint8Array(100).fill(3).fill(20, t % 100, 1 + (t % 100)))
    )
    const tables = new Tables(
      many,
      many.map(() => false)
    )
    const symbols = Array.from({ length: 700 }, (_, t) => [t, (7 * t) % 100] as const)
    const reader = new RansReader(Uint8Array.from([0, 0, ...written(tables, symbols)]))
    for (const [table, symbol] of symbols) {
      reader.open()
      expect(reader.get(tables, table)).toBe(symbol)
    }
  })

  it('cost what their table says, and 15 bits or so', () => {
    const tables = new Tables([[4032, 64]], [false])
    const symbols = Array.from({ length: 6400 }, (_, i) => [0, i % 64 === 0 ? 1 : 0] as const)
    const entropy = (100 * 6 + 6300 * Math.log2(4096 / 4032)) / 8
    expect(written(tables, symbols).length).toBeLessThan(entropy + 4)
  })

  it('of which there are none take no bytes', () => {
    expect(written(new Tables([[4096]], [false]), [])).toHaveLength(0)
    new RansReader(Uint8Array.of(1, 2)).end(2)
  })

  it('X4 the last one of a table that has an escape is the escape', () => {
    const tables = new Tables([[2048, 2048]], [true])
    const reader = new RansReader(Uint8Array.from([0, 0, ...written(tables, [[0, 1]])]))
    reader.open()
    expect(reader.get(tables, 0)).toBe(ESCAPE)
  })

  const tables = new Tables([[1, 4095]], [false])
  const read = (bytes: Uint8Array, count: number, bitsEnd = 0) => {
    const reader = new RansReader(bytes)
    for (let i = 0; i < count; i++) {
      reader.open()
      reader.get(tables, 0)
    }
    reader.end(bitsEnd)
  }
  const twenty = written(
    tables,
    Array.from({ length: 20 }, () => [0, 0] as const)
  )
  it.each<[string, () => unknown, string]>([
    ['no state', () => read(Uint8Array.of(1, 2, 3), 1), 'the frame ends within its symbols (ERR_FRAME_TRUNCATED)'],
    [
      'a state too small',
      () => read(Uint8Array.of(0, 255, 127, 0), 1),
      'symbols from state 32767: expected at least 32768 (ERR_FRAME_INVALID)',
    ],
    [
      'fewer words than symbols take',
      () => read(twenty.subarray(-5), 20),
      'the frame ends within its symbols (ERR_FRAME_TRUNCATED)',
    ],
    [
      'more words than symbols take',
      () => read(Uint8Array.from([9, ...twenty]), 20),
      "1 bytes between the end of the frame's bits and its symbols (ERR_FRAME_INVALID)",
    ],
  ])('refuses %s', (_, act, message) => expect(refused(act)).toBe(message))

  it('refuses another end than the first state', () => {
    expect(refused(() => read(Uint8Array.of(9, 200, 255, 0), 1, 1))).toContain('expected 32768 (ERR_FRAME_INVALID)')
  })
})
