// Pilots that nobody flies. They see what a player sees, a little late; they steer with the same command, aim ahead of
// their target with an error that drifts, shoot in bursts, run when hurt, and mind rocks and walls most of the time.

import type { CommandOf, Row } from '@tickwire/engine'
import type { Match, Player } from '@tickwire/server'
import { type Arena, SHIP_RADIUS, SHOT_SPEED, type Ship, ticks, WORLD } from './game.ts'

type ArenaMatch = Match<Arena>
type Command = CommandOf<Arena>
interface Point {
  readonly x: number
  readonly y: number
}

const NAMES = ['Vega', 'Rigel', 'Mira', 'Altair', 'Lyra', 'Nash', 'Spica', 'Deneb', 'Pollux', 'Ceres']
const IDLE: Command = { turn: 0, thrust: false, brake: false, fire: false }

/** Seats the match's bots. */
export function addBots(match: ArenaMatch): void {
  for (const name of NAMES.slice(0, match.options.bots)) {
    const brain = new Brain(match)
    match.addBot((bot) => brain.steer(bot), name)
  }
}

/** One bot's moods and mistakes. Its only chance is the match's seeded `random()`. */
export class Brain {
  readonly #match: ArenaMatch
  readonly #nerve: number
  readonly #error: number
  readonly #range: number
  #target: number | undefined
  #think = 0
  #goal: Point = { x: WORLD / 2, y: WORLD / 2 }
  #aimError = 0
  #burst = 0
  #pause = 0
  #side = 1
  #bearing: number | undefined

  constructor(match: ArenaMatch) {
    this.#match = match
    this.#nerve = 25 + match.random() * 30
    this.#error = 0.06 + match.random() * 0.11
    this.#range = 240 + match.random() * 240
  }

  steer(player: Player): Command {
    const ship = this.#match.world.ship.ownedBy(player)
    if (!ship) return IDLE
    if (--this.#think <= 0) this.#decide(ship)
    this.#aimError += (this.#match.random() - 0.5) * this.#error - this.#aimError * 0.03
    const target = this.#match.world.ship.get(this.#target)
    const lead = target && leadOf(ship, target)
    const wanted = this.#wish(ship, lead)
    const danger = this.#danger(ship)
    const bearing = danger ?? Math.atan2(wanted.y - ship.y, wanted.x - ship.x) + this.#aimError
    // A hand is slower than an eye: the bearing that is steered for follows the one that is wanted.
    this.#bearing = this.#bearing === undefined ? bearing : this.#bearing + 0.2 * turnTo(this.#bearing, bearing)
    const off = turnTo(ship.heading, this.#bearing)
    const distance = Math.hypot(wanted.x - ship.x, wanted.y - ship.y)
    const isChasing = lead !== undefined && wanted === lead
    return {
      turn: Math.min(Math.max(off * 2.4 - ship.spin * 0.22, -1), 1),
      thrust:
        danger !== undefined ? Math.abs(off) < 1.3 : Math.abs(off) < 0.9 && (!isChasing || distance > this.#range),
      brake: isChasing && distance < this.#range * 0.45,
      fire: this.#fires(ship, lead),
    }
  }

  #decide(ship: Row<typeof Ship>): void {
    const { world } = this.#match
    const random = () => this.#match.random()
    this.#think = ticks(0.45 + random())
    this.#side = random() < 0.5 ? -1 : 1
    let best = 1500
    const before = this.#target
    this.#target = undefined
    for (const other of world.ship) {
      if (other.id === ship.id || other.safe > world.tick) continue
      const wounded = 0.6 + (0.4 * other.hull) / 100
      const known = other.id === before ? 0.7 : 1
      const cost = Math.hypot(other.x - ship.x, other.y - ship.y) * wounded * known * (0.7 + random() * 0.6)
      if (cost >= best) continue
      best = cost
      this.#target = other.id
    }
    if (Math.hypot(this.#goal.x - ship.x, this.#goal.y - ship.y) < 300 || random() < 0.1)
      this.#goal = { x: 400 + random() * (WORLD - 800), y: 400 + random() * (WORLD - 800) }
  }

  /** Where it wants to be: at a repair when hurt, at its target when it has one, roaming otherwise. */
  #wish(ship: Row<typeof Ship>, lead: Point | undefined): Point {
    let near: Point | undefined
    let nearest = ship.hull < this.#nerve ? 1800 : 320
    for (const pickup of this.#match.world.pickup) {
      const distance = Math.hypot(pickup.x - ship.x, pickup.y - ship.y)
      if (distance >= nearest || (ship.hull < this.#nerve && pickup.kind !== 'repair')) continue
      nearest = distance
      near = pickup
    }
    return near ?? lead ?? this.#goal
  }

  /** A bearing away from the rock or the wall that it is about to hit. */
  #danger(ship: Row<typeof Ship>): number | undefined {
    const ahead = { x: ship.x + ship.vx * 0.8, y: ship.y + ship.vy * 0.8 }
    const margin = 130
    if (ahead.x < margin || ahead.y < margin || ahead.x > WORLD - margin || ahead.y > WORLD - margin)
      return Math.atan2(WORLD / 2 - ship.y, WORLD / 2 - ship.x)
    for (const rock of this.#match.world.rock) {
      const distance = Math.hypot(rock.x - ship.x, rock.y - ship.y)
      if (distance > rock.radius + 260) continue
      if (!crosses(ship, ahead, rock, rock.radius + SHIP_RADIUS * 1.6)) continue
      const away = Math.atan2(ship.y - rock.y, ship.x - rock.x)
      return away + this.#side * 0.9
    }
    return undefined
  }

  #fires(ship: Row<typeof Ship>, lead: Point | undefined): boolean {
    if (this.#burst > 0) this.#burst -= 1
    if (this.#burst <= 0 && --this.#pause <= 0) {
      this.#burst = ticks(0.3 + this.#match.random() * 0.9)
      this.#pause = ticks(0.5 + this.#match.random() * 1.3)
    }
    if (!lead || this.#burst <= 0 || ship.energy < 12) return false
    const distance = Math.hypot(lead.x - ship.x, lead.y - ship.y)
    const off = turnTo(ship.heading, Math.atan2(lead.y - ship.y, lead.x - ship.x))
    return distance < 720 && Math.abs(off) < 0.1 + 30 / (distance + 60)
  }
}

/** Where a shot fired now would meet it, if it flew on straight. */
function leadOf(ship: Row<typeof Ship>, target: Row<typeof Ship>): Point {
  const time = Math.min(1.1, Math.hypot(target.x - ship.x, target.y - ship.y) / SHOT_SPEED)
  return { x: target.x + (target.vx - ship.vx) * time, y: target.y + (target.vy - ship.vy) * time }
}

/** The turn from one bearing to another, -pi to pi. */
function turnTo(from: number, to: number): number {
  const turn = (to - from) % (2 * Math.PI)
  if (turn > Math.PI) return turn - 2 * Math.PI
  return turn < -Math.PI ? turn + 2 * Math.PI : turn
}

function crosses(from: Point, to: Point, at: Point, radius: number): boolean {
  const [wayX, wayY] = [to.x - from.x, to.y - from.y]
  const along = ((at.x - from.x) * wayX + (at.y - from.y) * wayY) / (wayX * wayX + wayY * wayY || 1)
  const part = Math.min(Math.max(along, 0), 1)
  return Math.hypot(from.x + wayX * part - at.x, from.y + wayY * part - at.y) < radius
}
