// The contract of the demo, imported by the server and the page: what exists, what travels, how ships and shots move, and
// when a ship fires. All of that the page runs ahead of the server.
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
const TRIPLE_SPREAD = 0.14
/** Where a shot begins, from the middle of its ship. */
export const MUZZLE: number = SHIP_RADIUS + 6

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
  /** The tick at which it has flown far enough. */
  ends: tick(),
  /** It has, or it met a rock or the wall: the rules take it away, and until they have nobody draws it. */
  spent: bool.default(false),
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

/** What a ship flies in: of what `move` is handed, what it needs. */
export interface Space {
  readonly dt: number
  readonly tick: number
  readonly world: { readonly rock: Iterable<Round> }
  spawn(entity: 'shot', values: { x: number; y: number; vx: number; vy: number; ends: number }): void
}

/** One tick of a ship: the whole of what server and predicting page must agree on. */
export function fly(ship: Row<typeof Ship>, steer: Steer, space: Space): void {
  steerShip(ship, steer, space.dt)
  bounceOffWalls(ship)
  bounceOffRocks(ship, space.world.rock)
  workTheGun(ship, steer, space)
}

function workTheGun(ship: Row<typeof Ship>, steer: Steer, space: Space): void {
  ship.energy = Math.min(100, ship.energy + ENERGY_GAIN * space.dt)
  if (ship.reload > 0) ship.reload -= 1
  if (ship.reload > 0 || !steer.fire || ship.energy < SHOT_ENERGY) return
  ship.reload = RELOAD
  ship.energy -= SHOT_ENERGY
  ship.safe = Math.min(ship.safe, space.tick) // who shoots can be shot
  const spread = ship.triple > space.tick ? [-TRIPLE_SPREAD, 0, TRIPLE_SPREAD] : [0]
  for (const off of spread) shoot(ship, ship.heading + off, space)
}

function shoot(ship: Row<typeof Ship>, heading: number, { tick, spawn }: Space): void {
  const [ux, uy] = [Math.cos(heading), Math.sin(heading)]
  const [x, y] = [ship.x + ux * MUZZLE, ship.y + uy * MUZZLE]
  if (isOutside(x, y)) return
  spawn('shot', { x, y, vx: ship.vx + ux * SHOT_SPEED, vy: ship.vy + uy * SHOT_SPEED, ends: tick + SHOT_LIFE })
}

function isOutside(x: number, y: number): boolean {
  return x <= 0 || y <= 0 || x >= WORLD || y >= WORLD
}

/** Whether a way from one point to another comes within `radius` of a third. */
export function passes(fromX: number, fromY: number, toX: number, toY: number, { x, y, radius }: Round): boolean {
  const wayX = toX - fromX
  const wayY = toY - fromY
  const along = ((x - fromX) * wayX + (y - fromY) * wayY) / (wayX * wayX + wayY * wayY || 1)
  const at = Math.min(Math.max(along, 0), 1)
  return Math.hypot(fromX + wayX * at - x, fromY + wayY * at - y) < radius
}

/** One tick of a shot. Returns whether it met a rock or the wall. */
function flyShot(shot: Row<typeof Shot>, { dt, tick, world }: Omit<Space, 'spawn'>): boolean {
  const { x, y } = shot
  shot.x += shot.vx * dt
  shot.y += shot.vy * dt
  let isMet = isOutside(shot.x, shot.y)
  for (const rock of world.rock) isMet ||= passes(x, y, shot.x, shot.y, rock)
  shot.spent = isMet || tick >= shot.ends
  return isMet
}

function within(value: number): number {
  return Math.min(Math.max(value, 0), WORLD)
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
    /** A shot met a rock or the wall; players by id. */
    hit: event({ ...place, angle: angle(8), by: playerId }),
    /** A shot met a ship, wherever that is drawn. */
    struck: event({ victim: playerId, angle: angle(8), by: playerId }),
    boom: event({ ...place, tint }),
    kill: event({ killer: playerId, victim: playerId }),
    took: event({ ...place, kind: oneOf('repair', 'triple'), player: playerId }),
    said: event({ name: text(16), tint, text: text(120) }),
  },
  requests: { say: request({ text: text(120) }, { heard: int(0, 1000) }) },

  move: {
    ship: (ship, steer, context) => fly(ship, steer, context),
    shot(shot, _steer, context) {
      if (shot.spent || !flyShot(shot, context)) return
      const angle = Math.atan2(-shot.vy, -shot.vx)
      context.emit('hit', { x: within(shot.x), y: within(shot.y), angle, by: shot.owner ?? 0 })
    },
  },
})

export type Arena = typeof arena
