// What the latency benchmark found, as tables, figures with their bounds, and plots.

import { profiles } from '@tickwire/engine/testing'
import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import type { Column, Figure, Findings, Plot, Table } from '../benchmark.ts'
import { arePeersInstalled } from '../slow/peers.ts'
import { median, spread } from '../statistics.ts'
import { type Cell, type FigureName, type Options, WARM_UP } from './cell.ts'

type Group = readonly Cell[]

/** Issue 7, line 4. */
const MOST_P50 = 1.3
const MOST_P99 = 2

const TITLES: Readonly<Record<FigureName, string>> = {
  state: 'From the end of a tick at the server to its state decoded at a client',
  age: 'How old what is drawn is: from a tick, or between two, to the frame that shows it',
  own: 'From a key press to the own screen',
  press: 'From a key press to a state that shows it decoded at another player’s client',
  screen: 'From a key press to another player’s screen',
}

export function findingsOf(options: Options, groups: readonly Group[], apart: number): Findings {
  const { rate, players, matches, seconds, slices, probes, profile } = options
  return {
    parameters: {
      ...{ rate, players, matches, seconds, slices, probes, profile: profile ?? 'none', clocksAgreeWithinMs: apart },
    },
    method: methodOf(options, apart),
    tables: (['state', 'age', 'own', 'press', 'screen'] as const).map((name) => tableOf(groups, name)),
    figures: groups.flatMap((group) => figuresOf(group, options)),
    plots: plotsOf(groups),
  }
}

const at = (cell: Cell, name: FigureName, share: number) => cell.all[name].getValueAtPercentile(share) / 1000
const of = (group: Group, contender: ContenderName) => group.find((cell) => cell.contender === contender)

/** By slice: one contender's percentile, or how many times another's. */
function perSlice(cell: Cell, name: FigureName, share: number, over?: Cell): number[] {
  return cell.slices.flatMap((slice, i) => {
    const other = over?.slices[i]
    if (slice[name].totalCount === 0 || (over && !other?.[name].totalCount)) return []
    return slice[name].getValueAtPercentile(share) / (other ? other[name].getValueAtPercentile(share) : 1000)
  })
}

function figuresOf(group: Group, { profile }: Options): Figure[] {
  const [{ rate, players }] = group
  const ours = of(group, 'tickwire')!
  const where = `${players} players at ${rate} Hz${profile ? ` over ${profile}` : ''}`
  const figure = (name: string, values: readonly number[], rest: Partial<Figure> = {}): Figure[] =>
    values.length === 0
      ? []
      : [{ name: `${where}: ${name}`, value: median(values), noise: spread(values), unit: 'ms', ...rest }]
  const floor = of(group, 'floor')
  const peer = of(group, 'colyseus')
  const isBound = rate === 60 && players === 100 && !profile
  const ratios = floor && [
    ...figure('tick to decoded p50 / raw ws', perSlice(ours, 'state', 50, floor), {
      unit: 'x',
      ...(isBound && { most: MOST_P50 }),
    }),
    ...figure('tick to decoded p99 / raw ws', perSlice(ours, 'state', 99, floor), {
      unit: 'x',
      ...(isBound && { most: MOST_P99 }),
    }),
  ]
  const beside =
    peer && figure('tick to decoded p50 / Colyseus', perSlice(ours, 'state', 50, peer), { unit: 'x', most: 1 })
  return [
    ...figure('tick to decoded p50', perSlice(ours, 'state', 50)),
    ...(ratios ?? []),
    ...(beside ?? []),
    ...figure('key press to own screen p50', perSlice(ours, 'own', 50)),
    ...figure("key press to another's screen p50", perSlice(ours, 'screen', 50)),
    ...figure('state age at the drawn frame p50', perSlice(ours, 'age', 50)),
    ...(profile
      ? figure('press to screen beyond its physical sum, p50', beyondSum(ours, profile), sumBound(rate))
      : []),
  ]
}

const sumBound = (rate: number): Partial<Figure> => ({ most: Math.round(10_000 / rate) / 10 })

/**
 * What a press takes at least: up the line, half a tick until one begins, down the line, and the interpolation delay. The last
 * two together are the age of what is drawn.
 */
function beyondSum(cell: Cell, profile: NonNullable<Options['profile']>): number[] {
  const { up } = profiles[profile]
  return cell.slices.map(({ screen, age }) => {
    const sum = up.latency + 500 / cell.rate + age.getValueAtPercentile(50) / 1000
    return screen.getValueAtPercentile(50) / 1000 - sum
  })
}

function tableOf(groups: readonly Group[], name: FigureName): Table {
  const columns: Column[] = [
    { key: 'rate', title: 'Hz' },
    { key: 'players', title: 'players' },
    { key: 'who', title: '' },
    { key: 'p50', title: 'p50 ms', digits: 2 },
    { key: 'p99', title: 'p99 ms', digits: 2 },
    { key: 'p999', title: 'p99.9 ms', digits: 2 },
    { key: 'max', title: 'max ms', digits: 2 },
    { key: 'ratio50', title: 'p50 / raw', digits: 2 },
    { key: 'ratio99', title: 'p99 / raw', digits: 2 },
    { key: 'samples', title: 'samples' },
    ...(name === 'state'
      ? [
          { key: 'received', title: 'frames %', digits: 1 },
          { key: 'cpu', title: 'server ms/s' },
        ]
      : []),
  ]
  const rows = groups.flatMap((group) =>
    group
      .filter((cell) => cell.all[name].totalCount > 0)
      .map((cell) => {
        const floor = of(group, 'floor')
        const ratio = (share: number) =>
          floor && floor.all[name].totalCount > 0 ? at(cell, name, share) / at(floor, name, share) : null
        return {
          rate: cell.rate,
          players: cell.players,
          who: CONTENDERS[cell.contender].title,
          p50: at(cell, name, 50),
          p99: at(cell, name, 99),
          p999: at(cell, name, 99.9),
          max: at(cell, name, 100),
          ratio50: ratio(50),
          ratio99: ratio(99),
          samples: cell.all[name].totalCount,
          received: (100 * cell.frames) / cell.framesDue,
          cpu: cell.cpu / cell.seconds,
        }
      })
  )
  return { title: TITLES[name], columns, rows }
}

/** Shares of samples that took no longer, as far as there are enough of them. */
const SHARES = [1, 5, 10, 25, 50, 75, 90, 95, 99, 99.9]

function plotsOf(groups: readonly Group[]): Plot[] {
  return groups.flatMap((group) =>
    (['state', 'screen'] as const).map((name) => ({
      title: `${TITLES[name]}: ${group[0].players} players at ${group[0].rate} Hz`,
      x: '% of all',
      y: 'ms',
      log: true,
      lines: group.map((cell) => ({
        label: CONTENDERS[cell.contender].title,
        points: SHARES.map((share) => [share, cell.all[name].totalCount > 0 ? at(cell, name, share) : null] as const),
      })),
    }))
  )
}

function methodOf({ seconds, slices, probes, profile, matches }: Options, apart: number): string[] {
  return [
    `The arena with one ship a player, ${matches === 1 ? 'one match' : `${matches} matches, the first of which is measured`}. The server is one process, fresh for each turn; ${probes} players, who are measured, another: whole clients of their library; the others, who send and take everything but decode nothing, a third. All read one clock, which agreed within ${(apart * 1000).toFixed(0)} µs.`,
    `Real sockets on this machine, ${profile ? `and a proxy in a process of its own in front of those who are measured: ${profile}, ${profiles[profile].up.latency} ms up and ${profiles[profile].down.latency} ms down` : 'no added delay'}.`,
    'End of tick to decoded: the moment is taken when the rules are done with the tick; settling, coding, writing, the kernel, reading and decoding follow. Raw ws: the same world, delta encoder and decoder with one ws.send() a client and tick and nothing else.',
    'Everyone sends one command a player and tick. Key press: at random moments, 100 to 300 ms apart for each player; counted from when it was due, so a busy process cannot hide its own delay. Screens are drawn 144 times a second, and who takes its input with a frame, as Tickwire does, takes it as often: the view of the library where it has one (Tickwire predicts its own ship and interpolates others), else its newest state at that moment, which is not smooth.',
    'Age of what is drawn: to the frame from the tick that it shows, as the server noted it; between two ticks in proportion.',
    ...(profile
      ? [
          'The physical sum: the line up, half a tick until the next one begins, and the age of what is drawn, which is the line down and the interpolation delay. Bound: one tick beyond it.',
        ]
      : []),
    `Each takes ${slices} turns (A B, B A, …) for its ${seconds} s, each with fresh connections and ${WARM_UP} s to warm up${profile ? ', 4 s over a line' : ''}. HDR histograms, three digits. Figures are medians of the turns, noise half the distance between the least and the largest. Server ms/s: processor time of the server’s process, the simulation included.`,
    ...(arePeersInstalled() ? [] : ['Colyseus is not installed: --peers.']),
  ]
}
