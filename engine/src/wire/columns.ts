// Number columns of the rows that survive. Writer and reader side by side.
//   rows = changed? [all? [a flag a row], then by column in coding order: none, some or few? [few: a flag for
//     each eight active rows] [a symbol an active row, of few those of flagged eights]]
// A row is active if any of its residuals is not 0; where many are, all count as active. The others are as predicted.

import { fail } from '../schema/errors.ts'
import type { Column, Layout } from '../schema/layout.ts'
import type { Reader, Writer } from './coder.ts'
import { areAllBefore, contextsOf, type Needs, rowClasses } from './contexts.ts'
import type { TableModels } from './model.ts'
import type { Survivors } from './predict.ts'
import { expect, residualsOf } from './residuals.ts'
import type { Scratch } from './scratch.ts'
import { SHAPE_BITS, shapeOf, shapePlace, shapeTables } from './shapes.ts'
import { MANY, noteSizes, readSymbols, type Sums, writeAlike, writeSymbols } from './symbols.ts'

/** Flags pay where fewer than a third of the rows changed; elsewhere the contexts of the columns say more. */
const FLAGS_BELOW = 3
/** Symbols of the model *any*. */
const NONE = 0
const SOME = 1
const FEW = 2
/** Of many rows few have a residual if it is no more than one in so many. */
const FEW_OF = 16

export function writeRows(
  out: Writer,
  models: TableModels,
  layout: Layout,
  order: readonly number[],
  rows: Survivors,
  needs: Needs,
  scratch: Scratch
): void {
  const { count } = rows
  if (count === 0) return
  const { bits, rans, prior, counts } = out
  const { changed, row, anyBits } = scratch
  scratch.fitResiduals(order.length)
  changed.fill(0, 0, count)
  for (let k = 0; k < order.length; k++)
    anyBits[k] = residualsOf(layout.columns[order[k]], layout, rows, scratch.residuals[k], scratch.eighths[k], scratch)
  let n = 0
  for (let i = 0; i < count; i++) n += (changed[i] | -changed[i]) >>> 31
  bits.bit(n > 0)
  if (n === 0) return
  const all = n * FLAGS_BELOW > count
  bits.bit(all)
  rows.allBefore = areAllBefore(rows)
  const byRow = needs.flags && !all
  if (byRow) rowClasses(layout, order, rows, rows.slots, count, scratch.context, row)
  if (all) n = count
  else writeFlags(out, models.flags, rows, byRow, scratch)
  out.note(layout.name, 'changed', '', count)
  const slots = all ? rows.slots : scratch.active
  if (needs.anyRows && !byRow) rowClasses(layout, order, rows, slots, n, scratch.context, row)
  scratch.sibling.fill(0, 0, n)
  rans.reserve((n + (n >> 3) + 2) * order.length)
  for (let k = 0; k < order.length; k++) {
    const column = layout.columns[order[k]]
    const model = models.columns[column.index]
    const residuals = scratch.residuals[k]
    if (anyBits[k] === 0) {
      out.put(model, 0, NONE)
      continue
    }
    if (n < count) pack(residuals, changed, count)
    const few = areFew(residuals, n)
    out.put(model, 0, few ? FEW : SOME)
    const coded = few ? writeGroups(out, model + 3, residuals, n, scratch) : n
    const places = prior.places[model + 1]
    const factors = needs.factors[k]
    if (factors > 0) contextsOf(column, rows, slots, n, factors, scratch.eighths[k], scratch)
    if (counts) counts.column(model + 1, residuals, n, coded, count, scratch)
    const escapeBits = column.bits + 1
    if (places && factors > 0) writeSymbols(bits, rans, prior.tables, places, escapeBits, residuals, n, few, scratch)
    else {
      let place = places ? places[0] : 0
      if (!places) {
        const shape = shapeOf(residuals, n, coded)
        bits.bits(shape, SHAPE_BITS)
        place = shapePlace(shape)
      }
      writeAlike(bits, rans, places ? prior.tables : shapeTables(), place, escapeBits, residuals, n, few, scratch)
      if (needs.noted[k]) noteSizes(residuals, n, scratch)
    }
    out.note(layout.name, 'residuals', column.name, coded)
  }
}

/** Every survivor's numbers in these columns; they hold the baseline's. @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readRows(
  from: Reader,
  models: TableModels,
  layout: Layout,
  order: readonly number[],
  rows: Survivors,
  needs: Needs,
  scratch: Scratch
): void {
  const { count } = rows
  if (count === 0) return
  const { bits, rans, prior } = from
  const { row } = scratch
  scratch.fitResiduals(1)
  const eighths = scratch.eighths[0]
  let n = 0
  let { slots } = rows
  if (bits.bit()) {
    const all = bits.bit()
    rows.allBefore = areAllBefore(rows)
    const byRow = needs.flags && !all
    if (byRow) rowClasses(layout, order, rows, slots, count, scratch.context, row)
    if (all) n = count
    else {
      n = readFlags(from, models.flags, rows, byRow, scratch)
      slots = scratch.active
    }
    if (needs.anyRows && !byRow) rowClasses(layout, order, rows, slots, n, scratch.context, row)
  }
  scratch.sibling.fill(0, 0, n)
  for (let k = 0; k < order.length; k++) {
    const column = layout.columns[order[k]]
    const model = models.columns[column.index]
    expect(column, layout, rows, eighths, scratch)
    if (n === 0) continue
    const any = from.get(model, 0)
    if (any === NONE) continue
    const coded = any === FEW ? readGroups(from, model + 3, n, scratch) : n
    const { map } = prior.models[model + 1]
    const factors = needs.factors[k]
    if (factors > 0) contextsOf(column, rows, slots, n, factors, eighths, scratch)
    const tables = map ? prior.tables : shapeTables()
    const alike = map ? map[0] : bits.bits(SHAPE_BITS)
    const told = factors > 0 ? map : undefined
    const sums = sumsOf(column, rows, slots)
    if (readSymbols(bits, rans, tables, told, alike, column.bits + 1, sums, n, coded, needs.noted[k], scratch)) continue
    for (let a = 0; a < n; a++) checked(column, sums.ints[sums.first + slots[a]])
  }
}

function sumsOf({ index, max, wraps }: Column, { ints, size }: Survivors, slots: Int32Array): Sums {
  // As an integer, so that the loop need not ask what it is.
  const most = max | 0
  return { ints, first: index * size, slots, max: most, mask: wraps ? most : -1 }
}

/** True where a symbol for each row would mostly say that there is nothing to say. Dense columns are told by their first rows. */
function areFew(residuals: Uint32Array, n: number): boolean {
  if (n < MANY) return false
  let left = n / FEW_OF
  for (let a = 0; a < n && left >= 0; a++) left -= (residuals[a] | -residuals[a]) >>> 31
  return left >= 0
}

/** A symbol for each eight rows; fills scratch.groups. Returns how many rows are in those that have any residual. */
function writeGroups(out: Writer, model: number, residuals: Uint32Array, n: number, { groups }: Scratch): number {
  let coded = 0
  for (let first = 0; first < n; first += 8) {
    const end = Math.min(first + 8, n)
    let any = 0
    for (let a = first; a < end; a++) any |= residuals[a]
    groups[first >> 3] = any === 0 ? 0 : 1
    out.put(model, 0, groups[first >> 3])
    if (any !== 0) coded += end - first
  }
  return coded
}
function readGroups(from: Reader, model: number, n: number, { groups }: Scratch): number {
  let coded = 0
  for (let first = 0; first < n; first += 8) {
    groups[first >> 3] = from.get(model, 0)
    if (groups[first >> 3] !== 0) coded += Math.min(first + 8, n) - first
  }
  return coded
}

/** A flag a row; fills scratch.active, and in scratch.row leaves the classes of active rows. */
function writeFlags(out: Writer, model: number, rows: Survivors, byRow: boolean, scratch: Scratch): void {
  const { slots, count } = rows
  const { changed, active, picked, row } = scratch
  let last = 0
  let n = 0
  for (let i = 0; i < count; i++) {
    const flag = changed[i] === 0 ? 0 : 1
    out.put(model, (byRow ? row[i] * 4 : 0) + last, flag)
    last = ((last << 1) | flag) & 3
    if (flag === 0) continue
    row[n] = row[i]
    picked[n] = i
    active[n++] = slots[i]
  }
}
function readFlags(from: Reader, model: number, rows: Survivors, byRow: boolean, scratch: Scratch): number {
  const { slots, count } = rows
  const { active, picked, row } = scratch
  let last = 0
  let n = 0
  for (let i = 0; i < count; i++) {
    const flag = from.get(model, (byRow ? row[i] * 4 : 0) + last)
    last = ((last << 1) | flag) & 3
    if (flag === 0) continue
    row[n] = row[i]
    picked[n] = i
    active[n++] = slots[i]
  }
  return n
}

/** Moves the residuals of rows that changed to the front. */
function pack(residuals: Uint32Array, changed: Int32Array, count: number): void {
  let n = 0
  for (let i = 0; i < count; i++) if (changed[i] !== 0) residuals[n++] = residuals[i]
}

/** @throws ERR_FRAME_INVALID unless the column's schema allows this step */
export function checked(column: Column, q: number): number {
  if (!(q >= 0 && q <= column.max))
    fail('ERR_FRAME_INVALID', `${column.name} is at step ${q}: the schema allows 0 to ${column.max}`)
  return q
}
