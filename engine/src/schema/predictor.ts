// A game's own predictor of an entity's columns for the codec: who knows that velocity turns with the heading sends less.
// Both ends run it on equal integers and MUST get equal ones, in every browser: + - * / and Math.floor, Math.round,
// Math.sqrt are alike everywhere, Math.sin, Math.cos, Math.atan2, Math.pow and their like are not (make tables).

import { fail } from './errors.ts'
import type { Column } from './layout.ts'

/** The rows of one entity that both snapshots hold. Columns are in whole steps: (value - min) / step. */
export interface PredictedRows {
  readonly count: number
  /** By row: its place in a column. */
  readonly slots: Int32Array
  /** From the baseline to the snapshot that is coded, at least 1. */
  readonly ticks: number
  /** From the snapshot before the baseline to it; 0 where there is none. */
  readonly ticksBefore: number
  /** A column of the snapshot that is coded: one that is coded earlier. `x`, or `pos.x` for a component. */
  now(column: string): Int32Array
  /** A column of the baseline. */
  base(column: string): Int32Array
  /** A column of the snapshot before the baseline; undefined where there is none. */
  before(column: string): Int32Array | undefined
  /** True if the snapshot before the baseline has the row at this place. */
  wasBefore(slot: number): boolean
}

/**
 * Puts what the column is expected to be into `out[i]` for row `i`, 0 to count - 1, in sixteenths of a step. Rows that it
 * leaves out are expected to stay. It MUST NOT write anywhere else.
 */
export type ColumnPredictor = (rows: PredictedRows, out: Int32Array) => void

/** What `entity(fields, { predictor })` takes. */
export interface Predictor {
  /** Part of what server and client must agree on: raise it with every change of a function. */
  readonly version: number
  /** The columns that are coded first, in that order; the others follow as ever. */
  readonly order: readonly string[]
  /** By column. Each may read what `order` has before it. */
  readonly columns: Readonly<Record<string, ColumnPredictor>>
}

/** @throws ERR_SCHEMA where it names what it can't predict */
export function checkPredictor(name: string, { version, order, columns }: Predictor, all: readonly Column[]): void {
  if (!Array.isArray(order) || typeof columns !== 'object')
    fail('ERR_SCHEMA', `${name}: predictor: expected a version, an order (an array) and columns`)
  if (!Number.isSafeInteger(version)) fail('ERR_SCHEMA', `${name}: predictor: version ${version}: expected an integer`)
  for (const one of [...order, ...Object.keys(columns)]) {
    const column = all.find((other) => other.name === one)
    if (column?.kind !== 'number' || column.audience !== 'all')
      fail('ERR_SCHEMA', `${name}: predictor: '${one}' is no column of numbers that everybody sees`)
    if (one in columns && typeof columns[one] !== 'function')
      fail('ERR_SCHEMA', `${name}: predictor: columns.${one} is no function`)
  }
  if (new Set(order).size < order.length) fail('ERR_SCHEMA', `${name}: predictor: order names a column twice`)
}
