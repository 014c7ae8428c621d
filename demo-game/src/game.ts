// The contract of the demo, imported by the server and the page: what exists, what travels, and how a ship moves.
// Distances are in world units, angles in radians, times in seconds unless they say ticks.

import {
  angle,
  bool,
  command,
  defineGame,
  entity,
  event,
  int,
  oneOf,
  type Row,
  ranged,
  request,
  text,
  tick,
} from '@tickwire/engine'

export const TICK_RATE = 60
/** Seconds as whole ticks. */
export function ticks(seconds: number): number {
  return Math.round(seconds * TICK_RATE)
}
/** The world is a square of this side. */
export const WORLD = 3072
export const SHIP_RADIUS = 22
export const PICKUP_RADIUS = 26
export const SHOT_SPEED = 780
/** Ticks that a shot flies. */
export const SHOT_LIFE: number = ticks(1.12)
/** Ticks between two shots. */
export const RELOAD: number = ticks(0.2)
export const SHOT_ENERGY = 8
/** Ticks from losing a ship to the next one. */
export const RESPAWN: number = ticks(2.5)
/** Kills that win a round. */
export const GOAL = 15
/** Colours to tell pilots apart by; a `tint` is an index into the page's palette. */
export const TINTS = 8
/** Hull designs, so that colour is never the only difference. */
export const DESIGNS = 4

const TURN_SPEED = 4.2
const TURN_GRIP = 18
const THRUST = 430
const DRAG = 0.95
const BRAKE = 2.6
const BOUNCE = 0.45
const ENERGY_GAIN = 24

export const Ship = entity(
  {
    x: ranged(0, WORLD, 1 / 256).rate('vx'),
    y: ranged(0, WORLD, 1 / 256).rate('vy'),
    vx: ranged(-640, 640, 1 / 64).default(0),
    vy: ranged(-640, 640, 1 / 64).default(0),
    heading: angle(12).rate('spin').default(0),
    spin: ranged(-8, 8, 1 / 64).default(0),
    thrust: bool.default(false),
    hull: int(0, 100).default(100),
    /** Until this tick nothing harms it. */
    safe: tick().default(0),
    /** Until this tick it fires three shots at a time. */
    triple: tick().default(0),
    energy: ranged(0, 100, 1 / 16)
      .default(100)
      .only('owner'),
    /** Ticks until it can fire again; RELOAD in the tick in which it fired. */
    reload: int(0, RELOAD).default(0).only('owner'),
  },
  { predict: 'owner' }
)

export const Shot = entity({
  x: ranged(0, WORLD, 1 / 256).rate('vx'),
  y: ranged(0, WORLD, 1 / 256).rate('vy'),
  vx: ranged(-1536, 1536, 1 / 64),
  vy: ranged(-1536, 1536, 1 / 64),
  fuse: int(0, SHOT_LIFE).default(SHOT_LIFE).only('server'),
})

/** What nobody moves: cover, and what one crashes into. `shape` seeds its outline. */
export const Rock = entity({
  x: ranged(0, WORLD, 1),
  y: ranged(0, WORLD, 1),
  radius: int(20, 160),
  shape: int(0, 255),
})

export const Pickup = entity({
  x: ranged(0, WORLD, 1),
  y: ranged(0, WORLD, 1),
  kind: oneOf('repair', 'triple'),
})

/** A player's line on the score board; it outlives the ship. */
export const Pilot = entity({
  name: text(16),
  tint: int(0, TINTS - 1),
  design: int(0, DESIGNS - 1),
  bot: bool.default(false),
  kills: int(0, 999).default(0),
  deaths: int(0, 999).default(0),
})

const place = { x: ranged(0, WORLD, 1), y: ranged(0, WORLD, 1) }
const tint = int(0, TINTS - 1)
const playerId = int(0, 65535)

export interface Steer {
  readonly turn: number
  readonly thrust: boolean
  readonly brake: boolean
  readonly fire: boolean
}
export interface Round {
  readonly x: number
  readonly y: number
  readonly radius: number
}

function steerShip(ship: Row<typeof Ship>, steer: Steer, dt: number): void {
  ship.spin += (steer.turn * TURN_SPEED - ship.spin) * (1 - Math.exp(-TURN_GRIP * dt))
  ship.heading += ship.spin * dt
  const pull = steer.thrust ? THRUST * dt : 0
  const keep = Math.exp(-(steer.brake ? BRAKE : DRAG) * dt)
  ship.vx = ship.vx * keep + Math.cos(ship.heading) * pull
  ship.vy = ship.vy * keep + Math.sin(ship.heading) * pull
  ship.thrust = steer.thrust
  ship.x += ship.vx * dt
  ship.y += ship.vy * dt
}

function bounceOffWalls(ship: Row<typeof Ship>): void {
  const [low, high] = [SHIP_RADIUS, WORLD - SHIP_RADIUS]
  if (ship.x < low || ship.x > high) ship.vx = Math.abs(ship.vx) * (ship.x < low ? BOUNCE : -BOUNCE)
  if (ship.y < low || ship.y > high) ship.vy = Math.abs(ship.vy) * (ship.y < low ? BOUNCE : -BOUNCE)
  ship.x = Math.min(Math.max(ship.x, low), high)
  ship.y = Math.min(Math.max(ship.y, low), high)
}

function bounceOffRocks(ship: Row<typeof Ship>, rocks: Iterable<Round>): void {
  for (const rock of rocks) {
    const reach = rock.radius + SHIP_RADIUS
    const dx = ship.x - rock.x
    const dy = ship.y - rock.y
    const apart = Math.hypot(dx, dy)
    if (apart >= reach || apart === 0) continue
    const nx = dx / apart
    const ny = dy / apart
    ship.x = rock.x + nx * reach
    ship.y = rock.y + ny * reach
    const into = ship.vx * nx + ship.vy * ny
    if (into >= 0) continue
    ship.vx -= (1 + BOUNCE) * into * nx
    ship.vy -= (1 + BOUNCE) * into * ny
  }
}

/** One tick of a ship: the whole of what server and predicting page must agree on. */
export function fly(ship: Row<typeof Ship>, steer: Steer, dt: number, rocks: Iterable<Round>): void {
  steerShip(ship, steer, dt)
  bounceOffWalls(ship)
  bounceOffRocks(ship, rocks)
  workTheGun(ship, steer, dt)
}

/** Fires when it may: the tick's rules see `reload === RELOAD` and spawn the shots. */
function workTheGun(ship: Row<typeof Ship>, steer: Steer, dt: number): void {
  ship.energy = Math.min(100, ship.energy + ENERGY_GAIN * dt)
  if (ship.reload > 0) ship.reload -= 1
  if (ship.reload > 0 || !steer.fire || ship.energy < SHOT_ENERGY) return
  ship.reload = RELOAD
  ship.energy -= SHOT_ENERGY
}

export const arena = defineGame({
  name: 'arena',
  tickRate: TICK_RATE,
  options: { bots: int(0, 10).default(6), rocks: int(0, 40).default(15) },
  state: {
    phase: oneOf('fight', 'over'),
    round: int(1, 9999),
    winner: text(16),
    /** The tick at which the next round starts, in the phase 'over'. */
    resumes: tick(),
  },
  entities: { ship: Ship, shot: Shot, rock: Rock, pickup: Pickup, pilot: Pilot },
  command: command({ turn: ranged(-1, 1, 1 / 16), thrust: bool, brake: bool, fire: bool }),
  events: {
    hit: event({ ...place, angle: angle(8), tint }),
    boom: event({ ...place, tint }),
    /** Players by id. */
    kill: event({ killer: playerId, victim: playerId }),
    took: event({ ...place, kind: oneOf('repair', 'triple'), player: playerId }),
    said: event({ name: text(16), tint, text: text(120) }),
  },
  requests: { say: request({ text: text(120) }, { heard: int(0, 1000) }) },

  move: {
    ship: (ship, steer, { dt, world }) => fly(ship, steer, dt, world.rock),
    shot(shot, _steer, { dt }) {
      shot.x += shot.vx * dt
      shot.y += shot.vy * dt
    },
  },
})

export type Arena = typeof arena
