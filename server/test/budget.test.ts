// What a player may cost (`maxBytesPerSecond`), where that is far less than the match: nobody is left waiting for good,
// and nothing is kept without end. All under the virtual clock.

import { command, defineGame, entity, event, int, text } from '@tickwire/engine'
import type { Rules } from '@tickwire/server'
import { VirtualServer } from '@tickwire/server/testing'
import { expect, it, test } from 'vitest'

const RATE = 20
const game = defineGame({
  name: 'tight',
  tickRate: RATE,
  entities: { dot: entity({ x: int(0, 1000), y: int(0, 1000) }) },
  command: command({ go: int(-1, 1) }),
  events: { said: event({ n: int(0, 1_000_000), text: text(60) }) },
})
const words = 'x'.repeat(20)

/** Thirty rows that change each tick by chance, and an event of `words` each `every` ticks. */
function join(rules: Partial<Rules<typeof game>>, every = 4, fps = 60) {
  let said = 0
  const server = new VirtualServer(game, {
    emptySeconds: 1000,
    start: ({ world }) => {
      for (let i = 0; i < 30; i++) world.dot.spawn({ x: 0, y: 0 })
    },
    tick: (match) => {
      for (const dot of match.world.dot) Object.assign(dot, { x: 1000 * match.random(), y: 1000 * match.random() })
      if (match.world.tick % every === 0) match.emit('said', { n: said++, text: words })
    },
    ...rules,
  })
  return server.join({ match: 'quick', input: () => ({ go: 0 }) }, { fps }).then((client) => {
    const heard: { readonly n: number; readonly at: number; readonly tick: number }[] = []
    const { match } = client
    match.on('said', ({ n }) => heard.push({ n, at: server.clock.now, tick: match.view.tick }))
    const [live] = server.lobby.matches
    return { server, client, match, heard, live }
  })
}

/** Bytes of the frames that arrived since. */
function bytesOf(received: readonly Uint8Array[], from: number): number {
  return received.slice(from).reduce((sum, message) => sum + (message[0] === 0 ? message.length - 1 : 0), 0)
}

// Its events alone cost 150 bytes a second or so, a whole frame 120.
it.each([220, 300, 600, 1200])(
  'of %i bytes a second is kept, and what arrives for it is as new as that allows',
  async (budget) => {
    const { server, client, match, heard, live } = await join({ maxBytesPerSecond: budget })
    await server.run(10_000)
    const before = client.received.length
    const { length } = client.transport.arrivals
    await server.run(60_000)
    expect(match.status).toBe('playing')
    expect(bytesOf(client.received, before) / 60).toBeLessThan(budget * 1.02)
    expect(bytesOf(client.received, before) / 60).toBeGreaterThan(budget * 0.9)
    const ticks = client.transport.arrivals.slice(length).map(({ tick }) => tick)
    const gaps = ticks.slice(1).map((tick, at) => tick - ticks[at])
    // The rows, and the events of the time that they are for: rows / (budget - events).
    const settled = (RATE * 130) / (budget - 160)
    expect(Math.max(...gaps)).toBeLessThan(settled + 4)
    const numbers = heard.map(({ n }) => n)
    expect(numbers).toEqual(numbers.map((_n, at) => numbers[0] + at))
    expect(4 * heard.at(-1)!.n).toBeGreaterThan(live.tick - 2 * settled - 40)
  }
)

test('less than its events alone is told, and no more is kept than for any other', async () => {
  const { server, match, live } = await join({ maxBytesPerSecond: 300 }, 1)
  await server.run(600_000)
  expect([live.players.size, match.endCode]).toEqual([0, 'ERR_CONGESTED'])
})

test('events of the tick on the screen are heard with it, though nothing comes for long after it', async () => {
  const { server, client, match, heard, live } = await join({ maxBytesPerSecond: 900 }, 1, 5)
  await server.run(2000)
  // Nobody looks. What the page holds is too old to be drawn once it is back.
  client.player.draw(0)
  client.cut(8000)
  await server.run(8000)
  while (live.tick - match.newest!.tick > 2) await server.run(10)
  const { tick } = match.newest!
  await server.run(1500)
  client.player.draw(5)
  await server.run(400)
  // It stands there: what it got has to be paid for first.
  expect([match.newest!.tick, match.view.tick]).toEqual([tick, tick])
  expect(heard.at(-1)!.n).toBe(tick - 1)
})
