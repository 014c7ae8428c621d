// The arena as Tickwire's server and clients share it here, with a command that counts.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { SHIP, TICK_RATE } from '../arena.ts'

export const game = defineGame({
  name: 'slow-benchmark',
  tickRate: TICK_RATE,
  entities: {
    ship: entity(SHIP),
  },
  command: command({ press: int(0, 255) }),
})
