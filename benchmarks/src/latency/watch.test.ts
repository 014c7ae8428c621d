import { expect, test } from 'vitest'
import type { State } from '../arena/contender.ts'
import { nextPress, Watch } from './watch.ts'

const showing = (press: number): State => ({ tick: 1, ship: () => ({ press }) as never })

test('a press counts once, from when it was due', () => {
  const due: number[] = []
  due[1] = 100
  due[2] = 200
  const watch = new Watch(0, due)
  const seen: number[] = []
  watch.look(showing(0), 50, seen)
  watch.look(showing(1), 130, seen)
  watch.look(showing(1), 140, seen)
  watch.look(showing(2), 260, seen)
  expect(seen).toEqual([30, 60])
})

test('a press that no state showed by itself counts with the next', () => {
  const watch = new Watch(0, [0, 10, 20, 30])
  const seen: number[] = []
  watch.look(showing(1), 15, seen)
  watch.look(showing(3), 50, seen)
  expect(seen).toEqual([5, 30, 20])
})

test('numbers go round, and a state from before shows nothing new', () => {
  expect(nextPress(255)).toBe(1)
  const due: number[] = []
  due[255] = 10
  due[1] = 20
  const watch = new Watch(0, due)
  const seen: number[] = []
  watch.look(showing(255), 15, seen)
  watch.look(showing(1), 30, seen)
  watch.look(showing(255), 40, seen)
  expect(seen).toEqual([5, 10])
})
