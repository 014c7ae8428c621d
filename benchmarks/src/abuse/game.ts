// The game of everybody in `bench abuse`: ships that drive on.

import { command, defineGame, entity, ranged } from '@tickwire/engine'

export const RATE = 60
export const game = defineGame({
  name: 'abused',
  tickRate: RATE,
  entities: { ship: entity({ x: ranged(0, 4096, 1 / 16), y: ranged(0, 4096, 1 / 16) }) },
  command: command({ go: ranged(-1, 1, 1 / 16) }),
  move: {
    ship(ship, { go }, { dt }) {
      ship.x = (ship.x + (100 + go) * dt + 4096) % 4096
    },
  },
})
