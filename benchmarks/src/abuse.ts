// `bench abuse`: how late the ticks of everybody's matches are while one address does its worst, over real sockets.

import { Option } from 'commander'
import { build } from 'hdr-histogram-js'
import type { AbuserHandlers, Attack } from './abuse/abuser-child.ts'
import { RATE } from './abuse/game.ts'
import type { PlayersHandlers } from './abuse/players-child.ts'
import type { ServerHandlers } from './abuse/server-child.ts'
import type { Benchmark, Findings, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import { oneOfEach, positive } from './options.ts'

const TITLES: Readonly<Record<Attack, string>> = {
  nothing: 'nobody (for comparison)',
  messages: 'floods of tiny messages',
  large: 'floods of messages of 3.9 kB',
  pings: 'floods of pings',
  fragments: 'messages in one-byte fragments',
  connections: 'connecting and hanging up',
  joins: '1,000 joins a second',
}
const MATCHES = 10
const BOTS = 6
const PLAYERS = 2
/** What is asked for, ms. */
const MOST_P99 = 25
const MOST = 100
/** % of the ticks that were due. */
const LEAST_RAN = 98
const WARM_UP = 3
/** In the field they are other machines, and take no processor from the server. */
const PLAYERS_NICE = 10
const ABUSER_NICE = 19

export const abuse: Benchmark = {
  name: 'abuse',
  summary: "how late other players' ticks are while one address floods, reconnects and joins without end",
  options: [
    new Option('--seconds <n>', 'measured seconds of each attack').default(8).argParser(positive),
    new Option('--only <list>', `some of ${Object.keys(TITLES).join(', ')}`).argParser(oneOfEach(Object.keys(TITLES))),
  ],
  run,
}

interface Options {
  readonly seconds: number
  readonly only?: readonly Attack[]
}

async function run({ seconds, only }: Options, progress: Progress): Promise<Findings> {
  const attacks = only ?? (Object.keys(TITLES) as Attack[])
  progress.total(attacks.length)
  const rows = []
  for (const attack of attacks) {
    progress.step(TITLES[attack])
    rows.push(await measure(attack, seconds))
  }
  return {
    parameters: { seconds, matches: MATCHES, bots: BOTS, players: PLAYERS },
    method: [
      `${MATCHES} matches at ${RATE} ticks a second, each with ${BOTS} bots and ${PLAYERS} players over real sockets. Server, players and abuser are processes of their own on one machine, a fresh server for each row, as it is built. In the field players and abusers are elsewhere: here their processes have a low priority (nice ${PLAYERS_NICE} and ${ABUSER_NICE}), so that the server is served first.`,
      'The abuser has one address (as a proxy says it), 8 connections at once, each sending 64 KiB at a time as fast as the kernel takes it, and each connecting again as soon as it is cut off.',
      'Late: from when a tick was due, by the grid of its match, to the rule `tick`. The attack starts with the measurement, so the time until the address is refused counts.',
      'Busy: processor time of the server, all its threads, from one tick of a match to its next: what the attack costs, whatever else the machine does.',
      `Ran: of the ticks that were due; a server that is too slow leaves some out. Holds: p99 of at most ${MOST_P99} ms, no tick later than ${MOST} ms, at least ${LEAST_RAN} % of the ticks ran, and every other player still in its match. The check of \`move\` that servers make in development is off.`,
    ],
    tables: [
      {
        title: "Other matches' ticks while one address does this",
        columns: [
          { key: 'attack', title: 'attack' },
          { key: 'p50', title: 'late p50 ms', digits: 1 },
          { key: 'p99', title: 'p99 ms', digits: 1 },
          { key: 'most', title: 'most ms', digits: 1 },
          { key: 'ran', title: 'ran %', digits: 1 },
          { key: 'busy', title: 'busy p99 ms', digits: 1 },
          { key: 'busiest', title: 'busy most ms', digits: 1 },
          { key: 'attempts', title: 'connections' },
          { key: 'refused', title: 'refused' },
          { key: 'penalties', title: 'penalties' },
          { key: 'memory', title: 'server MB' },
          { key: 'playing', title: 'others still in' },
          { key: 'holds', title: 'holds' },
        ],
        rows,
      },
    ],
  }
}

async function measure(attack: Attack, seconds: number) {
  const server = new Child<ServerHandlers>(new URL('./abuse/server-child.ts', import.meta.url), { built: true })
  const players = new Child<PlayersHandlers>(new URL('./abuse/players-child.ts', import.meta.url), {
    nice: PLAYERS_NICE,
  })
  const abuser = new Child<AbuserHandlers>(new URL('./abuse/abuser-child.ts', import.meta.url), { nice: ABUSER_NICE })
  try {
    const { port, ids } = await server.ask('start', { matches: MATCHES, bots: BOTS })
    await players.ask('play', { port, ids, each: PLAYERS })
    await pause(WARM_UP)
    await server.ask('mark', ids)
    await abuser.ask('start', { port, ids, attack })
    await pause(seconds)
    const { late, busy, counters, memoryMB } = await server.ask('counted')
    const { attempts, refused } = await abuser.ask('stop')
    const playing = await players.ask('playing')
    const [p50, p99, most] = quantiles(late)
    const ran = (100 * late.length) / (MATCHES * seconds * RATE)
    const [, busyP99, busiest] = quantiles(busy)
    const isFine = p99 <= MOST_P99 && most <= MOST && ran >= LEAST_RAN && playing === MATCHES * PLAYERS
    await players.ask('leave')
    return {
      attack: TITLES[attack],
      p50,
      p99,
      most,
      ran,
      busy: busyP99,
      busiest,
      attempts,
      refused,
      penalties: counters.tickwire_penalties_total ?? 0,
      memory: Math.round(memoryMB),
      playing,
      holds: isFine ? 'yes' : 'NO',
    }
  } finally {
    for (const child of [abuser, players, server]) child.stop()
  }
}

/** The median, p99 and the largest, in the unit given. */
function quantiles(values: readonly number[]): readonly [number, number, number] {
  const histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
  for (const value of values) histogram.recordValue(Math.max(1, Math.round(value * 1000)))
  return [
    histogram.getValueAtPercentile(50) / 1000,
    histogram.getValueAtPercentile(99) / 1000,
    histogram.maxValue / 1000,
  ]
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}
