import { command, defineGame, entity, int, ranged, request } from '@tickwire/engine'
import { connectOver } from '@tickwire/engine/client'
import { expect, test } from 'vitest'
import { createLocalServer } from './local.ts'

const game = defineGame({
  name: 'offline',
  tickRate: 30,
  entities: { dot: entity({ x: ranged(0, 1000, 1 / 16) }, { predict: 'owner' }) },
  command: command({ go: int(-1, 1) }),
  move: {
    dot(dot, { go }, { dt }) {
      dot.x += go * 100 * dt
    },
  },
})

test('owes an answer to every request that its game declares', () => {
  const asking = defineGame({
    name: 'asking',
    tickRate: 30,
    entities: {},
    requests: { add: request({ n: int(0, 9) }) },
  })
  // @ts-expect-error  rules without requests.add
  expect(() => createLocalServer(asking, {}, { seed: 1, now: () => 0 })).toThrow('its rules owe requests.add')
})

test('the same rules and client play offline, without sockets or timers', async () => {
  let now = 0
  const server = createLocalServer(
    game,
    { join: (match, player) => void match.world.dot.spawn({ x: 500 }, player), emptySeconds: 1 },
    { seed: 1, now: () => now }
  )
  const joining = connectOver(server.connect(), game, { match: 'quick', name: 'ada', input: () => ({ go: 1 }) })
  const draw = async (ms: number, frame: (now: number) => void) => {
    for (const end = now + ms; now < end; now += 16) {
      server.advance(now)
      frame(now)
      await undefined
    }
  }
  // Settled by promises alone: nothing here waits for real time.
  await draw(500, () => {})
  const match = await joining
  await draw(2000, (at) => match.frame(at))
  expect(match.me.name).toBe('ada')
  expect(match.view.dot.mine!.x).toBeGreaterThan(600)
  expect(match.stats.corrections).toBe(0)
  const leaving = match.leave()
  await draw(200, () => {})
  await leaving
  expect(await match.ended).toBe('left')
})
