import { describe, expect, it } from 'vitest'
import { bool, command, defineGame, entity, int, ranged, vec2 } from '../index.ts'
import { planOf } from '../wire/index.ts'
import { Input } from './input.ts'

const game = defineGame({
  name: 'test',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 9) }) },
  command: command({ turn: int(-1, 1), fire: bool, aim: vec2(ranged(-1, 1, 1 / 64)) }),
})
const { command: layout } = planOf(game)
const still = { turn: 0, fire: false, aim: { x: 0, y: 0 } }

function reading(...values: object[]): Input {
  return new Input(layout, () => ({ ...still, ...values.shift() }))
}

describe('Input', () => {
  it('keeps what was pressed between two ticks, and drops it with the tick', () => {
    const input = reading({ fire: true }, { turn: -1 }, {}, {})
    input.sample()
    expect(input.command).toEqual({ ...still, fire: true })
    input.sample()
    input.sample()
    expect(input.take()).toEqual({ ...still, fire: true, turn: -1 })
    input.sample()
    expect(input.take()).toEqual(still)
  })

  it('takes what is pressed last where two presses differ, and vectors as they are', () => {
    const input = reading({ turn: -1, aim: { x: 1, y: 0 } }, { turn: 1, aim: { x: 0, y: 0 } })
    input.sample()
    input.sample()
    expect(input.take()).toEqual({ ...still, turn: 1 })
  })

  it('settles, and gives the same object for the same command', () => {
    const input = reading({ aim: { x: 0.333, y: 7 } }, { aim: { x: 0.334, y: 1 } }, {}, {})
    input.sample()
    const first = input.take()
    expect(first).toEqual({ ...still, aim: { x: 21 / 64, y: 1 } })
    input.sample()
    expect(input.take()).toBe(first)
    expect(input.take()).toBe(first)
    input.sample()
    expect(input.take()).not.toBe(first)
  })

  it('refuses what the schema does not allow', () => {
    expect(() => reading({ turn: Number.NaN }).sample()).toThrow('ERR_FIELD_VALUE')
    expect(() => reading({ fire: 1 }).sample()).toThrow('ERR_FIELD_VALUE')
  })
})
