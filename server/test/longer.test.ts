// A way that becomes longer from one moment to the next, as a lag slider makes it: nothing is held back for it.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { roundTrip } from '@tickwire/engine/testing'
import { VirtualServer } from '@tickwire/server/testing'
import { expect, it } from 'vitest'

const game = defineGame({
  name: 'longer',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 1000) }) },
  command: command({ aim: int(0, 255) }),
})

it.each([
  [200, 0],
  [400, 0],
  [400, 60],
])(
  'a round trip of %i ms, give or take %i: no command waits, and four seconds later all are in time',
  async (rtt, jitter) => {
    const server = new VirtualServer(game, {}, 3)
    let presses = 0
    const input = () => ({ aim: presses++ % 256 })
    const { link, match, commands } = await server.join({ match: 'quick', input }, { profile: roundTrip(5, 0) })
    await server.run(5000)
    link.shape(roundTrip(rtt, jitter))
    const began = server.clock.now
    for (let frames = 0; frames < 600; frames++) {
      await server.run(1000 / 60)
      expect(match.congested).toBe(false)
    }
    const settled = commands.filter(({ sentAt }) => sentAt > began + 4000)
    expect(settled.length).toBeGreaterThan(150)
    expect(settled.filter(({ slack }) => slack < 0)).toEqual([])
    expect(match.stats.rtt).toBeGreaterThan(rtt * 0.8)
  }
)
