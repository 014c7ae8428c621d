// How soon a match that knows nothing of its game at first is as small as one that came with a prior.

import { setImmediate } from 'node:timers/promises'
import { Prior, packPrior, trainPrior } from '@tickwire/engine/wire'
import { arena } from '../arena.ts'
import type { Progress } from '../benchmark.ts'
import { record } from '../scenes.ts'
import { mean, sizesOf } from './frames.ts'
import type { Made, Options, Part } from './part.ts'

/** The ticks at which the match makes tables of all that it saw, and the one from which it is said to have learned. */
const LEARNED_AT = [60, 240]
const KNOWN_AT = 300
const END = 900
const OTHER_SEED = 1000

export const learningPart: Part = { name: 'learning', steps: () => 1, run }

async function run({ entities, seed }: Options, progress: Progress): Promise<Made> {
  progress.step('learning')
  await setImmediate()
  const snapshots = record('arena', entities, seed, END)
  const trained = Prior.unpack(arena, packPrior(trainPrior(arena, record('arena', entities, seed + OTHER_SEED, 600))))
  let prior: Prior | undefined
  let tables = 0
  const rows = [0, ...LEARNED_AT].map((from, epoch) => {
    if (epoch > 0) {
      const packed = packPrior(trainPrior(arena, snapshots.slice(0, from), epoch))
      prior = Prior.unpack(arena, packed)
      tables = packed.length
    }
    const to = LEARNED_AT[epoch] ?? KNOWN_AT
    return { ...windowOf(snapshots, Math.max(from, 2), to, prior, trained), tables }
  })
  rows.push({ ...windowOf(snapshots, KNOWN_AT, END + 1, prior, trained), tables })
  return {
    tables: [{ title: `A match of ${entities} that starts with no prior: bytes a tick`, columns: COLUMNS, rows }],
    method: [
      `Learning: the arena, seed ${seed}; tables of all frames so far are made at ticks ${LEARNED_AT.join(' and ')} and used from that tick on. Beside it the same frames with the prior of a match of seed ${seed + OTHER_SEED} from the first tick on. Frames are decoded and compared as above; the tables' own bytes stand in their column and in no other.`,
    ],
  }
}

const COLUMNS = [
  { key: 'ticks', title: 'ticks' },
  { key: 'learning', title: 'learning', digits: 1 },
  { key: 'trained', title: 'trained', digits: 1 },
  { key: 'share', title: 'learning / trained', digits: 3 },
  { key: 'tables', title: "tables' bytes" },
]

function windowOf(
  snapshots: ReturnType<typeof record>,
  from: number,
  to: number,
  prior: Prior | undefined,
  trained: Prior
): { ticks: string; learning: number; trained: number; share: number } {
  const learning = mean(sizesOf(arena, snapshots, { from, to, prior }))
  const known = mean(sizesOf(arena, snapshots, { from, to, prior: trained }))
  return { ticks: `${from} to ${to - 1}`, learning, trained: known, share: learning / known }
}
