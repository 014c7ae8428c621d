import { describe, expect, it } from 'vitest'
import { defineGame, event, int } from '../index.ts'
import { planOf, type WireEvent } from '../wire/index.ts'
import { EventQueue } from './event-queue.ts'

const game = defineGame({
  name: 'q',
  tickRate: 30,
  entities: {},
  events: { a: event({ x: int(0, 99) }), b: event({}) },
})
const [a, b] = planOf(game).events
const ME = 3

function listen() {
  const queue = new EventQueue(ME)
  const heard: unknown[] = []
  queue.on('a', ({ x }) => heard.push(x))
  queue.on('b', () => heard.push('b'))
  return { queue, heard }
}
const told = (tick: number, x: number, owner?: number): WireEvent => ({ tick, kind: a, values: { x }, after: 0, owner })

describe('events', () => {
  it('wait for their tick, and come in order', () => {
    const { queue, heard } = listen()
    queue.push([told(5, 1), told(5, 2), told(6, 3)], 6)
    queue.deliver(4.9)
    expect(heard).toEqual([])
    queue.deliver(5.5)
    expect(heard).toEqual([1, 2])
    queue.deliver(9)
    expect(heard).toEqual([1, 2, 3])
  })

  it('that are predicted come at once, and once, however often they are replayed and told', () => {
    const { queue, heard } = listen()
    for (let replay = 0; replay < 3; replay++) {
      queue.predict(8, a, { x: 1 }, 0)
      queue.predict(8, a, { x: 2 }, 1)
      queue.predict(8, b, {}, 0)
    }
    queue.deliver(2)
    expect(heard).toEqual([1, 2, 'b'])
    queue.push([told(8, 1, ME), told(8, 7), told(8, 9, 4), told(8, 2, ME), { ...told(8, 0, ME), kind: b }], 8)
    queue.deliver(8)
    expect(heard).toEqual([1, 2, 'b', 7, 9])
  })

  it('of one’s own that were not foreseen come when the server’s do; what was in vain changes nothing later', () => {
    const { queue, heard } = listen()
    queue.predict(8, a, { x: 1 }, 0)
    queue.predict(9, a, { x: 2 }, 0)
    queue.deliver(2)
    queue.push([told(8, 1, ME), told(8, 5, ME)], 8)
    queue.push([], 9)
    queue.push([told(10, 6, ME)], 10)
    queue.deliver(10)
    expect(heard).toEqual([1, 2, 5, 6])
  })

  it('go on after a handler threw', () => {
    const { queue, heard } = listen()
    queue.on('b', () => {
      throw new Error('no')
    })
    queue.predict(3, b, {}, 0)
    queue.predict(3, a, { x: 4 }, 0)
    expect(() => queue.deliver(0)).toThrow('no')
    queue.deliver(0)
    expect(heard).toEqual(['b', 4])
  })
})
