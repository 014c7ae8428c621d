// What a flight came to, beside the bounds of `bench feel`.

import type { ProfileName } from '@tickwire/engine/testing'
import type { Table } from '../benchmark.ts'
import { isMet, LINES } from '../feel/bounds.ts'
import type { Figures } from '../feel/figures.ts'
import type { PageFigures } from './figures.ts'
import type { Flight } from './flight.ts'

/** Not a number, whatever one asks for: a page can't tell all that `bench feel` knows. */
const UNKNOWN: Figures = new Proxy({} as Figures, { get: () => Number.NaN })

export function flightTables({ figures, server }: Flight, profile: ProfileName): Table[] {
  const [a, b] = figures
  const seen = [
    // Nobody else is there to be watched from A.
    known({ starved: a.starved, delay: a.delay, corrections: a.corrections }),
    known(b),
  ]
  const cell = (line: (typeof LINES)[number], at: Figures) => {
    const text = line.figure(at, profile)
    return text.includes('NaN') ? '–' : `${text} ${isMet(line, at, profile) ? '✓' : '✗'}`
  }
  const lines = LINES.map((line) => ({
    line: line.title,
    bound: line.bound(profile),
    a: cell(line, seen[0]),
    b: cell(line, seen[1]),
  })).filter(({ a, b }) => a !== '–' || b !== '–')
  const press = `${a.missed} of ${a.presses} ${a.missed === 0 ? '✓' : '✗'}`
  const columns = [
    { key: 'line', title: '' },
    { key: 'bound', title: 'bound' },
    { key: 'a', title: 'A, flies' },
    { key: 'b', title: 'B, watches' },
  ]
  const beside: readonly [string, keyof PageFigures, number][] = [
    ['ticks that came merged with later ones, %', 'skipped', 1],
    ['frames a second', 'fps', 1],
    ['between two frames, ms, p99', 'interval', 1],
    ['interpolation delay, ms, p50', 'delayMs', 0],
    ['J down, ms', 'jitter', 1],
    ['key to the frame that shows it, ms, p50', 'shown', 1],
    ['key to the frame that shows it, ms, p95', 'shownLate', 1],
    ['frames of straight flight', 'steady', 0],
  ]
  const text = (value: number, digits: number) => (Number.isNaN(value) ? '–' : value.toFixed(digits))
  return [
    {
      title: `Two pages over ${profile}; of the server's ticks ${server.late.toFixed(1)} % were late, ${server.lost.toFixed(1)} ms a second lost`,
      columns,
      rows: [...lines, { line: 'presses that the next frame did not show', bound: '0', a: press, b: '–' }],
    },
    {
      title: 'Beside it',
      columns: columns.filter(({ key }) => key !== 'bound'),
      rows: beside.map(([line, key, digits]) => ({ line, a: text(a[key], digits), b: text(b[key], digits) })),
    },
  ]
}

function known(values: Partial<Figures>): Figures {
  return Object.assign(Object.create(UNKNOWN) as Figures, values)
}
