import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { int, ranged } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { Random } from '../state/random.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaDecoder, DeltaEncoder } from './encoder.ts'
import { Prior } from './prior.ts'
import { trainPrior } from './training.ts'

const game = defineGame({
  name: 'training',
  tickRate: 30,
  entities: { ship: entity({ x: ranged(0, 4096, 1 / 16).rate('vx'), vx: ranged(-512, 512, 1), hull: int(0, 100) }) },
})
type Game = typeof game

/** Ships whose velocity jitters; now and then one is replaced, with a full hull. */
function play(seed: number, ticks: number): Snapshot<Game>[] {
  const world = new World(game)
  const random = new Random(seed)
  const spawn = () => world.ship.spawn({ x: 4096 * random.next(), vx: 0, hull: 100 })
  for (let i = 0; i < 40; i++) spawn()
  return Array.from({ length: ticks }, () => {
    world.tick++
    for (const ship of world.ship) {
      ship.vx += 9 * (random.next() - 0.5)
      ship.x += ship.vx / 30
    }
    if (random.next() < 0.3) {
      world.ship.despawn([...world.ship][3])
      spawn()
    }
    return world.snapshot()
  })
}
function sizeOf(prior: Prior | undefined, snapshots: readonly Snapshot<Game>[]): number {
  const encoder = new DeltaEncoder(game, { prior })
  const decoder = new DeltaDecoder(game, { prior })
  let size = 0
  for (let t = 2; t < snapshots.length; t++) {
    const [before, baseline, now] = snapshots.slice(t - 2)
    const bytes = encoder.encode(now, baseline, before)
    expect(decoder.decode(bytes, baseline, before).hash).toBe(now.hash)
    size += bytes.length
  }
  return size
}

describe('a prior trained on one match', () => {
  const prior = Prior.unpack(game, trainPrior(game, play(1, 200)).pack())

  it('makes the frames of another one smaller', () => {
    const other = play(2, 200)
    expect(sizeOf(prior, other)).toBeLessThan(0.95 * sizeOf(undefined, other))
  })

  it('is a few hundred bytes', () => {
    expect(trainPrior(game, play(1, 200)).pack().length).toBeLessThan(500)
  })

  it('knows what new rows mostly are', () => {
    expect(prior.models.map(({ usual }) => usual).filter((usual) => usual !== undefined)).toContain(100)
  })

  it('X10 has the epoch asked for', () => {
    expect([1, 2, 3].map((epoch) => trainPrior(game, play(1, 3), epoch).epoch)).toEqual([1, 2, 3])
  })
})

it.each<[string, () => unknown, string]>([
  ['too little', () => trainPrior(game, play(1, 2)), '2 snapshots: expected at least 3 (ERR_USAGE)'],
  ['epoch 0', () => trainPrior(game, play(1, 3), 0), 'epoch 0: expected 1 to 3 (ERR_USAGE)'],
  ['epoch 4', () => trainPrior(game, play(1, 3), 4), 'epoch 4: expected 1 to 3 (ERR_USAGE)'],
])('refuses to train on %s', (_, act, message) => expect(refused(act)).toBe(message))
