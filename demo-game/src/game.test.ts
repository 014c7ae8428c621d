// How a ship moves: inside the world, out of rocks, within what the wire carries, and the same wherever it runs.

import { World } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import {
  arena,
  fly,
  RELOAD,
  type Round,
  SHIP_RADIUS,
  SHOT_ENERGY,
  type Space,
  type Steer,
  TICK_RATE,
  WORLD,
} from './game.ts'

const DT = 1 / TICK_RATE
const IDLE: Steer = { turn: 0, thrust: false, brake: false, fire: false }
const AHEAD: Steer = { ...IDLE, thrust: true }
const OPEN_SPACE = spaceWith([])

function spaceWith(rock: readonly Round[], spawn: Space['spawn'] = () => {}, tick = 0): Space {
  return { dt: DT, tick, world: { rock }, spawn }
}

function shipAt(x: number, y: number, heading = 0) {
  return new World(arena).ship.spawn({ x, y, heading })
}

describe('a ship', () => {
  it('gains speed under thrust and never more than its fields hold', () => {
    const ship = shipAt(WORLD / 2, WORLD / 2, Math.PI / 4)
    for (let tick = 0; tick < 20 * TICK_RATE; tick++) {
      ship.x = ship.y = WORLD / 2
      fly(ship, AHEAD, OPEN_SPACE)
    }
    const speed = Math.hypot(ship.vx, ship.vy)
    expect(speed).toBeGreaterThan(350)
    expect(speed).toBeLessThan(640)
  })

  it.each([0, 1, 2, 3])('bounces off the wall that it flies into (%i)', (side) => {
    const ship = shipAt(WORLD / 2, WORLD / 2, (side * Math.PI) / 2)
    let bounces = 0
    for (let tick = 0; tick < 20 * TICK_RATE; tick++) {
      const before = ship.vx + ship.vy
      fly(ship, AHEAD, OPEN_SPACE)
      if (Math.abs(before) > 100 && Math.sign(ship.vx + ship.vy) !== Math.sign(before)) bounces++
      expect(Math.min(ship.x, ship.y)).toBeGreaterThanOrEqual(SHIP_RADIUS)
      expect(Math.max(ship.x, ship.y)).toBeLessThanOrEqual(WORLD - SHIP_RADIUS)
    }
    expect(bounces).toBeGreaterThan(0)
  })

  it('never ends a tick inside a rock', () => {
    const rock = { x: 900, y: 1010, radius: 90 }
    const ship = shipAt(400, 1000)
    let nearest = Number.POSITIVE_INFINITY
    for (let tick = 0; tick < 8 * TICK_RATE; tick++) {
      fly(ship, AHEAD, spaceWith([rock]))
      nearest = Math.min(nearest, Math.hypot(ship.x - rock.x, ship.y - rock.y))
    }
    expect(nearest).toBeCloseTo(rock.radius + SHIP_RADIUS, 6)
  })

  it('fires at its pace while the trigger is held, until its energy is gone', () => {
    const ship = shipAt(WORLD / 2, WORLD / 2)
    const shots: number[] = []
    for (let tick = 0; tick < 10 * TICK_RATE; tick++) {
      fly(
        ship,
        { ...IDLE, fire: true },
        spaceWith([], () => shots.push(tick), tick)
      )
      expect(ship.energy).toBeGreaterThanOrEqual(0)
    }
    const gaps = shots.slice(1).map((tick, at) => tick - shots[at])
    expect(gaps[0]).toBe(RELOAD)
    expect(Math.max(...gaps)).toBeGreaterThan(RELOAD) // out of energy
    expect(ship.energy).toBeLessThan(3 * SHOT_ENERGY)
  })

  it('moves alike wherever the same commands run', () => {
    const [here, there] = [shipAt(700, 900, 1), shipAt(700, 900, 1)]
    const rocks = [{ x: 800, y: 1100, radius: 70 }]
    for (let tick = 0; tick < 400; tick++) {
      const steer = { turn: Math.sin(tick / 9), thrust: tick % 50 < 35, brake: tick % 70 > 60, fire: tick % 3 === 0 }
      fly(here, steer, spaceWith(rocks))
      fly(there, steer, spaceWith(rocks))
    }
    const values = ({ x, y, vx, vy, heading, spin, energy, reload }: typeof here) => ({
      x,
      y,
      vx,
      vy,
      heading,
      spin,
      energy,
      reload,
    })
    expect(values(here)).toEqual(values(there))
  })
})
