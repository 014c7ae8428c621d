import { describe, expect, it } from 'vitest'
import { angle, defineGame, entity, int, ranged } from '../index.ts'
import { planOf } from '../schema/game.ts'
import { Easing } from './easing.ts'
import { History } from './history.ts'
import { Sample } from './sample.ts'
import type { SnapshotBase } from './snapshot.ts'
import { type ReadWorld, World } from './world.ts'

const RATE = 30
const FRAME = RATE / 60
const fine = 1 / 1024
const game = defineGame({
  name: 'easing',
  tickRate: RATE,
  state: { gate: ranged(0, 100, fine) },
  entities: {
    ship: entity({
      x: ranged(0, 1000, fine).rate('vx').default(500),
      vx: ranged(-500, 500, fine).default(0),
      near: ranged(0, 1000, fine).rate('vx').snap(5).default(500),
      heading: angle(12).rate('spin').default(0),
      spin: ranged(-50, 50, fine).default(0),
      hull: int(0, 100).default(100),
    }),
  },
})
const plan = planOf(game)

/** What arrived, and what is drawn of it: `take` draws. */
class Screen {
  readonly world = new World(game)
  readonly history = new History<SnapshotBase>(128)
  readonly sample = new Sample(plan, 'all')
  readonly view = this.sample as never as ReadWorld<typeof game>
  readonly #easing = new Easing(plan, this.sample)

  /** The world at a tick arrives. */
  tick(tick: number): void {
    this.world.tick = tick
    this.history.set(tick, this.world.snapshot() as never as SnapshotBase)
  }
  draw(tick: number) {
    this.#easing.take(tick, this.history.atOrBefore(Math.floor(tick))!, this.history)
    const [ship] = this.view.ship
    return ship
  }
  /** The same without easing: what rewind() samples. */
  truth(tick: number) {
    const from = this.history.atOrBefore(Math.floor(tick))!
    const sample = new Sample(plan, 'all')
    sample.take(tick, from, this.history.after(from.tick))
    const [ship] = (sample as never as ReadWorld<typeof game>).ship
    return ship
  }
}

/** A ship at 60 a second that stopped at tick 10; the screen, with nothing newer than that tick, is at `starvedTo`. */
function starved(starvedTo: number, change: (ship: ReturnType<World<typeof game>['ship']['spawn']>) => void) {
  const screen = new Screen()
  const ship = screen.world.ship.spawn({ vx: 60 })
  screen.tick(9)
  ship.x += 2
  ship.near += 2
  screen.tick(10)
  for (let tick = 9; tick <= starvedTo; tick += FRAME) screen.draw(tick)
  change(ship)
  for (let tick = 11; tick <= 40; tick++) screen.tick(tick)
  return { screen, ship }
}
const stop = (ship: { vx: number }) => {
  ship.vx = 0
}

describe('a row that a starved screen moved on', () => {
  it('goes on from where it was drawn, and is soon where it is', () => {
    const { screen } = starved(16, stop)
    const drawn = screen.draw(16).x
    expect(drawn).toBeCloseTo(514, 6)
    expect(screen.truth(16).x).toBe(502)
    let last = drawn
    for (let frame = 1; frame <= 30; frame++) {
      const { x } = screen.draw(16 + frame * FRAME)
      expect(last - x).toBeGreaterThanOrEqual(0)
      expect(last - x).toBeLessThan(0.25 * 12)
      expect(x - 502).toBeCloseTo(12 * Math.exp((-1000 * frame) / 60 / 60), 1)
      last = x
    }
    for (let frame = 31; frame < 45; frame++) screen.draw(16 + frame * FRAME)
    expect(screen.draw(40).x).toBe(502)
  })

  it('jumps where it is further off than its field’s snap distance; what did not move by rates is as it is', () => {
    const { screen, ship } = starved(16, stop)
    expect(screen.draw(16 + FRAME).near).toBe(502)
    expect(screen.draw(17).hull).toBe(100)
    expect(ship.near).toBe(502)
  })

  it('turns back the short way, across the end of its circle too', () => {
    const { screen } = starved(10, () => {})
    const [ship] = screen.world.ship
    ship.heading = 2 * Math.PI - 0.1
    ship.spin = 1
    screen.tick(41)
    for (let tick = 41; tick <= 47; tick += FRAME) screen.draw(tick)
    ship.spin = 0
    for (let tick = 42; tick <= 60; tick++) screen.tick(tick)
    const headings = Array.from({ length: 24 }, (_, frame) => screen.draw(47 + frame * FRAME).heading)
    const offs = headings.map((heading) => Math.atan2(Math.sin(heading + 0.1), Math.cos(heading + 0.1)))
    expect(offs[0]).toBeCloseTo(0.2, 2)
    for (let at = 1; at < offs.length; at++) expect(offs[at]).toBeLessThanOrEqual(offs[at - 1])
    expect(Math.abs(offs.at(-1)!)).toBeLessThan(0.005)
    for (const heading of headings) expect(heading).toBeGreaterThanOrEqual(0)
    for (const heading of headings) expect(heading).toBeLessThan(2 * Math.PI)
  })

  it('is drawn where it is at once where its rate was right', () => {
    const screen = new Screen()
    const ship = screen.world.ship.spawn({ vx: 60 })
    for (const tick of [9, 10]) {
      screen.tick(tick)
      ship.x += 2
    }
    for (let tick = 9; tick <= 16; tick += FRAME) screen.draw(tick)
    for (let tick = 11; tick <= 20; tick++) {
      screen.tick(tick)
      ship.x += 2
    }
    for (let tick = 16; tick <= 19; tick += FRAME) expect(screen.draw(tick).x).toBe(screen.truth(tick).x)
  })

  it('is eased on where snapshots come one by one and the screen goes on starving', () => {
    const screen = new Screen()
    const ship = screen.world.ship.spawn({ vx: 60 })
    screen.tick(10)
    let last = 500
    for (let tick = 10; tick < 40; tick += FRAME) {
      // Each is four ticks late, and it turns about at tick 12: drawn at once that is 16 units.
      if (tick >= 15 && tick % 1 === 0) {
        ship.vx = tick - 4 >= 12 ? -60 : 60
        ship.x += ship.vx / RATE
        screen.tick(tick - 4)
      }
      const { x } = screen.draw(tick)
      expect(Math.abs(x - last)).toBeLessThan(6)
      last = x
    }
    expect(last).toBeCloseTo(screen.truth(39.5).x, 1)
  })

  it('leaves nothing to the row that takes its place', () => {
    const { screen, ship } = starved(16, stop)
    screen.draw(16)
    screen.world.ship.despawn(ship)
    screen.tick(41)
    screen.world.ship.spawn({ x: 100 })
    screen.tick(42)
    for (let tick = 16; tick < 17; tick += FRAME) screen.draw(tick)
    expect(screen.draw(42).x).toBe(100)
  })

  it('jumps to the present after a screen that stood still', () => {
    const { screen } = starved(10 + RATE / 2, stop)
    expect(screen.draw(10 + RATE / 2).x).toBe(502)
  })
})
