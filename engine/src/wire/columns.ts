// Number columns of the rows that survive. Writer and reader side by side.
//   rows = changed? [all? [a flag a row], then by column in coding order: any residual? [a symbol an active row]]
// A row is active if any of its residuals is not 0; where many are, all count as active. The others are as predicted.

import { fail } from '../schema/errors.ts'
import type { Column, Layout } from '../schema/layout.ts'
import type { BitReader, BitWriter } from './bits.ts'
import type { Reader, Writer } from './coder.ts'
import { areAllBefore, lastContexts, type Needs, rowClasses } from './contexts.ts'
import { ESCAPE, type RansReader, type RansWriter, withinSymbols } from './entropy.ts'
import { CLASS, RAW_BASE, RAW_BITS, ROW, SMALL, symbolOf, type TableModels, TOP_CLASS, UNKNOWN } from './model.ts'
import { predict, predictRotations, type Survivors, wrapShift } from './predict.ts'
import type { Prior } from './prior.ts'
import type { Scratch } from './scratch.ts'

/** No column of this row was coded yet: four times UNKNOWN, as scratch.sibling holds it. */
const FIRST = UNKNOWN << 2
/** Flags pay where fewer than a third of the rows changed; elsewhere the contexts of the columns say more. */
const FLAGS_BELOW = 3

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
  const { bits, counts } = out
  const { changed, row, sibling, hasResiduals } = scratch
  scratch.fitResiduals(order.length)
  changed.fill(0, 0, count)
  for (let k = 0; k < order.length; k++)
    hasResiduals[k] = residualsOf(layout.columns[order[k]], layout, rows, scratch.residuals[k], scratch)
  let n = 0
  for (let i = 0; i < count; i++) if (changed[i] !== 0) n++
  bits.bit(n > 0)
  if (n === 0) return
  const all = n * FLAGS_BELOW > count
  bits.bit(all)
  rows.allBefore = areAllBefore(rows)
  if (needs.anyRows || (needs.flags && !all)) rowClasses(layout, order, rows, scratch.context, row)
  if (all) n = count
  else writeFlags(out, models.flags, rows, needs.flags, scratch)
  const slots = all ? rows.slots : scratch.active
  sibling.fill(FIRST, 0, n)
  out.rans.reserve((n + 1) * order.length)
  for (let k = 0; k < order.length; k++) {
    const column = layout.columns[order[k]]
    const model = models.columns[column.index]
    const residuals = scratch.residuals[k]
    out.put(model, 0, hasResiduals[k] ? 1 : 0)
    if (!hasResiduals[k]) {
      fade(sibling, n)
      continue
    }
    contextsOf(column, rows, slots, n, needs.lasts[k], needs.rows[k], scratch)
    if (n < count) pack(residuals, changed, count)
    if (counts)
      for (let a = 0; a < n; a++)
        counts.add(model + 1, scratch.context[a] + (sibling[a] >> 2) * ROW, symbolOf(residuals[a]))
    writeColumn(bits, out.rans, out.prior, model + 1, column.bits + 1, n, residuals, scratch)
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
  const { bits } = from
  const { row, sibling } = scratch
  let n = 0
  let { slots } = rows
  if (bits.bit()) {
    const all = bits.bit()
    rows.allBefore = areAllBefore(rows)
    if (needs.anyRows || (needs.flags && !all)) rowClasses(layout, order, rows, scratch.context, row)
    if (all) n = count
    else {
      n = readFlags(from, models.flags, rows, needs.flags, scratch)
      slots = scratch.active
    }
  }
  sibling.fill(FIRST, 0, n)
  for (let k = 0; k < order.length; k++) {
    const column = layout.columns[order[k]]
    const model = models.columns[column.index]
    expect(column, layout, rows, scratch)
    if (n === 0) continue
    if (from.get(model, 0) === 1) {
      contextsOf(column, rows, slots, n, needs.lasts[k], needs.rows[k], scratch)
      readColumn(bits, from.rans, from.prior, model + 1, column, n, slots, rows, scratch)
    } else fade(sibling, n)
  }
}

/** A flag a row; fills scratch.active, and in scratch.row leaves the classes of active rows. */
function writeFlags(out: Writer, model: number, rows: Survivors, byRow: boolean, scratch: Scratch): void {
  const { slots, count } = rows
  const { changed, active, row } = scratch
  let last = 0
  let n = 0
  for (let i = 0; i < count; i++) {
    const flag = changed[i] === 0 ? 0 : 1
    out.put(model, (byRow ? row[i] * 4 : 0) + last, flag)
    last = ((last << 1) | flag) & 3
    if (flag === 0) continue
    row[n] = row[i]
    active[n++] = slots[i]
  }
}
function readFlags(from: Reader, model: number, rows: Survivors, byRow: boolean, scratch: Scratch): number {
  const { slots, count } = rows
  const { active, row } = scratch
  let last = 0
  let n = 0
  for (let i = 0; i < count; i++) {
    const flag = from.get(model, (byRow ? row[i] * 4 : 0) + last)
    last = ((last << 1) | flag) & 3
    if (flag === 0) continue
    row[n] = row[i]
    active[n++] = slots[i]
  }
  return n
}

/** Moves the residuals of rows that changed to the front. */
function pack(residuals: Uint32Array, changed: Int32Array, count: number): void {
  let n = 0
  for (let i = 0; i < count; i++) if (changed[i] !== 0) residuals[n++] = residuals[i]
}

/** Fills scratch.context for the active rows. */
function contextsOf(
  column: Column,
  rows: Survivors,
  slots: Int32Array,
  n: number,
  byLast: boolean,
  byRow: boolean,
  { context, row }: Scratch
): void {
  if (byLast) lastContexts(column, rows, slots, n, context)
  else context.fill(0, 0, n)
  if (byRow) for (let a = 0; a < n; a++) context[a] += row[a]
}

/** Residuals by zigzag; marks the rows that have one. True if any has. */
function residualsOf(column: Column, layout: Layout, rows: Survivors, into: Uint32Array, scratch: Scratch): boolean {
  const { changed, predicted } = scratch
  const part = partOf(column)
  if (part > 0) {
    if (part === 1) rotate(column, layout, rows, scratch)
    return subtract(column, rows, scratch.parts[part - 1], into, changed)
  }
  if (isHeld(column, rows)) return subtractBase(column, rows, into, changed)
  predict(column, rows, predicted)
  return subtract(column, rows, predicted, into, changed)
}

/** Puts what each survivor is expected to be in this column in its place. */
function expect(column: Column, layout: Layout, rows: Survivors, scratch: Scratch): void {
  const { slots, count, ints, size } = rows
  const part = partOf(column)
  if (part === 0 && isHeld(column, rows)) return
  let want = scratch.predicted
  if (part === 0) predict(column, rows, want)
  else {
    if (part === 1) rotate(column, layout, rows, scratch)
    want = scratch.parts[part - 1]
  }
  const start = column.index * size
  for (let i = 0; i < count; i++) ints[start + slots[i]] = want[i]
}

/** 1 to 3: a component of a rotation that is not left out. */
function partOf({ kind, index, slot }: Column): number {
  return kind === 'quat' ? index - slot.column : 0
}

function isHeld({ predictor }: Column, { before }: Survivors): boolean {
  return predictor === 'hold' || (predictor === 'linear' && !before)
}

/** Fills scratch.parts, once it is known which component is left out. */
function rotate({ slot }: Column, layout: Layout, rows: Survivors, { largest, parts }: Scratch): void {
  const { slots, count, ints, size } = rows
  const start = slot.column * size
  for (let i = 0; i < count; i++) largest[i] = ints[start + slots[i]]
  predictRotations(layout.columns[slot.column], rows, largest, parts)
}

function subtract(
  column: Column,
  { slots, count, ints, size }: Survivors,
  want: Int32Array,
  into: Uint32Array,
  changed: Int32Array
): boolean {
  const from = column.index * size
  const shift = wrapShift(column)
  let any = 0
  for (let i = 0; i < count; i++) {
    const d = ((ints[from + slots[i]] - want[i]) << shift) >> shift
    const u = (d << 1) ^ (d >> 31)
    into[i] = u
    changed[i] |= u
    any |= u
  }
  return any !== 0
}

/** The same for what is expected to stay as it was. */
function subtractBase(
  column: Column,
  { slots, count, ints, size, base }: Survivors,
  into: Uint32Array,
  changed: Int32Array
): boolean {
  const from = column.index * size
  const fromBase = column.index * base.size
  const was = base.ints
  const shift = wrapShift(column)
  let any = 0
  for (let i = 0; i < count; i++) {
    const slot = slots[i]
    const d = ((ints[from + slot] - was[fromBase + slot]) << shift) >> shift
    const u = (d << 1) ^ (d >> 31)
    into[i] = u
    changed[i] |= u
    any |= u
  }
  return any !== 0
}

/** The sibling class of rows whose column did not move. */
function fade(sibling: Uint8Array, n: number): void {
  for (let a = 0; a < n; a++) sibling[a] = sibling[a] === FIRST ? 0 : sibling[a] >> 1
}

function writeColumn(
  bits: BitWriter,
  rans: RansWriter,
  prior: Prior,
  model: number,
  escapeBits: number,
  n: number,
  residuals: Uint32Array,
  { context, sibling }: Scratch
): void {
  const places = prior.places[model]
  const { entries } = prior.tables
  const { ops, count } = rans
  for (let a = 0; a < n; a++) {
    const u = residuals[a]
    const sum = sibling[a]
    const place = places[context[a] + (sum >> 2) * ROW]
    const info = u < SMALL.length ? SMALL[u] : symbolOf(u) | (TOP_CLASS << 8)
    const symbol = info & 255
    const size = info >> 8
    sibling[a] = sum === FIRST ? size << 2 : (sum >> 1) + 2 * size
    const last = place & 255
    if (symbol < last) {
      ops[count + a] = entries[(place >> 8) + symbol]
      if (symbol >= 16) bits.uint(u, RAW_BITS[symbol])
    } else {
      ops[count + a] = entries[(place >> 8) + last]
      bits.uint(u, escapeBits)
    }
  }
  rans.count = count + n
}

function readColumn(
  bits: BitReader,
  rans: RansReader,
  prior: Prior,
  model: number,
  column: Column,
  n: number,
  slots: Int32Array,
  { ints, size }: Survivors,
  { context, sibling }: Scratch
): void {
  const { map } = prior.models[model]
  const { entries, guesses } = prior.tables
  const { wraps, max } = column
  const start = column.index * size
  const escapeBits = column.bits + 1
  const { bytes } = rans
  let x = rans.state
  let at = rans.at
  for (let a = 0; a < n; a++) {
    const sum = sibling[a]
    const table = map[context[a] + (sum >> 2) * ROW]
    // As RansReader.get().
    const slot = x & 4095
    let index = guesses[(table << 8) | (slot >> 4)]
    let entry = entries[index]
    let from = slot - (entry & 4095)
    let freq = (entry >>> 12) & 8191
    while (from >= freq) {
      from -= freq
      entry = entries[++index]
      freq = (entry >>> 12) & 8191
    }
    x = Math.imul(freq, x >>> 12) + from
    // A word follows if x < 32768: chance decides, so no branch. No word stands in a frame's first bytes.
    if (at < 2) withinSymbols()
    const refills = (x - 32768) >>> 31
    x = (x << (refills << 4)) | ((bytes[at - 2] | (bytes[at - 1] << 8)) & -refills)
    at -= refills << 1
    let u = entry >>> 25
    if (u >= 16) u = u === ESCAPE ? bits.uint(escapeBits) : RAW_BASE[u] + bits.uint(RAW_BITS[u])
    const place = start + slots[a]
    let q = ints[place] + ((u >>> 1) ^ -(u & 1))
    if (wraps) q &= max
    if (!(q >= 0 && q <= max)) checked(column, q)
    ints[place] = q
    const cls = CLASS[Math.min((u + 1) >>> 1, CLASS.length - 1)]
    sibling[a] = sum === FIRST ? cls << 2 : (sum >> 1) + 2 * cls
  }
  rans.state = x
  rans.at = at
}

/** @throws ERR_FRAME_INVALID unless the column's schema allows this step */
export function checked(column: Column, q: number): number {
  if (!(q >= 0 && q <= column.max))
    fail('ERR_FRAME_INVALID', `${column.name} is at step ${q}: the schema allows 0 to ${column.max}`)
  return q
}
