// What command.test.ts trains for: a module that exports more than one game.

import { defineGame, entity, int, ranged } from '@tickwire/engine'

export const speed = 4
export const game = defineGame({
  name: 'dots',
  tickRate: 30,
  entities: { dot: entity({ x: ranged(-2000, 2000, 0.5), secret: int(0, 99).only('owner') }) },
})
export const other = defineGame({ name: 'others', tickRate: 30, entities: { dot: entity({ x: int(0, 9) }) } })
