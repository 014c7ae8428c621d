// `bench latency`: how old the state is when a client has it, and how long a key press takes to reach another player,
// over real sockets, beside a bare `ws` that carries the same state.

import { Option } from 'commander'
import { build, type Histogram } from 'hdr-histogram-js'
import type { Benchmark, Findings, Progress, Table } from './benchmark.ts'
import { Child } from './child.ts'
import { agreement, now } from './clock.ts'
import type { BotsHandlers } from './latency/bots-child.ts'
import type { ServerHandlers } from './latency/server-child.ts'
import { TRANSPORTS, type TransportName } from './latency/transports.ts'
import { count, counts, positive } from './options.ts'

interface Options {
  readonly rates: readonly number[]
  readonly players: readonly number[]
  readonly seconds: number
  readonly slices: number
  readonly probes: number
}
/** Seconds from connected to measured, and from measured to gone. */
const WARM_UP = 1.5
const COOL_DOWN = 0.2

export const latency: Benchmark = {
  name: 'latency',
  summary: 'end of tick to decoded, and key press to another player, beside raw ws',
  options: [
    new Option('--rates <list>', 'ticks a second').default([20, 30, 60], '20,30,60').argParser(counts),
    new Option('--players <list>', 'players in the match').default([8, 100], '8,100').argParser(counts),
    new Option('--seconds <n>', 'measured seconds of each figure').default(4).argParser(positive),
    new Option('--slices <n>', 'turns that each transport takes for them').default(2).argParser(count),
    new Option('--probes <n>', 'players that are measured; the others are only there').default(8).argParser(count),
  ],
  run,
}

/** What is known of one transport at one rate and number of players. */
class Cell {
  readonly transport: TransportName
  readonly rate: number
  readonly players: number
  /** Microseconds. */
  readonly state: Histogram = histogram()
  readonly press: Histogram = histogram()
  readonly screen: Histogram = histogram()
  frames = 0
  framesDue = 0
  cpu = 0
  seconds = 0

  constructor(transport: TransportName, rate: number, players: number) {
    this.transport = transport
    this.rate = rate
    this.players = players
  }
}

function histogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
}

async function run(options: Options, progress: Progress): Promise<Findings> {
  const { rates, players, slices } = options
  const cells = rates.flatMap((rate) =>
    players.map((many) => (Object.keys(TRANSPORTS) as TransportName[]).map((name) => new Cell(name, rate, many)))
  )
  progress.total(cells.flat().length * slices)
  const server = new Child<ServerHandlers>(new URL('./latency/server-child.ts', import.meta.url))
  const [probes, others] = [0, 1].map(
    () => new Child<BotsHandlers>(new URL('./latency/bots-child.ts', import.meta.url))
  )
  const stage = { server, probes, others }
  try {
    const clocks = [() => server.ask('now'), () => probes.ask('now')]
    const apart = Math.max(...(await Promise.all(clocks.map((clock) => agreement(clock)))))
    for (const pair of cells)
      for (let slice = 0; slice < slices; slice++)
        for (const cell of slice % 2 ? [...pair].reverse() : pair) {
          progress.step(`${TRANSPORTS[cell.transport].title}, ${cell.players} players at ${cell.rate} Hz`)
          await measure(cell, slice, options, stage)
        }
    return findingsOf(options, cells, apart)
  } finally {
    for (const child of [server, probes, others]) child.stop()
  }
}

interface Stage {
  readonly server: Child<ServerHandlers>
  readonly probes: Child<BotsHandlers>
  readonly others: Child<BotsHandlers>
}

/** One turn: a fresh server, everyone connects, plays, is measured, leaves. */
async function measure(cell: Cell, slice: number, options: Options, { server, probes, others }: Stage): Promise<void> {
  const { transport, rate, players } = cell
  const measured = Math.min(options.probes, players)
  const port = await server.ask('start', { transport, rate, players })
  // The measured ones join evenly among the others, since a server writes to its players one after the other.
  for (let probe = 0, joined = 0; probe < measured; probe++) {
    const before = Math.floor(((probe + 1) * (players - measured)) / measured) - joined
    joined += before
    await others.ask('fill', { transport, port, rate, count: before })
    await probes.ask('connect', { transport, port, rate, count: 1 })
  }
  await probes.ask('play', slice)
  await pause(WARM_UP)
  await Promise.all([server.ask('mark'), probes.ask('mark')])
  const start = now()
  await pause(options.seconds / options.slices)
  const end = now()
  const { cpu } = await server.ask('ticks')
  await pause(COOL_DOWN)
  const { tick, at } = await server.ask('ticks')
  const seen = await probes.ask('sightings')
  await Promise.all([others.ask('leave'), probes.ask('leave')])
  await server.ask('stop')

  cell.cpu += cpu
  cell.seconds += (end - start) / 1000
  const ended = new Map(tick.map((number, index) => [number, at[index]]))
  for (const [number, moment] of ended) if (moment < start || moment > end) ended.delete(number)
  cell.framesDue += ended.size * measured
  seen.tick.forEach((number, index) => {
    const moment = ended.get(number)
    if (moment === undefined) return
    cell.frames += 1
    cell.state.recordValue(Math.round((seen.at[index] - moment) * 1000))
  })
  for (const each of seen.decoded) cell.press.recordValue(Math.round(each * 1000))
  for (const each of seen.drawn) cell.screen.recordValue(Math.round(each * 1000))
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

type Figure = 'state' | 'press' | 'screen'

function rowsOf(cells: readonly (readonly Cell[])[], figure: Figure): Table['rows'] {
  return cells.flatMap((pair) =>
    pair
      .filter((cell) => cell[figure].totalCount > 0)
      .map((cell) => {
        const raw = pair.find(({ transport }) => transport === 'raw')!
        const at = (of: Cell, share: number) => of[figure].getValueAtPercentile(share) / 1000
        const toRaw = (share: number) => (raw[figure].totalCount > 0 ? at(cell, share) / at(raw, share) : null)
        return {
          rate: cell.rate,
          players: cell.players,
          transport: TRANSPORTS[cell.transport].title,
          p50: at(cell, 50),
          p99: at(cell, 99),
          max: at(cell, 100),
          ratio50: toRaw(50),
          ratio99: toRaw(99),
          samples: cell[figure].totalCount,
          received: (100 * cell.frames) / cell.framesDue,
          cpu: cell.cpu / cell.seconds,
        }
      })
  )
}

const PLACE = [
  { key: 'rate', title: 'Hz' },
  { key: 'players', title: 'players' },
  { key: 'transport', title: '' },
]
const TIMES = [
  { key: 'p50', title: 'p50 ms', digits: 2 },
  { key: 'p99', title: 'p99 ms', digits: 2 },
  { key: 'max', title: 'max ms', digits: 2 },
]
const RATIOS = [
  { key: 'ratio50', title: 'p50 / raw', digits: 2 },
  { key: 'ratio99', title: 'p99 / raw', digits: 2 },
]
const SAMPLES = { key: 'samples', title: 'samples' }
const SERVER = [
  { key: 'received', title: 'frames %', digits: 1 },
  { key: 'cpu', title: 'server ms/s' },
]

function findingsOf(options: Options, cells: readonly (readonly Cell[])[], apart: number): Findings {
  const { rates, players, seconds, slices, probes } = options
  return {
    parameters: { rates, players, seconds, slices, probes, clocksAgreeWithinMs: apart },
    method: methodOf(options, apart),
    tables: [
      {
        title: 'From the end of a tick at the server to its state decoded at a client',
        columns: [...PLACE, ...TIMES, ...RATIOS, SAMPLES, ...SERVER],
        rows: rowsOf(cells, 'state'),
      },
      {
        title: 'From a key press to a state that shows it decoded at another player’s client',
        columns: [...PLACE, ...TIMES, ...RATIOS, SAMPLES],
        rows: rowsOf(cells, 'press'),
      },
      {
        title: 'From a key press to another player’s screen, drawn 60 times a second (raw ws draws nothing)',
        columns: [...PLACE, ...TIMES, SAMPLES],
        rows: rowsOf(cells, 'screen'),
      },
    ],
  }
}

function methodOf({ seconds, slices, probes }: Options, apart: number): string[] {
  return [
    `The arena with one ship a player. The server is one process; ${probes} players, which are measured, another; the others, who send and take everything but decode and draw nothing, a third. Real sockets on this machine, no added delay. All read one clock, which agreed within ${(apart * 1000).toFixed(0)} µs.`,
    'End of tick to decoded: the moment is taken when the rules are done with the tick; settling, coding, writing, the kernel, reading and decoding follow.',
    'Raw ws: the same simulation, world, delta encoder and decoder with one ws.send() a client and tick and nothing else. Both sides send one command a player and tick; raw ws sends a press at once, too.',
    'Key press: at random moments, 100 to 300 ms apart for each player; counted from when it was due until another player’s client has decoded a state that shows it, or has it in its view.',
    `Each transport takes ${slices} turns (A B, B A, …) for its ${seconds} s, each with a fresh server and fresh connections and ${WARM_UP} s to warm up. HDR histograms, three digits. Server ms/s: processor time of the server’s process, the simulation included.`,
  ]
}
