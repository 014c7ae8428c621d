// A column's residuals as bits: how far each row is from what was predicted. Writer and reader side by side; both see
// the same predictions, so only these travel. Three forms, the cheapest chosen a column a frame:
//   none    every residual is 0                                         1 bit for the whole column
//   dense   one Rice code a row
//   sparse  the gaps between changed rows and their residuals, Rice codes both

import { fail } from '../schema/errors.ts'
import { type BitReader, type BitWriter, powerOfTwo } from './bits.ts'

/** Bits of a Rice parameter, 0 to 31. */
const PARAMETER = 5

/** `residuals`: the first `count` are written, by zigzag (see bits.ts). */
export function writeResiduals(out: BitWriter, residuals: Uint32Array, count: number): void {
  let changed = 0
  let sum = 0
  for (let i = 0; i < count; i++) {
    const u = residuals[i]
    // 1 for all but 0, without a branch that chance decides.
    changed += (u | -u) >>> 31
    sum += u
  }
  out.bit(changed > 0)
  if (changed === 0) return
  const k = parameter(sum, count)
  const sparseK = parameter(sum - changed, changed)
  const gapK = parameter(count - changed, changed)
  const dense = count * (k + 1) + sum / powerOfTwo(k)
  const sparse =
    countBits(count) +
    PARAMETER +
    changed * (gapK + sparseK + 2) +
    (count - changed) / powerOfTwo(gapK) +
    (sum - changed) / powerOfTwo(sparseK)
  out.bit(sparse < dense)
  if (sparse >= dense) {
    out.bits(k, PARAMETER)
    out.riceRun(residuals, count, k)
    return
  }
  out.bits(sparseK, PARAMETER)
  out.bits(gapK, PARAMETER)
  out.uint(changed - 1, countBits(count))
  let next = 0
  for (let i = 0; i < count; i++) {
    const u = residuals[i]
    if (u === 0) continue
    out.rice(i - next, gapK)
    out.rice(u - 1, sparseK)
    next = i + 1
  }
}

/** Fills the first `count` of `residuals`. @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readResiduals(from: BitReader, residuals: Uint32Array, count: number): void {
  if (!from.bit()) {
    residuals.fill(0, 0, count)
    return
  }
  if (!from.bit()) return from.riceRun(residuals, count, from.bits(PARAMETER))
  residuals.fill(0, 0, count)
  const k = from.bits(PARAMETER)
  const gapK = from.bits(PARAMETER)
  const changed = from.uint(countBits(count)) + 1
  let next = 0
  for (let i = 0; i < changed; i++) {
    const at = next + from.rice(gapK)
    if (at >= count) fail('ERR_FRAME_INVALID', `a residual for row ${at}: expected fewer than ${count}`)
    const u = from.rice(k) + 1
    if (u > 0xffffffff) fail('ERR_FRAME_INVALID', 'a residual of more than 32 bits')
    residuals[at] = u
    next = at + 1
  }
}

/**
 * Values of fresh rows, each 0 to 2^bits - 1 and written as it is; predictions for them are mostly useless, but often
 * all are the same as the field's default.
 */
export function writeFresh(out: BitWriter, values: Int32Array, count: number, zero: number, bits: number): void {
  let differ = false
  for (let i = 0; i < count; i++) differ ||= values[i] !== zero
  out.bit(differ)
  if (differ) for (let i = 0; i < count; i++) out.uint(values[i], bits)
}

export function readFresh(from: BitReader, values: Int32Array, count: number, zero: number, bits: number): void {
  const differ = from.bit()
  for (let i = 0; i < count; i++) values[i] = differ ? from.uint(bits) : zero
}

/** Bits that hold 0 to count - 1. */
function countBits(count: number): number {
  return 32 - Math.clz32(count - 1)
}

/** The Rice parameter that costs least for `count` numbers of this sum: one more bit pays while it halves enough. */
function parameter(sum: number, count: number): number {
  const mean = sum / count + 0.5
  let k = 0
  for (let next = 2; k < 31 && mean > next; next *= 2) k++
  return k
}
