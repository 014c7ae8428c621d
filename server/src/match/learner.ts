// What all matches of a game in this process share: the writer of their frames, and the prior that these are coded with.
// The prior is learned from the frames themselves, the shared ones only: a sample is counted, and after 60, 240, 1000 and
// 4000 of them new tables are made, and handed out if they pay for themselves; then now and then. A match only says what
// it sent; all work is done in work(), between ticks, a millisecond or so at a time.

import type { AnyGame } from '@tickwire/engine'
import { FrameWriter, Prior, packPrior, type SnapshotBase, TickwireError, Trainer } from '@tickwire/engine/wire'

/** Counted frames after which new tables are made. */
const ROUNDS = [60, 240, 1000, 4000] as const
/**
 * From this round on so many frames go uncounted after each that is, or one less in turn: they say little new, and a server
 * that starts is busy. Always the same number would miss what a game does in each second tick.
 */
const SPARSE_FROM = 2
const SPARSE = 3
/** So many are let go after the last of them; then it begins again, from nothing, with as many as it took. */
const REST = 60_000
/** Frames of fewer bytes say that nothing changed, or next to: they are not counted. */
const LEAST_BYTES = 9
/** A keyframe is counted with every so many frames, for who joins. */
const KEYFRAMES = 250
/** Within so many times the frames that it was counted over a prior must save each player what it takes to hand out. */
const HORIZON = 3
/** A larger prior is not handed out. */
const MAX_BYTES = 16 * 1024
const NEXT_EPOCH = [1, 2, 3, 1] as const

/** A prior and its bytes. */
export interface PackedPrior {
  readonly prior: Prior
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A frame that was written for everybody who shares it. */
export interface Sent {
  readonly snapshot: SnapshotBase
  readonly baseline: SnapshotBase | undefined
  readonly before: SnapshotBase | undefined
}

export class Learner<G extends AnyGame = AnyGame> {
  readonly game: G
  readonly writer: FrameWriter<G>
  #current: PackedPrior | undefined
  /** Some players may not have the current one yet. */
  #previous: Prior | undefined
  #trainer: Trainer<G> | undefined
  #round = 0
  /** Frames that still go uncounted. */
  #rest = 0
  /** One of those that came since work() was called last. */
  #sent: Sent | undefined
  #work: Generator<void, void> | undefined

  /**
   * @param saved a prior of that game to start with, packed
   * @throws ERR_SCHEMA_MISMATCH, ERR_PROTOCOL_VERSION, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED for what is none
   */
  constructor(game: G, saved?: Uint8Array) {
    this.game = game
    this.writer = new FrameWriter(game)
    this.#current = saved && unpacked(game, saved)
  }

  /** What players are to have; undefined: the generic prior. */
  get current(): PackedPrior | undefined {
    return this.#current
  }

  /** Whether frames are still coded with a prior: with the current one and the one before it. */
  keeps(prior: Prior): boolean {
    return prior === this.#current?.prior || prior === this.#previous
  }

  /** A frame was sent, `bytes` long. It costs nothing: one of those between two calls of work() is counted there. */
  sent(frame: Sent, bytes: number): void {
    if (bytes >= LEAST_BYTES && !this.#work) this.#sent ??= frame
  }

  /** Learns for a millisecond or so. False: there is nothing to do until the next frame. */
  work(): boolean {
    if (this.#work) {
      if (this.#work.next().done) this.#work = undefined
      return true
    }
    const sent = this.#sent
    if (!sent) return false
    if (this.#rest === 0) {
      this.#count(sent)
      return true
    }
    this.#rest--
    this.#sent = undefined
    return false
  }

  #count({ snapshot, baseline, before }: Sent): void {
    this.#trainer ??= new Trainer(this.game, 'all')
    if (this.#trainer.frames % KEYFRAMES === 0) {
      // The frame itself is the next piece.
      this.#trainer.add(snapshot as never)
      return
    }
    this.#sent = undefined
    this.#trainer.add(snapshot as never, baseline as never, before as never)
    if (this.#round >= SPARSE_FROM) this.#rest = SPARSE - (this.#trainer.frames & 1)
    if (this.#trainer.frames >= ROUNDS[this.#round]) this.#work = this.#train(this.#trainer)
  }

  *#train(trainer: Trainer<G>): Generator<void, void> {
    const prior = yield* trainer.training(NEXT_EPOCH[this.#current?.prior.epoch ?? 0])
    const now = yield* trainer.bitsWith(this.#current?.prior)
    const then = yield* trainer.bitsWith(prior)
    yield
    const bytes = packPrior(prior)
    if (bytes.length <= MAX_BYTES && (now - then) * HORIZON > bytes.length * 8) {
      this.#previous = this.#current?.prior
      this.#current = { prior, bytes }
    }
    if (this.#round < ROUNDS.length - 1) this.#round++
    else {
      this.#trainer = undefined
      this.#rest = REST
    }
  }
}

function unpacked(game: AnyGame, saved: Uint8Array): PackedPrior {
  try {
    const prior = Prior.unpack(game, saved)
    return { prior, bytes: packPrior(prior) }
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    throw new TickwireError(error.code, `the prior for '${game.name}': ${error.reason}`, { cause: error })
  }
}
