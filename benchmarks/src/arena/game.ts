// The arena as Tickwire's server and clients share it here. Which slot a ship has never changes, and costs nothing after
// its first frame; a key is what its player's command says, so a client foresees its own.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { SHIP } from '../arena.ts'

/** A key is a number from 1 to this, 0 none: a client tells presses apart by it. */
export const MAX_PRESS = 255

/** The game at so many ticks a second. */
export const gameAt = (tickRate: number) =>
  defineGame({
    name: 'arena',
    tickRate,
    entities: {
      ship: entity({ ...SHIP, slot: int(0, 4095), press: int(0, MAX_PRESS).default(0) }, { predict: 'owner' }),
    },
    command: command({ press: int(0, MAX_PRESS) }),
    move: {
      ship(ship, { press }) {
        ship.press = press
      },
    },
  })
export type ArenaGame = ReturnType<typeof gameAt>
