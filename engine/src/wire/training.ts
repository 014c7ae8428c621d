// A prior from what was seen: the frames of a match are counted as they come, and tables fitted to the counts.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { BitWriter } from './bits.ts'
import { Counts } from './counts.ts'
import { type Columns, StateWriter } from './delta.ts'
import { type Aim, fit } from './fit.ts'
import { EPOCHS, genericPrior, Prior } from './prior.ts'

/** A keyframe is counted every so many snapshots, for who joins. */
const KEYFRAMES = 100
/** Frames after which the usual values of new rows are settled for the first time; then whenever these have doubled. */
const FIRST_USUALS = 16

/**
 * Learns a prior from the frames of a match, as they come. Counting a frame costs about as much as encoding it, and needs
 * some 100 kB a number column.
 */
export class Trainer<G extends AnyGame> {
  /** Frames counted. */
  frames = 0
  readonly #plan: GamePlan
  readonly #columns: Columns
  readonly #bits = new BitWriter()
  /** The generic prior, with the usual values of new rows as far as they are known. */
  #prior: Prior
  #counts: Counts
  #writer: StateWriter

  /** `audience`: as an encoder's. 'all', the default, holds nothing of owners' columns: what is handed to players MUST be that. */
  constructor(game: G, audience: 'all' | 'wire' = 'all', usuals?: Trainer<G>) {
    this.#plan = planOf(game)
    this.#columns = audience === 'all' ? 'shared' : 'wire'
    this.#counts = new Counts(this.#plan)
    this.#prior = usuals ? usuals.#withUsuals() : genericPrior(this.#plan)
    this.#writer = new StateWriter(this.#prior, this.#columns, this.#counts)
  }

  /** Counts the frame of a snapshot against a baseline; without one, a keyframe. @throws ERR_USAGE for another game's */
  add(snapshot: Snapshot<G>, baseline?: Snapshot<G>, before?: Snapshot<G>): void {
    const [now, base, last] = [snapshot, baseline, before] as never as SnapshotBase[]
    for (const one of [now, base, last])
      if (one && one.plan !== this.#plan) fail('ERR_USAGE', 'this snapshot is of another game')
    this.#bits.reset()
    this.#writer.write(this.#bits, now, base, base && last)
    this.frames++
    if (this.frames >= FIRST_USUALS && (this.frames & (this.frames - 1)) === 0) this.#settleUsuals()
  }

  /**
   * The prior for what was counted so far. Slow in all (tens to hundreds of ms), a step at most about one: for who must
   * not miss a tick. `epoch` is 1 to 3, the one that its frames will name.
   */
  *training(epoch: number, aim: Aim = 'fast'): Generator<void, Prior> {
    checkEpoch(epoch)
    return yield* fit(this.#counts, epoch, this.#prior, aim)
  }

  /** What the symbols of all that was counted take with a prior, in bits; without one, with the generic one. In steps. */
  *bitsWith(prior: Prior = genericPrior(this.#plan)): Generator<void, number> {
    return yield* this.#counts.bitsWith(prior)
  }

  /** A value that turned out to be usual changes what new rows cost: they are counted anew. */
  #settleUsuals(): void {
    const prior = this.#withUsuals()
    if (prior.models.every(({ usual }, m) => usual === this.#prior.models[m].usual)) return
    this.#prior = prior
    this.#counts.forgetFresh()
    this.#writer = new StateWriter(prior, this.#columns, this.#counts)
  }

  #withUsuals(): Prior {
    const { models, levels } = genericPrior(this.#plan)
    const known = models.map((model, m) => ({ ...model, usual: this.#counts.usual(m) ?? this.#prior.models[m].usual }))
    return new Prior(this.#plan, 0, known, levels)
  }
}

export interface TrainOptions {
  /** Default 'fast'. */
  readonly aim?: Aim
  /** Default 'all', as Trainer has it. */
  readonly audience?: 'all' | 'wire'
}

/**
 * A prior trained on a match: its snapshots in order, a tick or a few apart. `epoch` is 1 to 3, the one that its frames
 * will name. Takes two passes over the snapshots: the first finds the usual values of new rows.
 * @throws ERR_USAGE for fewer than three snapshots, or one of another game
 */
export function trainPrior<G extends AnyGame>(
  game: G,
  snapshots: readonly Snapshot<G>[],
  epoch = 1,
  { aim = 'fast', audience = 'all' }: TrainOptions = {}
): Prior {
  if (snapshots.length < 3) fail('ERR_USAGE', `${snapshots.length} snapshots: expected at least 3`)
  checkEpoch(epoch)
  const first = new Trainer(game, audience)
  for (const [at, snapshot] of snapshots.entries()) first.add(snapshot, snapshots[at - 1], snapshots[at - 2])
  const trainer = new Trainer(game, audience, first)
  for (const [at, snapshot] of snapshots.entries()) {
    if (at >= 2) trainer.add(snapshot, snapshots[at - 1], snapshots[at - 2])
    if (at % KEYFRAMES === 0) trainer.add(snapshot)
  }
  const training = trainer.training(epoch, aim)
  for (;;) {
    const { done, value } = training.next()
    if (done) return value
  }
}

function checkEpoch(epoch: number): void {
  if (!(Number.isInteger(epoch) && epoch > 0 && epoch < EPOCHS))
    fail('ERR_USAGE', `epoch ${epoch}: expected 1 to ${EPOCHS - 1}`)
}
