// Snapshots as frames: each coded against an earlier one, decoded, and compared with what it was made from.

import type { AnyGame } from '@tickwire/engine'
import {
  type Aim,
  DeltaDecoder,
  DeltaEncoder,
  type Prior,
  packPrior,
  type Snapshot,
  type SnapshotBase,
  Trainer,
} from '@tickwire/engine/wire'

export interface FrameOptions {
  /** The baseline is the snapshot so many frames before, the one before it so many more. Default 1. */
  readonly lag?: number
  /** The first frame, and the end (exclusive). Default: all that have both. */
  readonly from?: number
  readonly to?: number
  /** Default: the generic one. */
  readonly prior?: Prior
}

/** The bytes of each frame: whole chunks, header and hash included. @throws Error where one is decoded to another state */
export function sizesOf<G extends AnyGame>(
  game: G,
  snapshots: readonly Snapshot<G>[],
  { lag = 1, from = 2 * lag, to = snapshots.length, prior }: FrameOptions = {}
): number[] {
  const encoder = new DeltaEncoder(game, { prior })
  const decoder = new DeltaDecoder(game, { prior })
  return snapshots.slice(from, to).map((snapshot, i) => {
    const [baseline, before] = [snapshots[from + i - lag], snapshots[from + i - 2 * lag]]
    const bytes = encoder.encode(snapshot, baseline, before)
    compare(decoder.decode(bytes, baseline, before), snapshot)
    return bytes.length
  })
}

/**
 * A prior of these frames, at a lag as above, and of a keyframe now and then; packed, as a client would get it. `aim`: fast
 * to encode, or small.
 */
export function train<G extends AnyGame>(
  game: G,
  snapshots: readonly Snapshot<G>[],
  lag: number,
  aim: Aim = 'fast'
): Uint8Array {
  const trainer = new Trainer(game)
  for (const [at, snapshot] of snapshots.entries()) {
    if (at >= 2 * lag) trainer.add(snapshot, snapshots[at - lag], snapshots[at - 2 * lag])
    if (at % KEYFRAMES === 0) trainer.add(snapshot)
  }
  const training = trainer.training(1, aim)
  for (;;) {
    const { done, value } = training.next()
    if (done) return packPrior(value)
  }
}
const KEYFRAMES = 100

/** The bytes of a keyframe. @throws Error as above */
export function sizeOfKeyframe<G extends AnyGame>(game: G, snapshot: Snapshot<G>, prior?: Prior): number {
  const bytes = new DeltaEncoder(game, { prior }).encode(snapshot)
  compare(new DeltaDecoder(game, { prior }).decode(bytes), snapshot)
  return bytes.length
}

/** @throws Error unless both hold the same rows and the same whole numbers in every column */
export function compare<G extends AnyGame>(made: Snapshot<G>, truth: Snapshot<G>): void {
  if (made.hash !== truth.hash) throw new Error(`tick ${truth.tick}: decoded to another hash`)
  const { tables } = made as never as SnapshotBase
  for (const [t, { plan, cells }] of (truth as never as SnapshotBase).tables.entries()) {
    const { size, born, ints } = cells
    const other = tables[t].cells
    for (let slot = 0; slot < size; slot++) {
      let same = other.born[slot] === born[slot]
      for (let column = 0; column < plan.layout.columns.length && born[slot] >= 0; column++)
        same &&= other.ints[column * other.size + slot] === ints[column * size + slot]
      if (!same) throw new Error(`tick ${truth.tick}: ${plan.name} ${slot} decoded to another state`)
    }
  }
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
