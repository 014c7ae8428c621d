import { command, data, defineGame, int, list, ref, text } from '@tickwire/engine'
import { planOf, Random, settleRecord } from '@tickwire/engine/wire'
import { expect, test } from 'vitest'
import { game } from './game.fixture.ts'
import { chance, chanceOf, inputOf } from './input.ts'

const over = (ticks: number, seed: number) => {
  const input = chance(game)
  const random = chanceOf(new Random(seed))
  return Array.from({ length: ticks }, (_, tick) => input(tick, random, undefined as never))
}

test('chance gives commands that are allowed as they are, of every value, the same ones for the same seed', () => {
  const layout = planOf(game).command
  const commands = over(4000, 1)
  for (const one of commands) {
    const settled = settleRecord(layout, one, 'ERR_FIELD_VALUE')
    for (const key of ['go', 'fire', 'tool', 'stick']) expect(settled[key]).toEqual(one[key])
  }
  expect(new Set(commands.map(({ go }) => go))).toEqual(new Set([-1, 0, 1]))
  expect(new Set(commands.map(({ tool }) => tool))).toEqual(new Set(['axe', 'bow']))
  expect(over(50, 1)).toEqual(commands.slice(0, 50))
  expect(over(50, 2)).not.toEqual(commands.slice(0, 50))
})

test('keys are held for a while', () => {
  const commands = over(1000, 3)
  const changes = commands.filter(({ fire }, at) => at > 0 && fire !== commands[at - 1].fire).length
  expect(changes).toBeGreaterThan(5)
  expect(changes).toBeLessThan(1000 / 5)
})

test('what chance has nothing to say of is empty, and allowed', () => {
  const odd = defineGame({
    name: 'odd',
    tickRate: 30,
    entities: { dot: game.entities.dot },
    command: command({ say: text(2), all: list(int(0, 3), 2), any: data(4), whom: ref('dot') }),
  })
  const one = chance(odd)(0, Math.random, undefined as never)
  expect(() => settleRecord(planOf(odd).command, one, 'ERR_FIELD_VALUE')).not.toThrow()
})

test("a module's own bot is asked, if it is a function", () => {
  const bot = () => ({ go: 1 })
  expect(inputOf(game, { bot }, 'game.ts')()).toBe(bot)
  expect(() => inputOf(game, { bot: 5 }, 'game.ts')).toThrow("game.ts: 'bot' is no function")
})
