// `bench latency`: how old the state is when a client has it, and how long a key press takes to reach another player,
// over real sockets, beside a bare `ws` that carries the same state.

import { Option } from 'commander'
import { build, type Histogram } from 'hdr-histogram-js'
import type { Benchmark, Findings, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import { agreement, now } from './clock.ts'
import type { BotsHandlers } from './latency/bots-child.ts'
import type { ServerHandlers } from './latency/server-child.ts'
import type { TransportName } from './latency/transports.ts'
import { count, counts, positive } from './options.ts'

interface Options {
  readonly rates: readonly number[]
  readonly players: readonly number[]
  readonly seconds: number
  readonly slices: number
  readonly processes: number
}
const TRANSPORTS: Readonly<Record<TransportName, string>> = { tickwire: 'Tickwire', raw: 'raw ws' }
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
    new Option('--processes <n>', 'processes that the players are spread over').default(1).argParser(count),
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
  const { rates, players, seconds, slices, processes } = options
  const cells = rates.flatMap((rate) =>
    players.map((many) => (Object.keys(TRANSPORTS) as TransportName[]).map((name) => new Cell(name, rate, many)))
  )
  progress.total(cells.flat().length * slices)
  const server = new Child<ServerHandlers>(new URL('./latency/server-child.ts', import.meta.url))
  const bots = Array.from({ length: processes }, () => {
    return new Child<BotsHandlers>(new URL('./latency/bots-child.ts', import.meta.url))
  })
  try {
    const clocks = [() => server.ask('now'), ...bots.map((child) => () => child.ask('now'))]
    const apart = Math.max(...(await Promise.all(clocks.map((clock) => agreement(clock)))))
    for (const pair of cells)
      for (let slice = 0; slice < slices; slice++)
        for (const cell of slice % 2 ? [...pair].reverse() : pair) {
          progress.step(`${TRANSPORTS[cell.transport]}, ${cell.players} players at ${cell.rate} Hz`)
          await measure(cell, slice, seconds / slices, server, bots)
        }
    return findingsOf(options, cells, apart)
  } finally {
    for (const child of [server, ...bots]) child.stop()
  }
}

/** One turn: a fresh server, everyone connects, plays, is measured, leaves. */
async function measure(
  cell: Cell,
  slice: number,
  seconds: number,
  server: Child<ServerHandlers>,
  bots: readonly Child<BotsHandlers>[]
): Promise<void> {
  const { transport, rate, players } = cell
  const port = await server.ask('start', { transport, rate, players })
  const share = (index: number) =>
    Math.floor(((index + 1) * players) / bots.length) - Math.floor((index * players) / bots.length)
  await Promise.all(
    bots.map((child, index) =>
      child.ask('connect', { transport, port, rate, count: share(index), seed: slice * 100 + index })
    )
  )
  await pause(WARM_UP)
  await Promise.all([server.ask('mark'), ...bots.map((child) => child.ask('mark'))])
  const start = now()
  await pause(seconds)
  const end = now()
  const { cpu } = await server.ask('ticks')
  await pause(COOL_DOWN)
  const { tick, at } = await server.ask('ticks')
  const sightings = await Promise.all(bots.map((child) => child.ask('sightings')))
  await Promise.all(bots.map((child) => child.ask('leave')))
  await server.ask('stop')

  cell.cpu += cpu
  cell.seconds += (end - start) / 1000
  const ended = new Map(tick.map((number, index) => [number, at[index]]))
  for (const [number, moment] of ended) if (moment < start || moment > end) ended.delete(number)
  cell.framesDue += ended.size * players
  for (const seen of sightings) {
    seen.tick.forEach((number, index) => {
      const moment = ended.get(number)
      if (moment === undefined) return
      cell.frames += 1
      cell.state.recordValue(Math.round((seen.at[index] - moment) * 1000))
    })
    for (const each of seen.presses) cell.press.recordValue(Math.round(each * 1000))
  }
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

const SHARES = [50, 99, 100] as const

function findingsOf({ rates, players, seconds, slices, processes }: Options, cells: Cell[][], apart: number): Findings {
  const rows = (what: 'state' | 'press') =>
    cells.flatMap((pair) =>
      pair.map((cell) => {
        const of = (other: Cell, share: number) => other[what].getValueAtPercentile(share) / 1000
        const raw = pair.find(({ transport }) => transport === 'raw')!
        return {
          rate: cell.rate,
          players: cell.players,
          transport: TRANSPORTS[cell.transport],
          ...Object.fromEntries(SHARES.map((share) => [`p${share}`, of(cell, share)])),
          ratio50: of(cell, 50) / of(raw, 50),
          ratio99: of(cell, 99) / of(raw, 99),
          samples: cell[what].totalCount,
          received: (100 * cell.frames) / cell.framesDue,
          cpu: cell.cpu / cell.seconds,
        }
      })
    )
  const columns = (more: readonly { key: string; title: string; digits?: number }[]) => [
    { key: 'rate', title: 'Hz' },
    { key: 'players', title: 'players' },
    { key: 'transport', title: '' },
    { key: 'p50', title: 'p50 ms', digits: 2 },
    { key: 'p99', title: 'p99 ms', digits: 2 },
    { key: 'p100', title: 'max ms', digits: 2 },
    { key: 'ratio50', title: 'p50 / raw', digits: 2 },
    { key: 'ratio99', title: 'p99 / raw', digits: 2 },
    { key: 'samples', title: 'samples' },
    ...more,
  ]
  return {
    parameters: { rates, players, seconds, slices, processes, clocksAgreeWithinMs: apart },
    method: methodOf({ rates, players, seconds, slices, processes }, apart),
    tables: [
      {
        title: 'From the end of a tick at the server to its state decoded at a client',
        columns: columns([
          { key: 'received', title: 'frames %', digits: 1 },
          { key: 'cpu', title: 'server ms/s', digits: 0 },
        ]),
        rows: rows('state'),
      },
      { title: 'From a key press to another player’s client holding it', columns: columns([]), rows: rows('press') },
    ],
  }
}

function methodOf({ seconds, slices, processes }: Options, apart: number): string[] {
  return [
    `The arena with one ship a player. The server is one process, the players ${processes === 1 ? 'another' : `${processes} others`}; real sockets on this machine, no added delay. All read one clock, which agreed within ${(apart * 1000).toFixed(0)} µs.`,
    'End of tick to decoded: the moment is taken when the rules are done with the tick; settling, coding, writing, the kernel, reading and decoding follow. Every frame of every player counts.',
    'Raw ws: the same simulation, world, delta encoder and decoder with one ws.send() a client and tick and nothing else. Both sides send one command a player and tick; raw ws sends a press at once, too.',
    'Key press: at random moments, 100 to 300 ms apart for each player; counted from when it was due until another player’s client has decoded a state that shows it.',
    `Each transport takes ${slices} turns (A B, B A, …) for its ${seconds} s, each with a fresh server and fresh connections and ${WARM_UP} s to warm up. HDR histograms, three digits. Server ms/s: processor time of the server’s process, the simulation included.`,
  ]
}
