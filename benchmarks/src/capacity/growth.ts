// Cost grows with the work and no faster: a client's share of a large match, and a match's share of many.

import { Players } from '../arena/stage.ts'
import type { Figure, Progress } from '../benchmark.ts'
import { type Cost, noiseCell, ratioOf, type Turns, turnsOf } from './cost.ts'
import { inTurns, type Made, type Options, type Part } from './part.ts'
import { sample } from './sample.ts'

interface Size {
  readonly matches: number
  readonly players: number
  readonly rate: number
}
const MOST = 1.15
const SHIPS = 100
/** Few a second: the processes of players share the machine, and 1,600 of them are many. */
const CLIENTS: readonly Size[] = [100, 500].map((players) => ({ matches: 1, players, rate: 20 }))
const MATCHES: readonly Size[] = [20, 200].map((matches) => ({ matches, players: 8, rate: 10 }))
/** Seconds: few players take a while until their server's code is compiled for good. */
const WARM_UP = 5

export const growthPart: Part = {
  name: 'growth',
  steps: ({ turns }) => 4 * turns,
  async run(options, progress): Promise<Made> {
    const clients = await measure(CLIENTS, options, progress, SHIPS)
    const matches = await measure(MATCHES, options, progress)
    const rowsOf = (sizes: readonly Size[], turns: readonly Turns[]) =>
      sizes.map(({ matches, players, rate }, i) => ({
        matches,
        players,
        rate,
        client: (1000 * turns[i].least.cpu) / players,
        match: (1000 * turns[i].least.cpu * rate) / 1000,
        bytes: turns[i].least.written / players,
        noise: noiseCell(turns[i].noise, 1000 / players),
        growth: turns[i].least.cpu / turns[0].least.cpu / (players / sizes[0].players),
      }))
    const perClient = ratioOf(clients[1], clients[0])
    const share = CLIENTS[0].players / CLIENTS[1].players
    const figures: Figure[] = [
      {
        name: 'CPU a client and tick: 500 clients / 100',
        value: perClient.value * share,
        noise: perClient.noise * share,
        unit: 'x',
        most: MOST,
      },
      { name: 'CPU a match: 200 matches / 20', ...ratioOf(matches[1], matches[0]), unit: 'x', most: MOST },
    ]
    return {
      method: [
        `Growth, Tickwire alone: the same ${SHIPS} ships or more with 100 and with 500 players at 20 Hz; matches of 8 ships and players at 10 Hz. ${WARM_UP} s to warm up, since few players take a while until all code is compiled; the least second of all turns.`,
      ],
      tables: [
        {
          title: 'What more clients and more matches cost each (Tickwire)',
          columns: [
            { key: 'matches', title: 'matches' },
            { key: 'players', title: 'players each' },
            { key: 'rate', title: 'Hz' },
            { key: 'client', title: 'µs / client / tick', digits: 1 },
            { key: 'noise', title: '+-', digits: 1 },
            { key: 'match', title: 'ms/s a match', digits: 2 },
            { key: 'bytes', title: 'B / client / tick' },
            { key: 'growth', title: 'x the smaller', digits: 2 },
          ],
          rows: [...rowsOf(CLIENTS, clients), ...rowsOf(MATCHES, matches)],
        },
      ],
      figures,
    }
  },
}

async function measure(sizes: readonly Size[], options: Options, progress: Progress, ships = 0): Promise<Turns[]> {
  const taken = sizes.map((): Cost[][] => [])
  const crowd = new Players()
  try {
    for (let turn = 0; turn < options.turns; turn++)
      for (const size of inTurns(sizes, turn)) {
        const { matches, players, rate } = size
        progress.step(`${matches} x ${players} players`)
        const run = { contender: 'tickwire', matches, ships: Math.max(ships, players), rate } as const
        const costs = await sample(crowd, { ...run, whole: 0, light: players, warmUp: WARM_UP }, options.seconds)
        taken[sizes.indexOf(size)].push(costs)
      }
  } finally {
    crowd.stop()
  }
  return taken.map(turnsOf)
}
