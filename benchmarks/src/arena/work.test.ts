import { expect, test } from 'vitest'
import { errorOf, Slots, Work } from './work.ts'

test('a tick takes one command of each player, in order, and repeats the last where none is there', () => {
  const work = new Work(2, 1, 60)
  work.put(0, 5)
  work.put(0, 6)
  const seen = [1, 2, 3].map(() => {
    work.step()
    return [...work.presses]
  })
  expect(seen).toEqual([
    [5, 0],
    [6, 0],
    [6, 0],
  ])
})

test('of commands that pile up the newest count', () => {
  const work = new Work(1, 1, 60)
  for (let press = 1; press <= 100; press++) work.put(0, press)
  for (let i = 0; i < 8; i++) work.step()
  expect(work.presses[0]).toBe(100)
})

test('the same seed gives the same ships at the same tick; commands change none of them', () => {
  const [one, other] = [new Work(5, 3, 60), new Work(5, 3, 60)]
  other.put(2, 9)
  for (let tick = 0; tick < 100; tick++) {
    one.step()
    other.step()
  }
  expect(other.ships).toEqual(one.ships)
})

test('errors are multiples of what a format allows, headings by the shorter way round', () => {
  const ship = { x: 0, y: 0, vx: 0, vy: 0, heading: 0.1, hull: 100 }
  const precision = { x: 1, y: 1, vx: 1, vy: 1, heading: 0.1, hull: 0 }
  expect(errorOf(ship, ship, precision)).toBe(0)
  expect(errorOf({ ...ship, x: 3 }, ship, precision)).toBe(3)
  expect(errorOf({ ...ship, heading: 0.05 + 2 * Math.PI }, ship, precision)).toBeCloseTo(0.5)
  expect(errorOf({ ...ship, hull: 99 }, ship, precision)).toBe(Number.POSITIVE_INFINITY)
})

test('a match gives each of its ships to one player', () => {
  const slots = new Slots(2)
  expect([slots.take(), slots.take()]).toEqual([0, 1])
  expect(() => slots.take()).toThrow('no ship left')
})
