// Where the bits of a frame go, by column and by kind: what a game's author would look at to see what to declare better.

import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { AnyGame } from '@tickwire/engine'
import { explain, Prior, type Snapshot } from '@tickwire/engine/wire'
import { arena, steered } from '../arena.ts'
import type { Progress, Table } from '../benchmark.ts'
import { cubes, play, readRecording } from '../cubes.ts'
import { record } from '../scenes.ts'
import { filesOf, SUFFIX } from './cubes.ts'
import { train } from './frames.ts'
import type { Made, Options, Part } from './part.ts'

const OTHER_SEED = 1000

export const explainPart: Part = { name: 'explain', steps: ({ data }) => 2 + filesOf(data).length, run }

async function run({ entities, ticks, seed, variant, data, frames }: Options, progress: Progress): Promise<Made> {
  const tables: Table[] = []
  for (const [game, title] of [
    [arena, `the ${variant} of ${entities}`],
    [steered, `the ${variant} of ${entities}, with the game's own predictor`],
  ] as const) {
    progress.step(`explaining ${title}`)
    await setImmediate()
    const other = record(variant, entities, seed + OTHER_SEED, ticks, game)
    tables.push(tableOf(title, game, record(variant, entities, seed, ticks, game), other))
  }
  const files = filesOf(data)
  const played = files.map((file) => {
    const recording = readRecording(file)
    return play(recording, Math.min(frames, recording.frames)).snapshots
  })
  for (const [i, file] of files.entries()) {
    const title = path.basename(file, SUFFIX)
    progress.step(`explaining ${title}`)
    await setImmediate()
    tables.push(tableOf(`${title}, against the frame before`, cubes, played[i], played[(i + 1) % played.length]))
  }
  return {
    tables,
    method: [
      'Where the bits go: what the tables of a trained prior (of another seed, or of the next recording) say that each symbol costs, and the bits beside them; deltas against the frame before. Rows: of those whose column, or whose change, was coded. "frame": headers, hashes, and what the coder states and whole bytes take. The sum is the mean frame.',
    ],
  }
}

const COLUMNS = [
  { key: 'column', title: 'column' },
  { key: 'kind', title: 'kind' },
  { key: 'bytes', title: 'bytes a frame', digits: 1 },
  { key: 'share', title: '%', digits: 1 },
  { key: 'rows', title: 'rows a frame', digits: 1 },
  { key: 'bits', title: 'bits a row', digits: 2 },
]

function tableOf<G extends AnyGame>(
  title: string,
  game: G,
  snapshots: readonly Snapshot<G>[],
  other: readonly Snapshot<G>[]
): Table {
  const prior = Prior.unpack(game, train(game, other, 1))
  const costs = explain(game, snapshots, { prior })
  const all = costs.reduce((sum, { bits }) => sum + bits, 0)
  return {
    title: `Where the bits go: ${title} (${(all / 8).toFixed(1)} bytes a frame)`,
    columns: COLUMNS,
    rows: costs.map(({ table, column, kind, bits, rows }) => ({
      column: [table, column.trim()].filter(Boolean).join('.') || null,
      kind,
      bytes: bits / 8,
      share: (100 * bits) / all,
      rows: rows || null,
      bits: rows ? bits / rows : null,
    })),
  }
}
