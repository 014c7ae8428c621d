// Nobody gets more time than the match gives: whatever a client sends, and when, its rows move once a tick. Hostile
// players beside an honest one, over the same network, for a minute each.

import { command, defineGame, entity, int } from '@tickwire/engine'
import { profiles } from '@tickwire/engine/testing'
import { BitWriter, planOf, writeCommands } from '@tickwire/engine/wire'
import { describe, expect, it } from 'vitest'
import type { Rules } from '../src/index.ts'
import { type VirtualClient, VirtualServer } from '../src/testing/index.ts'

const RATE = 60
const MINUTE = 60_000
const game = defineGame({
  name: 'race',
  tickRate: RATE,
  entities: { car: entity({ x: int(0, 100_000).default(0) }) },
  command: command({ go: int(0, 1) }),
  move: {
    car(car, { go }) {
      car.x += go
    },
  },
})
const rules: Rules<typeof game> = { join: ({ world }, player) => void world.car.spawn({}, player) }
const full = { go: 1 }
const seat = { match: 'quick', input: () => full }

type Cheat = VirtualClient<typeof game>

/** Sends commands for the ticks from `first` on, as often as it likes. */
function forge({ transport }: Cheat, first: number, count: number): void {
  const run = { ack: -1, arrivedAt: 0, drawn: -1, renderTick: 0, first, commands: Array<typeof full>(count).fill(full) }
  transport.send(writeCommands(new BitWriter(), planOf(game).command, run))
}

/** How far the honest one and the cheat got in a minute of the match, in ticks of driving. */
async function race(cheat: (server: VirtualServer<typeof game>, cheat: Cheat) => void, profile = profiles.cable) {
  const server = new VirtualServer(game, rules)
  const honest = await server.join(seat, { profile })
  const other = await server.join(seat, { profile })
  await server.run(1000)
  const [match] = server.lobby.matches
  const cars = () => {
    const of = new Map([...match.world.car].map((car) => [car.owner, (car as unknown as { x: number }).x]))
    return [of.get(honest.match.me.id) ?? 0, of.get(other.match.me.id) ?? 0, match.tick]
  }
  const before = cars()
  cheat(server, other)
  await server.run(MINUTE)
  const after = cars()
  const [fair, gained, ticks] = after.map((value, i) => value - before[i])
  return { fair, gained, ticks, status: other.match.status }
}

describe('in a minute nobody gains more than a tick', () => {
  it('by playing honestly', async () => {
    const { fair, gained, ticks } = await race(() => {})
    expect(ticks).toBe(RATE * 60)
    expect(Math.abs(fair - ticks)).toBeLessThanOrEqual(1)
    expect(Math.abs(gained - ticks)).toBeLessThanOrEqual(1)
  })

  it('by sending ten times as many commands', async () => {
    const { gained, ticks, status } = await race((server, cheat) => {
      const [match] = server.lobby.matches
      server.clock.every(1000 / (10 * RATE), () => forge(cheat, match.tick + 1, 10))
    })
    expect(gained).toBeLessThanOrEqual(ticks + 1)
    expect(status).toBe('playing')
  })

  it('by stamping them for ticks long gone, not yet due, and the same ones again', async () => {
    const { gained, ticks } = await race((server, cheat) => {
      const [match] = server.lobby.matches
      let turn = 0
      server.clock.every(1000 / RATE, () => {
        const offsets = [-60, -10, -1, 0, 1, 5, 60, 120, 200, 5000]
        forge(cheat, match.tick + offsets[turn++ % offsets.length], 1 + (turn % 60))
      })
    })
    expect(gained).toBeLessThanOrEqual(ticks + 1)
  })

  it.each([200, 500, 2000])('by holding back its packets for %i ms, again and again', async (held) => {
    const { gained, ticks } = await race((server, cheat) => {
      server.clock.every(held * 1.5, () => cheat.link.stall(held, 'up'))
    })
    expect(gained).toBeLessThanOrEqual(ticks + 1)
  })

  it('by holding back both ways, and answering with forged commands for what it missed', async () => {
    const { gained, ticks } = await race((server, cheat) => {
      const [match] = server.lobby.matches
      server.clock.every(1500, () => {
        cheat.link.stall(1000)
        forge(cheat, match.tick - 60, 63)
        forge(cheat, match.tick, 63)
        forge(cheat, match.tick + 63, 63)
      })
    }, profiles.bad)
    expect(gained).toBeLessThanOrEqual(ticks + 1)
  })
})
