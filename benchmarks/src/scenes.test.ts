import { expect, test } from 'vitest'
import { arena, VARIANTS, WORLD } from './arena.ts'
import { sizesOf } from './codec/frames.ts'
import { record } from './scenes.ts'

test.each(VARIANTS)('%s is the same match again from the same seed', (scene) => {
  const hashes = () => record(scene, 10, 3, 20).map(({ hash }) => hash)
  expect(hashes()).toHaveLength(21)
  expect(hashes()).toEqual(hashes())
  expect(new Set(hashes()).size).toBe(21)
})

test('idle: nothing but the tick changes', () => {
  const rows = record('idle', 10, 3, 50).map(({ ship }) => [...ship].map(({ x, y, vx, hull }) => [x, y, vx, hull]))
  expect(new Set(rows.map((row) => JSON.stringify(row))).size).toBe(1)
})

test('straight: all move, none leaves the world or comes and goes, and there is nothing to say of them', () => {
  const snapshots = record('straight', 100, 3, 600)
  const [first, last] = [snapshots[0], snapshots[600]].map(({ ship }) => [...ship])
  expect(last.map(({ id }) => id)).toEqual(first.map(({ id }) => id))
  expect(last.every((ship, i) => ship.x !== first[i].x || ship.y !== first[i].y)).toBe(true)
  for (const { x, y } of last) expect(x > 0 && x < WORLD && y > 0 && y < WORLD).toBe(true)
  expect(Math.max(...sizesOf(arena, snapshots))).toBeLessThan(20)
})
