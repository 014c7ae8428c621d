// Reports as figures: those that a benchmark names, or every number of its tables; with bounds judged, and two runs compared
// with the noise of both beside every change.

import type { Figure, Table } from './benchmark.ts'
import type { Report } from './report.ts'

export interface Line extends Figure {
  readonly benchmark: string
}

/** Every figure of these reports. Of a benchmark that names none: the cells of its tables, by title, row and column. */
export function linesOf(reports: readonly Report[]): Line[] {
  return reports.flatMap(({ benchmark, tables, figures }) =>
    (figures ?? tables.flatMap(cellsOf)).map((figure) => ({ ...figure, benchmark }))
  )
}

/** `noise` in a row is that of its other cells, in per cent. */
function cellsOf({ title, columns, rows }: Table): Figure[] {
  return rows.flatMap((row) => {
    const words = columns.flatMap(({ key }) => (typeof row[key] === 'string' ? [row[key]] : []))
    return columns.flatMap(({ key, title: column }) => {
      const value = row[key]
      if (typeof value !== 'number' || key === 'noise') return []
      const name = [title, ...words, column].filter(Boolean).join(', ')
      return [{ name, value, unit: '', ...(typeof row.noise === 'number' && { noise: (row.noise / 100) * value }) }]
    })
  })
}

export type Verdict = 'pass' | 'miss'

/** undefined: there is no bound. What is no number misses. */
export function verdictOf({ value, most, least }: Figure): Verdict | undefined {
  if (most === undefined && least === undefined) return undefined
  return value <= (most ?? Number.POSITIVE_INFINITY) && value >= (least ?? Number.NEGATIVE_INFINITY) ? 'pass' : 'miss'
}

export function boundOf({ most, least }: Figure): string {
  return [least !== undefined && `≥ ${least}`, most !== undefined && `≤ ${most}`].filter(Boolean).join(', ')
}

/** The table of a run: what the benchmarks name, with bounds and noise. */
export function summaryOf(reports: readonly Report[]): Table {
  const named = linesOf(reports.filter(({ figures }) => figures))
  const judged = named.map(verdictOf).filter(Boolean)
  const passed = judged.filter((verdict) => verdict === 'pass').length
  return {
    title: judged.length > 0 ? `${passed} of ${judged.length} bounds are met` : 'Figures, without bounds',
    columns: [
      { key: 'benchmark', title: '' },
      { key: 'name', title: '' },
      { key: 'value', title: 'figure' },
      { key: 'noise', title: '± noise' },
      { key: 'unit', title: '' },
      { key: 'bound', title: 'bound' },
      { key: 'verdict', title: '' },
    ],
    rows: named.map((line) => ({
      benchmark: line.benchmark,
      name: line.name,
      value: shown(line.value),
      noise: isKnown(line.noise) ? shown(line.noise) : '',
      unit: line.unit,
      bound: boundOf(line),
      verdict: verdictOf(line) ?? '',
    })),
  }
}

/** What became of each figure that is in both; the largest changes, as multiples of the noise, first. */
export function changesOf(before: readonly Report[], after: readonly Report[]): Table {
  const old = new Map(linesOf(before).map((line) => [keyOf(line), line]))
  const pairs = linesOf(after).flatMap((line) => {
    const was = old.get(keyOf(line))
    return was ? [{ was, line, ...changeOf(was, line) }] : []
  })
  const clear = pairs.filter(({ isNoise }) => !isNoise).length
  return {
    title: `Changes: ${clear} of ${pairs.length} figures differ by more than the noise of both runs`,
    columns: [
      { key: 'benchmark', title: '' },
      { key: 'name', title: '' },
      { key: 'was', title: 'was' },
      { key: 'is', title: 'is' },
      { key: 'unit', title: '' },
      { key: 'change', title: 'change %', digits: 1 },
      { key: 'noise', title: '± noise %', digits: 1 },
      { key: 'verdict', title: '' },
    ],
    rows: pairs
      .sort((a, b) => Number(a.isNoise) - Number(b.isNoise) || Math.abs(b.change ?? 0) - Math.abs(a.change ?? 0))
      .map(({ was, line, change, noise, isNoise }) => ({
        benchmark: line.benchmark,
        name: line.name,
        was: shown(was.value),
        is: shown(line.value),
        unit: line.unit,
        change,
        noise,
        verdict: noise === null ? 'noise unknown' : isNoise ? 'within noise' : 'differs',
      })),
  }
}

/** In per cent of what it was. Null: of nothing, or none of the two runs tells its noise. */
export function changeOf(was: Figure, is: Figure): { change: number | null; noise: number | null; isNoise: boolean } {
  const noises = [was.noise, is.noise].filter(isKnown)
  const known = noises.length > 0
  const noise = noises.reduce((sum, one) => sum + one, 0)
  const apart = is.value - was.value
  const of = (part: number) => (was.value === 0 ? null : (100 * part) / Math.abs(was.value))
  return {
    change: of(apart),
    noise: known ? of(noise) : null,
    isNoise: apart === 0 || (known && Math.abs(apart) <= noise),
  }
}

/** JSON has null where a number was none. */
function isKnown(noise: number | null | undefined): noise is number {
  return Number.isFinite(noise)
}

function keyOf({ benchmark, name }: Line): string {
  return `${benchmark}: ${name}`
}

/** Three digits that count, and no more than a reader needs. */
export function shown(value: number): string {
  if (!Number.isFinite(value)) return '–'
  const digits = value === 0 ? 0 : Math.max(0, Math.min(4, 2 - Math.floor(Math.log10(Math.abs(value)))))
  return value.toLocaleString('en', { maximumFractionDigits: digits })
}

/** A cell of a table, as people read it. */
export function cellOf(value: string | number | null | undefined, digits: number): string {
  if (typeof value !== 'number') return value ?? '–'
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
