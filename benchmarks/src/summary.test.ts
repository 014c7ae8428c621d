import { describe, expect, test } from 'vitest'
import type { Figure, Table } from './benchmark.ts'
import type { Report } from './report.ts'
import { boundOf, changeOf, changesOf, linesOf, shown, summaryOf, verdictOf } from './summary.ts'

const report = (benchmark: string, figures: readonly Figure[] | undefined, tables: readonly Table[] = []): Report =>
  ({ benchmark, figures, tables }) as unknown as Report
const figure = (value: number, rest: Partial<Figure> = {}): Figure => ({ name: 'one', value, unit: 'ms', ...rest })

test('a bound is met at the bound, and never by what is no number', () => {
  expect(verdictOf(figure(2, { most: 2 }))).toBe('pass')
  expect(verdictOf(figure(2.1, { most: 2 }))).toBe('miss')
  expect(verdictOf(figure(2, { least: 3 }))).toBe('miss')
  expect(verdictOf(figure(Number.NaN, { most: 2 }))).toBe('miss')
  expect(verdictOf(figure(2))).toBeUndefined()
  expect(boundOf(figure(1, { least: 1, most: 2 }))).toBe('≥ 1, ≤ 2')
})

test('the summary holds what benchmarks name, and counts the bounds that are met', () => {
  const { title, rows } = summaryOf([
    report('join', [figure(0.5, { most: 1, noise: 0.1 }), figure(9, { name: 'two', most: 3 })]),
    report('codec', undefined, [{ title: 't', columns: [], rows: [] }]),
  ])
  expect(title).toBe('1 of 2 bounds are met')
  expect(rows.map(({ name, value, noise, verdict }) => [name, value, noise, verdict])).toEqual([
    ['one', '0.5', '0.1', 'pass'],
    ['two', '9', '', 'miss'],
  ])
})

test('where a benchmark names no figures, every number of its tables is one', () => {
  const table: Table = {
    title: 'arena',
    columns: [
      { key: 'who', title: '' },
      { key: 'bytes', title: 'bytes' },
      { key: 'noise', title: 'noise %' },
    ],
    rows: [{ who: 'JSON', bytes: 200, noise: 5 }],
  }
  expect(linesOf([report('codec', undefined, [table])])).toEqual([
    { benchmark: 'codec', name: 'arena, JSON, bytes', value: 200, unit: '', noise: 10 },
  ])
})

describe('two runs', () => {
  test.each<[string, Figure, Figure, number | null, number | null, boolean]>([
    ['within the noise of both', figure(10, { noise: 1 }), figure(11.5, { noise: 0.5 }), 15, 15, true],
    ['past it', figure(10, { noise: 1 }), figure(12, { noise: 0.5 }), 20, 15, false],
    ['equal, noise unknown', figure(10), figure(10), 0, null, true],
    ['different, noise unknown', figure(10), figure(10.1), 1, null, false],
    ['of one repeat each', figure(10, { noise: Number.NaN }), figure(11, { noise: null as never }), 10, null, false],
    ['from nothing', figure(0, { noise: 1 }), figure(0.5), null, null, true],
  ])('%s', (_, was, is, change, noise, isNoise) => {
    const found = changeOf(was, is)
    if (change === null) expect(found.change).toBeNull()
    else expect(found.change).toBeCloseTo(change)
    if (noise === null) expect(found.noise).toBeNull()
    else expect(found.noise).toBeCloseTo(noise)
    expect(found.isNoise).toBe(isNoise)
  })

  test('are joined by benchmark and name; what differs stands first', () => {
    const before = [
      report('join', [figure(10, { noise: 1 }), figure(5, { name: 'two', noise: 0.1 }), figure(1, { name: 'gone' })]),
    ]
    const after = [
      report('join', [figure(10.5, { noise: 1 }), figure(6, { name: 'two', noise: 0.1 }), figure(1, { name: 'new' })]),
    ]
    const { title, rows } = changesOf(before, after)
    expect(title).toContain('1 of 2 figures differ')
    expect(rows.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['two', 'differs'],
      ['one', 'within noise'],
    ])
  })
})

test.each([
  [0, '0'],
  [1234.5678, '1,235'],
  [12.345, '12.3'],
  [0.012345, '0.0123'],
  [Number.NaN, '–'],
])('%d is shown as %s', (value, text) => expect(shown(value)).toBe(text))
