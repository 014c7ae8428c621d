// What it takes to hand one frame to many clients: the write alone, and with a whole match around it.

import { Players } from '../arena/stage.ts'
import type { Figure, Progress, Table } from '../benchmark.ts'
import { type Cost, leastOf, leastValue, noiseCell, quotient } from './cost.ts'
import { inTurns, type Made, type Options, type Part } from './part.ts'
import { sample } from './sample.ts'
import { SocketServer } from './sockets.ts'
import type { SocketKind } from './sockets-child.ts'

const RATE = 30
const BYTES = 300
/** Ships whose frames have about so many bytes; fewer once their tables are learned. */
const SHIPS = 200
const CLIENTS = [100, 200]
const SLICE = 1
/** Seconds after which Tickwire's frames have the size that they keep. */
const LEARNED = 4
const WRITES_MOST = 1.5
const MATCH_MOST = 1.6

const KINDS: readonly SocketKind[] = ['bare', 'ws', 'tickwire', 'io']
const TITLES: Record<SocketKind, string> = {
  bare: 'bare TCP writes',
  ws: 'raw ws.send()',
  tickwire: 'Tickwire’s write path',
  io: 'plain Socket.IO emit()',
}

export const fanOutPart: Part = {
  name: 'fan-out',
  steps: ({ turns }) => CLIENTS.length * (1 + turns),
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const figures: Figure[] = []
    for (const clients of CLIENTS) {
      const found = await measure(clients, options, progress)
      rows.push(...found.rows)
      figures.push(...found.figures)
    }
    return {
      method: [
        `Fan-out, writes alone: ${BYTES}-byte frames at ${RATE} Hz, made anew each tick, to 100 and 200 clients who read them; Tickwire’s frames go the way of a match’s, from Connection.sendFrame() on. µs of server CPU a client and frame, timer included. All four servers stand side by side, and take turns second by second; the least second counts.`,
        `A whole match: the arena of ${SHIPS} ships at ${RATE} Hz, whose frames have about ${BYTES} bytes, with simulation, codec and one command a client and tick; beside raw ws that sends frames of the same size, made of nothing, and takes commands of the same size. The least second counts.`,
      ],
      tables: [{ title: `Fan-out at ${RATE} Hz: server CPU a client and frame`, columns: COLUMNS, rows }],
      figures,
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'clients', title: 'clients' },
  { key: 'what', title: '' },
  { key: 'bytes', title: 'bytes' },
  { key: 'micros', title: 'µs / client / frame', digits: 1 },
  { key: 'user', title: 'user', digits: 1 },
  { key: 'system', title: 'system', digits: 1 },
  { key: 'noise', title: '+-', digits: 1 },
  { key: 'ratio', title: 'x raw ws', digits: 2 },
]

interface Each {
  readonly micros: number
  readonly user: number
  readonly system: number
  readonly noise: number
}

async function measure(clients: number, options: Options, progress: Progress) {
  progress.step(`fan-out to ${clients}: writes alone`)
  const servers = KINDS.map((kind) => new SocketServer(kind))
  const crowd = new Players()
  try {
    const taken = new Map<SocketServer, Cost[]>()
    for (const server of servers) {
      await server.connect(clients)
      await server.spend({ bytes: BYTES, rate: RATE, seconds: SLICE }) // compiled from then on
      taken.set(server, [])
    }
    for (let turn = 0; turn < options.turns * options.seconds; turn++)
      for (const server of inTurns(servers, turn)) taken.get(server)!.push(await slice(server, BYTES))
    const alone = new Map([...taken].map(([{ kind }, costs]) => [kind, eachOf(costs)]))

    const ours: Cost[] = []
    const raw: Cost[] = []
    const ws = servers.find(({ kind }) => kind === 'ws')!
    let bytes = BYTES
    for (let turn = 0; turn < options.turns; turn++) {
      progress.step(`fan-out to ${clients}: a whole match`)
      const run = { contender: 'tickwire', matches: 1, ships: SHIPS, rate: RATE, whole: 0, light: clients } as const
      const costs = await sample(crowd, { ...run, warmUp: LEARNED }, options.seconds)
      for (const cost of costs) ours.push(scaled(cost, 1000 / clients))
      const { written, read } = leastOf(costs)
      bytes = Math.round(written / clients)
      // What a socket counts has the header of a WebSocket message in it, and the mask of a client's.
      const said = Math.max(1, Math.round(read / clients) - 6)
      for (let i = 0; i < options.seconds; i++) raw.push(await slice(ws, bytes - (bytes > 129 ? 4 : 2), said))
    }
    const whole = eachOf(ours)
    const rawWhole = eachOf(raw)
    const rowOf = (what: string, size: number, each: Each, to: Each) => ({
      clients,
      what,
      bytes: size,
      ...each,
      noise: noiseCell(each.noise),
      ratio: each.micros / to.micros,
    })
    const figureOf = (name: string, each: Each, to: Each, most?: number): Figure => ({
      name: `fan-out to ${clients}, ${name} / raw ws`,
      ...quotient({ least: each.micros, noise: each.noise }, { least: to.micros, noise: to.noise }),
      unit: 'x',
      ...(most === undefined ? {} : { most }),
    })
    const ofWs = alone.get('ws')!
    return {
      rows: [
        ...KINDS.map((kind) => rowOf(`${TITLES[kind]}, alone`, BYTES, alone.get(kind)!, ofWs)),
        rowOf('raw ws both ways', bytes, rawWhole, rawWhole),
        rowOf('Tickwire, a whole match', bytes, whole, rawWhole),
      ],
      figures: [
        figureOf('writes alone: Tickwire', alone.get('tickwire')!, ofWs, WRITES_MOST),
        figureOf('writes alone: plain Socket.IO', alone.get('io')!, ofWs),
        figureOf('a whole match: Tickwire', whole, rawWhole, MATCH_MOST),
      ],
    }
  } finally {
    crowd.stop()
    for (const server of servers) server.stop()
  }
}

/** µs a client and frame. */
async function slice(server: SocketServer, bytes: number, commandBytes = 0): Promise<Cost> {
  const { user, system, cpu, sent } = await server.spend({ bytes, rate: RATE, seconds: SLICE }, commandBytes)
  const each = 1000 / sent
  return { user: user * each, system: system * each, cpu: cpu * each, written: bytes, read: commandBytes, ticks: RATE }
}

function scaled(cost: Cost, by: number): Cost {
  return { ...cost, user: cost.user * by, system: cost.system * by, cpu: cost.cpu * by }
}

function eachOf(costs: readonly Cost[]): Each {
  const { user, system, cpu } = leastOf(costs)
  return { micros: cpu, user, system, noise: leastValue(costs.map((cost) => cost.cpu)).noise }
}
