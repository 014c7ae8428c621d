// What a command takes that comes in.

import { wait } from '../arena/stage.ts'
import type { Figure, Table } from '../benchmark.ts'
import { Child } from '../child.ts'
import { median } from '../statistics.ts'
import { leastValue, quotient } from './cost.ts'
import type { Heard, InboundHandlers } from './inbound-child.ts'
import type { Made, Options, Part } from './part.ts'
import { SocketServer } from './sockets.ts'
import type { TalkersHandlers } from './talkers-child.ts'

const RATE = 60
const CLIENTS = 100
const SLICE = 1
/** 13 µs where raw ws takes 8.5. */
const MOST = 13 / 8.5

export const inboundPart: Part = {
  name: 'inbound',
  steps: () => 2,
  async run(options, progress): Promise<Made> {
    progress.step('commands that come in: joining')
    const server = new Child<InboundHandlers>(new URL('./inbound-child.ts', import.meta.url), { built: true })
    const talkers = new Child<TalkersHandlers>(new URL('./talkers-child.ts', import.meta.url))
    const raw = new SocketServer('ws')
    try {
      const opened = await server.ask('open', { rate: RATE, players: CLIENTS })
      await talkers.ask('join', { ...opened, rate: RATE, count: CLIENTS })
      await raw.connect(CLIENTS)
      progress.step('commands that come in')
      return await measure(options, server, talkers, raw)
    } finally {
      server.stop()
      talkers.stop()
      raw.stop()
    }
  },
}

async function measure(
  { turns, seconds }: Options,
  server: Child<InboundHandlers>,
  talkers: Child<TalkersHandlers>,
  raw: SocketServer
): Promise<Made> {
  await talkers.ask('talk', true)
  await wait(1)
  const sizes: number[] = []
  const talking: number[] = []
  const idle: number[] = []
  const ofRaw: number[] = []
  const quiet: number[] = []
  for (let turn = 0; turn < turns * seconds; turn++) {
    await talkers.ask('talk', true)
    const { cpu, frames, bytes } = await listen(server)
    talking.push(cpu / frames)
    sizes.push(bytes / frames)
    await talkers.ask('talk', false)
    // By as many commands as there were: what the same second takes without them.
    const { cpu: rest } = await listen(server)
    idle.push(rest / frames)
    const spent = await raw.spend({ bytes: 0, rate: RATE, seconds: SLICE }, Math.round(median(sizes)))
    ofRaw.push(spent.cpu / spent.received)
    const unsaid = await raw.spend({ bytes: 0, rate: RATE, seconds: SLICE })
    quiet.push(unsaid.cpu / spent.received)
  }
  const [busy, rest, heard, silence] = [talking, idle, ofRaw, quiet].map(leastValue)
  const ours = 1000 * (busy.least - rest.least)
  const theirs = 1000 * (heard.least - silence.least)
  const ratio = quotient({ least: ours, noise: 1000 * busy.noise }, { least: theirs, noise: 1000 * heard.noise })
  const rows: Table['rows'] = [
    { what: 'raw ws', bytes: Math.round(median(sizes)), micros: theirs, ratio: 1 },
    { what: 'Tickwire', bytes: Math.round(median(sizes)), micros: ours, ratio: ours / theirs },
  ]
  const figure: Figure = { name: 'a command in: Tickwire / raw ws', ...ratio, unit: 'x', most: MOST }
  return {
    method: [
      `Inbound: ${CLIENTS} clients send a command ${RATE} times a second each; raw ws gets messages of the same size and keeps their first byte. Tickwire’s match has no ships and may send next to nothing; guard, session, command buffer and taking each command in its tick are in it. From each second’s processor time that of a second without commands is taken away; the least seconds count.`,
    ],
    tables: [
      {
        title: 'Server CPU of a command that comes in',
        columns: [
          { key: 'what', title: '' },
          { key: 'bytes', title: 'bytes' },
          { key: 'micros', title: 'µs / command', digits: 1 },
          { key: 'ratio', title: 'x raw ws', digits: 2 },
        ],
        rows,
      },
    ],
    figures: [figure],
  }
}

async function listen(server: Child<InboundHandlers>): Promise<{ cpu: number; frames: number; bytes: number }> {
  const cpuOf = ({ user, system }: Heard) => user + system
  const from = await server.ask('heard')
  await wait(SLICE)
  const to = await server.ask('heard')
  return { cpu: cpuOf(to) - cpuOf(from), frames: to.frames - from.frames, bytes: to.bytes - from.bytes }
}
