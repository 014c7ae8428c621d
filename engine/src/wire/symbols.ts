// A column's residuals as symbols of the entropy coder, and the raw bits of the large ones. Hot loops, writer and reader
// side by side: one pass over the rows each, tables by context. What is read is added to what was expected in the same
// pass. The raw bits stand among the column's other bits, in the order of its rows.

import type { BitReader, BitWriter } from './bits.ts'
import { ESCAPE, type RansReader, type RansWriter, type Tables, withinSymbols } from './entropy.ts'
import { CLASS, DIRECT, RAW_BASE, RAW_BITS, ROW, symbolOf, TOP_CLASS } from './model.ts'
import type { Scratch } from './scratch.ts'

/** With as many rows time is worth a byte or two: symbols of a column alternate between the coder's two states from here on. */
export const MANY = 96

/**
 * Writes `n` residuals (zigzag). `places`: by context its table's start among the entries << 8 | the last symbol, which is an
 * escape: `escapeBits` bits follow. scratch.context holds what of each context the snapshots give. With `few` only the rows
 * of groups in scratch.groups have a symbol.
 */
export function writeSymbols(
  bits: BitWriter,
  rans: RansWriter,
  { entries }: Tables,
  places: Int32Array,
  escapeBits: number,
  residuals: Uint32Array,
  n: number,
  few: boolean,
  { context, sibling, widths, groups }: Scratch
): void {
  const { ops } = rans
  let at = rans.count
  let raw = 0
  for (let a = 0; a < n; a++) {
    if (few && (a & 7) === 0 && groups[a >> 3] === 0) {
      a += 7
      continue
    }
    const u = residuals[a]
    const most = sibling[a]
    const place = places[context[a] + most * ROW]
    const last = place & 255
    let size = TOP_CLASS
    let symbol = u
    if (u < DIRECT) size = CLASS[u]
    else symbol = symbolOf(u)
    sibling[a] = larger(most, size)
    if (symbol >= last || u >= DIRECT) {
      widths[a] = symbol < last ? RAW_BITS[symbol] : escapeBits
      if (symbol > last) symbol = last
      raw++
    }
    ops[at++] = entries[(place >> 8) + symbol]
  }
  endRun(bits, rans, at, raw, residuals, widths, n)
}

/** The same where all rows have one table: half the work. What siblings tell of these residuals is noteSizes()'s. */
export function writeAlike(
  bits: BitWriter,
  rans: RansWriter,
  { entries }: Tables,
  place: number,
  escapeBits: number,
  residuals: Uint32Array,
  n: number,
  few: boolean,
  { widths, groups }: Scratch
): void {
  const { ops } = rans
  const first = place >> 8
  const last = place & 255
  let at = rans.count
  let raw = 0
  for (let a = 0; a < n; a++) {
    if (few && (a & 7) === 0 && groups[a >> 3] === 0) {
      a += 7
      continue
    }
    const u = residuals[a]
    let symbol = u < DIRECT ? u : symbolOf(u)
    if (symbol >= last || u >= DIRECT) {
      widths[a] = symbol < last ? RAW_BITS[symbol] : escapeBits
      if (symbol > last) symbol = last
      raw++
    }
    ops[at++] = entries[first + symbol]
  }
  endRun(bits, rans, at, raw, residuals, widths, n)
}

/** Takes note of a column's residuals for the contexts of those that follow. */
export function noteSizes(residuals: Uint32Array, n: number, { sibling }: Scratch): void {
  for (let a = 0; a < n; a++) {
    const u = residuals[a]
    sibling[a] = larger(sibling[a], u < DIRECT ? CLASS[u] : TOP_CLASS)
  }
}

/** Without a branch: chance would decide it. */
function larger(a: number, b: number): number {
  const more = b - a
  return a + (more & ~(more >> 31))
}

function endRun(
  bits: BitWriter,
  rans: RansWriter,
  at: number,
  raw: number,
  residuals: Uint32Array,
  widths: Uint8Array,
  n: number
): void {
  const coded = at - rans.count
  rans.count = at
  if (coded >= MANY) rans.pair(coded)
  if (raw === 0) return
  bits.run(residuals, widths, n)
  widths.fill(0, 0, n)
}

/** A column's numbers, which hold what is expected of its rows: residuals are added to them. */
export interface Sums {
  readonly ints: Int32Array
  /** Row a's number is `ints[first + slots[a]]`. */
  readonly first: number
  readonly slots: Int32Array
  /** The highest step that is allowed, at most 2^31 - 1. */
  readonly max: number
  /** And-ed to each sum: `max` where the column wraps, else -1. In 32 bits no sum comes round to a step that is allowed. */
  readonly mask: number
}

/**
 * Reads `n` residuals, of which `coded` have a symbol, and adds them. `map`: by context the number of its table; without
 * one all rows have `alike`. With `noted` the contexts of later columns ask for these residuals.
 * Returns false where a sum is not a step that is allowed.
 * @throws ERR_FRAME_TRUNCATED, ERR_FRAME_INVALID
 */
export function readSymbols(
  bits: BitReader,
  rans: RansReader,
  { entries, guesses }: Tables,
  map: Int32Array | undefined,
  alike: number,
  escapeBits: number,
  { ints, first, slots, max, mask }: Sums,
  n: number,
  coded: number,
  noted: boolean,
  { context, sibling, groups }: Scratch
): boolean {
  const { bytes } = rans
  const few = coded < n
  const paired = coded >= MANY
  if (paired) rans.openPair()
  let x = rans.state
  let y = rans.other
  let at = rans.at
  /** Below 0 once any sum is, or is above the highest. */
  let outside = 0
  for (let a = 0; a < n; a++) {
    if (few && (a & 7) === 0 && groups[a >> 3] === 0) {
      a += 7
      continue
    }
    const table = map ? map[context[a] + sibling[a] * ROW] : alike
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
    if (u >= DIRECT) u = rawOf(bits, u, escapeBits)
    const place = first + slots[a]
    const q = (ints[place] + ((u >>> 1) ^ -(u & 1))) & mask
    ints[place] = q
    outside |= q | (max - q)
    if (noted) sibling[a] = larger(sibling[a], u < DIRECT ? CLASS[u] : TOP_CLASS)
    if (paired) {
      const next = y
      y = x
      x = next
    }
  }
  const isOdd = paired && (coded & 1) === 1
  rans.state = isOdd ? y : x
  rans.other = isOdd ? x : y
  rans.at = at
  return outside >= 0
}

/** The residual of a symbol that has raw bits, which are read. Out of the hot loop, and always an integer of 32 bits. */
function rawOf(bits: BitReader, symbol: number, escapeBits: number): number {
  return (symbol === ESCAPE ? bits.uint(escapeBits) : RAW_BASE[symbol] + bits.uint(RAW_BITS[symbol])) >>> 0
}
