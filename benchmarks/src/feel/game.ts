// What is played to be looked at: a row at a steady speed, one that steers all the time and is shot at, and a ship for
// each player, which nothing ever touches. Steps are so fine that rounding is no part of any figure.

import { bool, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import type { Random } from '@tickwire/engine/testing'

/** Of the steady row, units a second. */
export const STEADY_SPEED = 120
/** A shot within so many units of the target's middle hits. */
export const TARGET_RADIUS = 16

const TURN = 3.5
const THRUST = 400
const DRAG = 1

const far = 2 ** 19
const place = ranged(-far, far, 1 / 1024)
const speed = ranged(-512, 512, 1 / 1024)
const aim = ranged(-2048, 2048, 1 / 64)

/** The game at a tick rate. */
export const feelAt = (tickRate: number) =>
  defineGame({
    name: 'feel-benchmark',
    tickRate,
    entities: {
      steady: entity({ x: place.rate('vx'), vx: speed }),
      target: entity({ x: place.rate('vx'), y: place.rate('vy'), vx: speed, vy: speed }),
      ship: entity(
        {
          x: place.rate('vx').default(0),
          y: place.rate('vy').default(0),
          vx: speed.default(0),
          vy: speed.default(0),
          heading: ranged(-far, far, 1 / 1024).default(0),
        },
        { predict: 'owner' }
      ),
    },
    command: command({ turn: int(-1, 1), thrust: bool, fire: bool, shot: int(0, 65535), aimX: aim, aimY: aim }),
    move: {
      ship(ship, { turn, thrust }, { dt }) {
        ship.heading += turn * TURN * dt
        const pull = thrust ? THRUST * dt : 0
        const keep = Math.exp(-DRAG * dt)
        ship.vx = ship.vx * keep + Math.cos(ship.heading) * pull
        ship.vy = ship.vy * keep + Math.sin(ship.heading) * pull
        ship.x += ship.vx * dt
        ship.y += ship.vy * dt
      },
    },
  })
export type FeelGame = ReturnType<typeof feelAt>
export type FeelCommand = FeelGame['command']

export interface Motion {
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
}

/** Waves a direction; each adds at most so many units a second to the speed, and has so many radians a second. */
const WAVES = 3
const WAVE_SPEED = 80
const SLOWEST = 0.5
const FASTEST = 2.5

/** The target's path in closed form, so that it is known between ticks too; `seconds` from tick 0. */
export function steering(random: Random): (seconds: number) => Motion {
  const waves = () =>
    Array.from({ length: WAVES }, () => ({
      turns: SLOWEST + (FASTEST - SLOWEST) * random.next(),
      phase: 2 * Math.PI * random.next(),
    }))
  const [across, along] = [waves(), waves()]
  const placeOf = (all: typeof across, t: number) =>
    all.reduce((sum, { turns, phase }) => sum + (WAVE_SPEED / turns) * Math.sin(turns * t + phase), 0)
  const speedOf = (all: typeof across, t: number) =>
    all.reduce((sum, { turns, phase }) => sum + WAVE_SPEED * Math.cos(turns * t + phase), 0)
  return (t) => ({ x: placeOf(across, t), y: placeOf(along, t), vx: speedOf(across, t), vy: speedOf(along, t) })
}
