// A game of many rows with a predictor of its own, and a play of it that is the same everywhere: what golden.test.ts pins and
// what a prior is trained on.

import { entity } from '../src/schema/entity.ts'
import { angle, int, ranged } from '../src/schema/field.ts'
import { defineGame } from '../src/schema/game.ts'
import type { PredictedRows } from '../src/schema/predictor.ts'
import type { Snapshot } from '../src/state/snapshot.ts'
import { World } from '../src/state/world.ts'

/** In sixteenths of a step, by heading: there and back. */
function speedOf(heading: number): number {
  return 16 * 512 + ((heading < 128 ? heading : 255 - heading) - 64) * 55
}

export const swarm = defineGame({
  name: 'swarm',
  tickRate: 20,
  entities: {
    bee: entity(
      {
        x: ranged(0, 1024, 1 / 16).rate('vx'),
        vx: ranged(-64, 64, 1 / 8).default(0),
        heading: angle(8).default(0),
        food: int(0, 20000).default(100),
        hive: int(0, 9),
      },
      {
        predictor: {
          version: 3,
          order: ['heading', 'vx'],
          columns: {
            vx: (rows: PredictedRows, out: Int32Array): void => {
              const heading = rows.now('heading')
              for (let i = 0; i < rows.count; i++) out[i] = speedOf(heading[rows.slots[i]]) + rows.ticks
            },
            food: (rows: PredictedRows, out: Int32Array): void => {
              const [base, before] = [rows.base('food'), rows.before('food')]
              for (let i = 0; i < rows.count; i++) {
                const slot = rows.slots[i]
                const step = before && rows.wasBefore(slot) ? base[slot] - before[slot] : 0
                out[i] = 16 * (base[slot] + step * rows.ticks)
              }
            },
          },
        },
      }
    ),
  },
})
export type Swarm = typeof swarm

/** Snapshots by tick: 120 bees from tick 10 on; in every eighth tick but three sit still, in every fifth some are replaced. */
export function flight(ticks: number, seed: number): Map<number, Snapshot<Swarm>> {
  const world = new World(swarm)
  let state = seed
  /** 0 to `end` - 1, by a linear congruence (Numerical Recipes). */
  const chance = (end: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) % end
  }
  const spawn = () => world.bee.spawn({ x: chance(1024), hive: chance(3) })
  const snapshots = new Map<number, Snapshot<Swarm>>()
  for (world.tick = 10; world.tick < 10 + ticks; world.tick++) {
    if (world.tick === 10) for (let i = 0; i < 120; i++) spawn()
    const sits = world.tick % 8 === 5
    for (const [i, bee] of [...world.bee].entries()) {
      if (sits && i > 2) continue
      bee.heading += ((chance(9) - 4) * 2 * Math.PI) / 256
      const turn = Math.round((bee.heading * 256) / (2 * Math.PI)) & 255
      bee.vx = Math.floor((speedOf(turn) + 1 + 8) / 16) / 8 - 64 + (chance(4) === 0 ? (chance(5) - 2) / 8 : 0)
      bee.x += bee.vx / 20
      if (chance(20) === 0) bee.food = chance(2) === 0 ? chance(20000) : chance(200)
      if (chance(200) === 0) bee.hive = chance(10)
    }
    if (world.tick % 5 === 4)
      for (let i = 0; i < 3; i++) {
        world.bee.despawn([...world.bee][chance(100)])
        spawn()
      }
    snapshots.set(world.tick, world.snapshot())
  }
  return snapshots
}
