// The arena as Tickwire's server and clients share it here, with a command that counts.

import { angle, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import { STEP, TICK_RATE, WORLD } from '../arena.ts'

export const game = defineGame({
  name: 'slow-benchmark',
  tickRate: TICK_RATE,
  entities: {
    ship: entity({
      x: ranged(0, WORLD, STEP.x).rate('vx'),
      y: ranged(0, WORLD, STEP.y).rate('vy'),
      vx: ranged(-480, 480, STEP.vx),
      vy: ranged(-480, 480, STEP.vy),
      heading: angle(10),
      hull: int(0, 100),
    }),
  },
  command: command({ press: int(0, 255) }),
})
