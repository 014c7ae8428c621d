// The cubes: recordings of a rigid-body simulation, each coded with tables that were trained on another one.

import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Prior, packPrior } from '@tickwire/engine/wire'
import { InvalidArgumentError } from 'commander'
import type { Progress, Table } from '../benchmark.ts'
import { cubes, type Match, play, type Recording, readRecording } from '../cubes.ts'
import { mean, sizesOf, train } from './frames.ts'
import { gafferNetSizes } from './gaffer-net.ts'
import type { Made, Options, Part } from './part.ts'

export const SUFFIX = '.i16.br'
const LAGS = [1, 6]

export const cubesPart: Part = {
  name: 'cubes',
  steps: ({ data }) => filesOf(data).length * (1 + LAGS.length * 5),
  run,
}

async function run({ data, frames }: Options, progress: Progress): Promise<Made> {
  const played: { name: string; recording: Recording; match: Match; told: (typeof TOLD)[string] | undefined }[] = []
  const step = (what: string) => {
    progress.step(what)
    return setImmediate()
  }
  for (const file of filesOf(data)) {
    const name = path.basename(file, SUFFIX)
    await step(`playing ${name}`)
    const recording = readRecording(file)
    const match = play(recording, Math.min(frames, recording.frames))
    played.push({ name, recording, match, told: frames < recording.frames ? undefined : TOLD[digestOf(file)] })
  }
  const tables: Table[] = []
  for (const lag of LAGS) {
    const rows: Record<string, string | number | null>[] = []
    for (const [i, { name, recording, match, told }] of played.entries()) {
      const other = played[(i + 1) % played.length]
      await step(`lag ${lag}: training on ${other.name}`)
      const packed = train(cubes, other.match.snapshots, lag)
      await step(`lag ${lag}: ${name}, trained`)
      const prior = Prior.unpack(cubes, packed)
      const trained = mean(sizesOf(cubes, match.snapshots, { lag, prior }))
      await step(`lag ${lag}: ${name}, trained for small frames`)
      const small = Prior.unpack(cubes, train(cubes, other.match.snapshots, lag, 'small'))
      const smallest = mean(sizesOf(cubes, match.snapshots, { lag, prior: small }))
      await step(`lag ${lag}: ${name}, untrained`)
      const untrained = mean(sizesOf(cubes, match.snapshots, { lag }))
      await step(`lag ${lag}: ${name}, by gaffer_net's method`)
      const gaffer = mean(gafferNetSizes(recording, lag, match.snapshots.length))
      rows.push({
        name,
        frames: match.snapshots.length - 2 * lag,
        untrained,
        trained,
        prior: packed.length,
        smallest,
        smallPrior: packPrior(small).length,
        from: other.name,
        gaffer,
        ratio: trained / gaffer,
        maxwell: told?.maxwell ?? null,
        gafferTold: told?.gafferTold ?? null,
      })
    }
    const shown = lag === 1 && played.some(({ told }) => told)
    tables.push({ title: TITLES[lag], columns: COLUMNS.filter(({ key }) => shown || !(key in TOLD_KEYS)), rows })
  }
  const records = played.reduce((sum, { match }) => sum + match.records, 0)
  const normalised = played.reduce((sum, { match }) => sum + match.normalised, 0)
  const method = methodOf(records, normalised)
  if (played.some(({ told }) => told)) method.push(TOLD_METHOD)
  return { tables, method }
}

/** The recordings of a folder, by name. */
export function filesOf(folder: string): string[] {
  const files = readdirSync(folder).filter((name) => name.endsWith(SUFFIX))
  return files.sort().map((name) => path.join(folder, name))
}

function digestOf(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 16)
}

/** An option's value: a folder of recordings, as seen from where the user stands. @throws InvalidArgumentError */
export function folderOf(text: string): string {
  const folder = path.resolve(process.env.INIT_CWD ?? '', text)
  if (!existsSync(folder)) throw new InvalidArgumentError('no such folder')
  const { length } = filesOf(folder)
  if (length < 2) throw new InvalidArgumentError(`${length} recordings (*${SUFFIX}): expected two, one to train on`)
  return folder
}

const TITLES: Readonly<Record<number, string>> = {
  1: 'Cubes: bytes a frame against the frame before',
  6: 'Cubes, strict lag 6: bytes a frame when all that it is coded with is six frames old or older',
}

/** Bytes a frame that others were measured at, by the first 16 digits of the SHA-256 of the recording's file. */
const TOLD: Readonly<Record<string, { maxwell: number; gafferTold: number }>> = {
  d3d5755a75dc552b: { maxwell: 300, gafferTold: 212 },
  '1b5a02a8204c64fb': { maxwell: 205, gafferTold: 127 },
}
const TOLD_KEYS = { maxwell: "Maxwell's entry *", gafferTold: 'gaffer_net *' }
const COLUMNS = [
  { key: 'name', title: 'recording' },
  { key: 'frames', title: 'frames' },
  { key: 'untrained', title: 'untrained', digits: 1 },
  { key: 'trained', title: 'trained prior', digits: 1 },
  { key: 'prior', title: "prior's bytes" },
  { key: 'smallest', title: 'trained to be small', digits: 1 },
  { key: 'smallPrior', title: "that prior's" },
  { key: 'from', title: 'trained on' },
  { key: 'gaffer', title: "gaffer_net's method", digits: 1 },
  { key: 'ratio', title: 'trained / that', digits: 2 },
  ...Object.entries(TOLD_KEYS).map(([key, title]) => ({ key, title })),
]

function methodOf(records: number, normalised: number): string[] {
  return [
    'Cubes: each record is written into a row (turn: quat(9).linear(); x, y, z: ranged(-64, 64, 1/512).linear(); interacting: bool), as a game would, and each frame coded whole, with header and (every 32nd frame) the hash of the state, decoded, and compared with its snapshot in every column. The positions of all rows are compared with what was recorded.',
    normalised === 0
      ? `All ${records} records that changed something came out of their rows as they went in, rotations to the bit.`
      : `${normalised} of the ${records} records that changed something hold a rotation that a row rounds to another one of its steps. They were rounded once, before anything was coded, and frames are compared with the rounded ones.`,
    'The prior is trained on the next recording of the folder, never on the one that is coded; "to be small" (tickwire-train --small) tells contexts apart that save little for their time; where few rows change, as here, hardly any are left to it. Untrained: epoch 0, no tables but the schema.',
    'Lag 1: the baseline is the frame before, and the one before that is known, too. Lag 6: these are the frames 6 and 12 before. The first frames, which have no such two, are not counted.',
    "gaffer_net's method: what the models of Fabian Giesen's codec, written by hand for such records, say that each bit costs, and the four bytes that end its frame (codec/gaffer-net.ts). It may learn from frame to frame, so that none can be lost; ours stand for themselves.",
  ]
}
const TOLD_METHOD =
  "* Not run here: what others say they measured on these two recordings, against the frame before: Maxwell's entry to Glenn Fiedler's challenge, and Fabian Giesen's gaffer_net with its baseline moved there. For the fast one its method takes 6 % more here; for the slow one half as much again as they say, which we can't explain: only what was counted in this run is on the same data for sure."
