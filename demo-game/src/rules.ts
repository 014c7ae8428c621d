// What the server decides: who joins with which ship, what a shot hits, who scores, when a round ends.

import type { Row } from '@tickwire/engine'
import type { Match, Player, Rules } from '@tickwire/server'
import { addBots } from './bots.ts'
import {
  type Arena,
  DESIGNS,
  GOAL,
  PICKUP_RADIUS,
  passes,
  RESPAWN,
  SHIP_RADIUS,
  type Ship,
  TICK_RATE,
  TINTS,
  ticks,
  WORLD,
} from './game.ts'

type ArenaMatch = Match<Arena>

const SHOT_DAMAGE = 9
const SAFE_TICKS = ticks(2.5)
const TRIPLE_TICKS = ticks(10)
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
    for (const shot of match.world.shot.allOwnedBy(player)) match.world.shot.despawn(shot)
  },
  tick(match) {
    strike(match)
    for (const shot of match.world.shot) if (shot.spent) match.world.shot.despawn(shot)
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

/** Shots meet ships where these were on the screen of whoever fired: what looks like a hit there is one. */
function strike(match: ArenaMatch): void {
  const { ship: ships, shot: shots } = match.world
  for (const player of match.players) {
    if (!shots.ownedBy(player)) continue
    const targets = []
    for (const { id, owner, x, y } of match.rewind(player).ship)
      if (owner !== player.id) targets.push({ id, x, y, radius: SHIP_RADIUS })
    for (const shot of shots.allOwnedBy(player)) {
      const [fromX, fromY] = [shot.x - shot.vx / TICK_RATE, shot.y - shot.vy / TICK_RATE]
      const met = shot.spent ? undefined : targets.find((one) => passes(fromX, fromY, shot.x, shot.y, one))
      if (!met) continue
      shot.spent = true
      const ship = ships.get(met.id)
      if (ship) struck(match, ship, Math.atan2(-shot.vy, -shot.vx), player.id)
    }
  }
}

function struck(match: ArenaMatch, ship: Row<typeof Ship>, angle: number, by: number): void {
  match.emit('struck', { victim: ship.owner ?? 0, angle, by })
  if (ship.safe <= match.world.tick) harm(match, ship, by)
}

function harm(match: ArenaMatch, ship: Row<typeof Ship>, killer: number): void {
  ship.hull = Math.max(0, ship.hull - SHOT_DAMAGE)
  if (ship.hull > 0) return
  const { world } = match
  const victim = [...match.players].find((player) => player.id === ship.owner)
  match.emit('boom', { x: ship.x, y: ship.y, tint: tintOf(match, ship.owner) })
  world.ship.despawn(ship)
  if (!victim) return
  match.emit('kill', { killer, victim: victim.id })
  if (world.state.phase === 'fight') score(match, victim.id, killer)
  match.after(RESPAWN, () => {
    if (match.players.has(victim) && !world.ship.ownedBy(victim)) launch(match, victim)
  })
}

function score({ world }: ArenaMatch, victim: number, killer: number): void {
  const loser = world.pilot.ownedBy({ id: victim })
  if (loser) loser.deaths = Math.min(999, loser.deaths + 1)
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
