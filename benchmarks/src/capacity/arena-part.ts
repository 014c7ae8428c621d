// Server CPU of the same match: one large one, and many small ones, by every contender; what the system takes for the bare
// writes of as many frames as large stands beside it.

import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { Players } from '../arena/stage.ts'
import type { Figure, Progress, Table } from '../benchmark.ts'
import { type Cost, noiseCell, ratioOf, type Turns, turnsOf } from './cost.ts'
import { inTurns, type Made, type Options, type Part } from './part.ts'
import { sample } from './sample.ts'
import { SocketServer } from './sockets.ts'

interface Scene {
  readonly key: string
  readonly title: string
  readonly matches: number
  readonly players: number
  readonly rate: number
  /** What Tickwire's CPU may be of Colyseus'. */
  readonly most: number
}
const scenesOf = ({ players, rate }: Options): readonly Scene[] => [
  { key: 'large', title: `one match of ${players} at ${rate} Hz`, matches: 1, players, rate, most: 1 },
  { key: 'small', title: '50 matches of 8 at 20 Hz', matches: 50, players: 8, rate: 20, most: 0.85 },
]
const PEERS: readonly ContenderName[] = ['colyseus', 'colyseus-expert']
/** Seconds until code is compiled and tables are learned. */
const WARM_UP = 4
/** Seconds of bare writes, for each contender's size. */
const BARE_SECONDS = 1

export const arenaPart: Part = {
  name: 'arena',
  steps: (options) => scenesOf(options).length * (options.contenders.length * options.turns + 1),
  async run(options, progress): Promise<Made> {
    const tables: Table[] = []
    const figures: Figure[] = []
    for (const scene of scenesOf(options)) {
      const { table, ratios } = await measure(scene, options, progress)
      tables.push(table)
      figures.push(...ratios)
    }
    return { method: METHOD, tables, figures }
  },
}

const METHOD = [
  'Arena: each contender’s server in a process of its own, every player light: it takes every frame and sends a command a tick, each when it is due by the clock, and decodes nothing, which no server notices. Processor time of the server’s process over a second, and how many ticks it made meanwhile; the least of all seconds of all turns, at the nominal rate. Contenders take turns (A B C, C B A, …), a fresh server each. Ticks: of those due in that second, how many were made; where some are missing the machine was too busy, each tick had more commands to take, and the row says nothing.',
  `Bare writes: the same number of frames of the same size written to plain TCP sockets by an idle process, ${BARE_SECONDS} s for each: what nobody who writes a frame to each client can save.`,
]

async function measure(scene: Scene, options: Options, progress: Progress) {
  const { matches, players, rate } = scene
  const { contenders, turns, seconds } = options
  const taken = new Map<ContenderName, Cost[][]>(contenders.map((name) => [name, []]))
  const crowd = new Players()
  try {
    for (let turn = 0; turn < turns; turn++)
      for (const contender of inTurns(contenders, turn)) {
        progress.step(`${scene.title}: ${CONTENDERS[contender].title}`)
        const run = { contender, matches, ships: players, rate, whole: 0, light: players, warmUp: WARM_UP }
        taken.get(contender)!.push(await sample(crowd, run, seconds))
      }
  } finally {
    crowd.stop()
  }
  const costs = new Map([...taken].map(([name, all]) => [name, turnsOf(all)]))
  progress.step(`${scene.title}: bare writes`)
  const bare = await bareWrites(scene, [...costs.values()])
  return { table: tableOf(scene, costs, bare), ratios: figuresOf(scene, costs) }
}

/** ms a second for each contender's frames, one after the other on the same sockets. */
async function bareWrites({ matches, players, rate }: Scene, costs: readonly Turns[]): Promise<number[]> {
  const server = new SocketServer('bare')
  const clients = matches * players
  const found: number[] = []
  try {
    await server.connect(clients)
    await server.spend({ bytes: 1, rate, seconds: BARE_SECONDS }) // compiled from then on
    for (const { least } of costs) {
      const bytes = Math.max(1, Math.round(least.written / players))
      const { cpu } = await server.spend({ bytes, rate, seconds: BARE_SECONDS })
      found.push(cpu / BARE_SECONDS)
    }
  } finally {
    server.stop()
  }
  return found
}

const COLUMNS: Table['columns'] = [
  { key: 'title', title: '' },
  { key: 'cpu', title: 'server CPU ms/s', digits: 0 },
  { key: 'user', title: 'user', digits: 0 },
  { key: 'system', title: 'system', digits: 0 },
  { key: 'bare', title: 'bare writes', digits: 0 },
  { key: 'noise', title: '+-', digits: 0 },
  { key: 'bytes', title: 'B / client / tick', digits: 0 },
  { key: 'ticks', title: 'ticks %', digits: 0 },
  { key: 'share', title: 'Tickwire / it', digits: 2 },
]

function tableOf(scene: Scene, costs: ReadonlyMap<ContenderName, Turns>, bare: readonly number[]): Table {
  const ours = costs.get('tickwire')
  const each = scene.rate * scene.matches
  return {
    title: `Server CPU: ${scene.title}, a command a player and tick`,
    columns: COLUMNS,
    rows: [...costs].map(([contender, turns], i) => ({
      contender,
      title: CONTENDERS[contender].title,
      cpu: turns.least.cpu * each,
      user: turns.least.user * each,
      system: turns.least.system * each,
      bare: bare[i],
      noise: noiseCell(turns.noise, each),
      bytes: turns.least.written / scene.players,
      ticks: (100 * turns.least.ticks) / each,
      share: ours ? ratioOf(ours, turns).value : null,
    })),
  }
}

function figuresOf(scene: Scene, costs: ReadonlyMap<ContenderName, Turns>): Figure[] {
  const ours = costs.get('tickwire')
  return PEERS.flatMap((peer) => {
    const theirs = costs.get(peer)
    if (!ours || !theirs) return []
    const name = `server CPU, ${scene.title}: Tickwire / ${CONTENDERS[peer].title}`
    return [{ name, ...ratioOf(ours, theirs), unit: 'x', most: scene.most }]
  })
}
