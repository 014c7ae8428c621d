// Tickwire's server as a game writes it: the rules copy the same simulation into the rows that the floor sends.

import { createServer } from '@tickwire/server'
import { Simulation } from '../arena.ts'
import type { StartHost } from './transport.ts'

export const startTickwireHost: StartHost = async (game, players, ended) => {
  const server = createServer({ port: 0, signals: false, checks: false })
  const simulation = new Simulation(players, 1, 'arena', game.tickRate)
  server.host(game, {
    capacity: players,
    join(match, player) {
      const ship = simulation.ships[match.world.ship.size]
      match.world.ship.spawn({ ...ship, player: player.id }, player)
    },
    leave(match, player) {
      match.world.ship.despawn(match.world.ship.ownedBy(player))
    },
    tick(match, commands) {
      simulation.step()
      let slot = 0
      for (const [player, { press }] of commands) {
        const row = match.world.ship.ownedBy(player)!
        Object.assign(row, simulation.ships[slot++])
        row.press = press
      }
      ended(match.world.tick)
    },
  })
  await server.listen()
  return { port: server.port, close: () => server.close() }
}
