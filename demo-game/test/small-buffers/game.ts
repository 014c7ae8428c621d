// The least that a player can do: one number a tick.

import { command, defineGame, entity, int } from '@tickwire/engine'

export const game = defineGame({
  name: 'small-buffers',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 65_535) }) },
  command: command({ press: int(0, 255) }),
})
