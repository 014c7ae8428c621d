// What frames of many rows came to.

import type { Table } from '../benchmark.ts'
import { percentile } from '../feel/figures.ts'
import type { RowsFound } from './rows.ts'
import type { Timings } from './rows-page.ts'

const MOST_FUNCTIONS = 10

/** `found`: of few rows and of many. */
export function rowsTables(found: readonly RowsFound[]): Table[] {
  const [few, many] = [found[0], found[found.length - 1]]
  return [times(found), hottest(many), garbage(few, many)]
}

function times(found: readonly RowsFound[]): Table {
  const rows = found.flatMap((one) =>
    (['paced', 'busy'] as const).flatMap((way) =>
      parts(one[way]).map(([part, times]) => ({
        rows: one.rows,
        bytes: one.bytes,
        way: way === 'paced' ? 'one a frame' : 'one after the other',
        part,
        least: percentile(times, 0),
        half: percentile(times, 0.5),
        most: percentile(times, 0.95),
      }))
    )
  )
  return {
    title: 'One frame of the arena in Chromium, ms (bound: all of it at most 0.5 at 1,000 rows)',
    columns: [
      { key: 'rows', title: 'rows' },
      { key: 'bytes', title: 'bytes' },
      { key: 'way', title: 'frames' },
      { key: 'part', title: '' },
      { key: 'least', title: 'least', digits: 3 },
      { key: 'half', title: 'p50', digits: 3 },
      { key: 'most', title: 'p95', digits: 3 },
    ],
    rows,
  }
}

function parts({ decode, frame, read }: Timings): [string, number[]][] {
  return [
    ['decode', decode],
    ['frame()', frame],
    ['read all', read],
    ['all', decode.map((time, i) => time + frame[i] + read[i])],
  ]
}

function hottest({ rows, functions }: RowsFound): Table {
  return {
    title: `Hottest functions at ${rows} rows, with their lines in the bundle`,
    columns: [
      { key: 'where', title: 'where' },
      { key: 'self', title: 'ms a frame', digits: 3 },
    ],
    rows: functions.slice(0, MOST_FUNCTIONS).map(({ where, self }) => ({ where, self })),
  }
}

function garbage(few: RowsFound, many: RowsFound): Table {
  const of = (found: RowsFound, name: string) => found.garbage.get(name) ?? 0
  const names = [...new Set([...few.garbage.keys(), ...many.garbage.keys()])].sort(
    (a, b) => of(many, b) + of(few, b) - of(many, a) - of(few, a)
  )
  const all = (found: RowsFound) => [...found.garbage.values()].reduce((sum, bytes) => sum + bytes, 0)
  const row = (name: string, a: number, b: number) => ({ name, a, b, row: (b - a) / (many.rows - few.rows) })
  return {
    title: 'Allocated on the JavaScript heap, bytes a frame, by function',
    columns: [
      { key: 'name', title: 'function' },
      { key: 'a', title: `${few.rows} rows` },
      { key: 'b', title: `${many.rows} rows` },
      { key: 'row', title: 'a row', digits: 2 },
    ],
    rows: [
      row('all', all(few), all(many)),
      ...names.slice(0, MOST_FUNCTIONS).map((name) => row(name, of(few, name), of(many, name))),
    ],
  }
}
