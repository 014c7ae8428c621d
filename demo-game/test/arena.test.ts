// The whole path in a real browser: keys and fingers in one page, and what the other page makes of them.

import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer, type Match, type Server } from '@tickwire/server'
import type { Browser, Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Arena, arena } from '../src/game.ts'
import { rules } from '../src/rules.ts'
import { enter, findBrowser, inPlay, launch, type Player } from './browser.ts'

/** Since a key went down, in a page that notes it: the frames until a shot was there, and the ids of all that were. */
interface Fired {
  frames: number
  readonly ids: number[]
}
declare global {
  var fired: Fired | undefined
}
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const executable = findBrowser()
if (!executable) console.warn('No Chromium found: browser tests are skipped. Install one, or name it in CHROMIUM.')

describe.skipIf(!executable)('two pages in one match', () => {
  let browser: Browser
  let pages: string
  let server: Server
  let match: Match<Arena>
  let players: Player[]

  beforeAll(async () => {
    pages = await mkdtemp(join(tmpdir(), 'arena-'))
    await mkdir(here('../../artifacts'), { recursive: true })
    await build({
      configFile: here('../vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: pages, emptyOutDir: true },
    })
    browser = await launch(executable as string)
  })
  afterAll(async () => {
    await browser.close()
    await rm(pages, { recursive: true, force: true })
  })

  beforeEach(async () => {
    players = []
    server = createServer({ port: 0, static: pages, signals: false })
    server.host(arena, rules)
    await server.listen()
    match = server.open(arena, { bots: 0, rocks: 0 })
  })
  afterEach(async () => {
    await Promise.all(players.map(({ page }) => page.context().close()))
    await server.close()
    for (const { complaints } of players) expect(complaints).toEqual([])
  })

  /** Opens a page of the game; drawn without WebGL unless told. */
  async function play(name: string, query = `&renderer=canvas&match=${match.id}`, options = {}): Promise<Page> {
    const player = await enter(browser, `http://localhost:${server.port}/?name=${name}${query}`, options)
    players.push(player)
    return player.page
  }
  const shipOf = (name: string) => match.world.ship.ownedBy([...match.players].find((player) => player.name === name)!)!

  it('shows a key pressed in one as a ship that moves in the other', async () => {
    const ada = await play('Ada')
    const bob = await play('Bob')
    const id = await ada.evaluate(() => globalThis.match!.me.id)
    const from = await bob.evaluate((owner) => {
      const { x, y } = globalThis.match!.view.ship.ownedBy({ id: owner })!
      return { x, y }
    }, id)
    await ada.keyboard.down('ArrowUp')
    const seen = ([owner, x, y]: number[]) => {
      const ship = globalThis.match!.view.ship.ownedBy({ id: owner })
      return ship?.thrust && Math.hypot(ship.x - x, ship.y - y) > 80
    }
    await bob.waitForFunction(seen, [id, from.x, from.y])
    await ada.keyboard.up('ArrowUp')
    await bob.waitForFunction((owner) => globalThis.match!.view.ship.ownedBy({ id: owner })?.thrust === false, id)
  })

  it('shows names, scores and the net graph', async () => {
    const ada = await play('Ada')
    const bob = await play('Bob')
    for (const page of [ada, bob]) {
      await page.locator('.board .name', { hasText: 'Ada' }).waitFor()
      await page.locator('.board .name', { hasText: 'Bob' }).waitFor()
    }
    await ada.keyboard.press('n')
    await ada.locator('.net canvas').waitFor()
    await ada.waitForFunction(() => globalThis.match!.stats.bytesIn > 0)
    await ada.screenshot({ path: here('../../artifacts/net-graph.png') })
    await ada.keyboard.press('n')
    await ada.locator('.net').waitFor({ state: 'hidden' })
  })

  it('lets one shoot the other down, counts it, and gives the loser a new ship', async () => {
    const ada = await play('Ada')
    const bob = await play('Bob')
    Object.assign(shipOf('Ada'), { x: 1000, y: 1000, heading: 0 })
    Object.assign(shipOf('Bob'), { x: 1200, y: 1000, safe: 0, hull: 20 })
    await ada.keyboard.down('Space')
    await bob.locator('.words', { hasText: 'Ship lost' }).waitFor()
    await ada.keyboard.up('Space')
    for (const page of [ada, bob]) await page.locator('.board li', { hasText: 'Ada' }).getByText('1').waitFor()
    await inPlay(bob)
  })

  it('carries what one says to the other', async () => {
    const ada = await play('Ada')
    const bob = await play('Bob')
    await ada.keyboard.press('Enter')
    await ada.keyboard.type('hello wasd')
    await ada.keyboard.press('Enter')
    await bob.locator('.log', { hasText: 'Ada hello wasd' }).waitFor()
  })

  it('takes a page back in when it is loaded again', async () => {
    const ada = await play('Ada')
    const bob = await play('Bob')
    await ada.reload()
    await inPlay(ada)
    // A page's last word may be lost with its connection: then the seat goes when its grace of 30 s is over.
    await bob.waitForFunction(() => globalThis.match!.view.pilot.size === 2, undefined, { timeout: 45_000 })
    expect([...match.players].map(({ name }) => name).sort()).toEqual(['Ada', 'Bob'])
  })

  it('can spoil its own connection, and clean it again', async () => {
    const ada = await play('Ada')
    await ada.keyboard.press('l')
    await ada.locator('.lag input[name=latency]').fill('200')
    await ada.waitForFunction(() => globalThis.match!.stats.rtt > 250)
    await ada.locator('.lag input[name=bandwidth]').fill('0') // the least: 200 bytes a second
    await ada.waitForFunction(() => globalThis.match!.stats.bufferedAmount > 50)
    await ada.locator('.lag').getByText('Clean line').click()
    await ada.waitForFunction(() => globalThis.match!.stats.rtt < 150)
  })

  it('fires at once over a slow line, one row a shot', async () => {
    const ada = await play('Ada')
    await ada.keyboard.press('l')
    await ada.locator('.lag input[name=latency]').fill('150')
    await ada.waitForFunction(() => globalThis.match!.stats.rtt > 250)
    await ada.evaluate(() => {
      const match = globalThis.match!
      addEventListener('keydown', () => {
        globalThis.fired = { frames: 0, ids: [] }
      })
      const frame = match.frame.bind(match)
      match.frame = (now) => {
        frame(now)
        const { fired } = globalThis
        if (fired?.ids.length === 0) fired.frames++
        for (const { id } of match.view.shot) if (fired && !fired.ids.includes(id)) fired.ids.push(id)
      }
    })
    // A machine that is busy stalls, and holds a key down for too long: one shot of several is as it should be.
    const fire = async () => {
      await ada.keyboard.press('Space')
      await ada.waitForFunction(() => globalThis.fired!.ids.length > 0)
      await ada.waitForFunction(() => globalThis.match!.view.shot.size === 0)
      return ada.evaluate(() => globalThis.fired!)
    }
    const isAtOnce = ({ frames, ids }: Fired) => frames <= 2 && ids.length === 1
    let shot = await fire()
    for (let more = 0; more < 9 && !isAtOnce(shot); more++) shot = await fire()
    expect(shot).toSatisfy(isAtOnce)
  })

  it('outlines where the server has the ships', async () => {
    const ada = await play('Ada')
    await play('Bob')
    await ada.waitForFunction(() => globalThis.match!.newest?.ship.size === 2)
    await ada.keyboard.press('l')
    const toggle = ada.locator('.lag button', { hasText: 'Outlines' })
    expect(await toggle.getAttribute('aria-pressed')).toBe('false')
    await ada.keyboard.press('o')
    expect(await toggle.getAttribute('aria-pressed')).toBe('true')
    await toggle.click()
    expect(await toggle.getAttribute('aria-pressed')).toBe('false')
  })

  it('fills the window, however it is resized', async () => {
    const ada = await play('Ada')
    for (const [width, height] of [
      [2560, 1440],
      [640, 480],
    ]) {
      await ada.setViewportSize({ width, height })
      await ada.waitForFunction(
        ([wide, high]) => {
          const { width, height } = document.querySelector('canvas')!.getBoundingClientRect()
          return width === wide && height === high && globalThis.match!.view.ship.mine !== undefined
        },
        [width, height]
      )
    }
  })

  it.each([
    ['a small window', { viewport: { width: 480, height: 360 } }],
    ['a phone upright', { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true }],
    ['a phone on its side', { viewport: { width: 640, height: 360 }, hasTouch: true, isMobile: true }],
  ])('has every panel by itself in %s, and none over the own ship', async (_, options) => {
    const ada = await play('Ada', undefined, options)
    await ada.evaluate(() => globalThis.match!.request('say', { text: 'is anybody out there?' }))
    await ada.locator('.log p').waitFor()
    for (const open of ['', 'n', 'l']) {
      if (open) await ada.keyboard.press(open)
      const covered = await ada.evaluate(() => {
        const names = ['board', 'bars', 'minimap', 'bar', 'net', 'lag', 'chat', 'stick', 'fire']
        const boxes = names.flatMap((name) => {
          const box = document.querySelector(`.${name}`)!.getBoundingClientRect()
          return box.width > 0 ? [{ name, box }] : []
        })
        const [x, y] = [innerWidth / 2, innerHeight / 2]
        boxes.push({ name: 'ship', box: new DOMRect(x - 24, y - 24, 48, 48) })
        const isOut = ({ left, top, right, bottom }: DOMRect) =>
          left < 0 || top < 0 || right > innerWidth || bottom > innerHeight
        const meet = (a: DOMRect, b: DOMRect) =>
          a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
        return boxes.flatMap(({ name, box }, at) => [
          ...(isOut(box) ? [`${name} is out of the window`] : []),
          ...boxes.slice(at + 1).flatMap((other) => (meet(box, other.box) ? [`${name} meets ${other.name}`] : [])),
        ])
      })
      expect(covered).toEqual([])
    }
  })

  it('says why a match ended', async () => {
    const ada = await play('Ada')
    match.end('the arena closes')
    await ada.locator('.notice', { hasText: 'the arena closes' }).waitFor()
  })

  it('flies by touch on a phone', async () => {
    const options = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 }
    const ada = await play('Ada', `&renderer=canvas&match=${match.id}`, options)
    const touch = await ada.context().newCDPSession(ada)
    const finger = (type: 'touchStart' | 'touchMove', x: number, y: number) =>
      touch.send('Input.dispatchTouchEvent', { type, touchPoints: [{ x, y }] })
    await finger('touchStart', 90, 700)
    await finger('touchMove', 90, 640) // up
    await ada.waitForFunction(() => (globalThis.match!.view.ship.mine?.vy ?? 0) < -150)
    await ada.screenshot({ path: here('../../artifacts/phone.png') })
    await touch.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
    await ada.waitForFunction(() => globalThis.match!.view.ship.mine?.thrust === false)
  })

  it('draws with WebGL, and bots fight on the picture', async () => {
    match = server.open(arena)
    const ada = await play('Ada', `&match=${match.id}`)
    await ada.keyboard.press('n')
    expect(await ada.evaluate(() => document.querySelector('canvas')!.getContext('2d'))).toBeNull()
    const { x, y } = shipOf('Vega')
    Object.assign(shipOf('Ada'), { x: x - 250, y, heading: 0, safe: 0 })
    await ada.keyboard.down('Space')
    await ada.waitForFunction(() => {
      const { ship, shot } = globalThis.match!.view
      const near = ({ x, y }: { x: number; y: number }) => Math.hypot(x - ship.mine!.x, y - ship.mine!.y) < 350
      return ship.mine && [...ship].filter(near).length > 1 && [...shot].some(near)
    })
    await ada.screenshot({ path: here('../../artifacts/arena.png') })
  })
})
