import { profiles } from '@tickwire/engine/testing'
import { VirtualServer } from '@tickwire/server/testing'
import { expect, test } from 'vitest'
import { dots } from './game.ts'

test('who holds right goes right, over the worst network', async () => {
  const server = new VirtualServer(dots, {
    join: (match, player) => void match.world.dot.spawn({ x: 400, y: 300 }, player),
  })
  const input = () => ({ x: 1, y: 0 })
  const { match, player } = await server.join({ match: 'quick', input }, { profile: profiles.bad })
  await server.run(1000)
  expect(match.view.dot.mine?.x).toBeGreaterThan(500)
  expect(player.frames.length).toBeGreaterThan(58) // drawn at 60 frames a second
})
