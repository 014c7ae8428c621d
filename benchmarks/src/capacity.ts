// `bench capacity`: what a server's processor does for its players, beside its peers, and where it ends.

import { Option } from 'commander'
import { type ContenderName, SIX } from './arena/contenders.ts'
import { presentOf } from './bandwidth.ts'
import type { Benchmark, Findings, Progress } from './benchmark.ts'
import { arenaPart } from './capacity/arena-part.ts'
import { fanOutPart } from './capacity/fan-out.ts'
import { growthPart } from './capacity/growth.ts'
import { inboundPart } from './capacity/inbound.ts'
import type { Made, Part } from './capacity/part.ts'
import { playersPart } from './capacity/players-part.ts'
import { count, oneOfEach } from './options.ts'
import { installPeers } from './slow/peers.ts'

interface Given {
  readonly only: readonly string[]
  readonly contenders: readonly ContenderName[]
  readonly seconds: number
  readonly turns: number
  readonly players: number
  readonly rate: number
  readonly peers?: boolean
}
const PARTS: readonly Part[] = [arenaPart, fanOutPart, inboundPart, growthPart, playersPart]
const NAMES = PARTS.map(({ name }) => name)
/** Those whose CPU is compared unless others are named: JSON takes minutes to say what everybody knows. */
const COMPARED: readonly ContenderName[] = ['tickwire', 'raw', 'msgpackr', 'colyseus', 'colyseus-expert']

export const capacity: Benchmark = {
  name: 'capacity',
  summary: 'server CPU of the arena, of fan-out and of commands, beside peers; how it grows, and where it ends',
  options: [
    new Option('--only <parts>', `these parts: ${NAMES.join(', ')}`).default(NAMES, 'all').argParser(oneOfEach(NAMES)),
    new Option('--contenders <list>', 'who takes part, if installed')
      .default(COMPARED, COMPARED.join(','))
      .argParser(oneOfEach(SIX)),
    new Option('--seconds <n>', 'measured seconds of each turn').default(3).argParser(count),
    new Option('--turns <n>', 'turns of each').default(2).argParser(count),
    new Option('--players <n>', 'players of the large match').default(200).argParser(count),
    new Option('--rate <n>', 'ticks a second of the large match').default(60).argParser(count),
    new Option('--peers', 'install the peers first, where they are missing'),
  ],
  run,
}

async function run(given: Given, progress: Progress): Promise<Findings> {
  if (given.peers) installPeers()
  const options = { ...given, contenders: presentOf(given.contenders) }
  const parts = PARTS.filter(({ name }) => given.only.includes(name))
  progress.total(parts.reduce((steps, part) => steps + part.steps(options), 0))
  const made: Made[] = []
  for (const part of parts) made.push(await part.run(options, progress))
  const { seconds, turns, players, rate } = options
  return {
    parameters: {
      parts: given.only.join(','),
      contenders: options.contenders.join(','),
      seconds,
      turns,
      players,
      rate,
    },
    method: made.flatMap(({ method }) => method),
    tables: made.flatMap(({ tables }) => tables),
    figures: made.flatMap(({ figures = [] }) => figures),
  }
}
