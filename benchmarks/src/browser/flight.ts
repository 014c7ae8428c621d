// Two pages of the demo in one match, through the shaping proxy; what their notes come to, and pictures of both.

import type { ProfileName } from '@tickwire/engine/testing'
import type { Browser, Page } from 'playwright-core'
import { enter } from '../../../demo-game/test/browser.ts'
import { Child } from '../child.ts'
import type { ProxyHandlers } from '../proxy-child.ts'
import { buildArena } from './bundle.ts'
import { type PageFigures, pageFigures, type ServerFigures, serverFigures } from './figures.ts'
import { Pilot } from './pilot.ts'
import type { Notes } from './probe.ts'
import type { ServerHandlers } from './server-child.ts'

/** Small while it is measured: a page without a graphics card draws with the processor that the server needs. */
const MEASURED = { width: 320, height: 240 }
const PICTURED = { width: 640, height: 480 }
const SETTLE_MS = 6000
const SHOTS = 12
const SHOT_EVERY_MS = 333

/** Both pages at one moment, as JPEG. */
export interface Picture {
  /** ms from the first one. */
  readonly at: number
  readonly pages: readonly [Buffer, Buffer]
}
export interface Flight {
  /** Of A, who flies, and of B, who watches. */
  readonly figures: readonly [PageFigures, PageFigures]
  readonly pictures: readonly Picture[]
  /** Where it was late, the machine was busy, and the pages' figures are worth little. */
  readonly server: ServerFigures
  /** What the pages complained about. */
  readonly complaints: readonly string[]
}

export async function fly(browser: Browser, profile: ProfileName, seconds: number, seed: number): Promise<Flight> {
  const pages = await buildArena()
  const server = new Child<ServerHandlers>(new URL('./server-child.ts', import.meta.url))
  const proxy = new Child<ProxyHandlers>(new URL('../proxy-child.ts', import.meta.url))
  try {
    const { port, match } = await server.ask('start', pages.folder)
    const shaped = await proxy.ask('start', { to: port, profile, seed })
    const open = (name: string) =>
      enter(browser, `http://localhost:${shaped}/?name=${name}&renderer=canvas&match=${match}`, { viewport: MEASURED })
    const [a, b] = [await open('Ada'), await open('Bob')]
    for (const { page } of [a, b]) await page.keyboard.press('n')
    await a.page.waitForTimeout(SETTLE_MS)
    const from = [await clockOf(a.page), await clockOf(b.page)]
    const first = (await server.ask('began')).length
    await new Pilot(a.page, Date.now() + 1000 * seconds).fly()
    const notes = [await notesOf(a.page), await notesOf(b.page)]
    const began = await server.ask('began')
    // Afterwards: pictures cost frames.
    for (const { page } of [a, b]) await page.setViewportSize(PICTURED)
    const flying = new Pilot(a.page, Date.now() + SHOTS * SHOT_EVERY_MS).fly()
    const [pictures] = await Promise.all([takePictures(a.page, b.page), flying])
    await Promise.all([a, b].map(({ page }) => page.context().close()))
    return {
      figures: [pageFigures(notes[0], profile, from[0], began), pageFigures(notes[1], profile, from[1], began)],
      pictures,
      server: serverFigures(began.slice(first)),
      complaints: [...a.complaints, ...b.complaints],
    }
  } finally {
    proxy.stop()
    server.stop()
    await pages.remove()
  }
}

function clockOf(page: Page): Promise<number> {
  return page.evaluate(() => performance.now())
}

function notesOf(page: Page): Promise<Notes> {
  return page.evaluate(() => globalThis.notes)
}

async function takePictures(a: Page, b: Page): Promise<Picture[]> {
  const pictures: Picture[] = []
  const began = Date.now()
  for (let i = 0; i < SHOTS; i++) {
    await a.waitForTimeout(Math.max(0, began + i * SHOT_EVERY_MS - Date.now()))
    const at = Date.now() - began
    const take = (page: Page) => page.screenshot({ type: 'jpeg', quality: 70 })
    pictures.push({ at, pages: await Promise.all([take(a), take(b)]) })
  }
  return pictures
}
