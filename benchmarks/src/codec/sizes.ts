// What worlds of several kinds cost as bytes, without tables and with a trained prior, and what a joiner gets.

import { setImmediate } from 'node:timers/promises'
import { Prior, packPrior, trainPrior } from '@tickwire/engine/wire'
import { arena, steered } from '../arena.ts'
import type { Progress } from '../benchmark.ts'
import { record, SCENES, type Scene } from '../scenes.ts'
import { mean, sizeOfKeyframe, sizesOf } from './frames.ts'
import type { Made, Options, Part } from './part.ts'

/** Ships of the match that is joined, and the tick at which it is. */
const JOINED_ENTITIES = 200
const JOINED_AT = 300
/** The prior is of a match of a seed so much further on. */
const OTHER_SEED = 1000

export const sizesPart: Part = { name: 'sizes', steps: () => SCENES.length + 1, run }

async function run({ entities, ticks, seed }: Options, progress: Progress): Promise<Made> {
  const rows: Record<string, string | number>[] = []
  for (const scene of SCENES) {
    progress.step(`sizes of ${scene}`)
    await setImmediate()
    rows.push(rowOf(scene, entities, seed, ticks))
  }
  progress.step(`joining ${JOINED_ENTITIES}`)
  await setImmediate()
  return {
    tables: [
      { title: `Bytes a tick of ${entities} entities, by what they do`, columns: SCENE_COLUMNS, rows },
      {
        title: `Joining an arena of ${JOINED_ENTITIES}, bytes`,
        columns: JOIN_COLUMNS,
        rows: [joining(seed)],
      },
    ],
    method: [
      `Sizes: ${entities} ships, ${ticks} ticks, seed ${seed}; each frame is a delta against the tick before, whole, with header and (every 32nd tick) the state's hash, decoded and compared with its snapshot in every column. Idle: nothing changes. Straight: the game moves its settled rows by their settled velocity; none comes or goes. Untrained: epoch 0, no tables but the schema. Trained: tables of the same scene with seed ${seed + OTHER_SEED}, their size as a player would be sent them. Own predictor: the game foresees that velocity turns with the heading (src/arena-predictor.ts); it is written for ships that steer, and where none does it has nothing to give.`,
      `Joining: a keyframe of tick ${JOINED_AT} (hash included) and the tables of a match of another seed.`,
    ],
  }
}

const SCENE_COLUMNS = [
  { key: 'scene', title: 'scene' },
  { key: 'untrained', title: 'untrained', digits: 1 },
  { key: 'untrainedMost', title: 'largest' },
  { key: 'trained', title: 'trained prior', digits: 1 },
  { key: 'trainedMost', title: 'largest' },
  { key: 'prior', title: "prior's bytes" },
  { key: 'small', title: 'trained to be small', digits: 1 },
  { key: 'steered', title: 'trained, own predictor', digits: 1 },
  { key: 'steeredMost', title: 'largest' },
  { key: 'steeredPrior', title: "prior's bytes" },
]
const JOIN_COLUMNS = [
  { key: 'untrained', title: 'keyframe, untrained' },
  { key: 'keyframe', title: 'keyframe, trained' },
  { key: 'prior', title: 'prior' },
  { key: 'together', title: 'together' },
]

function rowOf(scene: Scene, entities: number, seed: number, ticks: number): Record<string, string | number> {
  const untrained = sizesOf(arena, record(scene, entities, seed, ticks))
  const ways = [
    { game: arena, aim: 'fast' },
    { game: arena, aim: 'small' },
    { game: steered, aim: 'fast' },
  ] as const
  const [trained, small, own] = ways.map(({ game, aim }) => {
    const packed = packPrior(trainPrior(game, record(scene, entities, seed + OTHER_SEED, ticks, game), 1, { aim }))
    const sizes = sizesOf(game, record(scene, entities, seed, ticks, game), { prior: Prior.unpack(game, packed) })
    return { bytes: mean(sizes), most: Math.max(...sizes), prior: packed.length }
  })
  return {
    scene,
    untrained: mean(untrained),
    untrainedMost: Math.max(...untrained),
    trained: trained.bytes,
    trainedMost: trained.most,
    prior: trained.prior,
    small: small.bytes,
    steered: own.bytes,
    steeredMost: own.most,
    steeredPrior: own.prior,
  }
}

function joining(seed: number): Record<string, number> {
  const snapshot = record('arena', JOINED_ENTITIES, seed, JOINED_AT)[JOINED_AT]
  const packed = packPrior(trainPrior(arena, record('arena', JOINED_ENTITIES, seed + OTHER_SEED, JOINED_AT)))
  const keyframe = sizeOfKeyframe(arena, snapshot, Prior.unpack(arena, packed))
  const untrained = sizeOfKeyframe(arena, snapshot)
  return { untrained, keyframe, prior: packed.length, together: keyframe + packed.length }
}
