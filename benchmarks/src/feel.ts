// `bench feel`: what a player sees when the network is bad. Whole matches under the virtual clock; the same seed is the
// same play. The networks are those of @tickwire/engine/testing. Its parts are in feel/.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type ProfileName, profiles } from '@tickwire/engine/testing'
import { Option } from 'commander'
import type { Benchmark, Column, Table } from './benchmark.ts'
import { isMet, LINES } from './feel/bounds.ts'
import { type Chart, chartsOf } from './feel/charts.ts'
import { type Figures, figuresOf } from './feel/figures.ts'
import { METHOD } from './feel/method.ts'
import { press, push } from './feel/own.ts'
import { pageOf, uPlot } from './feel/page.ts'
import { Play } from './feel/play.ts'
import { type Recovery, recover, SCENARIOS } from './feel/recovery.ts'
import { count, counts, oneOfEach, positive } from './options.ts'

const NAMES = Object.keys(profiles) as readonly ProfileName[]
const SETTLE_MS = 5000
/** So much play is plotted. */
const PLOTTED_MS = 60_000
/** The slowest and the usual tick rate that presses are tried at. */
const PRESS_RATES: readonly number[] = [20, 30]

interface Options {
  readonly profile: readonly ProfileName[]
  readonly minutes: number
  readonly seed: number
  readonly rate: number
  readonly fps: readonly number[]
  readonly html?: string
}

/** All that was found on one network. */
interface Found {
  readonly name: ProfileName
  /** By frame rate. */
  readonly figures: readonly Figures[]
  readonly recoveries: readonly Recovery[]
  readonly presses: readonly {
    readonly rate: number
    readonly fps: number
    readonly missed: number
    readonly of: number
  }[]
  /** Of the first player. */
  readonly charts: readonly Chart[]
  readonly pushes: readonly { readonly fps: number; readonly most: number }[]
}

export const feel: Benchmark = {
  name: 'feel',
  summary: 'what a player sees over five networks, from a LAN to a bad phone, against what it should see',
  options: [
    new Option('--profile <names>', `these networks: ${NAMES.join(', ')}`).default(NAMES).argParser(oneOfEach(NAMES)),
    new Option('--minutes <n>', 'play on each').default(10).argParser(positive),
    new Option('--seed <n>', 'seed of everything').default(1).argParser(count),
    new Option('--rate <n>', 'ticks a second').default(30).argParser(count),
    new Option('--fps <list>', 'frames a second: a player each').default([60, 144]).argParser(counts),
    new Option('--html <file>', 'plots of the first minute, as a page to look at'),
  ],
  async run(options: Options, progress) {
    const { profile, minutes, seed, rate, fps, html } = options
    // Before the work: it says so if the library is not there.
    const library = html === undefined ? undefined : uPlot()
    progress.total(profile.length)
    const all: Found[] = []
    for (const name of profile) {
      progress.step(name)
      all.push(await find(name, options))
    }
    if (html !== undefined && library) {
      const about = `The first minute at ${rate} Hz ticks and ${fps[0]} frames a second, seed ${seed}. Drag to look closer, double-click to go back.`
      const scenes = all.map(({ name, charts }) => ({ title: name, charts }))
      writeFileSync(path.resolve(process.env.INIT_CWD ?? '', html), pageOf('Tickwire: feel', about, scenes, library))
    }
    return {
      parameters: { profile: profile.join(), minutes, seed, rate, fps },
      method: METHOD,
      tables: [verdicts(all, options), more(all, options), recoveries(all), presses(all), pushes(all)],
    }
  },
}

async function find(name: ProfileName, { minutes, seed, rate, fps }: Options): Promise<Found> {
  const play = new Play(rate, seed)
  const players = []
  for (const one of fps) players.push((await play.join(profiles[name], { fps: one })).notes)
  const from = play.now + SETTLE_MS
  await play.run(SETTLE_MS + minutes * 60_000)
  const figures = players.map((notes) => figuresOf(play, notes, from, play.now))
  const charts = chartsOf(play, players[0], from, Math.min(from + PLOTTED_MS, play.now))
  const recoveries: Recovery[] = []
  for (const scenario of SCENARIOS) recoveries.push(await recover(name, scenario, rate, seed))
  const presses = []
  for (const tickRate of PRESS_RATES)
    for (const one of fps) {
      const { presses: of, missed } = await press(name, tickRate, one, seed)
      presses.push({ rate: tickRate, fps: one, missed, of })
    }
  const pushes = []
  for (const one of fps) pushes.push({ fps: one, most: await push(name, rate, one, seed) })
  return { name, figures, charts, recoveries, presses, pushes }
}

const mark = (good: boolean) => (good ? '✓' : '✗')

function columns(all: readonly Found[], ...first: readonly Column[]): Column[] {
  return [...first, ...all.map(({ name }) => ({ key: name, title: name }))]
}

function verdicts(all: readonly Found[], { fps, minutes, rate, seed }: Options): Table {
  const rows = LINES.flatMap((line) => [
    { line: line.title, what: 'bound', ...byName(all, ({ name }) => line.bound(name)) },
    ...fps.map((one, at) => ({
      line: '',
      what: `${one} Hz`,
      ...byName(
        all,
        ({ name, figures }) => `${line.figure(figures[at], name)} ${mark(isMet(line, figures[at], name))}`
      ),
    })),
  ])
  const cells = all.flatMap(({ name, figures }) =>
    figures.flatMap((one) => LINES.map((line) => isMet(line, one, name)))
  )
  const met = cells.filter((one) => one).length
  return {
    title: `${minutes} minutes at ${rate} Hz, seed ${seed}: ${met} of ${cells.length} cells within bounds`,
    columns: columns(all, { key: 'line', title: '' }, { key: 'what', title: '' }),
    rows,
  }
}

function more(all: readonly Found[], { fps }: Options): Table {
  const kinds: readonly [string, keyof Figures, number][] = [
    ['J down, ms', 'jitterDown', 1],
    ['J up, ms', 'jitterUp', 1],
    ['others are drawn behind the least transit by, ms, p50', 'trail', 0],
    ['steering row, frames eased back too: off by, units, p99', 'steeringEased', 3],
    ['steering row: largest leap beyond its own way, units', 'leap', 1],
    ['shots older than the bound, %', 'beyond', 1],
    ['shots never judged', 'lost', 0],
    ['shots within the bound: off by, units, p99', 'missedBy', 1],
    ['commands too late by a stall, %', 'stalledLate', 2],
    ['corrections where a command was late', 'excused', 0],
  ]
  return {
    title: 'Beside it',
    columns: columns(all, { key: 'line', title: '' }, { key: 'fps', title: 'fps' }),
    rows: kinds.flatMap(([line, key, digits]) =>
      fps.map((one, at) => ({
        line: at === 0 ? line : '',
        fps: one,
        ...byName(all, ({ figures }) => figures[at][key].toFixed(digits)),
      }))
    ),
  }
}

function recoveries(all: readonly Found[]): Table {
  const seconds = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : '> 15')
  const text = ({ ended, back, past }: Recovery) => {
    if (ended) return `${ended} ✗`
    const last = Math.max(...back)
    const late = LINES.flatMap(({ title }, at) =>
      back[at] > 1 ? [`${title.split(/[:,]/)[0]} ${seconds(back[at])}`] : []
    )
    return [`${seconds(last)} s, past ${past.toFixed(1)} s ${mark(last <= 1 && past === 0)}`, ...late].join('\n')
  }
  return {
    title: 'Back to the usual after (bound: 1 s, nothing of the past played); the lines that took longer',
    columns: columns(all, { key: 'scenario', title: '' }),
    rows: SCENARIOS.map((scenario, at) => ({ scenario, ...byName(all, ({ recoveries }) => text(recoveries[at])) })),
  }
}

function presses(all: readonly Found[]): Table {
  return {
    title: 'Presses that the next frame did not show (bound: 0)',
    columns: columns(all, { key: 'rate', title: 'ticks/s' }, { key: 'fps', title: 'fps' }),
    rows: (all[0]?.presses ?? []).map(({ rate, fps }, at) => ({
      rate,
      fps,
      ...byName(all, ({ presses }) => `${presses[at].missed} of ${presses[at].of} ${mark(presses[at].missed === 0)}`),
    })),
  }
}

function pushes(all: readonly Found[]): Table {
  return {
    title: 'Largest move of an own row at rest from one frame to the next, % of the error corrected (bound: 10)',
    columns: columns(all, { key: 'fps', title: 'fps' }),
    rows: (all[0]?.pushes ?? []).map(({ fps }, at) => ({
      fps,
      ...byName(all, ({ pushes }) => `${(100 * pushes[at].most).toFixed(1)} ${mark(pushes[at].most <= 0.1)}`),
    })),
  }
}

function byName(all: readonly Found[], of: (found: Found) => string): Record<string, string> {
  return Object.fromEntries(all.map((found) => [found.name, of(found)]))
}
