// `bench codec`: what state costs as bytes, and what turning it into bytes and back costs in time. Its parts are in codec/.

import { fileURLToPath } from 'node:url'
import { Option } from 'commander'
import { VARIANTS } from './arena.ts'
import type { Benchmark } from './benchmark.ts'
import { allocationPart } from './codec/allocation.ts'
import { arenaPart } from './codec/arena.ts'
import { cubesPart, folderOf } from './codec/cubes.ts'
import { explainPart } from './codec/explain.ts'
import { learningPart } from './codec/learning.ts'
import type { Made, Options, Part } from './codec/part.ts'
import { sizesPart } from './codec/sizes.ts'
import { count, oneOfEach } from './options.ts'

const PARTS: readonly Part[] = [arenaPart, sizesPart, learningPart, cubesPart, allocationPart]
const NAMES = PARTS.map(({ name }) => name)

export const codec: Benchmark = {
  name: 'codec',
  summary:
    'bytes a tick, and time per entity to encode and decode, against JSON, msgpackr and @colyseus/schema; bytes of other ' +
    'worlds, of joining, while a match learns, and of recorded cubes; what is allocated',
  options: [
    new Option('--only <parts>', `these parts: ${NAMES.join(', ')}`).default(NAMES).argParser(oneOfEach(NAMES)),
    new Option('--entities <n>', 'entities in the arena').default(100).argParser(count),
    new Option('--ticks <n>', 'ticks of a round, 60 a second').default(600).argParser(count),
    new Option('--rounds <n>', 'arena: timed rounds of each contender').default(15).argParser(count),
    new Option('--seed <n>', 'seed of the arena').default(1).argParser(count),
    new Option('--variant <name>', 'arena, explain: which one').default('arena').choices(VARIANTS),
    new Option('--explain', 'where the bits go, by column and by kind: of the arena and of the cubes'),
    new Option('--data <folder>', 'cubes: a folder of recordings (benchmarks/data/README.md)')
      .default(fileURLToPath(new URL('../data', import.meta.url)), 'benchmarks/data')
      .argParser(folderOf),
    new Option('--frames <n>', 'cubes: so many frames of each recording, at most')
      .default(Number.POSITIVE_INFINITY, 'all')
      .argParser(count),
  ],
  async run({ only, explain, ...options }: Options & { only: readonly string[]; explain?: boolean }, progress) {
    const parts = PARTS.filter(({ name }) => only.includes(name))
    if (explain) parts.push(explainPart)
    progress.total(parts.reduce((steps, part) => steps + part.steps(options), 0))
    const made: Made[] = []
    for (const part of parts) made.push(await part.run(options, progress))
    const { entities, ticks, rounds, seed, variant } = options
    return {
      parameters: { only: only.join(), entities, ticks, rounds, seed, variant },
      method: made.flatMap(({ method }) => method),
      tables: made.flatMap(({ tables }) => tables),
    }
  },
}
