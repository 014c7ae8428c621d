// What the arena's state costs as bytes, and what turning it into bytes and back costs in time, against JSON, msgpackr and
// @colyseus/schema.

import type { Progress } from '../benchmark.ts'
import { Child } from '../child.ts'
import type { Round, Sizes } from '../contender.ts'
import { ENTRANTS } from '../contenders/all.ts'
import { median, noise } from '../statistics.ts'
import type { ArenaHandlers, Work } from './arena-child.ts'
import type { Made, Options, Part } from './part.ts'

const WARM_UP_ROUNDS = 3

export const arenaPart: Part = {
  name: 'arena',
  steps: ({ rounds }) => Object.keys(ENTRANTS).length * (1 + WARM_UP_ROUNDS + rounds),
  run,
}

async function run({ entities, ticks, rounds, seed, variant }: Options, progress: Progress): Promise<Made> {
  const field = Object.entries(ENTRANTS).map(([name, { title }]) => ({
    title,
    name,
    work: { name, entities, ticks, seed, variant } satisfies Work,
    child: new Child<ArenaHandlers>(new URL('./arena-child.ts', import.meta.url)),
    sizes: { full: 0, ticks: [] } as Sizes,
    rounds: [] as Round[],
  }))
  try {
    for (const one of field) {
      progress.step(`checking ${one.title}`)
      one.sizes = await one.child.ask('verify', one.work)
    }
    for (let round = -WARM_UP_ROUNDS; round < rounds; round++)
      for (const one of field) {
        progress.step(`${round < 0 ? 'warming up' : `round ${round + 1}`}: ${one.title}`)
        const figures = await one.child.ask('round', one.work)
        if (round >= 0) one.rounds.push(figures)
      }
  } finally {
    for (const { child } of field) child.stop()
  }

  const rows = field.map(({ name, title, sizes, rounds: timed }) => ({
    name,
    title,
    bytes: sizes.ticks.reduce((sum, size) => sum + size, 0) / ticks,
    most: Math.max(...sizes.ticks),
    full: sizes.full,
    ...Object.fromEntries(KINDS.map((kind) => [kind, median(timed.map((round) => round[kind]))])),
    noise: Math.max(...KINDS.map((kind) => noise(timed.map((round) => round[kind])))),
  })) as Row[]
  return {
    method: methodOf({ entities, ticks, rounds, seed, variant }),
    tables: [
      { title: `The ${variant} of ${entities} entities: bytes, and nanoseconds per entity`, columns: FIGURES, rows },
      {
        title: 'As a share of @colyseus/schema (below 1 is smaller, or faster)',
        columns: SHARES,
        rows: sharesOf(rows),
      },
    ],
  }
}

const KINDS = ['encode', 'decode', 'read'] as const
type Figure = 'bytes' | 'most' | 'full' | (typeof KINDS)[number]
type Row = { name: string; title: string; noise: number } & Record<Figure, number>

const FIGURES = [
  { key: 'title', title: 'codec' },
  { key: 'bytes', title: 'bytes a tick', digits: 1 },
  { key: 'most', title: 'largest' },
  { key: 'full', title: 'first, full' },
  { key: 'encode', title: 'encode ns', digits: 1 },
  { key: 'decode', title: 'decode ns', digits: 1 },
  { key: 'read', title: 'read all ns', digits: 1 },
  { key: 'noise', title: 'noise ±%', digits: 1 },
]
const PEERS = [
  ['colyseus', 'float32'],
  ['colyseus-expert', 'quantized'],
] as const
const SHARES = [
  { key: 'title', title: 'codec' },
  ...(['bytes', 'encode', 'decode'] as const).flatMap((kind) =>
    PEERS.map(([peer, short]) => ({ key: `${kind}/${peer}`, title: `${kind} / ${short}`, digits: 2 }))
  ),
]

function sharesOf(rows: readonly Row[]): Record<string, string | number>[] {
  return rows.map((row) => ({
    name: row.name,
    title: row.title,
    ...Object.fromEntries(
      (['bytes', 'encode', 'decode'] as const).flatMap((kind) =>
        PEERS.map(([peer]) => [`${kind}/${peer}`, row[kind] / rows.find(({ name }) => name === peer)![kind]])
      )
    ),
  }))
}

function methodOf({ entities, ticks, rounds, seed, variant }: Omit<Options, 'data' | 'frames'>): string[] {
  return [
    `The seeded arena (variant ${variant}, seed ${seed}): ${entities} ships of six fields (x, y, vx, vy, heading, hull), ${ticks} ticks; everyone carries the same values to the same steps (float32 keeps more).`,
    'Before any timing, every frame of that match is decoded and every field of every ship compared with the simulation; Tickwire also by the hash of its state. The bytes are of those frames: whole, with headers, without a transport.',
    'Tickwire codes with the generic prior, which the schema alone gives; with a trained prior it knows the frequencies of a match of another seed (600 ticks), in the form in which a server would send them. Training is not timed. Own predictor: trained, and the game foresees that velocity turns with the heading (src/arena-predictor.ts); that runs in both ends and is timed.',
    'Encode: the simulation writes its numbers through the setters, then settle, snapshot and delta (Tickwire), encode() and discardChanges() (Colyseus), rounding, the message and its UTF-8 (JSON, msgpackr). Decode: bytes to a state that a client can read. Read all: that state, every field of every ship, once.',
    `Each contender has a process of its own, so that nobody pays for another's garbage or spoils another's compiled code; they take turns (A B C … A B C …), ${WARM_UP_ROUNDS} rounds to warm up and ${rounds} timed. A round is the mean of all its ticks, collection of garbage included; a figure is the median of the rounds. Noise: half of what lies between the quartiles, the worst of the three figures.`,
  ]
}
