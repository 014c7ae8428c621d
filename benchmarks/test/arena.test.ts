// Every contender over real sockets: what its clients hold is the simulation, and what a player presses reaches others.

import { afterAll, expect, test } from 'vitest'
import { CONTENDERS, type ContenderName } from '../src/arena/contenders.ts'
import { Players, staged } from '../src/arena/stage.ts'
import { presentOf } from '../src/bandwidth.ts'

// Processes of players and servers begin as `npm run bench` begins them.
process.execArgv = ['--import', 'tsx', '-C', '@tickwire/source']
const players = new Players()
afterAll(() => players.stop())

const PRESS = 77
test.each(presentOf(Object.keys(CONTENDERS) as ContenderName[]))(
  '%s: every client holds the ships of its tick, and the keys that players hold',
  async (contender) => {
    const run = { contender, matches: 2, ships: 5, rate: 30, whole: 2, light: 1, warmUp: 0.3 }
    await staged(players, run, async ({ server }) => {
      await players.whole.ask('press', PRESS)
      await expect.poll(() => players.whole.ask('presses', [0, 1, 2]), { timeout: 20_000 }).toEqual([PRESS, PRESS, 0])
      const error = await players.whole.ask('check', { contender, ships: 5, rate: 30, seed: 1 })
      expect(error).toBeLessThanOrEqual(1)
      // Colyseus' clients keep one for HTTP, too.
      const { connections } = await server.ask('counts')
      expect(connections).toBeGreaterThanOrEqual(6)
    })
  },
  60_000
)
