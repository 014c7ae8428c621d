// The header of a chunk, which is a snapshot as bytes. PROTOCOL.md, section State.
//   chunk = flags (8 bits) | tick | baseline | before | hash | content | [what else is in bits] | words of symbols
// A keyframe's tick is a varint; a delta names the low bits of its tick (8 if it is near its baseline), how many ticks before
// that its baseline is, and how many before that the one before. A steady one, of one tick each, has no more than its flags.

import { fail } from '../schema/errors.ts'
import { low16, resolve16 } from '../time/tick.ts'
import type { BitReader, BitWriter } from './bits.ts'
import type { Columns } from './delta.ts'

/** Ticks from one hash to the next. */
const HASH_INTERVAL = 32

/** Whether a frame carries a hash of its state: a keyframe, and a delta that reaches or passes a tick that divides by 32. */
export function hashIsDue(tick: number, base: number | undefined): boolean {
  return base === undefined || Math.floor(tick / HASH_INTERVAL) > Math.floor(base / HASH_INTERVAL)
}

const DELTA = 1
const BEFORE = 2
const HASH = 4
const OWNED = 8
/** The tick is less than NEAR_TICKS after its baseline: 8 bits of it are enough. */
const NEAR = 16
const NEAR_TICKS = 256
/** Two bits name the prior's epoch. */
const EPOCH_SHIFT = 5
const EPOCH_MASK = 3
/**
 * A delta of one tick with the snapshot one tick before its baseline: what a player who keeps up gets. Ages and the tick go
 * without saying; the bits of DELTA, BEFORE and NEAR are the tick's lowest three.
 */
const STEADY = 0x80
/** Ticks back, in 4 bits; this says that a varint follows. */
const LONG_AGE = 15

/** Low 16 bits of a tick say no more. */
export const MAX_AGE = 32767

/** What a chunk says of itself. */
export interface ChunkHeader {
  readonly tick: number
  /** The baseline's tick; undefined in a keyframe. */
  readonly baseline: number | undefined
  readonly before: number | undefined
  readonly hash: number | undefined
  readonly columns: Columns
  readonly epoch: number
}

export function writeChunkHeader(out: BitWriter, header: ChunkHeader): void {
  const { tick, baseline, before, hash, columns, epoch } = header
  const near = baseline !== undefined && tick - baseline < NEAR_TICKS
  const common = (hash === undefined ? 0 : HASH) | (columns === 'wire' ? OWNED : 0) | (epoch << EPOCH_SHIFT)
  if (baseline === tick - 1 && before === tick - 2) out.bits(common | STEADY | lowest(tick), 8)
  else {
    const hasBefore = before !== undefined
    out.bits(common | (baseline === undefined ? 0 : DELTA) | (hasBefore ? BEFORE : 0) | (near ? NEAR : 0), 8)
    if (baseline === undefined) out.varint(tick)
    else {
      if (near) out.bits(tick, 8)
      else out.bits(low16(tick), 16)
      writeAge(out, tick - baseline)
      if (hasBefore) writeAge(out, baseline - before)
    }
  }
  if (hash !== undefined) out.uint(hash, 32)
}

/** `near`: a tick less than 32,768 away, the newest one held. @throws ERR_FRAME_BASELINE, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readChunkHeader(from: BitReader, near: number): ChunkHeader {
  const flags = from.bits(8)
  let tick: number
  let baseline: number | undefined
  let before: number | undefined
  if (flags & STEADY) {
    tick = near + 1
    baseline = near
    before = near - 1
    if (lowest(tick) !== (flags & (DELTA | BEFORE | NEAR)) || before < 0 || tick >= 2 ** 31)
      fail('ERR_FRAME_BASELINE', `a delta of one tick, flags ${flags}: the newest snapshot held is of tick ${near}`)
  } else if (flags & DELTA) {
    // A near one is the next tick after the newest with these bits: it comes less than 256 after one that is held.
    if (flags & NEAR) tick = near + 1 + ((from.bits(8) - near - 1) & (NEAR_TICKS - 1))
    else tick = resolve16(from.bits(16), near)
    baseline = tick - readAge(from)
    if (flags & BEFORE) before = baseline - readAge(from)
    if (
      baseline >= tick ||
      baseline < 0 ||
      tick >= 2 ** 31 ||
      (before !== undefined && (before >= baseline || before < 0))
    )
      fail('ERR_FRAME_INVALID', `a delta from ticks ${before} and ${baseline} to ${tick}`)
  } else {
    if (flags & (BEFORE | NEAR)) fail('ERR_FRAME_INVALID', `flags ${flags}: a keyframe has nothing before`)
    tick = from.varint()
    if (tick >= 2 ** 31) fail('ERR_FRAME_INVALID', `tick ${tick}: expected less than 2^31`)
  }
  const hash = flags & HASH ? from.uint(32) : undefined
  const epoch = (flags >> EPOCH_SHIFT) & EPOCH_MASK
  return { tick, baseline, before, hash, columns: flags & OWNED ? 'wire' : 'shared', epoch }
}

/** Ticks back: 4 bits for less than 15, else 15 and a varint. */
function writeAge(out: BitWriter, age: number): void {
  out.bits(Math.min(age, LONG_AGE), 4)
  if (age >= LONG_AGE) out.varint(age)
}
function readAge(from: BitReader): number {
  const age = from.bits(4)
  return age < LONG_AGE ? age : from.varint()
}

/** The lowest three bits of a tick, where a steady frame has them. */
function lowest(tick: number): number {
  return (tick & 1 ? DELTA : 0) | (tick & 2 ? BEFORE : 0) | (tick & 4 ? NEAR : 0)
}
