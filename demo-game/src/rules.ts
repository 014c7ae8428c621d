// What the server decides: who joins with which ship, what a shot hits, who scores, when a round ends.

import type { CommandOf, Row } from '@tickwire/engine'
import type { Match, Player, Rules } from '@tickwire/server'
import { addBots } from './bots.ts'
import {
  type Arena,
  DESIGNS,
  GOAL,
  PICKUP_RADIUS,
  RELOAD,
  RESPAWN,
  SHIP_RADIUS,
  SHOT_SPEED,
  type Ship,
  type Shot,
  TICK_RATE,
  TINTS,
  ticks,
  WORLD,
} from './game.ts'

type ArenaMatch = Match<Arena>

const SHOT_DAMAGE = 9
const SAFE_TICKS = ticks(2.5)
const TRIPLE_TICKS = ticks(10)
const TRIPLE_SPREAD = 0.14
const REPAIR = 40
const KILL_REPAIR = 15
const PICKUPS = 7
const PICKUP_EVERY = ticks(5)
const ROUND_BREAK = ticks(7)
/** Nobody needs more room around a new ship. */
const ROOM = 800

export const rules = {
  capacity: 16,
  start(match) {
    match.world.state.phase = 'fight'
    match.world.state.round = 1
    scatterRocks(match)
    for (let i = 0; i < PICKUPS; i++) dropPickup(match)
    addBots(match)
  },
  join: enter,
  leave(match, player) {
    match.world.ship.despawn(match.world.ship.ownedBy(player))
    match.world.pilot.despawn(match.world.pilot.ownedBy(player))
  },
  tick(match, commands) {
    fire(match, commands)
    flyShots(match)
    collect(match)
    if (match.world.tick % PICKUP_EVERY === 0 && match.world.pickup.size < PICKUPS) dropPickup(match)
    turnRounds(match)
  },
  requests: {
    say(match, player, { text }) {
      const line = text.trim()
      if (line !== '') match.emit('said', { name: player.name, tint: tintOf(match, player.id), text: line })
      return { heard: match.players.size }
    },
  },
} satisfies Rules<Arena>

/** A line on the score board, and a ship. */
function enter(match: ArenaMatch, player: Player): void {
  match.world.pilot.spawn({ name: player.name, bot: player.bot, ...freshLook(match) }, player)
  launch(match, player)
}

/** The colour that the fewest others have, in a design that tells it from its neighbours on the palette. */
function freshLook({ world }: ArenaMatch): { tint: number; design: number } {
  const worn = new Array<number>(TINTS).fill(0)
  for (const pilot of world.pilot) worn[pilot.tint] += 1
  const tint = worn.indexOf(Math.min(...worn))
  return { tint, design: (tint + Math.floor(tint / DESIGNS) + worn[tint]) % DESIGNS }
}

function tintOf(match: ArenaMatch, player: number | undefined): number {
  return (player !== undefined && match.world.pilot.ownedBy({ id: player })?.tint) || 0
}

/** A place away from rocks and walls and, among a few, the one with the most room to the next ship, up to a point. */
function quietPlace(match: ArenaMatch): { x: number; y: number } {
  let best = { x: WORLD / 2, y: WORLD / 2 }
  let bestRoom = -1
  for (let i = 0; i < 14; i++) {
    const x = Math.round(250 + match.random() * (WORLD - 500))
    const y = Math.round(250 + match.random() * (WORLD - 500))
    let room = ROOM
    for (const ship of match.world.ship) room = Math.min(room, Math.hypot(ship.x - x, ship.y - y))
    for (const rock of match.world.rock)
      if (Math.hypot(rock.x - x, rock.y - y) < rock.radius + 3 * SHIP_RADIUS) room = -1
    if (room > bestRoom) {
      best = { x, y }
      bestRoom = room
    }
  }
  return best
}

function launch(match: ArenaMatch, player: Player): void {
  const { x, y } = quietPlace(match)
  const heading = Math.atan2(WORLD / 2 - y, WORLD / 2 - x)
  match.world.ship.spawn({ x, y, heading, safe: match.world.tick + SAFE_TICKS }, player)
}

function scatterRocks(match: ArenaMatch): void {
  for (let i = 0; i < match.options.rocks; i++) {
    const { x, y } = quietPlace(match)
    const size = match.random()
    match.world.rock.spawn({ x, y, radius: Math.round(34 + 96 * size * size), shape: i })
  }
}

function dropPickup(match: ArenaMatch): void {
  match.world.pickup.spawn({ ...quietPlace(match), kind: match.random() < 0.6 ? 'repair' : 'triple' })
}

function fire(match: ArenaMatch, commands: ReadonlyMap<Player, Readonly<CommandOf<Arena>>>): void {
  for (const player of commands.keys()) {
    const ship = match.world.ship.ownedBy(player)
    if (ship?.reload !== RELOAD) continue // `move` sets it in the tick in which it fires
    ship.safe = Math.min(ship.safe, match.world.tick)
    const spread = ship.triple > match.world.tick ? [-TRIPLE_SPREAD, 0, TRIPLE_SPREAD] : [0]
    for (const off of spread) shoot(match, player, ship, ship.heading + off)
  }
}

function shoot(match: ArenaMatch, player: Player, ship: Row<typeof Ship>, heading: number): void {
  const [ux, uy] = [Math.cos(heading), Math.sin(heading)]
  const x = ship.x + ux * (SHIP_RADIUS + 6)
  const y = ship.y + uy * (SHIP_RADIUS + 6)
  if (isOutside(x, y)) return
  match.world.shot.spawn({ x, y, vx: ship.vx + ux * SHOT_SPEED, vy: ship.vy + uy * SHOT_SPEED }, player)
}

function isOutside(x: number, y: number): boolean {
  return x <= 0 || y <= 0 || x >= WORLD || y >= WORLD
}

function flyShots(match: ArenaMatch): void {
  const { rock: rocks, ship: ships, shot: shots } = match.world
  for (const shot of shots) {
    shot.fuse -= 1
    if (shot.fuse <= 0) {
      shots.despawn(shot)
      continue
    }
    let hit = isOutside(shot.x, shot.y)
    for (const rock of rocks) hit ||= passed(shot, rock.x, rock.y, rock.radius)
    for (const ship of ships) {
      if (hit || ship.owner === shot.owner || !passed(shot, ship.x, ship.y, SHIP_RADIUS)) continue
      hit = true
      if (ship.safe <= match.world.tick) harm(match, ship, shot.owner)
    }
    if (!hit) continue
    const angle = Math.atan2(-shot.vy, -shot.vx)
    match.emit('hit', { x: within(shot.x), y: within(shot.y), angle, tint: tintOf(match, shot.owner) })
    shots.despawn(shot)
  }
}

function within(value: number): number {
  return Math.min(Math.max(value, 0), WORLD)
}

/** Whether the shot's way of this tick came within `radius` of the point. */
function passed(shot: Row<typeof Shot>, x: number, y: number, radius: number): boolean {
  const wayX = shot.vx / TICK_RATE
  const wayY = shot.vy / TICK_RATE
  const fromX = shot.x - wayX
  const fromY = shot.y - wayY
  const along = ((x - fromX) * wayX + (y - fromY) * wayY) / (wayX * wayX + wayY * wayY || 1)
  const at = Math.min(Math.max(along, 0), 1)
  return Math.hypot(fromX + wayX * at - x, fromY + wayY * at - y) < radius
}

function harm(match: ArenaMatch, ship: Row<typeof Ship>, killer: number | undefined): void {
  ship.hull = Math.max(0, ship.hull - SHOT_DAMAGE)
  if (ship.hull > 0) return
  const { world } = match
  const victim = [...match.players].find((player) => player.id === ship.owner)
  match.emit('boom', { x: ship.x, y: ship.y, tint: tintOf(match, ship.owner) })
  world.ship.despawn(ship)
  if (!victim) return
  match.emit('kill', { killer: killer ?? 0, victim: victim.id })
  if (world.state.phase === 'fight') score(match, victim.id, killer)
  match.after(RESPAWN, () => {
    if (match.players.has(victim) && !world.ship.ownedBy(victim)) launch(match, victim)
  })
}

function score({ world }: ArenaMatch, victim: number, killer: number | undefined): void {
  const loser = world.pilot.ownedBy({ id: victim })
  if (loser) loser.deaths = Math.min(999, loser.deaths + 1)
  if (killer === undefined) return
  const winner = world.pilot.ownedBy({ id: killer })
  const ship = world.ship.ownedBy({ id: killer })
  if (ship) ship.hull = Math.min(100, ship.hull + KILL_REPAIR)
  if (!winner) return
  winner.kills += 1
  if (winner.kills < GOAL) return
  world.state.phase = 'over'
  world.state.winner = winner.name
  world.state.resumes = world.tick + ROUND_BREAK
}

function collect(match: ArenaMatch): void {
  const { world } = match
  for (const pickup of world.pickup)
    for (const ship of world.ship) {
      if (Math.hypot(ship.x - pickup.x, ship.y - pickup.y) > SHIP_RADIUS + PICKUP_RADIUS) continue
      if (pickup.kind === 'repair') ship.hull = Math.min(100, ship.hull + REPAIR)
      else ship.triple = world.tick + TRIPLE_TICKS
      match.emit('took', { x: pickup.x, y: pickup.y, kind: pickup.kind, player: ship.owner ?? 0 })
      world.pickup.despawn(pickup)
      break
    }
}

function turnRounds({ world }: ArenaMatch): void {
  if (world.state.phase !== 'over' || world.tick < world.state.resumes) return
  world.state.phase = 'fight'
  world.state.round = (world.state.round % 9999) + 1
  for (const pilot of world.pilot) {
    pilot.kills = 0
    pilot.deaths = 0
  }
}
