// `bench browser`: the demo in a real Chromium through a shaping proxy, what its pages show against what they should; and
// what a client's frame costs there when a thousand rows move. Its parts are in browser/.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { type ProfileName, profiles } from '@tickwire/engine/testing'
import { Option } from 'commander'
import type { Browser } from 'playwright-core'
import { findBrowser, launch } from '../../demo-game/test/browser.ts'
import type { Benchmark, Table } from './benchmark.ts'
import { type Flight, fly } from './browser/flight.ts'
import { flightTables } from './browser/flight-tables.ts'
import { METHOD } from './browser/method.ts'
import { pageOf } from './browser/page.ts'
import { measureRows } from './browser/rows.ts'
import { rowsTables } from './browser/rows-tables.ts'
import { count, oneOfEach, positive } from './options.ts'

const NAMES = Object.keys(profiles) as readonly ProfileName[]
const PARTS = ['flight', 'rows'] as const
const ROWS = [100, 1000] as const

interface Options {
  readonly only: readonly (typeof PARTS)[number][]
  readonly profile: ProfileName
  readonly seconds: number
  readonly seed: number
  readonly html?: string
}

export const browser: Benchmark = {
  name: 'browser',
  summary: 'the demo in Chromium over a slow line, and what a frame of a thousand rows costs there',
  options: [
    new Option('--only <parts>', `these parts: ${PARTS.join(', ')}`).default(PARTS).argParser(oneOfEach(PARTS)),
    new Option('--profile <name>', 'the network that the demo is played over').choices(NAMES).default('4g'),
    new Option('--seconds <n>', 'play that is measured').default(40).argParser(positive),
    new Option('--seed <n>', 'seed of the network and of the rows').default(1).argParser(count),
    new Option('--html <file>', 'the figures of the play and pictures of both pages, as a page to look at'),
  ],
  async run({ only, profile, seconds, seed, html }: Options, progress) {
    const executable = findBrowser()
    if (executable === undefined) throw new Error('no Chromium found: install one, or name it in CHROMIUM')
    progress.total(only.length)
    const browser = await launch(executable)
    const tables: Table[] = []
    try {
      if (only.includes('flight')) {
        progress.step(`flight over ${profile}`)
        const flight = await measured(browser, profile, seconds, seed)
        const made = flightTables(flight, profile)
        tables.push(...made)
        if (html !== undefined) {
          const about = `${seconds} s of play at 60 Hz ticks over ${profile}, then pictures of both pages: left the one that flies, right the one that watches.`
          writeFileSync(path.resolve(process.env.INIT_CWD ?? '', html), pageOf(about, made, flight.pictures))
        }
      }
      if (only.includes('rows')) {
        progress.step('rows')
        tables.push(...rowsTables(await measureRows(browser, ROWS, seed)))
      }
      const parameters = { only: only.join(), profile, seconds, seed, browser: browser.version() }
      return { parameters, method: [...only.flatMap((part) => METHOD[part]), `Chromium ${browser.version()}.`], tables }
    } finally {
      await browser.close()
    }
  },
}

async function measured(browser: Browser, profile: ProfileName, seconds: number, seed: number): Promise<Flight> {
  const flight = await fly(browser, profile, seconds, seed)
  if (flight.complaints.length > 0) throw new Error(`the pages complained: ${flight.complaints.join('; ')}`)
  return flight
}
