// Runs inside a network namespace whose TCP buffers are small: a server, a line in front of it, and a browser that plays
// over it. Prints what the page saw as one line of JSON. Arguments: the folder of the page, the browser.

import { createServer } from '@tickwire/server'
import type { Page } from 'playwright-core'
import { ShapingProxy } from '../../../benchmarks/src/proxy.ts'
import { CommandBuffer } from '../../../server/src/match/command-buffer.ts'
import { launch } from '../browser.ts'
import { game } from './game.ts'
import type { Seen } from './page.ts'

export interface Report extends Record<'free' | 'stopped' | 'after', Seen> {
  /** Bytes that went beside the game until the browser held some. */
  readonly filler: number
  /** The ticks whose commands came to the server, in order. */
  readonly commands: readonly number[]
  /** The match's tick when `after` was over. */
  readonly tick: number
}

/** Sent at once, and in all, until it is held. */
const PIECE = 60_000
const MOST = 6_000_000
/** Looked at so often, some was held each time. */
const HELD = 5

const [pages, executable] = process.argv.slice(2)
const commands: number[] = []
const { put } = CommandBuffer.prototype
CommandBuffer.prototype.put = function (run, tick) {
  for (let i = 0; i < run.commands.length; i++) commands.push(run.first + i)
  put.call(this, run, tick)
}
// What is beside the game is no concern of it: a server that takes it.
const limits = { messagesPerSecond: 1e6, messageBurst: 1e6, bytesPerSecond: 1e9, byteBurst: 1e9 }
const server = createServer({ port: 0, static: pages, signals: false, limits, warn: () => {} })
server.host(game, { start: ({ world }) => void world.dot.spawn({ x: 1 }) })
await server.listen()
const match = server.open(game)
const proxy = await ShapingProxy.start({ to: server.port, queue: 1024 })
const browser = await launch(executable)

const watch = (page: Page, frames: number) => page.evaluate((frames) => globalThis.small!.watch(frames), frames)

try {
  const page = await browser.newPage()
  page.on('pageerror', (error) => console.error(error))
  await page.goto(`http://127.0.0.1:${proxy.port}/`)
  await page.waitForFunction(() => globalThis.small?.isFree(), undefined, { timeout: 10_000 })
  const free = await watch(page, 90)
  proxy.pause('up')
  let filler = 0
  for (let held = 0; held < HELD && filler < MOST; ) {
    const sent = await page.evaluate((bytes) => globalThis.small!.fill(bytes), PIECE)
    held = sent > 0 ? 0 : held + 1
    filler += sent
  }
  const stopped = await watch(page, 60)
  proxy.resume('up')
  await page.waitForFunction(() => globalThis.small!.isFree(), undefined, { timeout: 10_000 })
  const after = await watch(page, 90)
  const report: Report = { free, filler, stopped, after, commands, tick: match.world.tick }
  console.log(JSON.stringify(report))
} catch (error) {
  console.error(error)
} finally {
  await browser.close()
  await server.close()
  process.exit()
}
