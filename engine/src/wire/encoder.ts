// DeltaEncoder and DeltaDecoder: a snapshot as bytes, by itself: no sockets, no clock. PROTOCOL.md, section State.
//   chunk = flags (8 bits) | tick | baseline | before | hash | content | [what else is in bits] | words of symbols
// A keyframe's tick is a varint; a delta names the low bits of its tick (8 if it is near its baseline), how many ticks before
// that its baseline is, and how many before that the one before. A steady one, of one tick each, has no more than its flags.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import { hashOf, makeSnapshot, type Snapshot, type SnapshotBase, type Viewer } from '../state/snapshot.ts'
import { low16, resolve16 } from '../time/tick.ts'
import { BitReader, BitWriter } from './bits.ts'
import { type Columns, StateReader, StateWriter } from './delta.ts'
import { RansReader } from './entropy.ts'
import { genericPrior, type Prior } from './prior.ts'
import { checkRotations } from './rotations.ts'

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

export interface EncoderOptions {
  /** 'wire' (the default): every column that ever travels. 'all': only those for everybody. */
  readonly audience?: 'wire' | 'all'
  /** What frames are coded with; the receiver must have the same. Default: the generic one. */
  readonly prior?: Prior
}
export interface DecoderOptions {
  /** What frames were coded with. Default: the generic one. */
  readonly prior?: Prior
}

export class DeltaEncoder<G extends AnyGame> {
  readonly game: G
  readonly #columns: Columns
  readonly #plan: GamePlan
  readonly #bits = new BitWriter()
  readonly #state: StateWriter

  /** @throws ERR_USAGE for a prior of another game */
  constructor(game: G, options: EncoderOptions = {}) {
    this.game = game
    this.#plan = planOf(game)
    this.#columns = options.audience === 'all' ? 'shared' : 'wire'
    this.#state = new StateWriter(priorOf(this.#plan, options.prior), this.#columns)
  }

  /**
   * A snapshot as bytes, against a baseline that the receiver holds; without one, a keyframe. `before` is the snapshot
   * before the baseline, for `.linear()` fields and for what is expected of all; the receiver must hold it, too.
   * @throws ERR_USAGE for a baseline that is not older, or by more than 32,767 ticks
   */
  encode(snapshot: Snapshot<G>, baseline?: Snapshot<G>, before?: Snapshot<G>): Uint8Array<ArrayBuffer> {
    this.#bits.reset()
    this.encodeTo(this.#bits, snapshot, baseline, before)
    this.endTo(this.#bits)
    return this.#bits.finish()
  }

  /** The same into bits that hold more; endTo() MUST follow, after the last bit of all. */
  encodeTo(out: BitWriter, snapshot: Snapshot<G>, baseline?: Snapshot<G>, before?: Snapshot<G>): void {
    const now = inner(snapshot, this.#plan)
    const base = baseline && inner(baseline, this.#plan)
    const last = base && before && inner(before, this.#plan)
    if (base && base.tick >= now.tick)
      fail('ERR_USAGE', `a delta from tick ${base.tick} to ${now.tick}: expected an older baseline`)
    if (base && now.tick - base.tick > MAX_AGE)
      fail('ERR_USAGE', `a delta over ${now.tick - base.tick} ticks: expected at most ${MAX_AGE}`)
    if (last && last.tick >= base.tick)
      fail('ERR_USAGE', `tick ${last.tick} before the baseline at ${base.tick}: expected an older one`)
    const hashed = hashIsDue(now.tick, base?.tick)
    const owned = this.#columns === 'wire'
    const near = base !== undefined && now.tick - base.tick < NEAR_TICKS
    const common = (hashed ? HASH : 0) | (owned ? OWNED : 0) | (this.#state.prior.epoch << EPOCH_SHIFT)
    const isSteady = last !== undefined && base!.tick === now.tick - 1 && last.tick === now.tick - 2
    if (isSteady) out.bits(common | STEADY | lowest(now.tick), 8)
    else out.bits(common | (base ? DELTA : 0) | (last ? BEFORE : 0) | (near ? NEAR : 0), 8)
    if (isSteady) {
      // The tick is the one after the baseline.
    } else if (base) {
      if (near) out.bits(now.tick, 8)
      else out.bits(low16(now.tick), 16)
      writeAge(out, now.tick - base.tick)
      if (last) writeAge(out, base.tick - last.tick)
    } else out.varint(now.tick)
    if (hashed) out.uint(hashOf(now, owned), 32)
    this.#state.write(out, now, base, last)
  }

  /** What stands behind the last bit: the symbols. */
  endTo(out: BitWriter): void {
    this.#state.end(out)
  }
}

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

export class DeltaDecoder<G extends AnyGame> {
  readonly game: G
  readonly #plan: GamePlan
  readonly #state: StateReader

  /** @throws ERR_USAGE for a prior of another game */
  constructor(game: G, options: DecoderOptions = {}) {
    this.game = game
    this.#plan = planOf(game)
    this.#state = new StateReader(priorOf(this.#plan, options.prior))
  }

  /**
   * The snapshot that a frame of DeltaEncoder holds. The baseline and the one before it must be those it was coded
   * against. Whatever is thrown, nothing has changed.
   * @throws ERR_FRAME_BASELINE, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED, ERR_FRAME_KIND
   */
  decode(bytes: Uint8Array, baseline?: Snapshot<G>, before?: Snapshot<G>): Snapshot<G> {
    const from = new BitReader(bytes)
    const header = readChunkHeader(from, baseline?.tick ?? 0)
    const viewer = header.columns === 'wire' ? 'wire' : 'public'
    const rans = new RansReader(bytes)
    const made = this.decodeFrom(from, rans, header, baseline, before, viewer)
    from.align()
    rans.end(bytes.length - from.remaining)
    if (header.hash !== undefined && hashOf(made, header.columns === 'wire') !== header.hash)
      fail('ERR_FRAME_INVALID', `the state at tick ${header.tick} has another hash than its frame says`)
    return made as never as Snapshot<G>
  }

  /** The state behind a header that was read; its hash, and where bits and symbols end, are the caller's to check. */
  decodeFrom(
    from: BitReader,
    rans: RansReader,
    header: ChunkHeader,
    baseline: Snapshot<G> | undefined,
    before: Snapshot<G> | undefined,
    viewer: Viewer
  ): SnapshotBase {
    const { tick, epoch } = header
    const held = this.#state.prior.epoch
    if (epoch !== held) fail('ERR_FRAME_KIND', `a frame of epoch ${epoch}: the prior held is of epoch ${held}`)
    const base = header.baseline === undefined ? undefined : baseline && inner(baseline, this.#plan)
    const last = header.before === undefined ? undefined : before && inner(before, this.#plan)
    if (base?.tick !== header.baseline)
      fail('ERR_FRAME_BASELINE', `a delta against tick ${header.baseline}: the snapshot given is of ${base?.tick}`)
    if (last?.tick !== header.before)
      fail('ERR_FRAME_BASELINE', `a delta with tick ${header.before} before it: the snapshot given is of ${last?.tick}`)
    const cells = this.#state.read(from, rans, header.columns, tick, base, last)
    const made = makeSnapshot(this.#plan, tick, cells, viewer)
    checkRotations(made)
    return made
  }
}

function inner(snapshot: Snapshot<AnyGame>, plan: GamePlan): SnapshotBase {
  const base = snapshot as never as SnapshotBase
  if (base.plan !== plan) fail('ERR_USAGE', 'this snapshot is of another game')
  return base
}

function priorOf(plan: GamePlan, prior: Prior | undefined): Prior {
  if (prior && prior.plan !== plan) fail('ERR_USAGE', 'this prior is of another game')
  return prior ?? genericPrior(plan)
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
