// How many players a core carries: more and more of them until ticks slip, or states get old on their way.

import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { Players, staged, usageOf, wait } from '../arena/stage.ts'
import type { Figure, Progress, Table } from '../benchmark.ts'
import { madeAt, spreadOf } from '../slow/figures.ts'
import { MAY_AGE, MAY_SLIP, nextStep, type Step } from './limits.ts'
import type { Made, Part } from './part.ts'

interface Scene {
  readonly title: string
  /** Of a match; undefined: all in one. */
  readonly each: number | undefined
  readonly rate: number
  readonly first: number
  readonly most: number
}
const SCENES: readonly Scene[] = [
  { title: 'one match', each: undefined, rate: 30, first: 120, most: 1000 },
  { title: 'matches of 8', each: 8, rate: 20, first: 240, most: 2000 },
]
const SECONDS = 2.5
const WARM_UP = 1
/** Whole players whose states are timed. */
const WATCHING = 2
const UNIT = 8

export const playersPart: Part = {
  name: 'players',
  steps: () => SCENES.length,
  async run({ contenders }, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const figures: Figure[] = []
    for (const scene of SCENES)
      for (const contender of contenders.filter((name) => name === 'tickwire')) {
        progress.step(`players a core: ${scene.title}`)
        const row = await raise(scene, contender, progress)
        rows.push(row)
        if (row.perCore !== null)
          figures.push({ name: `players a core, ${scene.title}: ${row.title}`, value: row.perCore, unit: '' })
      }
    return { method: METHOD, tables: [{ title: 'Players, until it does not hold', columns: COLUMNS, rows }], figures }
  },
}

const METHOD = [
  `Players: as many as go, ${SECONDS} s for each number, found by halves once one fails. A number holds where no more than ${100 * MAY_SLIP} % of the ticks are missing and the 99th percentile of state age at ${WATCHING} whole clients, from the moment that a tick’s state is made, is at most ${MAY_AGE} ticks. Players a core: that number by the share of a core that the server’s process had then. The players’ own processes share the machine: where that share is well below one, it was they who were late.`,
]
const COLUMNS: Table['columns'] = [
  { key: 'what', title: '' },
  { key: 'title', title: '' },
  { key: 'rate', title: 'Hz' },
  { key: 'players', title: 'players that hold' },
  { key: 'age', title: 'age p99 ms', digits: 1 },
  { key: 'ticks', title: 'ticks made %', digits: 1 },
  { key: 'cpu', title: 'server ms/s' },
  { key: 'perCore', title: 'players a core' },
  { key: 'failed', title: 'first that did not' },
  { key: 'why', title: 'since' },
]

interface Seen extends Step {
  readonly age: number
  /** Of those due. */
  readonly ticks: number
  readonly cpu: number
}

async function raise(scene: Scene, contender: ContenderName, progress: Progress) {
  const steps: Seen[] = []
  const { title, each, rate, first, most } = scene
  for (let players = nextStep(steps, first, most, UNIT); players; players = nextStep(steps, first, most, UNIT))
    steps.push(await look(scene, contender, players))
  void progress
  const best = steps.filter(({ holds }) => holds).reduce<Seen | undefined>(largest, undefined)
  const worst = steps.filter(({ holds }) => !holds).reduce<Seen | undefined>(smallest, undefined)
  return {
    what: title,
    contender,
    title: CONTENDERS[contender].title,
    each: each ?? null,
    rate,
    players: best?.players ?? 0,
    age: best?.age ?? null,
    ticks: best ? 100 * best.ticks : null,
    cpu: best?.cpu ?? null,
    perCore: best ? Math.round((1000 * best.players) / best.cpu) : null,
    failed: worst?.players ?? null,
    why: worst ? (worst.ticks < 1 - MAY_SLIP ? 'ticks slip' : 'states are old') : null,
  }
}
const largest = (a: Seen | undefined, b: Seen) => (a && a.players > b.players ? a : b)
const smallest = (a: Seen | undefined, b: Seen) => (a && a.players < b.players ? a : b)

async function look({ each, rate }: Scene, contender: ContenderName, players: number): Promise<Seen> {
  const ships = each ?? players
  const matches = players / ships
  const crowd = new Players()
  const run = { contender, matches, ships, rate, whole: WATCHING, light: ships - WATCHING, watched: 1, warmUp: WARM_UP }
  try {
    return await staged(crowd, run, async ({ server }) => {
      await Promise.all([server.ask('mark'), crowd.whole.ask('mark')])
      const from = await server.ask('counts')
      await wait(SECONDS)
      const to = await server.ask('counts')
      const held = await crowd.whole.ask('held')
      const { match, tick, at } = await server.ask('made')
      const ofFirst = tick.flatMap((number, i) => (match[i] === 0 ? [{ number, at: at[i] }] : []))
      const made = madeAt({ tick: ofFirst.map(({ number }) => number), at: ofFirst.map(({ at }) => at) })
      const ages = held.tick.map((number, i) => held.at[i] - (made.get(number) ?? Number.NaN))
      const { p99 } = spreadOf(ages)
      const usage = usageOf(from, to)
      const ticks = usage.ticks / (rate * matches)
      const holds = ticks >= 1 - MAY_SLIP && p99 <= (MAY_AGE * 1000) / rate
      return { players, holds, age: p99, ticks, cpu: usage.cpu }
    })
  } finally {
    crowd.stop()
  }
}
