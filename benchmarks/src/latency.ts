// `bench latency`: how old the state is when a client has it and when it is drawn, and how long a key press takes to the own
// screen and to another player's, over real sockets, beside a bare `ws` that carries the same state, and Colyseus.

import { profiles } from '@tickwire/engine/testing'
import { Option } from 'commander'
import type { BotsHandlers } from './arena/bots-child.ts'
import { CONTENDERS, type ContenderName } from './arena/contenders.ts'
import type { ServerHandlers } from './arena/server-child.ts'
import { wait } from './arena/stage.ts'
import type { Benchmark, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import { agreement } from './clock.ts'
import { TickTimes } from './latency/ages.ts'
import { Cell, FIGURES, type FigureName, histograms, type Options, WARM_UP } from './latency/cell.ts'
import { findingsOf } from './latency/findings.ts'
import type { ProbesHandlers, Sightings } from './latency/probes-child.ts'
import { count, counts, positive } from './options.ts'
import type { ProxyHandlers } from './proxy-child.ts'
import { arePeersInstalled, installPeers } from './slow/peers.ts'

/** Seconds from measured to gone. */
const COOL_DOWN = 0.3
/** Over a real line clocks take longer to find themselves. */
const WARM_UP_LINE = 4

export const latency: Benchmark = {
  name: 'latency',
  summary: 'tick to decoded and to drawn, key press to the own screen and to another, beside raw ws and Colyseus',
  options: [
    new Option('--rate <list>', 'ticks a second').default([20, 60], '20,60').argParser(counts),
    new Option('--players <list>', 'players of each match').default([8, 100], '8,100').argParser(counts),
    new Option('--matches <n>', 'matches at once; players are measured in the first').default(1).argParser(count),
    new Option('--profile <name>', 'the network of those who are measured; none if left out').choices(
      Object.keys(profiles)
    ),
    new Option('--seconds <n>', 'measured seconds of each figure').default(6).argParser(positive),
    new Option('--slices <n>', 'turns that each contender takes for them').default(3).argParser(count),
    new Option('--probes <n>', 'players that are measured; the others are only there').default(8).argParser(count),
    new Option('--peers', 'install what benchmarks/peers lists, if it is not there, so that Colyseus takes part'),
  ],
  inAll: { rate: [60], players: [100], seconds: 6, slices: 2 },
  run,
}

interface Stage {
  readonly probes: Child<ProbesHandlers>
  readonly others: Child<BotsHandlers>
  readonly proxy: Child<ProxyHandlers> | undefined
}

async function run(options: Options, progress: Progress) {
  const { rate, players, slices, peers, profile } = options
  if (peers) installPeers()
  const names: ContenderName[] = ['tickwire', 'floor', ...(arePeersInstalled() ? (['colyseus'] as const) : [])]
  const groups = rate.flatMap((one) => players.map((many) => names.map((name) => new Cell(name, one, many))))
  progress.total(groups.flat().length * slices)
  const stage: Stage = {
    probes: new Child<ProbesHandlers>(new URL('./latency/probes-child.ts', import.meta.url)),
    others: new Child<BotsHandlers>(new URL('./arena/bots-child.ts', import.meta.url)),
    proxy: profile && new Child<ProxyHandlers>(new URL('./proxy-child.ts', import.meta.url)),
  }
  try {
    const apart = await agreement(() => stage.probes.ask('now'))
    for (let slice = 0; slice < slices; slice++)
      for (const group of groups)
        for (const cell of slice % 2 ? [...group].reverse() : group) {
          progress.step(`${CONTENDERS[cell.contender].title}, ${cell.players} players at ${cell.rate} Hz`)
          await measure(cell, slice, options, stage)
        }
    return findingsOf(options, groups, apart)
  } finally {
    for (const child of [stage.probes, stage.others, stage.proxy]) child?.stop()
  }
}

/** One turn: a fresh server, everyone connects, plays, is measured, leaves. */
async function measure(cell: Cell, slice: number, options: Options, stage: Stage): Promise<void> {
  const server = new Child<ServerHandlers>(new URL('./arena/server-child.ts', import.meta.url), { built: true })
  const { probes, others } = stage
  try {
    await agreement(() => server.ask('now'), 3)
    await fill(cell, options, server, stage)
    await probes.ask('play', slice)
    await wait(options.profile ? WARM_UP_LINE : WARM_UP)
    await Promise.all([server.ask('mark'), probes.ask('mark')])
    const first = await server.ask('counts')
    await wait(options.seconds / options.slices)
    const last = await server.ask('counts')
    await wait(COOL_DOWN)
    const made = await server.ask('made')
    const seen = await probes.ask('sightings')
    cell.cpu += last.user + last.system - first.user - first.system
    cell.seconds += (last.at - first.at) / 1000
    const ofFirst = made.match.map((match, i) => (match === 0 ? i : -1)).filter((i) => i >= 0)
    const ticks = ofFirst.map((i) => made.tick[i])
    const times = ofFirst.map((i) => made.at[i])
    cell.framesDue += times.filter((at) => at <= last.at).length * Math.min(options.probes, cell.players)
    note(cell, new TickTimes(ticks, times), seen, last.at)
  } finally {
    await Promise.all([others.ask('leave'), probes.ask('leave')])
    server.stop()
  }
}

/** The measured ones join evenly among the others, since a server writes to its players one after the other. */
async function fill(cell: Cell, options: Options, server: Child<ServerHandlers>, stage: Stage): Promise<void> {
  const { contender, rate, players } = cell
  const { probes, others, proxy } = stage
  const { profile } = options
  const { port, matches } = await server.ask('start', {
    contender,
    matches: options.matches,
    ships: players,
    rate,
    seed: 1,
  })
  const near = proxy ? await proxy.ask('start', { to: port, profile }) : port
  const measured = Math.min(options.probes, players)
  for (const [index, match] of matches.entries()) {
    const crowd = { contender, port, match, index, rate }
    if (index > 0) {
      await others.ask('fill', { ...crowd, count: players })
      continue
    }
    for (let probe = 0, joined = 0; probe < measured; probe++) {
      const before = Math.floor(((probe + 1) * (players - measured)) / measured) - joined
      joined += before
      if (before > 0) await others.ask('fill', { ...crowd, count: before })
      await probes.ask('join', { contender, port: near, match, rate, count: 1 })
    }
  }
}

/** Ticks made until `end` are measured; what was seen of others is left out. */
function note(cell: Cell, times: TickTimes, seen: Sightings, end: number): void {
  const own = histograms()
  const add = (name: FigureName, ms: number) => own[name].recordValue(Math.max(1, Math.round(ms * 1000)))
  for (const [i, tick] of seen.held.tick.entries()) {
    const made = times.made(tick)
    if (made === undefined || made > end) continue
    cell.frames++
    add('state', seen.held.at[i] - made)
  }
  for (const [i, tick] of seen.drawn.tick.entries()) {
    const made = times.made(tick)
    if (made !== undefined) add('age', seen.drawn.at[i] - made)
  }
  for (const ms of seen.own) add('own', ms)
  for (const ms of seen.decoded) add('press', ms)
  for (const ms of seen.screen) add('screen', ms)
  cell.slices.push(own)
  for (const name of FIGURES) cell.all[name].add(own[name])
}
