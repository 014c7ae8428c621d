import { defineGame, entity, int } from '@tickwire/engine'
import { type Prior, trainPrior, World } from '@tickwire/engine/wire'
import { describe, expect, test } from 'vitest'
import { Handout } from './handout.ts'

const game = defineGame({ name: 'g', tickRate: 30, entities: { dot: entity({ x: int(0, 100) }) } })
const world = new World(game)
const snapshots = Array.from({ length: 3 }, () => {
  world.tick++
  return world.snapshot()
})
const prior = (epoch: number): Prior => trainPrior(game, snapshots, epoch)

describe('what a client may be sent', () => {
  test('a prior counts once the client answered with its epoch', () => {
    const handout = new Handout()
    const one = prior(1)
    expect(handout.wants(one)).toBe(true)
    handout.offer(one)
    expect(handout.held).toBeUndefined()
    expect(handout.answer(1)).toBe(true)
    expect(handout.held).toBe(one)
    expect(handout.wants(one)).toBe(false)
  })

  test('who never answers stays as it was, and is offered nothing more', () => {
    const handout = new Handout()
    handout.offer(prior(1))
    expect(handout.wants(prior(2))).toBe(false)
    expect(handout.held).toBeUndefined()
  })

  test('one that came with the seat counts at once', () => {
    const one = prior(1)
    const handout = new Handout(one)
    expect(handout.held).toBe(one)
    // Its answer is under way: what it says next must be about the next offer.
    expect(handout.wants(prior(2))).toBe(false)
    handout.answer(1)
    expect(handout.wants(prior(2))).toBe(true)
  })

  test('unless the client could not read it', () => {
    const one = prior(1)
    const handout = new Handout(one)
    expect(handout.answer(0)).toBe(false)
    expect(handout.held).toBeUndefined()
    expect(handout.wants(one)).toBe(false)
    expect(handout.wants(prior(2))).toBe(true)
  })

  test('what could not be read is not offered again; the one before stays', () => {
    const [one, two] = [prior(1), prior(2)]
    const handout = new Handout(one)
    handout.answer(1)
    handout.offer(two)
    expect(handout.answer(0)).toBe(false)
    expect(handout.held).toBe(one)
    expect(handout.wants(two)).toBe(false)
    expect(handout.wants(prior(3))).toBe(true)
  })

  test('a prior whose frames were of no use is not used, but offered once more; then it is given up for good', () => {
    const one = prior(1)
    const handout = new Handout(one)
    handout.answer(1)
    handout.distrust()
    expect(handout.held).toBeUndefined()
    expect(handout.wants(one)).toBe(true)
    handout.offer(one)
    // Trouble with frames of epoch 0 says nothing of it.
    handout.distrust()
    handout.answer(1)
    expect(handout.held).toBe(one)
    handout.distrust()
    expect(handout.held).toBeUndefined()
    expect(handout.wants(one)).toBe(false)
    handout.distrust()
    expect(handout.wants(one)).toBe(false)
    expect(handout.wants(prior(2))).toBe(true)
  })

  test('the answer to one that came with the seat does not bring it back when its frames were of no use', () => {
    const one = prior(1)
    const handout = new Handout(one)
    handout.distrust()
    expect(handout.held).toBeUndefined()
    expect(handout.wants(one)).toBe(false)
    handout.distrust()
    expect(handout.answer(1)).toBe(true)
    expect(handout.held).toBeUndefined()
    // Its second chance is an offer of its own.
    expect(handout.wants(one)).toBe(true)
    handout.offer(one)
    handout.answer(1)
    expect(handout.held).toBe(one)
  })

  test('what could not be read stays refused, whatever becomes of others', () => {
    const [one, two] = [prior(1), prior(2)]
    const handout = new Handout(one)
    handout.answer(1)
    handout.offer(two)
    handout.answer(0)
    handout.distrust()
    handout.offer(one)
    handout.answer(1)
    handout.distrust()
    expect(handout.wants(one)).toBe(false)
    expect(handout.wants(two)).toBe(false)
  })

  test.each([1, 3, 4, 255])('answers to what was not offered say nothing: %d', (epoch) => {
    const handout = new Handout()
    handout.answer(epoch)
    expect(handout.held).toBeUndefined()
    const two = prior(2)
    handout.offer(two)
    handout.answer(epoch)
    expect(handout.held).toBeUndefined()
    handout.answer(2)
    expect(handout.held).toBe(two)
    handout.answer(0)
    expect(handout.held).toBe(two)
  })
})
