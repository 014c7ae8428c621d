// Runs inside a network namespace whose TCP buffers are small: a server with the game's pages, a line in front of it, and a
// browser that plays over it. Writes what the page saw as one line of JSON. Arguments: the pages, the browser.

import { join } from 'node:path'
import { createServer } from '@tickwire/server'
import type { Page } from 'playwright-core'
import { ShapingProxy } from '../../benchmarks/src/proxy.ts'
import { arena } from '../src/game.ts'
import { rules } from '../src/rules.ts'
import { inPlay, launch } from './browser.ts'

/** What the page noted over a while. */
export interface Seen {
  /** Frames drawn a second. */
  readonly fps: number
  /** Bytes that the connection had not taken, at most. */
  readonly buffered: number
  /** How often commands waited, of all samples. */
  readonly congested: number
  /** Commands that were not sent. */
  readonly dropped: number
  readonly status: string
}
export type Report = Record<'free' | 'tenth' | 'stopped' | 'after', Seen>

const [pages, executable] = process.argv.slice(2)
const server = createServer({ port: 0, static: pages, signals: false })
server.host(arena, rules)
await server.listen()
server.open(arena, { bots: 0, rocks: 0 })
const proxy = await ShapingProxy.start({ to: server.port, queue: 1024 })
const browser = await launch(executable)

function watch(page: Page, ms: number): Promise<Seen> {
  return page.evaluate(async (ms) => {
    const { match } = globalThis
    if (!match) throw new Error('there is no match')
    const began = performance.now()
    const { dropped } = match.stats
    let [frames, buffered, congested] = [0, 0, 0]
    while (performance.now() - began < ms) {
      await new Promise(requestAnimationFrame)
      frames++
      buffered = Math.max(buffered, match.stats.bufferedAmount)
      if (match.congested) congested++
    }
    const fps = (frames * 1000) / (performance.now() - began)
    return {
      fps,
      buffered,
      congested: congested / frames,
      dropped: match.stats.dropped - dropped,
      status: match.status,
    }
  }, ms)
}

try {
  const page = await browser.newPage()
  // The line is for the match: what the page is made of would take minutes over it.
  await page.route(
    ({ pathname }) => !pathname.startsWith('/socket.io'),
    (route) => {
      const { pathname } = new URL(route.request().url())
      return route.fulfill({ path: join(pages, pathname === '/' ? 'index.html' : pathname) })
    }
  )
  await page.goto(`http://127.0.0.1:${proxy.port}/?name=ada`)
  await inPlay(page)
  const before = proxy.taken.up
  const free = await watch(page, 3000)
  proxy.setRate((proxy.taken.up - before) / 30, 'up')
  const tenth = await watch(page, 8000)
  proxy.pause('up')
  const stopped = await watch(page, 4000)
  proxy.resume('up')
  proxy.setRate(undefined, 'up')
  await watch(page, 2000)
  const after = await watch(page, 1000)
  const report: Report = { free, tenth, stopped, after }
  console.log(JSON.stringify(report))
} catch (error) {
  console.error(error)
} finally {
  await browser.close()
  await server.close()
  process.exit()
}
