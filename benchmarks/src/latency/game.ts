// What both transports of the latency benchmark carry: the arena, and a number that a key press changes.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { SHIP } from '../arena.ts'

/** A press is the next number from 1 to this, then 1 again; 0 is nobody's. */
export const PRESSES = 255

/** The game at a tick rate. */
export const gameAt = (tickRate: number) =>
  defineGame({
    name: 'latency-benchmark',
    tickRate,
    entities: {
      ship: entity({
        ...SHIP,
        player: int(0, 65535),
        press: int(0, PRESSES).default(0),
      }),
    },
    command: command({ press: int(0, PRESSES) }),
  })
export type LatencyGame = ReturnType<typeof gameAt>
