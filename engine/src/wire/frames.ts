// State frames: what a player gets a tick. Writer and reader side by side. PROTOCOL.md, section State frames.
//   frame   = kind (8) | length of the private chunk (varint) | private chunk | shared chunk
//   private = own? slack? got? (1 bit each), owner columns [hash?], slack (8, signed), ticks since the newest command (zigzag
//             varint), events with their positions
//   shared  = chunk of DeltaEncoder, with events before its symbols
// The shared chunk is the same bytes for all who share (audience, baseline, before, prior). An empty private chunk has length 0.

import { fail } from '../schema/errors.ts'
import type { AnyGame, GamePlan, Kind } from '../schema/game.ts'
import { planOf } from '../schema/game.ts'
import { hashOf, type Snapshot, type SnapshotBase } from '../state/snapshot.ts'
import { BitReader, BitWriter, unzigzag, zigzag } from './bits.ts'
import { type ChunkHeader, hashIsDue, readChunkHeader } from './chunk.ts'
import { StateReader } from './delta.ts'
import { DeltaEncoder } from './encoder.ts'
import { RansReader } from './entropy.ts'
import { FRAME_KIND, MAX_FRAME_BYTES } from './kinds.ts'
import { ownedChanged, ownedHash, readOwned, writeOwned } from './owned.ts'
import { genericPrior, type Prior, priorOf } from './prior.ts'
import { readRecord, type Values, writeRecord } from './record.ts'
import { checkRotations } from './rotations.ts'

/** Something that happened at a tick. */
export interface WireEvent {
  readonly tick: number
  readonly kind: Kind
  /** Settled. */
  readonly values: Values
  /** Of a private event: how many shared ones of its tick came before it. */
  readonly after: number
  /** The player whose row's `move` emitted it: that player's client may have played it ahead. Undefined: the rules did. */
  readonly owner?: number | undefined
}

/** Bytes before the shared chunk in a frame without a private one. */
export const SHARED_PREFIX = 2
const EVENT_K = 2
const OWNER_BITS = 16
const MAX_EVENTS = 65536

/** What only one player gets. */
export interface Private {
  readonly player: number
  readonly snapshot: SnapshotBase
  readonly baseline: SnapshotBase | undefined
  /** How early the player's commands came, in sixteenths of a tick, -128 to 127; undefined: as last told. */
  readonly slack: number | undefined
  /** The tick of the player's newest command; undefined: nobody wants to know. */
  readonly got?: number | undefined
  readonly events: readonly WireEvent[]
}

export class FrameWriter<G extends AnyGame> {
  readonly #game: G
  readonly #generic: DeltaEncoder<G>
  /** By prior; those that nobody uses any more are forgotten. */
  readonly #trained = new WeakMap<Prior, DeltaEncoder<G>>()
  readonly #events: readonly Kind[]
  readonly #hasOwned: boolean
  readonly #bits = new BitWriter()

  constructor(game: G) {
    const plan = planOf(game)
    this.#game = game
    this.#generic = new DeltaEncoder(game, { audience: 'all' })
    this.#events = plan.events
    this.#hasOwned = plan.tables.some((table) => table.owned.length > 0)
  }

  /**
   * A whole frame with no private chunk; the shared chunk starts at SHARED_PREFIX. `prior`: one that the receivers have
   * learned; left out, the generic one.
   * @throws ERR_FRAME_SIZE for one of more than MAX_FRAME_BYTES; ERR_USAGE for a prior of another game
   */
  shared(
    snapshot: SnapshotBase,
    baseline: SnapshotBase | undefined,
    before: SnapshotBase | undefined,
    events: readonly WireEvent[],
    prior?: Prior
  ): Uint8Array<ArrayBuffer> {
    const encoder = this.#encoderOf(prior)
    const out = this.#bits
    out.reset()
    out.bits(FRAME_KIND.state, 8)
    out.bits(0, 8)
    encoder.encodeTo(out, outer<G>(snapshot), baseline && outer<G>(baseline), before && outer<G>(before))
    this.#writeEvents(out, snapshot.tick, events, false)
    encoder.endTo(out)
    const frame = out.finish()
    checkSize(frame.length, snapshot.tick)
    return frame
  }

  /**
   * What stands before the shared chunk for one player, or undefined where that is nothing of its own. `shared`: the
   * bytes of the frame that shared() made, whose chunk follows.
   * @throws ERR_FRAME_SIZE where the two have more than MAX_FRAME_BYTES
   */
  head(own: Private, shared: number = SHARED_PREFIX): Uint8Array<ArrayBuffer> | undefined {
    const { snapshot, baseline, player, slack, got, events } = own
    const hashed = this.#hasOwned && hashIsDue(snapshot.tick, baseline?.tick)
    const columns = hashed || (this.#hasOwned && ownedChanged(snapshot, baseline, player))
    if (!columns && slack === undefined && got === undefined && events.length === 0) return undefined
    const out = this.#bits
    out.reset()
    out.bit(columns)
    out.bit(slack !== undefined)
    out.bit(got !== undefined)
    if (columns) {
      writeOwned(out, snapshot, baseline, player)
      out.bit(hashed)
      if (hashed) out.bits(ownedHash(snapshot, player), 16)
    }
    if (slack !== undefined) out.bits(Math.max(-128, Math.min(127, slack)) & 0xff, 8)
    if (got !== undefined) out.varint(zigzag(snapshot.tick - got))
    this.#writeEvents(out, snapshot.tick, events, true)
    const chunk = out.finish()
    out.reset()
    out.bits(FRAME_KIND.state, 8)
    out.varint(chunk.length)
    out.bytes(chunk)
    const head = out.finish()
    checkSize(head.length + shared - SHARED_PREFIX, snapshot.tick)
    return head
  }

  #encoderOf(prior: Prior | undefined): DeltaEncoder<G> {
    if (!prior) return this.#generic
    let encoder = this.#trained.get(prior)
    if (!encoder) {
      encoder = new DeltaEncoder(this.#game, { audience: 'all', prior })
      this.#trained.set(prior, encoder)
    }
    return encoder
  }

  #writeEvents(out: BitWriter, tick: number, events: readonly WireEvent[], positions: boolean): void {
    for (const event of events) {
      out.bit(true)
      out.rice(tick - event.tick, EVENT_K)
      if (positions) out.rice(event.after, EVENT_K)
      out.uint(event.kind.index, kindBits(this.#events))
      out.bit(event.owner !== undefined)
      if (event.owner !== undefined) out.bits(event.owner, OWNER_BITS)
      writeRecord(out, event.kind.layout, event.values, 'ERR_FIELD_VALUE')
    }
    out.bit(false)
  }
}

export interface StateFrame {
  readonly snapshot: SnapshotBase
  /** Of the prior that it was coded with. */
  readonly epoch: number
  /** True for a keyframe: what was held before is no baseline any more. */
  readonly keyframe: boolean
  readonly slack: number | undefined
  /** The tick of the newest command that the server has, where it says so. */
  readonly got: number | undefined
  /** In the order in which they happened. */
  readonly events: readonly WireEvent[]
  /** False where the state's hash is not the frame's: a keyframe must heal it. */
  readonly sound: boolean
}

/** Priors that a reader holds, besides the generic one. */
const PRIORS_HELD = 2

export class FrameReader<G extends AnyGame> {
  readonly #generic: StateReader
  /** By epoch, the newest last. */
  readonly #learned = new Map<number, StateReader>()
  readonly #plan: GamePlan

  constructor(game: G) {
    this.#plan = planOf(game)
    this.#generic = new StateReader(genericPrior(this.#plan))
  }

  /**
   * From now on frames of that prior's epoch can be read. The two newest are kept, and the generic one.
   * @throws ERR_USAGE for a prior of another game
   */
  learn(prior: Prior): void {
    const reader = new StateReader(priorOf(this.#plan, prior))
    this.#learned.delete(prior.epoch)
    this.#learned.set(prior.epoch, reader)
    for (const oldest of this.#learned.keys()) if (this.#learned.size > PRIORS_HELD) this.#learned.delete(oldest)
  }

  /**
   * Reads a frame for `player`; `held` finds the snapshots it names, `near` is the newest tick held. Whatever is
   * thrown, nothing has changed.
   * @throws ERR_FRAME_BASELINE, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED, ERR_FRAME_KIND
   */
  read(bytes: Uint8Array, player: number, near: number, held: (tick: number) => SnapshotBase | undefined): StateFrame {
    const prefix = new BitReader(bytes, 1)
    const length = prefix.varint()
    const start = bytes.length - prefix.remaining
    if (length > prefix.remaining)
      fail('ERR_FRAME_TRUNCATED', `a private chunk of ${length} bytes in ${prefix.remaining}`)
    const shared = new BitReader(bytes, start + length)
    const header = readChunkHeader(shared, near)
    if (header.columns !== 'shared')
      fail('ERR_FRAME_INVALID', "owner columns are in the private chunk, not everybody's")
    const reader = this.#readerOf(header.epoch)
    const baseline = this.#held(header.baseline, held)
    const before = this.#held(header.before, held)
    const rans = new RansReader(bytes)
    const snapshot = reader.read(shared, rans, 'shared', header.tick, baseline, before, player)
    const events = this.#readEvents(shared, header.tick, false)
    shared.align()
    rans.end(bytes.length - shared.remaining)
    const own = length > 0 ? new BitReader(bytes.subarray(start, start + length)) : undefined
    return this.#complete(own, header, snapshot, baseline, player, events)
  }

  #complete(
    own: BitReader | undefined,
    header: ChunkHeader,
    snapshot: SnapshotBase,
    baseline: SnapshotBase | undefined,
    player: number,
    shared: WireEvent[]
  ): StateFrame {
    let slack: number | undefined
    let got: number | undefined
    let events = shared
    const hasColumns = own?.bit() ?? false
    const hasSlack = own?.bit() ?? false
    const hasGot = own?.bit() ?? false
    readOwned(hasColumns ? own : undefined, snapshot, baseline, player)
    let sound = header.hash === undefined || hashOf(snapshot, false) === header.hash
    if (hasColumns) checkRotations(snapshot)
    if (hasColumns && own!.bit()) sound = own!.bits(16) === ownedHash(snapshot, player) && sound
    if (own) {
      if (hasSlack) slack = (own.bits(8) << 24) >> 24
      if (hasGot) got = header.tick - unzigzag(own.varint())
      events = merge(shared, this.#readEvents(own, header.tick, true))
      own.end()
    }
    return { snapshot, epoch: header.epoch, keyframe: header.baseline === undefined, slack, got, events, sound }
  }

  #readerOf(epoch: number): StateReader {
    const reader = epoch === 0 ? this.#generic : this.#learned.get(epoch)
    if (!reader)
      fail('ERR_FRAME_KIND', `a frame of epoch ${epoch}: held are ${[0, ...this.#learned.keys()].join(', ')}`)
    return reader
  }

  #held(tick: number | undefined, held: (tick: number) => SnapshotBase | undefined): SnapshotBase | undefined {
    if (tick === undefined) return undefined
    return held(tick) ?? fail('ERR_FRAME_BASELINE', `a delta that names tick ${tick}: it is not held`)
  }

  #readEvents(from: BitReader, tick: number, positions: boolean): WireEvent[] {
    const kinds = this.#plan.events
    const events: WireEvent[] = []
    while (from.bit()) {
      if (events.length === MAX_EVENTS) fail('ERR_FRAME_INVALID', `more than ${MAX_EVENTS} events in a frame`)
      const ago = from.rice(EVENT_K)
      const after = positions ? from.rice(EVENT_K) : 0
      const kind = kinds[from.uint(kindBits(kinds))]
      if (!kind || ago > tick)
        fail('ERR_FRAME_INVALID', `an event of a kind that ${this.#plan.game.name} does not have`)
      const owner = from.bit() ? from.bits(OWNER_BITS) : undefined
      if (owner === 0) fail('ERR_FRAME_INVALID', 'an event of player 0: ids begin at 1')
      const values = readRecord(from, kind.layout, 'ERR_FRAME_INVALID')
      events.push({ tick: tick - ago, kind, values, after, owner })
    }
    return events
  }
}

function checkSize(bytes: number, tick: number): void {
  if (bytes > MAX_FRAME_BYTES)
    fail('ERR_FRAME_SIZE', `the frame of tick ${tick} has ${bytes} bytes: expected at most ${MAX_FRAME_BYTES}`)
}

/** Both lists are in order; a private event stands after as many shared ones of its tick as it says. */
function merge(shared: readonly WireEvent[], own: readonly WireEvent[]): WireEvent[] {
  const all: WireEvent[] = []
  let next = 0
  let ofTick = 0
  for (const event of own) {
    while (next < shared.length) {
      const other = shared[next]
      ofTick = next > 0 && shared[next - 1].tick === other.tick ? ofTick : 0
      if (other.tick > event.tick || (other.tick === event.tick && ofTick >= event.after)) break
      all.push(other)
      ofTick++
      next++
    }
    all.push(event)
  }
  return all.concat(shared.slice(next))
}

function kindBits(kinds: readonly Kind[]): number {
  return kinds.length > 1 ? 32 - Math.clz32(kinds.length - 1) : 0
}

function outer<G extends AnyGame>(snapshot: SnapshotBase): Snapshot<G> {
  return snapshot as never as Snapshot<G>
}
