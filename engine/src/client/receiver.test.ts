import { beforeEach, describe, expect, it } from 'vitest'
import { entity } from '../schema/entity.ts'
import { int, ranged } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { Random } from '../state/random.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { FrameWriter } from '../wire/frames.ts'
import { FRAME_KIND } from '../wire/kinds.ts'
import type { Prior } from '../wire/prior.ts'
import { packPrior } from '../wire/prior-packing.ts'
import { trainPrior } from '../wire/training.ts'
import { Receiver } from './receiver.ts'

const game = defineGame({
  name: 'g',
  tickRate: 30,
  entities: { ship: entity({ x: ranged(0, 4096, 1 / 16).rate('vx'), vx: ranged(-512, 512, 1) }) },
})
const other = defineGame({ name: 'g', tickRate: 30, entities: { dot: entity({ x: int(0, 9) }) } })

const world = new World(game)
const random = new Random(1)
for (let i = 0; i < 20; i++) world.ship.spawn({ x: 4096 * random.next(), vx: 0 })
const snapshots: Snapshot<typeof game>[] = Array.from({ length: 40 }, () => {
  world.tick++
  for (const ship of world.ship) ship.vx += 9 * (random.next() - 0.5)
  return world.snapshot()
})
const priors = [1, 2, 3].map((epoch) => trainPrior(game, snapshots, epoch))
const [one, two, three] = priors

describe('priors', () => {
  const writer = new FrameWriter(game)
  let receiver: Receiver<typeof game>
  let said: number[][]
  let at: number

  beforeEach(() => {
    said = []
    at = 0
    receiver = new Receiver(game, 1, (frame) => said.push([...frame]))
  })
  /** The next frame, with a prior; whether it could be used. */
  const take = (prior?: Prior): boolean => {
    const [snapshot, baseline] = [snapshots[at], snapshots[at - 1]] as never as SnapshotBase[]
    at++
    return receiver.take(writer.shared(snapshot, baseline, undefined, [], prior), 0) !== undefined
  }

  it('L1 L2 frames of a prior can be read once it was learned, and the server is told', () => {
    expect(take()).toBe(true)
    receiver.learn(packPrior(one))
    expect(said).toEqual([[FRAME_KIND.learned, 1]])
    expect([take(one), take(), take(one)]).toEqual([true, true, true])
    expect(receiver.epoch).toBe(1)
    expect(take()).toBe(true)
    expect(receiver.epoch).toBe(0)
  })

  it('L1 the two newest are kept, and the generic one', () => {
    for (const prior of priors) receiver.learn(packPrior(prior))
    expect([take(two), take(three), take()]).toEqual([true, true, true])
    expect(take(one)).toBe(false)
    expect(said.at(-1)).toEqual([FRAME_KIND.resync, 1])
  })

  it('L1 a newer one of the same epoch takes its place', () => {
    receiver.learn(packPrior(trainPrior(game, snapshots.slice(0, 3), 1)))
    receiver.learn(packPrior(two))
    receiver.learn(packPrior(one))
    expect([take(one), take(two), take(one)]).toEqual([true, true, true])
  })

  const packed = packPrior(one)
  it.each([
    ['of another game', packPrior(trainPrior(other, otherSnapshots(), 1))],
    ['cut short', packed.subarray(0, packed.length - 3)],
    ['with more behind it', Uint8Array.of(...packed, 0)],
    ['of no bytes', new Uint8Array(0)],
    ['of zeros', new Uint8Array(500)],
    ['larger than any', new Uint8Array(100_000).fill(0xff)],
  ])('L2 one %s changes nothing, and the server is told', (_, bytes) => {
    receiver.learn(packPrior(two))
    receiver.learn(bytes)
    expect(said.at(-1)).toEqual([FRAME_KIND.learned, 0])
    expect([take(two), take(), take(two)]).toEqual([true, true, true])
  })

  it('L2 none throws, whatever its bytes', () => {
    for (let i = 0; i < 2000; i++) {
      const bytes = packed.slice()
      bytes[4 + Math.floor(random.next() * (bytes.length - 4))] ^= 1 << Math.floor(random.next() * 8)
      receiver.learn(bytes)
      expect(said.at(-1)![0]).toBe(FRAME_KIND.learned)
    }
    receiver.learn(packPrior(two))
    expect([take(two), take()]).toEqual([true, true])
  })
})

function otherSnapshots(): Snapshot<typeof other>[] {
  const world = new World(other)
  return Array.from({ length: 3 }, () => {
    world.tick++
    return world.snapshot()
  })
}
