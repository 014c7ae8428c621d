// `bench join`: what a join costs a server, and how long a player waits for the first picture on a line of 100 ms.

import { Option } from 'commander'
import { CONTENDERS, type ContenderName } from './arena/contenders.ts'
import { rounds } from './arena/rounds.ts'
import { Players, staged, usageOf, wait } from './arena/stage.ts'
import type { Benchmark, Figure, Findings, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import type { ClientHandlers } from './join/client-child.ts'
import { count, positive } from './options.ts'
import type { ProxyHandlers } from './proxy-child.ts'
import { arePeersInstalled } from './slow/peers.ts'
import { median, spread } from './statistics.ts'

interface Options {
  readonly joins: number
  readonly rtt: number
  readonly rate: number
  readonly repeats: number
  readonly seconds: number
  readonly peers?: boolean
}
const SHIPS = 8
/** So many times as many join before those that are measured, and leave again: the server's code is compiled then. */
const WARM_ROUNDS = 3
/** Until those have gone, and what they left behind. */
const CALM_SECONDS = 3
/** Who joined a server before a page does. */
const FIRST = SHIPS - 3
/** So few ticks a second that joins are most of what the server does, also while they wait for one. */
const CALM_RATE = 2
/** Issue 7. */
const MOST_CPU = 1
const MOST_TRIPS = 3
/** TCP connections that are made one after the other: each is a round trip that a proxy on this machine can't delay. */
const CONNECTIONS: Partial<Record<ContenderName, number>> = { colyseus: 2 }

export const join: Benchmark = {
  name: 'join',
  summary: 'what a join costs a server, and how long it takes until there is something to draw',
  options: [
    new Option('--joins <n>', 'joins of each repeat').default(120).argParser(count),
    new Option('--rtt <ms>', 'round trip of the line').default(100).argParser(positive),
    new Option('--rate <n>', 'ticks a second').default(60).argParser(count),
    new Option('--repeats <n>', 'fresh servers and fresh pages of each').default(5).argParser(count),
    new Option('--seconds <n>', 'before and after the joins, to know what the server does anyway')
      .default(1.5)
      .argParser(positive),
    new Option('--peers', 'install what benchmarks/peers lists, if it is not there, so that Colyseus takes part'),
  ],
  inAll: { repeats: 3, joins: 80 },
  run,
}

/** By repeat: ms of processor time a join; ms until the first picture, of a page that is cold and of one that joins again. */
class Cell {
  readonly contender: ContenderName
  readonly cpu: number[] = []
  readonly cold: number[] = []
  readonly warm: number[] = []

  constructor(contender: ContenderName) {
    this.contender = contender
  }
}

async function run(options: Options, progress: Progress): Promise<Findings> {
  const players = new Players()
  const cellOf = (contender: ContenderName) => new Cell(contender)
  try {
    const cells = await rounds(options, progress, cellOf, async (cell) => {
      await measureCpu(cell, options, players)
      await measureWait(cell, options, players)
    })
    return findingsOf(options, cells)
  } finally {
    players.stop()
  }
}

/** What a server that has compiled its code does while players join, less what it does anyway: the mean of before and after. */
async function measureCpu(cell: Cell, { joins, seconds }: Options, players: Players): Promise<void> {
  const { contender } = cell
  const each = SHIPS - 1
  const matches = Math.max(1, Math.round(joins / each))
  const all = matches * (WARM_ROUNDS + 1)
  const many = { contender, matches: all, ships: SHIPS, rate: CALM_RATE, whole: 0, light: 1, warmUp: 0 }
  await staged(players, many, async ({ server, port, matches: names }) => {
    const pages = new Child<ClientHandlers>(new URL('./join/client-child.ts', import.meta.url))
    try {
      const count = () => server.ask('counts')
      const fill = (round: number) =>
        Promise.all(
          names
            .slice(round * matches, (round + 1) * matches)
            .map((match) => pages.ask('fill', { contender, port, match, rate: CALM_RATE, count: each }))
        )
      for (let round = 0; round < WARM_ROUNDS; round++) {
        await fill(round)
        await pages.ask('leave')
      }
      await wait(CALM_SECONDS)
      const first = await count()
      await wait(seconds)
      const before = await count()
      await fill(WARM_ROUNDS)
      const after = await count()
      await wait(seconds)
      const last = await count()
      const anyway = (usageOf(first, before).cpu + usageOf(after, last).cpu) / 2
      const took = after.user + after.system - before.user - before.system
      cell.cpu.push((took - (anyway * (after.at - before.at)) / 1000) / (each * matches))
    } finally {
      pages.stop()
    }
  })
}

/** From a page of its own, over a line of its own. */
async function measureWait(cell: Cell, { rtt, rate }: Options, players: Players): Promise<void> {
  const { contender } = cell
  const many = { contender, matches: 1, ships: SHIPS, rate, whole: 0, light: FIRST, warmUp: 0.5 }
  await staged(players, many, async ({ port, matches: [match] }) => {
    const proxy = new Child<ProxyHandlers>(new URL('./proxy-child.ts', import.meta.url))
    const page = new Child<ClientHandlers>(new URL('./join/client-child.ts', import.meta.url))
    try {
      const way = { latency: rtt / 2, jitter: 0 }
      const near = await proxy.ask('start', { to: port, profile: { up: way, down: way } })
      await page.ask('load', contender)
      const tcp = rtt * (CONNECTIONS[contender] ?? 1)
      cell.cold.push(tcp + (await page.ask('join', { contender, port: near, match, rate })))
      cell.warm.push(tcp + (await page.ask('join', { contender, port: near, match, rate })))
    } finally {
      proxy.stop()
      page.stop()
    }
  })
}

function findingsOf({ joins, rtt, rate, repeats, seconds }: Options, cells: readonly Cell[]): Findings {
  const most = MOST_TRIPS * rtt + 1000 / rate
  const figures: Figure[] = cells.flatMap(({ contender, cpu, cold, warm }) => {
    const { title } = CONTENDERS[contender]
    const bounds = contender === 'tickwire'
    const wait = (name: string, of: readonly number[]) => ({
      name: `${title}: ${name}, round trip ${rtt} ms`,
      value: median(of),
      unit: 'ms',
      noise: spread(of),
      ...(bounds && { most: Math.round(most * 10) / 10 }),
    })
    return [
      {
        name: `${title}: server CPU of a join`,
        value: median(cpu),
        unit: 'ms',
        noise: spread(cpu),
        ...(bounds && { most: MOST_CPU }),
      },
      wait('connect() to the first picture, cold page', cold),
      wait('connect() to the first picture, joining again', warm),
    ]
  })
  return {
    parameters: { joins, rtt, rate, repeats, seconds },
    method: [
      `Server CPU: about ${joins} players join matches of ${SHIPS} at ${CALM_RATE} Hz that one player each is in already, all at once, from another process, each until it holds its first state. ${WARM_ROUNDS} times as many did so before, and left: the code is compiled. Of the processor time that the server's process took meanwhile is taken off what it takes anyway, the mean of ${seconds} s before and after; the rest is divided by the joins. TCP, HTTP and the upgrade are in it.`,
      `First picture: a process of its own with its scripts loaded, over a proxy of ${rtt / 2} ms each way. From the call that connects until a frame shows a ship (Tickwire), or until the first state is held (others, who draw nothing). ${FIRST} others joined that server before. A cold page has never joined before: its code is not compiled yet. To each TCP connection a round trip is added, which a proxy on this machine can't delay: one, and two with Colyseus, which asks for a seat over HTTP first. Without TLS.`,
      `The bound is ${MOST_TRIPS} round trips and a tick: TCP, the WebSocket, and the join, which rides with Socket.IO's CONNECT. How often the two sides take turns is also counted, byte for byte, in server/test/join.test.ts.`,
      `Medians of ${repeats}, everyone in turns; noise half the distance between the least and the largest.`,
      ...(arePeersInstalled() ? [] : ['Colyseus is not installed: --peers.']),
    ],
    tables: [
      {
        title: 'A join',
        columns: [
          { key: 'who', title: '' },
          { key: 'cpu', title: 'server CPU ms', digits: 2 },
          { key: 'cold', title: 'first picture ms, cold', digits: 0 },
          { key: 'warm', title: 'again', digits: 0 },
          { key: 'trips', title: 'round trips, again', digits: 2 },
        ],
        rows: cells.map(({ contender, cpu, cold, warm }) => ({
          who: CONTENDERS[contender].title,
          cpu: median(cpu),
          cold: median(cold),
          warm: median(warm),
          trips: median(warm) / rtt,
        })),
      },
    ],
    figures,
  }
}
