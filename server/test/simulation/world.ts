// The game that simulated players play, and its rules: every kind of field, audience and event, rows that come and go all
// the time in slots that are used again, rows that are given away, and requests of every outcome. What the rules do is
// noted in a Ledger, so that it can be held against what players saw.

import {
  angle,
  bool,
  command,
  data,
  defineGame,
  entity,
  event,
  int,
  oneOf,
  ranged,
  ref,
  request,
  TickwireError,
  text,
} from '@tickwire/engine'
import type { Match, Player, Rules } from '../../src/match/rules.ts'

const SIZE = 1024
const coordinate = ranged(0, SIZE, 1 / 64)
const speed = ranged(-256, 256, 1 / 64)
const within = (x: number): number => Math.max(0, Math.min(SIZE, x))

/** Ticks between two shots. */
const RELOAD = 4
const SHOT_LIVES = 15
const CRATES = 4

export const sea = defineGame({
  name: 'sea',
  tickRate: 20,
  state: { phase: oneOf('calm', 'storm'), round: int(0, 65535).linear(), secret: int(0, 1e6).only('server') },
  entities: {
    ship: entity(
      {
        x: coordinate.rate('vx'),
        vx: speed.default(0),
        heading: angle(10).default(0),
        /** How often its `move` ran at the server. */
        steps: int(0, 65535).default(0).linear(),
        shots: int(0, 65535).default(0),
        reload: int(0, RELOAD).default(0),
        name: text(16),
        aim: ref('crate'),
        ammo: int(0, 1e6).default(7).only('owner'),
        log: text(8).default('-').only('owner'),
        fuse: int(0, 1e6).default(7).only('server'),
      },
      { predict: 'owner' }
    ),
    shot: entity({ x: coordinate.rate('vx'), vx: speed, life: int(0, SHOT_LIVES) }, { maxRows: 100 }),
    ball: entity({ x: coordinate.rate('vx'), vx: speed }, { predict: 'everyone' }),
    crate: entity({
      hp: int(0, 255),
      note: data<number[]>(16),
      gold: int(0, 1e6).default(0).only('owner'),
      loot: data<number[]>(16).default([]).only('owner'),
      trap: text(8).default('').only('server'),
    }),
  },
  command: command({ turn: int(-1, 1), go: bool, fire: bool }),
  events: {
    boom: event({ n: int(0, 1e6) }),
    secret: event({ n: int(0, 1e6), text: text(12) }),
    fired: event({ n: int(0, 65535), by: int(0, 65535) }),
  },
  requests: {
    add: request({ n: int(0, 1e8) }, { n: int(0, 1e8) }),
    later: request({ n: int(0, 1e8) }, { n: int(0, 1e8) }),
    refuse: request({ n: int(0, 1e8) }, {}),
    fail: request({ n: int(0, 1e8) }, {}),
    reject: request({ n: int(0, 1e8) }, {}),
  },
  move: {
    ship(ship, { turn, go, fire }, { dt, spawn, emit }) {
      ship.steps++
      ship.heading += turn * 2 * dt
      ship.vx += (Math.cos(ship.heading) * (go ? 120 : 0) - ship.vx) * 4 * dt
      ship.x = within(ship.x + ship.vx * dt)
      if (ship.reload > 0) ship.reload--
      if (!fire || ship.reload > 0) return
      ship.reload = RELOAD
      ship.shots++
      spawn('shot', { x: ship.x, vx: ship.heading < Math.PI ? 200 : -200, life: SHOT_LIVES })
      emit('fired', { n: ship.shots, by: ship.owner ?? 0 })
    },
    ball(ball, _command, { dt }) {
      ball.x = within(ball.x + ball.vx * dt)
      if (ball.x === 0 || ball.x === SIZE) ball.vx = ball.x === 0 ? 90 : -90
    },
    shot(shot, _command, { dt }) {
      shot.x = within(shot.x + shot.vx * dt)
      if (shot.life > 0) shot.life--
    },
  },
})
export type Sea = typeof sea
export type RequestName = keyof Sea['requests'] & string

/** What the rules did, and where they are to go wrong. */
export interface Ledger {
  /** How often each request ran, by its number. */
  readonly ran: Map<number, number>
  /** By player: how often its trigger was pulled, as the match saw it. */
  readonly pulls: Map<number, number>
  /** By player: the tick at which it joined. */
  readonly joined: Map<number, number>
  /** Rules that throw the next time. */
  readonly throwIn: Set<'join' | 'away' | 'back' | 'leave'>
  events: number
}

export const newLedger = (): Ledger => ({
  ran: new Map(),
  pulls: new Map(),
  joined: new Map(),
  throwIn: new Set(),
  events: 0,
})

export function seaRules(ledger: Ledger, more: Partial<Rules<Sea>>): Rules<Sea> {
  const pulling = new Set<Player>()
  const mayThrow = (rule: 'join' | 'away' | 'back' | 'leave'): void => {
    if (ledger.throwIn.delete(rule)) throw new Error(`${rule} fails`)
  }
  const run = (n: number): void => void ledger.ran.set(n, (ledger.ran.get(n) ?? 0) + 1)
  return {
    capacity: 40,
    emptySeconds: 600,
    start: ({ world }) => {
      world.ball.spawn({ x: 500, vx: 90 })
      for (let i = 0; i < CRATES; i++) world.crate.spawn({ hp: 100 + i, note: [i], trap: `t${i}` })
    },
    join: (match, player) => {
      const { world } = match
      ledger.joined.set(player.id, world.tick)
      world.ship.spawn({ x: SIZE * match.random(), name: player.name }, player)
      mayThrow('join')
    },
    away: () => mayThrow('away'),
    back: () => mayThrow('back'),
    leave: ({ world }, player) => {
      world.ship.despawn(world.ship.ownedBy(player))
      for (const crate of world.crate.allOwnedBy(player)) world.crate.give(crate, undefined)
      mayThrow('leave')
    },
    tick: (match, commands) => {
      for (const [player, { fire }] of commands) {
        if (fire && !pulling.has(player)) ledger.pulls.set(player.id, (ledger.pulls.get(player.id) ?? 0) + 1)
        if (fire) pulling.add(player)
        else pulling.delete(player)
      }
      churn(match)
      speak(match, ledger)
    },
    requests: {
      add: (_match, _player, { n }) => {
        run(n)
        return { n }
      },
      later: (match, _player, { n }) => {
        run(n)
        return new Promise((resolve) => void match.after(3, () => resolve({ n })))
      },
      refuse: (_match, _player, { n }) => {
        run(n)
        throw new TickwireError('ERR_REFUSED', 'no')
      },
      fail: (_match, _player, { n }) => {
        run(n)
        throw new Error('a request fails')
      },
      reject: (_match, _player, { n }) => {
        run(n)
        return Promise.reject(new Error('a request fails later'))
      },
    },
    ...more,
  }
}

/** Some player, or nobody. */
function someone(match: Match<Sea>): Player | undefined {
  let at = Math.floor(match.random() * (match.players.size + 1))
  for (const player of match.players) if (at-- === 0) return player
  return undefined
}

function churn(match: Match<Sea>): void {
  const { world, state } = match
  const chance = (p: number): boolean => match.random() < p
  const whole = (n: number): number => Math.floor(match.random() * n)
  state.round = (state.round + 1) % 65536
  state.secret = whole(1e6)
  if (chance(0.02)) state.phase = state.phase === 'calm' ? 'storm' : 'calm'
  for (const shot of world.shot) if (shot.life === 0) world.shot.despawn(shot)
  for (const crate of world.crate) {
    if (chance(0.05)) crate.hp = whole(256)
    if (chance(0.05)) crate.gold = whole(1e6)
    if (chance(0.03)) crate.loot = [whole(200), whole(200)]
    if (chance(0.03)) crate.trap = `t${whole(1e6)}`
    if (chance(0.03)) crate.note = [whole(100)]
    if (chance(0.04)) world.crate.give(crate, someone(match))
    if (chance(0.025)) world.crate.despawn(crate)
  }
  if (world.crate.size < CRATES && chance(0.2))
    world.crate.spawn({ hp: 1, note: [0], gold: whole(1e6) }, someone(match))
  for (const ship of world.ship) {
    ship.fuse = whole(1e6)
    if (chance(0.1)) ship.ammo = whole(1e6)
    if (chance(0.03)) ship.log = `l${whole(1e6)}`
    if (chance(0.05)) ship.aim = [...world.crate][0]?.id
  }
}

function speak(match: Match<Sea>, ledger: Ledger): void {
  while (match.random() < 0.2) match.emit('boom', { n: ++ledger.events })
  while (match.random() < 0.25) {
    const to = [someone(match), someone(match)].filter((player) => player !== undefined)
    if (to.length > 0) match.emit('secret', { n: ++ledger.events, text: 'psst' }, { to })
  }
}

// ---------------------------------------------------------------------------------------------------------------------

/** How a match of the game 'rock' ends by itself. */
export const WAYS_TO_FAIL = ['tick', 'move', 'value', 'timer', 'start'] as const

/** A game whose matches fail: what goes wrong in them must be nothing to those of 'sea'. */
export const rock = defineGame({
  name: 'rock',
  tickRate: 20,
  options: { fails: oneOf(...WAYS_TO_FAIL), at: int(1, 200) },
  entities: { stone: entity({ x: coordinate.default(0), due: int(0, 1000).default(0) }) },
  command: command({ go: bool }),
  move: {
    stone(stone, _command, { tick }) {
      if (stone.due > 0 && tick >= stone.due) throw new Error('move fails')
    },
  },
})

export const rockRules: Rules<typeof rock> = {
  start: (match) => {
    const { fails, at } = match.options
    if (fails === 'start') throw new Error('start fails')
    match.world.stone.spawn({ due: fails === 'move' ? at : 0 })
    if (fails === 'timer')
      match.after(at, () => {
        throw new Error('a timer fails')
      })
  },
  tick: ({ world, options: { fails, at } }) => {
    if (world.tick < at) return
    if (fails === 'tick') throw new Error('tick fails')
    if (fails === 'value') for (const stone of world.stone) stone.x = Number.NaN
  },
}
