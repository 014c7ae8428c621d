import { describe, expect, it } from 'vitest'
import { angle, bool, command, defineGame, entity, int, oneOf, ranged, vec2 } from '../index.ts'
import { planOf } from '../wire/index.ts'
import { Input } from './input.ts'

const game = defineGame({
  name: 'test',
  tickRate: 30,
  entities: { dot: entity({ x: int(0, 9) }) },
  command: command({
    turn: int(-1, 1),
    fire: bool,
    tool: oneOf('none', 'axe', 'saw'),
    aim: vec2(ranged(-1, 1, 1 / 64)),
    heading: angle(12),
    throttle: ranged(0, 1, 1 / 64),
  }),
})
const { command: layout } = planOf(game)
const still = { turn: 0, fire: false, tool: 'none', aim: { x: 0, y: 0 }, heading: 0, throttle: 0 }

function reading(...values: object[]): Input {
  return new Input(layout, () => ({ ...still, ...values.shift() }))
}
/** Frames: what is on the screen in each. */
function sample(input: Input, ...seen: number[]): void {
  for (const one of seen) input.sample(one, 0)
}

describe('Input', () => {
  it('keeps what was pressed between two ticks, and drops it with the tick', () => {
    const input = reading({ fire: true }, { turn: -1 }, { tool: 'saw' }, {}, {})
    sample(input, 1)
    expect(input.command).toEqual({ ...still, fire: true })
    sample(input, 2, 3, 4)
    expect(input.take()).toEqual({ ...still, fire: true, turn: -1, tool: 'saw' })
    sample(input, 5)
    expect(input.take()).toEqual(still)
  })

  it('takes what is pressed last where two presses differ', () => {
    const input = reading({ turn: -1, tool: 'axe' }, { turn: 1, tool: 'saw' })
    sample(input, 1, 2)
    expect(input.take()).toEqual({ ...still, turn: 1, tool: 'saw' })
  })

  it('takes what aims as it is now, also where that is exactly 0', () => {
    const aimed = { aim: { x: 1, y: 0 }, heading: 1, throttle: 1 }
    const input = reading(aimed, {})
    sample(input, 1)
    expect(input.command).toMatchObject({ aim: { x: 1, y: 0 }, throttle: 1 })
    sample(input, 2)
    expect(input.take()).toEqual(still)
  })

  it('settles, and gives the same object for the same command', () => {
    const input = reading({ aim: { x: 0.333, y: 7 } }, { aim: { x: 0.334, y: 1 } }, {}, {})
    sample(input, 1)
    const first = input.take()
    expect(first).toEqual({ ...still, aim: { x: 21 / 64, y: 1 } })
    sample(input, 2)
    expect(input.take()).toBe(first)
    expect(input.take()).toBe(first)
    sample(input, 3)
    expect(input.take()).not.toBe(first)
  })

  it('refuses what the schema does not allow', () => {
    expect(() => reading({ turn: Number.NaN }).sample(1, 0)).toThrow('ERR_FIELD_VALUE')
    expect(() => reading({ fire: 1 }).sample(1, 0)).toThrow('ERR_FIELD_VALUE')
  })
})

describe('what was on the screen', () => {
  it('is what the player saw at the press, not what it saw when the tick came', () => {
    const input = reading({}, { fire: true }, {}, {})
    sample(input, 7.25, 7.5, 7.75, 8)
    expect(input.take().fire).toBe(true)
    expect(input.seen).toBe(7.5)
  })

  it('is that of the first of two presses', () => {
    const input = reading({ fire: true }, { turn: 1 })
    sample(input, 7, 8)
    expect(input.seen).toBe(7)
  })

  it('is what is there now without a press', () => {
    const input = reading({}, { aim: { x: 1, y: 0 } })
    sample(input, 7)
    expect(input.seen).toBe(7)
    sample(input, 8)
    expect(input.seen).toBe(8)
  })

  it('is what is there now where a button is only held down', () => {
    const held = { fire: true }
    const input = reading(held, held, held, held)
    sample(input, 7, 7.5)
    input.take()
    expect(input.seen).toBe(7)
    sample(input, 8)
    expect(input.seen).toBe(8)
    sample(input, 8.5)
    expect(input.seen).toBe(8.5)
  })

  it('is forgotten with the tick that had the press', () => {
    const input = reading({ fire: true }, {}, {})
    sample(input, 7)
    input.take()
    sample(input, 9)
    expect(input.seen).toBe(9)
    sample(input, 10)
    expect(input.seen).toBe(10)
  })

  it('is that of the press in the tick after a release', () => {
    const input = reading({ fire: true }, {}, { fire: true }, { fire: true })
    sample(input, 7)
    input.take()
    sample(input, 8)
    input.take()
    sample(input, 9, 9.5)
    expect(input.take().fire).toBe(true)
    expect(input.seen).toBe(9)
  })
})
