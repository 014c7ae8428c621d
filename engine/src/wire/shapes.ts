// Frequency tables by two numbers: how many of a column's residuals are 0, and how large the others are. What a column
// says of itself in a frame where the prior has no tables for it. Residuals are taken to be geometrically distributed
// (as Golomb, "Run-length encodings", 1966), zeros apart. Made with + - * / alone, so both ends get the same integers.

import { Tables } from './entropy.ts'
import { DIRECT, RAW_BASE, SYMBOLS } from './model.ts'

/** Of a shape: 3 bits of the share of zeros, then 5 of the scale. */
export const SHAPE_BITS = 8
const SCALES = 32
/** Zeros to all others by share; 0 stands for no peak at 0 at all. */
const ODDS = [0, 1 / 8, 1 / 3, 1, 3, 8, 32, 256] as const
const FREQUENCIES = 4096
const RARE = 16384
const ROOT_OF_TWO = Math.SQRT2

let tables: Tables | undefined

/** One table for each shape, the shape being its number; the last symbol of each is an escape. */
export function shapeTables(): Tables {
  if (!tables) {
    const all = Array.from({ length: 1 << SHAPE_BITS }, (_, shape) => frequenciesOf(shape >> 5, shape & (SCALES - 1)))
    tables = new Tables(
      all,
      all.map(() => true)
    )
  }
  return tables
}

/** Where a shape's table starts << 8 | its last symbol: as writeSymbols() needs it. */
export function shapePlace(shape: number): number {
  const { offsets } = shapeTables()
  return (offsets[shape] << 8) | (offsets[shape + 1] - offsets[shape] - 1)
}

/** The shape that costs `n` residuals (zigzag), of which `coded` have a symbol, about the least; the others are 0. */
export function shapeOf(residuals: Uint32Array, n: number, coded: number = n): number {
  let others = 0
  let sum = 0
  for (let i = 0; i < n; i++) {
    const u = residuals[i]
    others += (u | -u) >>> 31
    sum += (u + 1) >>> 1
  }
  const zeros = coded - others
  const mean = others > 0 ? sum / others : 1
  const scale = Math.min(SCALES - 1, Math.round(2 * Math.log2(mean)))
  // What a 0 is worth if it is but one of the magnitudes: half as likely as 1 with either sign.
  const plain = 1 / (2 * mean)
  let share = 0
  const odds = zeros / Math.max(others, 0.5)
  if (odds > 1.4 * plain || odds > 1) {
    share = 1
    while (share < ODDS.length - 1 && odds * odds > ODDS[share] * ODDS[share + 1]) share++
  }
  return (share << 5) | scale
}

function frequenciesOf(share: number, scale: number): Uint16Array {
  // The mean magnitude of what is not 0: 2^(scale / 2).
  let mean = scale & 1 ? ROOT_OF_TWO : 1
  for (let octave = scale >> 1; octave > 0; octave--) mean *= 2
  // The share of each magnitude in the one before; at least some for a mean of 1.
  const ratio = Math.max(1 - 1 / mean, 1 / 64)
  const weights = new Float64Array(SYMBOLS)
  let others = 0
  // `u` is -1, 1, -2, 2 ...: half a magnitude a step. All above a bin's start, less all above the next one's.
  let above = powerOf(ratio, 0)
  for (let symbol = 1; symbol < SYMBOLS - 1; symbol++) {
    const from = RAW_BASE[symbol]
    const to = symbol + 2 < SYMBOLS ? RAW_BASE[symbol + 1] : 2 ** 32
    if (to <= DIRECT) weights[symbol] = powerOf(ratio, ((from + 1) >>> 1) - 1) * (1 - ratio) * 0.5
    else {
      if (from === DIRECT) above = powerOf(ratio, DIRECT / 2 - 1) * (1 + ratio) * 0.5
      const next = powerOf(ratio, to / 2 - 1) * (1 + ratio) * 0.5
      weights[symbol] = above - next
      above = next
    }
    others += weights[symbol]
  }
  weights[0] = share === 0 ? weights[1] : ODDS[share] * others
  // What is next to never there the escape stands for.
  let used = SYMBOLS - 1
  while (used > 3 && weights[used - 1] <= others / RARE) used--
  return toFrequencies(weights.subarray(0, used + 1).fill(0, used), weights[0] + others)
}

/** At least 1 each; the first of the largest has what is missing to the whole. */
function toFrequencies(weights: Float64Array, sum: number): Uint16Array {
  const out = new Uint16Array(weights.length)
  let total = 0
  let most = 0
  for (let s = 0; s < out.length; s++) {
    out[s] = 1 + Math.floor((weights[s] / sum) * (FREQUENCIES - out.length))
    total += out[s]
    if (out[s] > out[most]) most = s
  }
  out[most] += FREQUENCIES - total
  return out
}

/** base^exponent by squaring, a whole exponent. */
function powerOf(base: number, exponent: number): number {
  let result = 1
  let square = base
  for (let rest = exponent; rest >= 1; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square
    square *= square
  }
  return result
}
