// DeltaEncoder and DeltaDecoder: a snapshot as bytes, by itself: no sockets, no clock. PROTOCOL.md, section State.
// chunk.ts has the header; behind it stand the state, what else its caller puts into bits, and the words of symbols.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import { hashOf, type Snapshot, type SnapshotBase } from '../state/snapshot.ts'
import { BitReader, BitWriter } from './bits.ts'
import { hashIsDue, MAX_AGE, readChunkHeader, writeChunkHeader } from './chunk.ts'
import { type Columns, StateReader, StateWriter } from './delta.ts'
import { RansReader } from './entropy.ts'
import { type Prior, priorOf } from './prior.ts'

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
    writeChunkHeader(out, {
      tick: now.tick,
      baseline: base?.tick,
      before: last?.tick,
      hash: hashIsDue(now.tick, base?.tick) ? hashOf(now, this.#columns === 'wire') : undefined,
      columns: this.#columns,
      epoch: this.#state.prior.epoch,
    })
    this.#state.write(out, now, base, last)
  }

  /** What stands behind the last bit: the symbols. */
  endTo(out: BitWriter): void {
    this.#state.end(out)
  }
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
    const { tick, epoch, columns, hash, ...named } = readChunkHeader(from, baseline?.tick ?? 0)
    const held = this.#state.prior.epoch
    if (epoch !== held) fail('ERR_FRAME_KIND', `a frame of epoch ${epoch}: the prior held is of epoch ${held}`)
    const base = named.baseline === undefined ? undefined : baseline && inner(baseline, this.#plan)
    const last = named.before === undefined ? undefined : before && inner(before, this.#plan)
    if (base?.tick !== named.baseline)
      fail('ERR_FRAME_BASELINE', `a delta against tick ${named.baseline}: the snapshot given is of ${base?.tick}`)
    if (last?.tick !== named.before)
      fail('ERR_FRAME_BASELINE', `a delta with tick ${named.before} before it: the snapshot given is of ${last?.tick}`)
    const rans = new RansReader(bytes)
    const isWhole = columns === 'wire'
    const made = this.#state.read(from, rans, columns, tick, base, last, isWhole ? 'wire' : 'public')
    from.align()
    rans.end(bytes.length - from.remaining)
    if (hash !== undefined && hashOf(made, isWhole) !== hash)
      fail('ERR_FRAME_INVALID', `the state at tick ${tick} has another hash than its frame says`)
    return made as never as Snapshot<G>
  }
}

function inner(snapshot: Snapshot<AnyGame>, plan: GamePlan): SnapshotBase {
  const base = snapshot as never as SnapshotBase
  if (base.plan !== plan) fail('ERR_USAGE', 'this snapshot is of another game')
  return base
}
