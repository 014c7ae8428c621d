// `bench loop`: how late ticks are at the host's loop, the only timer of a server, beside a plain setInterval.

import { Option } from 'commander'
import { build, type Histogram } from 'hdr-histogram-js'
import type { Benchmark, Figure, Findings, Progress } from './benchmark.ts'
import { Child } from './child.ts'
import { latenessOf } from './loop/lateness.ts'
import type { Driver, LoopHandlers } from './loop/loop-child.ts'
import { count, counts, positive } from './options.ts'
import { median, spread } from './statistics.ts'

interface Options {
  readonly rate: readonly number[]
  readonly matches: number
  readonly work: number
  readonly seconds: number
  readonly slices: number
}
/** Ticks at the start of a turn, while code is compiled. */
const WARM_UP = 0.5

export const loop: Benchmark = {
  name: 'loop',
  summary: "how late a server's ticks are, idle and loaded, beside setInterval",
  options: [
    new Option('--rate <list>', 'ticks a second').default([20, 60], '20,60').argParser(counts),
    new Option('--matches <n>', 'loaded: matches').default(20).argParser(count),
    new Option('--work <ms>', 'loaded: what a tick of each takes').default(0.4).argParser(positive),
    new Option('--seconds <n>', 'measured seconds of each row').default(9).argParser(positive),
    new Option('--slices <n>', 'turns in which they are taken').default(3).argParser(count),
  ],
  inAll: { rate: [60], seconds: 6 },
  run,
}

class Cell {
  readonly driver: Driver
  readonly rate: number
  readonly matches: number
  readonly work: number
  /** Microseconds. */
  readonly late: Histogram = histogram()
  readonly p50: number[] = []
  readonly p99: number[] = []
  readonly rates: number[] = []
  readonly cpu: number[] = []

  constructor(driver: Driver, rate: number, matches: number, work: number) {
    this.driver = driver
    this.rate = rate
    this.matches = matches
    this.work = work
  }
  get load(): string {
    return this.work === 0 ? 'idle' : 'loaded'
  }
}

function histogram(): Histogram {
  return build({ lowestDiscernibleValue: 1, highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
}

const TITLES: Readonly<Record<Driver, string>> = { loop: "the host's loop", interval: 'setInterval' }

async function run(options: Options, progress: Progress): Promise<Findings> {
  const { rate, matches, work, slices, seconds } = options
  const pairs = rate.flatMap((one) =>
    [0, work].map((busy) =>
      (['loop', 'interval'] as const).map((driver) => new Cell(driver, one, busy === 0 ? 1 : matches, busy))
    )
  )
  progress.total(pairs.flat().length * slices)
  const child = new Child<LoopHandlers>(new URL('./loop/loop-child.ts', import.meta.url))
  try {
    for (let slice = 0; slice < slices; slice++)
      for (const pair of pairs)
        for (const cell of slice % 2 ? [...pair].reverse() : pair) {
          progress.step(`${TITLES[cell.driver]}, ${cell.load}, ${cell.rate} Hz`)
          await measure(cell, seconds / slices, child)
        }
  } finally {
    child.stop()
  }
  return findingsOf(options, pairs)
}

async function measure(cell: Cell, seconds: number, child: Child<LoopHandlers>): Promise<void> {
  const { driver, rate, matches, work } = cell
  const { at, cpu } = await child.ask('drive', { driver, rate, matches, work, seconds: WARM_UP + seconds })
  const own = histogram()
  for (const ticks of at) {
    const { rate: reached, late } = latenessOf(ticks.slice(Math.round(WARM_UP * rate)))
    cell.rates.push(reached)
    for (const one of late) own.recordValue(Math.max(1, Math.round(one * 1000)))
  }
  cell.late.add(own)
  cell.p50.push(own.getValueAtPercentile(50) / 1000)
  cell.p99.push(own.getValueAtPercentile(99) / 1000)
  cell.cpu.push(cpu)
}

function findingsOf({ rate, matches, work, seconds, slices }: Options, pairs: readonly (readonly Cell[])[]): Findings {
  const cells = pairs.flat()
  const figures: Figure[] = cells.flatMap((cell) => {
    const name = `${TITLES[cell.driver]}, ${cell.load}, ${cell.rate} Hz`
    return [
      { name: `${name}: late p50`, value: median(cell.p50), unit: 'ms', noise: spread(cell.p50) },
      { name: `${name}: late p99`, value: median(cell.p99), unit: 'ms', noise: spread(cell.p99) },
    ]
  })
  return {
    parameters: { rate, matches, work, seconds, slices },
    method: [
      `A process with nothing but ticks: idle is one match whose tick does nothing, loaded ${matches} matches whose ticks take ${work} ms each, at 60 Hz ${((matches * work * 60) / 10).toFixed(0)} % of a core. setInterval: one a match, of 1000 / rate ms.`,
      'Late: when a tick began, against even ticks of the same mean rate, the earliest of a match being in time. A timer that drifts is not late by that; the rate that it reached stands beside. Of matches that are due at the same moment all but one wait for their turn, in which both are alike.',
      `Both take turns (A B, B A, …), ${slices} each, ${WARM_UP} s to warm up before each. The table is of all ticks of all turns; the figures below it are medians of the turns, with noise, half the distance between the least and the largest.`,
    ],
    tables: [
      {
        title: 'How late ticks begin',
        columns: [
          { key: 'rate', title: 'Hz' },
          { key: 'load', title: '' },
          { key: 'driver', title: '' },
          { key: 'p50', title: 'p50 ms', digits: 2 },
          { key: 'p99', title: 'p99 ms', digits: 2 },
          { key: 'p999', title: 'p99.9 ms', digits: 2 },
          { key: 'max', title: 'max ms', digits: 2 },
          { key: 'reached', title: 'ticks/s', digits: 2 },
          { key: 'cpu', title: 'CPU ms/s', digits: 0 },
        ],
        rows: cells.map((cell) => {
          const at = (share: number) => cell.late.getValueAtPercentile(share) / 1000
          return {
            rate: cell.rate,
            load: cell.load,
            driver: TITLES[cell.driver],
            p50: at(50),
            p99: at(99),
            p999: at(99.9),
            max: cell.late.maxValue / 1000,
            reached: median(cell.rates),
            cpu: median(cell.cpu),
          }
        }),
      },
    ],
    figures,
  }
}
