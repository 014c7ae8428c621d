import { expect, it } from 'vitest'
import { everything } from '../../test/fuzz/everything.ts'
import { command, defineGame, entity, int, ranged } from '../index.ts'
import { rehearse } from './rehearsal.ts'

it('a rehearsal calls nothing of the game', () => {
  let calls = 0
  const Dot = entity({ x: ranged(0, 800, 1) }, { predict: 'owner' })
  const Ball = entity({ x: ranged(0, 800, 1) }, { predict: 'everyone' })
  const game = defineGame({
    name: 'dots',
    tickRate: 30,
    entities: { dot: Dot, ball: Ball },
    command: command({ x: int(-1, 1) }),
    options: { size: int(1, 9).default(3) },
    move: { dot: () => void calls++, ball: () => void calls++ },
  })
  rehearse(game)
  rehearse(game)
  expect(calls).toBe(0)
})

it('any game can be rehearsed, whatever its fields', () => {
  expect(() => rehearse(everything)).not.toThrow()
})
