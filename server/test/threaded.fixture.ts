// A game for threads: what players ask of it, it does to itself.

import { command, defineGame, entity, event, int, oneOf, ranged, request } from '@tickwire/engine'
import type { Match, Player, Rules } from '@tickwire/server'

const WAYS = [
  ...(['loop', 'throw', 'throwOddly', 'reject', 'throwLater', 'babble', 'exit', 'hog'] as const),
  ...(['end', 'kick', 'lock', 'sleep'] as const),
] as const

export const game = defineGame({
  name: 'threaded',
  tickRate: 30,
  options: { laps: int(0, 9) },
  entities: { ship: entity({ x: ranged(0, 4096, 1 / 256) }, { predict: 'owner' }) },
  command: command({ go: int(-1, 1) }),
  events: { tock: event({ n: int(0, 1_000_000) }) },
  requests: {
    add: request({ n: int(0, 1000) }, { n: int(0, 1000) }),
    do: request({ way: oneOf(...WAYS) }, {}),
  },
  move: {
    ship(ship, { go }, { dt }) {
      ship.x += go * 10 * dt
    },
  },
})
type Game = typeof game

let way: (typeof WAYS)[number] | undefined
let who: Player | undefined
let ticks = 0
let added = 0

function act(match: Match<Game>): void {
  const does = way
  way = undefined
  switch (does) {
    case 'loop':
      for (;;);
    case 'throw':
      throw new Error('this rule throws')
    case 'throwOddly':
      // Whoever asks what was thrown gets another error.
      throw {
        toString() {
          throw new Error('password: 123')
        },
      }
    case 'reject':
      return void Promise.reject(new Error('nobody catches this'))
    case 'throwLater':
      return void setTimeout(() => {
        throw new Error('nobody catches this either')
      })
    case 'babble':
      return void setTimeout(() => {
        throw new Error('blah'.repeat(1_000_000))
      })
    case 'exit':
      return process.exit(7)
    case 'hog': {
      const all: number[][] = []
      for (;;) all.push(Array(1_000_000).fill(all.length))
    }
    case 'end':
      return match.end('it was enough')
    case 'kick':
      return match.kick(who!, 'enough of you')
    case 'lock':
      match.locked = true
      return
    case 'sleep':
      // Once: a tick that takes long, and comes back.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
  }
}

export const rules: Rules<Game> = {
  capacity: 2,
  join: (match, player) => void match.world.ship.spawn({ x: 100 * (1 + match.options.laps) }, player),
  tick(match) {
    match.emit('tock', { n: ++ticks })
    act(match)
  },
  requests: {
    add: (_match, _player, { n }) => {
      added += n
      return { n: added }
    },
    do: (_match, player, { way: asked }) => {
      way = asked
      who = player
      return {}
    },
  },
}
