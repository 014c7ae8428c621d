// What is known of each row before a column is coded, as small classes. Functions of the baseline, the snapshot before it
// and what was coded before in this frame; what the prior doesn't ask for is not computed.

import type { Column, Layout } from '../schema/layout.ts'
import type { FrozenCells } from '../state/table.ts'
import { DIRECT, ROW, SIBLING, STEP, type TableModels, TOP_CLASS, UNKNOWN, UNKNOWN_ROW } from './model.ts'
import { type Survivors, wrapShift } from './predict.ts'
import { ALL_FACTORS, BY_LAST, BY_ROW, BY_SIBLING, type Prior } from './prior.ts'
import type { Scratch } from './scratch.ts'

/** What a class of the last step counts for in a context. */
const LAST_SCALE = SIBLING * ROW

/** What a prior asks for, of one table's columns. */
export interface Needs {
  /** By place in coding order: the factors of its residuals' contexts. */
  readonly factors: readonly number[]
  /** Row classes: for any column, and for the flags of rows. */
  readonly anyRows: boolean
  readonly flags: boolean
  /** By place: whether a later column's contexts ask what this one came to. */
  readonly noted: readonly boolean[]
}

export function needsOf(prior: Prior, models: TableModels, order: readonly number[]): Needs {
  const factors = order.map((index) => prior.factors[models.columns[index] + 1])
  const map = prior.models[models.flags].map
  return {
    factors,
    anyRows: factors.some((mask) => (mask & BY_ROW) > 0),
    flags: new Set(map).size > 1,
    noted: factors.map((_, k) => factors.slice(k + 1).some((mask) => (mask & BY_SIBLING) > 0)),
  }
}

/** Everything, for those who count. */
export function allNeeds(order: readonly number[]): Needs {
  return { factors: order.map(() => ALL_FACTORS), anyRows: true, flags: true, noted: order.map(() => true) }
}

/** Fills scratch.context for `n` rows at these slots: what of it the snapshots give. `eighths`: as predict() says. */
export function contextsOf(
  column: Column,
  rows: Survivors,
  slots: Int32Array,
  n: number,
  factors: number,
  eighths: Uint8Array,
  { context, row, picked }: Scratch
): void {
  if (!(factors & BY_LAST)) context.fill(0, 0, n)
  else if (column.predictor !== 'game') lastContexts(column, rows, slots, n, context)
  else if (n === rows.count) for (let a = 0; a < n; a++) context[a] = eighths[a] * LAST_SCALE
  else for (let a = 0; a < n; a++) context[a] = eighths[picked[a]] * LAST_SCALE
  if (factors & BY_ROW) for (let a = 0; a < n; a++) context[a] += row[a]
}

/** True if the snapshot before the baseline has all survivors. */
export function areAllBefore({ slots, count, base, before }: Survivors): boolean {
  if (!before) return false
  if (before.born === base.born) return true
  for (let i = 0; i < count; i++)
    if (slots[i] >= before.size || before.born[slots[i]] !== base.born[slots[i]]) return false
  return true
}

/**
 * Fills `out` for `n` rows at these slots: the class of the column's last step, times LAST_SCALE. Of what a rate moves, of its
 * last residual.
 */
function lastContexts(column: Column, rows: Survivors, slots: Int32Array, n: number, out: Uint16Array): void {
  const { before } = rows
  if (!before) out.fill(UNKNOWN * LAST_SCALE, 0, n)
  else if (column.predictor === 'rate') lastResiduals(column, rows, before, slots, n, out)
  else lastSteps(column, rows, before, slots, n, LAST_SCALE, out)
}

/** The signed class of the last step, the short way round where the column wraps; UNKNOWN where the row is new since. */
function lastSteps(
  column: Column,
  { base, allBefore }: Survivors,
  before: FrozenCells,
  slots: Int32Array,
  n: number,
  scale: number,
  out: Uint16Array
): void {
  const a = column.index * base.size
  const b = column.index * before.size
  const shift = wrapShift(column)
  const is = base.ints
  const was = before.ints
  const { born } = base
  const { born: bornBefore, size } = before
  for (let i = 0; i < n; i++) {
    const slot = slots[i]
    if (!allBefore && (slot >= size || bornBefore[slot] !== born[slot])) {
      out[i] = UNKNOWN * scale
      continue
    }
    const d = ((is[a + slot] - was[b + slot]) << shift) >> shift
    out[i] = stepClass(d) * scale
  }
}

/** That of the last residual, had the rate been the baseline's all along. */
function lastResiduals(
  column: Column,
  { base, allBefore, ticksBefore, tickRate }: Survivors,
  before: FrozenCells,
  slots: Int32Array,
  n: number,
  out: Uint16Array
): void {
  const a = column.index * base.size
  const b = column.index * before.size
  const r = column.rate * base.size
  const perTick = (column.rateStep / tickRate) * ticksBefore
  const constant = (column.rateMin * ticksBefore) / tickRate + 0.5
  const is = base.ints
  const was = before.ints
  const { born } = base
  const { born: bornBefore, size } = before
  for (let i = 0; i < n; i++) {
    const slot = slots[i]
    if (!allBefore && (slot >= size || bornBefore[slot] !== born[slot])) {
      out[i] = UNKNOWN * LAST_SCALE
      continue
    }
    const d = is[a + slot] - was[b + slot] - Math.floor(constant + perTick * is[r + slot])
    out[i] = stepClass(Math.max(-DIRECT, Math.min(DIRECT, d))) * LAST_SCALE
  }
}

function stepClass(d: number): number {
  const u = ((d << 1) ^ (d >> 31)) >>> 0
  return u < DIRECT ? STEP[u] : 2 * TOP_CLASS - (u & 1)
}

/**
 * Fills `out` with the row class of `n` survivors at these slots: the mean class of the columns that no rate moves: 0 where
 * all stood still, else 1 + its whole part, at most 4; UNKNOWN_ROW where the row is new since. `last` is scratch.
 */
export function rowClasses(
  layout: Layout,
  order: readonly number[],
  rows: Survivors,
  slots: Int32Array,
  n: number,
  last: Uint16Array,
  out: Uint16Array
): void {
  const { base, before } = rows
  if (!before) {
    out.fill(UNKNOWN_ROW, 0, n)
    return
  }
  out.fill(0, 0, n)
  let free = 0
  for (const index of order) {
    const column = layout.columns[index]
    if (column.predictor === 'rate' || column.predictor === 'game') continue
    free++
    lastSteps(column, rows, before, slots, n, 1, last)
    for (let i = 0; i < n; i++) out[i] += (last[i] + 1) >> 1
  }
  for (let i = 0; i < n; i++) {
    const slot = slots[i]
    if (slot >= before.size || before.born[slot] !== base.born[slot]) out[i] = UNKNOWN_ROW
    else if (out[i] > 0) out[i] = Math.min(4, 1 + Math.floor(out[i] / free))
  }
}
