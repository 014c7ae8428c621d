// What is known of each row before a column is coded, as small classes. Functions of the baseline, the snapshot before it
// and what was coded before in this frame; what the prior doesn't ask for is not computed.

import type { Column, Layout } from '../schema/layout.ts'
import type { FrozenCells } from '../state/table.ts'
import { CLASS, DIRECT, ROW, SIBLING, type TableModels, TOP_CLASS, UNKNOWN, UNKNOWN_ROW } from './model.ts'
import { type Survivors, wrapShift } from './predict.ts'
import { BY_LAST, BY_ROW, type Prior } from './prior.ts'
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
}

export function needsOf(prior: Prior, models: TableModels, order: readonly number[]): Needs {
  const factors = order.map((index) => prior.factors[models.columns[index] + 1])
  const map = prior.models[models.flags].map
  return {
    factors,
    anyRows: factors.some((mask) => (mask & BY_ROW) > 0),
    flags: new Set(map).size > 1,
  }
}

/** Everything, for those who count. */
export function allNeeds(order: readonly number[]): Needs {
  return { factors: order.map(() => BY_LAST | BY_ROW), anyRows: true, flags: true }
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

/** The class of the last step, the short way round where the column wraps; UNKNOWN where the row is new since. */
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
    const u = ((d << 1) ^ (d >> 31)) >>> 0
    out[i] = (u < DIRECT ? CLASS[u] : TOP_CLASS) * scale
  }
}

/** The last residual, had the rate been the baseline's all along; held to -2 to 2, plus 2. */
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
    out[i] = (Math.max(-2, Math.min(2, d)) + 2) * LAST_SCALE
  }
}

/**
 * Fills `out` with the row class of every survivor: the mean class of the columns that no rate moves: 0 where all stood
 * still, else 1 + its whole part, at most 4; UNKNOWN_ROW where the row is new since. `last` is scratch.
 */
export function rowClasses(
  layout: Layout,
  order: readonly number[],
  rows: Survivors,
  last: Uint16Array,
  out: Uint16Array
): void {
  const { slots, count, base, before } = rows
  if (!before) {
    out.fill(UNKNOWN_ROW, 0, count)
    return
  }
  out.fill(0, 0, count)
  let free = 0
  for (const index of order) {
    const column = layout.columns[index]
    if (column.predictor === 'rate' || column.predictor === 'game') continue
    free++
    lastSteps(column, rows, before, slots, count, 1, last)
    for (let i = 0; i < count; i++) out[i] += last[i]
  }
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    if (slot >= before.size || before.born[slot] !== base.born[slot]) out[i] = UNKNOWN_ROW
    else if (out[i] > 0) out[i] = Math.min(4, 1 + Math.floor(out[i] / free))
  }
}
