// What a client's frame costs in Chromium when many rows move: from bytes to fields read, in time and in garbage.

import { readFile } from 'node:fs/promises'
import path from 'node:path'
import {
  FrameWriter,
  neutralRecord,
  Prior,
  packAnswer,
  packRecord,
  planOf,
  type SnapshotBase,
} from '@tickwire/engine/wire'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { arena } from '../arena.ts'
import { now } from '../clock.ts'
import { train } from '../codec/frames.ts'
import { record } from '../scenes.ts'
import { buildScript } from './bundle.ts'
import type { Timings, Work } from './rows-page.ts'

const OTHER_SEED = 1000
const TRAINING_TICKS = 600
/** Until the compiler has done what it does. */
const WARM_UP = 600
const PACED = 300
const BUSY = 300
const ALL: number = WARM_UP + PACED + BUSY
const PROFILED = 700
const COMPILE_MS = 500
/** Bytes between two samples of the heap profiler, on average; us between two of the CPU profiler. */
const HEAP_INTERVAL = 256
const CPU_INTERVAL = 100
const ORIGIN = 'http://localhost:3249'

export interface Hot {
  /** Function and line of the bundle. */
  readonly where: string
  /** ms a frame */
  readonly self: number
}
export interface RowsFound {
  readonly rows: number
  readonly bytes: number
  /** One in each of the screen's frames; one after the other. */
  readonly paced: Timings
  readonly busy: Timings
  /** By time of its own. */
  readonly functions: readonly Hot[]
  /** Bytes of the JavaScript heap a frame, by function. */
  readonly garbage: ReadonlyMap<string, number>
}

export async function measureRows(browser: Browser, counts: readonly number[], seed: number): Promise<RowsFound[]> {
  const built = await buildScript('./rows-page.ts')
  try {
    const script = await readFile(path.join(built.folder, 'page.js'), 'utf8')
    const found: RowsFound[] = []
    for (const rows of counts) found.push(await measure(browser, script, rows, seed))
    return found
  } finally {
    await built.remove()
  }
}

async function measure(browser: Browser, script: string, rows: number, seed: number): Promise<RowsFound> {
  const { work, bytes } = workOf(rows, seed)
  const context = await browser.newContext()
  const page = await context.newPage()
  await serve(page, script)
  await page.goto(ORIGIN)
  if (!(await page.evaluate(() => crossOriginIsolated))) throw new Error('the page has no precise clock')
  await page.evaluate((work) => globalThis.rows.join(work), work)
  const shown = await page.evaluate((steps) => globalThis.rows.run(steps).rows, WARM_UP)
  if (shown !== rows) throw new Error(`the page shows ${shown} rows of ${rows}`)
  const paced = await page.evaluate((steps) => globalThis.rows.paced(steps), PACED)
  const busy = await page.evaluate((steps) => globalThis.rows.run(steps).timings, BUSY)
  const session = await context.newCDPSession(page)
  const run = () => page.evaluate((steps) => void globalThis.rows.run(steps), PROFILED)
  /** All frames once, a moment for the compiler, which works beside it, and the first of them again. */
  const warmUp = async () => {
    for (const steps of [ALL, ALL - PROFILED]) {
      await page.waitForTimeout(COMPILE_MS)
      await page.evaluate((work) => globalThis.rows.join(work), work)
      await page.evaluate((steps) => void globalThis.rows.run(steps), steps)
    }
  }
  const garbage = await garbageOf(session, warmUp, run)
  const functions = await cpuOf(session, warmUp, run)
  await context.close()
  return { rows, bytes, paced, busy, functions, garbage }
}

/** What the server would send: a keyframe, then a delta a tick, coded with what another match taught. */
function workOf(rows: number, seed: number): { work: Work; bytes: number } {
  const snapshots = record('arena', rows, seed, ALL) as unknown as SnapshotBase[]
  const packed = train(arena, record('arena', 100, seed + OTHER_SEED, TRAINING_TICKS), 1)
  const prior = Prior.unpack(arena, packed)
  const writer = new FrameWriter(arena)
  const frames = snapshots.map((snapshot, at) =>
    Buffer.from(writer.shared(snapshot, snapshots[at - 1], snapshots[at - 2], [], prior))
  )
  const { options } = planOf(arena)
  const player = { id: 1, name: 'reader', bot: false }
  const joined = packAnswer({
    ok: 'join',
    match: 'rows',
    player,
    players: [player],
    tick: 0,
    options: packRecord(options, neutralRecord(options), 'ERR_FIELD_VALUE'),
    prior: packed,
  })
  return {
    work: { joined: Buffer.from(joined).toString('base64'), frames: frames.map((frame) => frame.toString('base64')) },
    bytes: frames.slice(2).reduce((sum, { length }) => sum + length, 0) / (frames.length - 2),
  }
}

/** Isolated, so that its clock is precise. Nothing listens there: the browser is answered from here. */
async function serve(page: Page, script: string): Promise<void> {
  const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }
  await page.route(`${ORIGIN}/**`, (route) =>
    route.request().url().endsWith('/page.js')
      ? route.fulfill({ headers, contentType: 'text/javascript', body: script })
      : route.fulfill({ headers, contentType: 'text/html', body: '<script type="module" src="/page.js"></script>' })
  )
}

type Act = () => Promise<unknown>

/**
 * A profiler that starts throws compiled code away, and code that is not compiled boxes every number. So what is counted
 * is what a long run allocates beyond a short one that starts alike.
 */
async function garbageOf(session: CDPSession, warmUp: Act, run: Act): Promise<Map<string, number>> {
  await session.send('HeapProfiler.enable')
  const by = new Map<string, number>()
  const add = ({ callFrame, selfSize, children }: HeapNode, share: number): void => {
    // What is built into the engine has no place: an iterator's next() and the like are the caller's garbage, too.
    const name = nameOf(callFrame)
    if (callFrame.url === '' || callFrame.url.endsWith('/page.js')) by.set(name, (by.get(name) ?? 0) + share * selfSize)
    for (const child of children) add(child, share)
  }
  for (const isLong of [false, true]) {
    await session.send('HeapProfiler.startSampling', {
      samplingInterval: HEAP_INTERVAL,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    })
    await warmUp()
    if (isLong) await run()
    add((await session.send('HeapProfiler.stopSampling')).profile.head, (isLong ? 1 : -1) / PROFILED)
  }
  return by
}

interface HeapNode {
  readonly callFrame: CallFrame
  readonly selfSize: number
  readonly children: readonly HeapNode[]
}
interface CallFrame {
  readonly url: string
  readonly functionName: string
  readonly lineNumber: number
}

function nameOf({ url, functionName, lineNumber }: CallFrame): string {
  return url.endsWith('/page.js') ? `${functionName || '(anonymous)'}:${lineNumber + 1}` : functionName
}

async function cpuOf(session: CDPSession, warmUp: Act, run: Act): Promise<Hot[]> {
  await session.send('Profiler.enable')
  await session.send('Profiler.setSamplingInterval', { interval: CPU_INTERVAL })
  await session.send('Profiler.start')
  await warmUp()
  const began = now()
  await run()
  const took = now() - began
  const { profile } = await session.send('Profiler.stop')
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]))
  const by = new Map<string, number>()
  let time = profile.startTime
  for (const [i, id] of (profile.samples ?? []).entries()) {
    const passed = profile.timeDeltas?.[i] ?? 0
    time += passed
    if (time < profile.endTime - 1000 * took) continue
    const name = names.get(id) ?? ''
    by.set(name, (by.get(name) ?? 0) + passed / 1000 / PROFILED)
  }
  return [...by].map(([where, self]) => ({ where, self })).sort((a, b) => b.self - a.self)
}
