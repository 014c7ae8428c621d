import { Prior } from '@tickwire/engine/wire'
import { expect, test } from 'vitest'
import { arena } from '../arena.ts'
import { trainedPrior } from '../contenders/tickwire.ts'
import { record } from '../scenes.ts'
import { compare, mean, sizeOfKeyframe, sizesOf, train } from './frames.ts'

const snapshots = record('arena', 20, 1, 40)

test('every frame has a size; a lag costs, a prior saves', () => {
  const near = sizesOf(arena, snapshots)
  expect(near).toHaveLength(39)
  const far = sizesOf(arena, snapshots, { lag: 6 })
  expect(far).toHaveLength(29)
  expect(mean(far)).toBeGreaterThan(mean(near))
  const prior = trainedPrior(20, 2, 'arena')
  expect(mean(sizesOf(arena, snapshots, { prior }))).toBeLessThan(mean(near))
  expect(sizesOf(arena, snapshots, { from: 10, to: 15 })).toEqual(near.slice(8, 13))
  expect(sizeOfKeyframe(arena, snapshots[5], prior)).toBeLessThan(sizeOfKeyframe(arena, snapshots[5]))
})

test('a prior of a lag is the one for it', () => {
  const other = record('arena', 50, 2, 200)
  const [near, far] = [1, 6].map((lag) => Prior.unpack(arena, train(arena, other, lag)))
  const sizeWith = (prior: Prior, lag: number) => mean(sizesOf(arena, snapshots, { lag, prior }))
  expect(sizeWith(near, 1)).toBeLessThan(sizeWith(far, 1))
  expect(sizeWith(far, 6)).toBeLessThan(sizeWith(near, 6))
})

test('a state is told apart from another one', () => {
  compare(snapshots[3], record('arena', 20, 1, 3)[3])
  expect(() => compare(snapshots[3], snapshots[4])).toThrow('tick 4: decoded to another hash')
})
