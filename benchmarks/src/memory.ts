// `bench memory`: what a connected client, and what a match, takes of a server's memory, beside raw ws and Colyseus.

import { Option } from 'commander'
import type { BotsHandlers } from './arena/bots-child.ts'
import { CONTENDERS, type ContenderName } from './arena/contenders.ts'
import { rounds } from './arena/rounds.ts'
import { wait } from './arena/stage.ts'
import type { Benchmark, Figure, Findings, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import type { Memory, MemoryHandlers } from './memory/server-child.ts'
import { count, positive } from './options.ts'
import { arePeersInstalled } from './slow/peers.ts'
import { median, spread } from './statistics.ts'

interface Options {
  readonly matches: number
  readonly more: number
  readonly rate: number
  readonly seconds: number
  readonly repeats: number
  readonly peers?: boolean
}
const SHIPS = 8
/** Matches that have clients in both servers: code is compiled and tables are learned for these already. */
const FIRST = 10
/** KB, issue 7. */
const MOST_CLIENT = 40
const MOST_MATCH = 60
const KB = 1000

export const memory: Benchmark = {
  name: 'memory',
  summary: "what a connected client and a match take of a server's memory, beside raw ws and Colyseus",
  options: [
    new Option('--matches <n>', `matches of ${SHIPS} that are filled with clients`).default(25).argParser(count),
    new Option('--more <n>', 'so many matches without clients, and twice as many, are compared')
      .default(200)
      .argParser(count),
    new Option('--rate <n>', 'ticks a second').default(20).argParser(count),
    new Option('--seconds <n>', 'until memory is looked at').default(8).argParser(positive),
    new Option('--repeats <n>', 'fresh servers of each').default(3).argParser(count),
    new Option('--peers', 'install what benchmarks/peers lists, if it is not there, so that Colyseus takes part'),
  ],
  inAll: { seconds: 5, repeats: 2 },
  run,
}

type Each = Omit<Memory, 'whole'>

/** Bytes, by repeat. */
class Cell {
  readonly contender: ContenderName
  readonly client: Each[] = []
  readonly match: Each[] = []
  readonly whole: number[] = []

  constructor(contender: ContenderName) {
    this.contender = contender
  }
}

async function run(options: Options, progress: Progress): Promise<Findings> {
  const players = new Child<BotsHandlers>(new URL('./arena/bots-child.ts', import.meta.url))
  const cellOf = (contender: ContenderName) => new Cell(contender)
  try {
    const cells = await rounds(options, progress, cellOf, (cell) => measure(cell, options, players))
    return findingsOf(options, cells)
  } finally {
    players.stop()
  }
}

/** Four fresh servers: with few clients and with many, with some matches and with twice as many. */
async function measure(cell: Cell, options: Options, players: Child<BotsHandlers>): Promise<void> {
  const { contender } = cell
  const { matches, more, rate, seconds } = options
  const withClients = (filled: number): Promise<Memory> =>
    within({ contender, matches: FIRST + matches, rate }, async (server, { port, matches: opened }) => {
      for (const [index, match] of opened.slice(0, filled).entries())
        await players.ask('fill', { contender, port, match, index, rate, count: SHIPS })
      await players.ask('talk')
      await wait(seconds)
      const memory = await server.ask('memory')
      await players.ask('leave')
      return memory
    })
  const withMatches = (count: number): Promise<Memory> =>
    within({ contender, matches: count, rate }, async (server) => {
      await wait(seconds)
      return server.ask('memory')
    })
  const few = await withClients(FIRST)
  const many = await withClients(FIRST + matches)
  cell.client.push(apart(few, many, matches * SHIPS))
  cell.whole.push(many.whole)
  cell.match.push(apart(await withMatches(more), await withMatches(2 * more), more))
}

type Started = Awaited<ReturnType<MemoryHandlers['start']>>

async function within<T>(
  options: { readonly contender: ContenderName; readonly matches: number; readonly rate: number },
  act: (server: Child<MemoryHandlers>, started: Started) => Promise<T>
): Promise<T> {
  const server = new Child<MemoryHandlers>(new URL('./memory/server-child.ts', import.meta.url), { built: true })
  try {
    return await act(server, await server.ask('start', { ...options, ships: SHIPS }))
  } finally {
    server.stop()
  }
}

function apart(before: Memory, after: Memory, among: number): Each {
  return { rss: (after.rss - before.rss) / among, used: (after.used - before.used) / among }
}

function findingsOf(options: Options, cells: readonly Cell[]): Findings {
  const { matches, more, rate, seconds, repeats } = options
  const raw = cells.find(({ contender }) => contender === 'raw')!
  const rss = (of: readonly Each[]) => of.map((one) => one.rss / KB)
  const used = (of: readonly Each[]) => of.map((one) => one.used / KB)
  const beyond = (cell: Cell) => median(rss(cell.client)) - median(rss(raw.client))
  const figures: Figure[] = cells
    .filter((cell) => cell !== raw)
    .flatMap((cell) => {
      const bounds = cell.contender === 'tickwire'
      const { title } = CONTENDERS[cell.contender]
      const noise = spread(rss(cell.client)) + spread(rss(raw.client))
      return [
        {
          name: `${title}: a client beyond raw ws, RSS without young garbage`,
          value: beyond(cell),
          unit: 'KB',
          noise,
          ...(bounds && { most: MOST_CLIENT }),
        },
        {
          name: `${title}: a match of ${SHIPS}, RSS without young garbage`,
          value: median(rss(cell.match)),
          unit: 'KB',
          noise: spread(rss(cell.match)),
          ...(bounds && { most: MOST_MATCH }),
        },
      ]
    })
  return {
    parameters: { matches, ships: SHIPS, more, rate, seconds, repeats },
    method: [
      `A server's process with ${FIRST + matches} matches of ${SHIPS} ships each, all moving at ${rate} Hz. A client: what a fresh server with ${(FIRST + matches) * SHIPS} of them has more than one with ${FIRST * SHIPS}, divided by ${matches * SHIPS}: what the first cause, such as compiled code, is the process's. They take every frame and send a command a tick from another process. What a match has only for players is in it.`,
      `A match: what a fresh server with ${2 * more} of them, running without clients, has more than one with ${more}, divided by ${more}. Its history is full by then: ${seconds} s.`,
      `V8's young generation is left out of both, for everybody: it grows and shrinks by 16 MB and more at once, at another number of clients for each, and is bounded whatever their number is. It is in “the process”.`,
      `Memory is looked at after ${seconds} s and a full collection, the least of four looks: garbage that nobody had cause to collect is not counted. Medians of ${repeats} fresh servers of each, in turns; noise half the distance between the least and the largest. KB are 1,000 bytes.`,
      ...(arePeersInstalled() ? [] : ['Colyseus is not installed: --peers.']),
    ],
    tables: [
      {
        title: "A server's memory, KB",
        columns: [
          { key: 'who', title: '' },
          { key: 'client', title: 'a client, RSS', digits: 1 },
          { key: 'beyond', title: 'beyond raw ws', digits: 1 },
          { key: 'clientUsed', title: 'heap and buffers', digits: 1 },
          { key: 'match', title: `a match of ${SHIPS}, RSS`, digits: 1 },
          { key: 'matchUsed', title: 'heap and buffers', digits: 1 },
          { key: 'whole', title: 'the process, MB', digits: 0 },
        ],
        rows: cells.map((cell) => ({
          who: CONTENDERS[cell.contender].title,
          client: median(rss(cell.client)),
          beyond: cell === raw ? null : beyond(cell),
          clientUsed: median(used(cell.client)),
          match: median(rss(cell.match)),
          matchUsed: median(used(cell.match)),
          whole: median(cell.whole) / KB / KB,
        })),
      },
    ],
    figures,
  }
}
