// `bench bandwidth`: what a state costs on the wire, every contender on the same arena, counted at the server's sockets.

import { Option } from 'commander'
import { CONTENDERS, type ContenderName, SIX } from './arena/contenders.ts'
import { Players, staged, type Usage, usageOf, wait } from './arena/stage.ts'
import type { Benchmark, Figure, Findings, Progress, Table } from './benchmark.ts'
import { count, counts, oneOfEach, positive } from './options.ts'
import { arePeersInstalled, installPeers } from './slow/peers.ts'

interface Options {
  readonly ships: readonly number[]
  readonly contenders?: readonly ContenderName[]
  readonly seconds: number
  readonly clients: number
  readonly rate: number
  readonly peers?: boolean
}
/** Seconds of play before bytes are counted: Tickwire learns its tables meanwhile. Its first ones are counted, too. */
const WARM_UP = 4
const SEED = 1

/** What Tickwire's bytes may be, of whose. */
const BOUNDS: Partial<Record<ContenderName, number>> = { colyseus: 1 / 8, 'colyseus-expert': 1 / 5 }

export const bandwidth: Benchmark = {
  name: 'bandwidth',
  summary: 'bytes to a client and tick, every contender on the same arena',
  options: [
    new Option('--ships <list>', 'ships in the arena').default([10, 100, 200], '10,100,200').argParser(counts),
    new Option('--contenders <list>', 'who carries it; all that are installed if left out').argParser(oneOfEach(SIX)),
    new Option('--seconds <n>', 'measured seconds of each figure').default(3).argParser(positive),
    new Option('--clients <n>', 'clients of each arena').default(3).argParser(count),
    new Option('--rate <n>', 'ticks a second').default(60).argParser(count),
    new Option('--peers', 'install the peers first, where they are missing'),
  ],
  run,
}

interface Row {
  readonly contender: ContenderName
  readonly ships: number
  /** Bytes to a client and tick: learned, and in the first seconds; bytes from a client and command. */
  readonly down: number
  readonly early: number
  readonly up: number
}

async function run(options: Options, progress: Progress): Promise<Findings> {
  if (options.peers) installPeers()
  const contenders = presentOf(options.contenders ?? SIX)
  progress.total(contenders.length)
  const rows: Row[] = []
  for (const contender of contenders) {
    progress.step(CONTENDERS[contender].title)
    // Side by side: bytes are counted, not time.
    rows.push(...(await Promise.all(options.ships.map((ships) => measure(contender, ships, options)))))
  }
  return findingsOf(options, contenders, rows)
}

/** Those who are installed. */
export function presentOf(contenders: readonly ContenderName[]): ContenderName[] {
  const arePeersHere = arePeersInstalled()
  return contenders.filter((name) => !('peer' in CONTENDERS[name]) || arePeersHere)
}

async function measure(contender: ContenderName, ships: number, options: Options): Promise<Row> {
  const { rate, clients, seconds } = options
  const players = new Players()
  const run = { contender, matches: 1, ships, rate, seed: SEED, whole: clients, light: 0, warmUp: 0 }
  try {
    return await staged(players, run, async ({ server }) => {
      const first = await server.ask('counts')
      await wait(WARM_UP)
      const from = await server.ask('counts')
      await wait(seconds)
      const to = await server.ask('counts')
      const error = await players.whole.ask('check', { contender, ships, rate, seed: SEED })
      if (!(error <= 1)) throw new Error(`${contender}: a state is ${error} times further off than its format allows`)
      const early = usageOf(first, from)
      const usage = usageOf(from, to)
      return {
        contender,
        ships,
        down: each(usage, 'written', clients),
        early: each(early, 'written', clients),
        up: each(usage, 'read', clients),
      }
    })
  } finally {
    players.stop()
  }
}

/** Bytes of a client and tick. */
function each(usage: Usage, way: 'written' | 'read', clients: number): number {
  return usage[way] / usage.ticks / clients
}

function findingsOf(options: Options, contenders: readonly ContenderName[], rows: readonly Row[]): Findings {
  const { ships, seconds, clients, rate } = options
  return {
    parameters: { ships, seconds, clients, rate },
    method: [
      `Bytes: what the server's sockets wrote (down) and read (up), WebSocket headers and every message of the library included, TCP and IP not; over ${seconds} s, ${WARM_UP} s after all were in, by ${clients} clients and the ticks that were made. First ${WARM_UP} s: the same from the moment that all were in, tables that Tickwire learns and hands out included.`,
      `The arena at ${rate} Hz: the same seed, so the same ships, for everyone; all of them steer. Every client decodes every state and sends a command a tick. At the end the state that each client holds is compared with the simulation at that state's tick, every field of every ship, within what its format allows.`,
      'Socket.IO sends the whole state; by hand and Colyseus what changed; Tickwire what was not foreseen. The same steps for all but Colyseus as documented, whose float32 is finer, and as an expert writes it, where 8 and 16 bits are nearest to them.',
      'x Tickwire: how many times its bytes. Asked for: Tickwire at most an eighth of Colyseus as documented, and a fifth of it as an expert writes it.',
    ],
    tables: ships.map((many) => tableOf(many, rate, contenders, rows)),
    figures: ships.flatMap((many) => figuresOf(many, rows)),
  }
}

/** Bounds hold from so many ships on: of ten ships everybody's headers are the most. */
const BOUND_FROM = 100

function figuresOf(ships: number, all: readonly Row[]): Figure[] {
  const rows = all.filter((row) => row.ships === ships)
  const ours = rows.find(({ contender }) => contender === 'tickwire')
  if (!ours) return []
  return rows
    .filter(({ contender }) => contender !== 'tickwire')
    .map(({ contender, down }) => ({
      name: `bytes, ${ships} ships: ${CONTENDERS[contender].title} / Tickwire`,
      value: down / ours.down,
      unit: 'x',
      ...(BOUNDS[contender] && ships >= BOUND_FROM ? { least: 1 / BOUNDS[contender] } : {}),
    }))
}

function tableOf(ships: number, rate: number, contenders: readonly ContenderName[], all: readonly Row[]): Table {
  const rows = all.filter((row) => row.ships === ships)
  const ours = rows.find(({ contender }) => contender === 'tickwire')
  return {
    title: `Bytes to a client and tick: an arena of ${ships} ships`,
    columns: [
      { key: 'title', title: '' },
      { key: 'down', title: 'B / client / tick', digits: 0 },
      { key: 'ratio', title: 'x Tickwire', digits: 1 },
      { key: 'least', title: 'asked for', digits: 0 },
      { key: 'holds', title: 'holds' },
      { key: 'kilobytes', title: `kB/s at ${rate} Hz`, digits: 1 },
      { key: 'early', title: `first ${WARM_UP} s, B`, digits: 0 },
      { key: 'up', title: 'B / command', digits: 1 },
    ],
    rows: contenders.map((contender) => {
      const { down, early, up } = rows.find((row) => row.contender === contender)!
      const ratio = ours ? down / ours.down : null
      const bound = BOUNDS[contender]
      const least = bound && ships >= BOUND_FROM ? 1 / bound : null
      return {
        contender,
        title: CONTENDERS[contender].title,
        ships,
        down,
        ratio,
        least,
        holds: least && ratio !== null ? (ratio >= least ? 'yes' : 'NO') : null,
        kilobytes: (down * rate) / 1000,
        early,
        up,
      }
    }),
  }
}
