// Who plays page A: flies straight and fast from one side of the world to the other, brakes, and taps left and right.
// By real keys of that page.

import type { Page } from 'playwright-core'
import { WORLD } from '../../../demo-game/src/game.ts'

interface Ship {
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
  readonly heading: number
}
const NEAR_WALL = 700
const SLOW = 40
const ALIGNED = 0.15
const TAPS = 6
const TAP_MS = 90
const BETWEEN_MS = 330

export class Pilot {
  readonly #page: Page
  readonly #until: number
  #held: string | undefined

  /** `until`: ms of Date.now(). */
  constructor(page: Page, until: number) {
    this.#page = page
    this.#until = until
  }

  async fly(): Promise<void> {
    while (!this.#isOver) {
      const { x } = await this.#look()
      const goal = { x: x < WORLD / 2 ? WORLD - 100 : 100, y: WORLD / 2 }
      await this.#press('ArrowDown', ({ vx, vy }) => Math.hypot(vx, vy) < SLOW)
      for (let tap = 0; tap < TAPS && !this.#isOver; tap++) {
        await this.#page.waitForTimeout(BETWEEN_MS + 37 * tap) // at any time between two frames
        await this.#hold(tap % 2 === 0 ? 'ArrowLeft' : 'ArrowRight')
        await this.#page.waitForTimeout(TAP_MS)
        await this.#hold(undefined)
      }
      const off = (ship: Ship) => turn(Math.atan2(goal.y - ship.y, goal.x - ship.x) - ship.heading)
      const way = off(await this.#look()) > 0 ? 'ArrowRight' : 'ArrowLeft'
      await this.#press(way, (ship) => Math.abs(off(ship)) < ALIGNED)
      await this.#press('ArrowUp', ({ x, vx }) => (goal.x > WORLD / 2 ? WORLD - x : x) < NEAR_WALL && vx !== 0)
    }
    await this.#hold(undefined)
  }

  get #isOver(): boolean {
    return Date.now() > this.#until
  }

  async #press(key: string, isDone: (ship: Ship) => boolean): Promise<void> {
    await this.#hold(key)
    while (!this.#isOver && !isDone(await this.#look())) await this.#page.waitForTimeout(15)
    await this.#hold(undefined)
  }

  async #hold(key: string | undefined): Promise<void> {
    if (this.#held) await this.#page.keyboard.up(this.#held)
    this.#held = key
    if (key) await this.#page.keyboard.down(key)
  }

  #look(): Promise<Ship> {
    return this.#page.evaluate(() => {
      const { x, y, vx, vy, heading } = globalThis.match!.view.ship.mine!
      return { x, y, vx, vy, heading }
    })
  }
}

/** -pi to pi. */
function turn(angle: number): number {
  return Math.atan2(Math.sin(angle), Math.cos(angle))
}
