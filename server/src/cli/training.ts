// Training from recordings: every frame counted as a server would send it to everybody, then the tables that this asks
// for, then the same frames coded with and without them.

import { type AnyGame, TickwireError } from '@tickwire/engine'
import { type Aim, DeltaEncoder, type Prior, readRecording, type Snapshot, Trainer } from '@tickwire/engine/wire'

export interface RecordingFile {
  readonly name: string
  readonly bytes: Uint8Array
}
export interface Trained {
  /** Deltas that it was trained on. */
  readonly frames: number
  /** Bytes of one on average: coded with the generic prior, and with this one. */
  readonly before: number
  readonly after: number
  readonly prior: Prior
}

/** A keyframe is counted with every so many frames, for who joins. */
const KEYFRAMES = 100
/** One delta with a snapshot before its baseline. */
const LEAST_SNAPSHOTS = 3

/**
 * `aim`: fast to encode, or small. `say` hears how it goes, a line at a time.
 * @throws ERR_USAGE for recordings without three snapshots among them; what readRecording() throws, with the file's name
 */
export function train(game: AnyGame, files: readonly RecordingFile[], aim: Aim, say: (line: string) => void): Trained {
  const trainer = new Trainer(game, 'all')
  for (const file of files) {
    let count = 0
    for (const [snapshot, baseline, before] of framesOf(game, file)) {
      if (count % KEYFRAMES === 0) trainer.add(snapshot)
      if (before) trainer.add(snapshot, baseline, before)
      count++
    }
    say(`${file.name}: ${count} snapshots`)
    if (count < LEAST_SNAPSHOTS)
      throw new TickwireError(
        'ERR_USAGE',
        `${file.name} has ${count} whole snapshots: expected at least ${LEAST_SNAPSHOTS}`
      )
  }
  say('making tables')
  const prior = finish(trainer.training(1, aim))
  say('measuring')
  const encoders = [new DeltaEncoder(game, { audience: 'all' }), new DeltaEncoder(game, { audience: 'all', prior })]
  const bytes = [0, 0]
  let frames = 0
  for (const file of files)
    for (const [snapshot, baseline, before] of framesOf(game, file)) {
      if (!before) continue
      frames++
      for (const [i, encoder] of encoders.entries()) bytes[i] += encoder.encode(snapshot, baseline, before).length
    }
  return { frames, before: bytes[0] / frames, after: bytes[1] / frames, prior }
}

type Frame = readonly [Snapshot<AnyGame>, Snapshot<AnyGame> | undefined, Snapshot<AnyGame> | undefined]

/** Each snapshot with the two before it. */
function* framesOf(game: AnyGame, { name, bytes }: RecordingFile): Generator<Frame> {
  let baseline: Snapshot<AnyGame> | undefined
  let before: Snapshot<AnyGame> | undefined
  try {
    for (const snapshot of readRecording(game, bytes)) {
      yield [snapshot, baseline, before]
      before = baseline
      baseline = snapshot
    }
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    throw new TickwireError(error.code, `${name}: ${error.reason}`, { cause: error })
  }
}

function finish(training: Generator<void, Prior>): Prior {
  for (;;) {
    const { done, value } = training.next()
    if (done) return value
  }
}
