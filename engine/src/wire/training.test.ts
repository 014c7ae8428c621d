import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { int, ranged } from '../schema/field.ts'
import { type AnyGame, defineGame, planOf } from '../schema/game.ts'
import { Random } from '../state/random.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaDecoder, DeltaEncoder } from './encoder.ts'
import { modelsOf } from './model.ts'
import { BY_LAST, Prior } from './prior.ts'
import { packPrior } from './prior-packing.ts'
import { Trainer, trainPrior } from './training.ts'

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
/** What a generator of steps comes to. */
function all<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
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
  const prior = Prior.unpack(game, packPrior(trainPrior(game, play(1, 200))))

  it('makes the frames of another one smaller', () => {
    const other = play(2, 200)
    expect(sizeOf(prior, other)).toBeLessThan(0.95 * sizeOf(undefined, other))
  })

  it('is a few hundred bytes', () => {
    expect(packPrior(trainPrior(game, play(1, 200))).length).toBeLessThan(500)
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

/** Runs a training to its end. */
function trained<G extends AnyGame>(trainer: Trainer<G>, epoch = 1): { prior: Prior; steps: number } {
  const training = trainer.training(epoch)
  for (let steps = 1; ; steps++) {
    const { done, value } = training.next()
    if (done) return { prior: value, steps }
  }
}
function counted(snapshots: readonly Snapshot<Game>[], audience: 'all' | 'wire' = 'wire'): Trainer<Game> {
  const trainer = new Trainer(game, audience)
  for (const [at, snapshot] of snapshots.entries()) trainer.add(snapshot, snapshots[at - 1], snapshots[at - 2])
  return trainer
}

describe('a trainer, frame by frame', () => {
  const snapshots = play(1, 200)

  it('counts frames, and can be asked for a prior again and again', () => {
    const trainer = new Trainer(game, 'wire')
    expect(trainer.frames).toBe(0)
    const sizes: number[] = []
    const other = play(2, 100)
    for (const [at, snapshot] of snapshots.entries()) {
      trainer.add(snapshot, snapshots[at - 1], snapshots[at - 2])
      expect(trainer.frames).toBe(at + 1)
      if (at === 9 || at === 199) sizes.push(sizeOf(Prior.unpack(game, packPrior(trained(trainer).prior)), other))
    }
    // What it saw more of it knows better; ten frames are better than none.
    expect(sizes[0]).toBeLessThan(sizeOf(undefined, other))
    expect(sizes[1]).toBeLessThan(sizes[0])
  })

  it('X10 names the epoch asked for, in many small steps', () => {
    const trainer = counted(snapshots)
    for (const epoch of [1, 2, 3]) {
      const { prior, steps } = trained(trainer, epoch)
      expect(prior.epoch).toBe(epoch)
      expect(steps).toBeGreaterThan(50)
    }
  })

  it('X11 finds what new rows mostly are once it has seen some, not before', () => {
    const trainer = new Trainer(game, 'wire')
    const { columns } = modelsOf(planOf(game)).tables[0]
    const hull = planOf(game).tables[0].layout.columns.find(({ name }) => name === 'hull')!
    const usual = () => trained(trainer).prior.models[columns[hull.index] + 2].usual
    const found: (number | undefined)[] = []
    for (let at = 0; at < 40; at++) {
      trainer.add(snapshots[at], snapshots[at - 1], snapshots[at - 2])
      if (at === 3 || at === 39) found.push(usual())
    }
    expect(found).toEqual([undefined, 100])
  })

  it('says what its frames would take with a prior, as the encoder takes it', () => {
    const trainer = new Trainer(game, 'wire')
    for (let at = 2; at < snapshots.length; at++) trainer.add(snapshots[at], snapshots[at - 1], snapshots[at - 2])
    const { prior } = trained(trainer)
    const gained = all(trainer.bitsWith()) - all(trainer.bitsWith(prior))
    const [generic, own] = [sizeOf(undefined, snapshots), sizeOf(prior, snapshots)]
    expect(gained).toBeGreaterThan(0)
    // Both sides of it are sums of the same frames: of what they take, a hundredth.
    expect(Math.abs(gained - 8 * (generic - own))).toBeLessThan((8 * generic) / 100)
    expect(all(trainer.bitsWith())).toBeLessThan(8 * generic)
    expect(all(trainer.bitsWith(prior))).toBeLessThan(8 * own)
  })

  it('refuses snapshots of another game', () => {
    const other = defineGame({ name: 'other', tickRate: 30, entities: {} })
    const [ours, theirs] = [snapshots[0], new World(other).snapshot() as never]
    for (const act of [
      () => new Trainer(game).add(theirs),
      () => new Trainer(game).add(ours, theirs),
      () => new Trainer(game).add(snapshots[2], snapshots[1], theirs),
    ])
      expect(refused(act)).toBe('this snapshot is of another game (ERR_USAGE)')
    expect(refused(() => new Trainer(game).training(4).next())).toBe('epoch 4: expected 1 to 3 (ERR_USAGE)')
  })
})

describe('what nobody but the owner may know', () => {
  const hidden = defineGame({
    name: 'hidden',
    tickRate: 30,
    entities: { ship: entity({ x: int(0, 1000), ammo: int(0, 1000).default(0).only('owner') }) },
  })
  const world = new World(hidden)
  const random = new Random(3)
  const snapshots = Array.from({ length: 60 }, () => {
    world.tick++
    world.ship.spawn({ x: 500, ammo: 777 }, { id: 1 })
    for (const ship of world.ship) [ship.x, ship.ammo] = [1000 * random.next(), 1000 * random.next()]
    return world.snapshot()
  })
  const modelsWith = (audience: 'all' | 'wire') => {
    const trainer = new Trainer(hidden, audience)
    for (const [at, snapshot] of snapshots.entries()) trainer.add(snapshot, snapshots[at - 1], snapshots[at - 2])
    const { prior } = trained(trainer)
    const first = modelsOf(planOf(hidden)).tables[0].columns[2]
    return [0, 1, 2, 3].map((model) => [...(prior.models[first + model].map ?? [])].map((t) => [...prior.levels[t]]))
  }

  it('L5 is nothing that a prior for all was trained on', () => {
    const untold = modelsWith('all')
    const nothing = trained(new Trainer(hidden, 'all')).prior
    const first = modelsOf(planOf(hidden)).tables[0].columns[2]
    expect(untold).toEqual(
      [0, 1, 2, 3].map((model) => [...(nothing.models[first + model].map ?? [])].map((t) => [...nothing.levels[t]]))
    )
    expect(modelsWith('wire')).not.toEqual(untold)
  })
})

describe('X15 a column whose residuals are never alike for long', () => {
  const restless = defineGame({
    name: 'restless',
    tickRate: 30,
    entities: { rock: entity({ even: int(0, 100_000), uneven: int(0, 100_000) }) },
  })
  const world = new World(restless)
  const random = new Random(5)
  for (let i = 0; i < 60; i++) world.rock.spawn({ even: 50_000, uneven: 50_000 })
  const snapshots = Array.from({ length: 90 }, (_, t) => {
    world.tick++
    for (const rock of world.rock) {
      rock.even += 40 * (random.next() - 0.5)
      rock.uneven = 50_000 + 4 ** (t % 7) * 4 * (random.next() - 0.5)
    }
    return world.snapshot()
  })
  const prior = Prior.unpack(restless, packPrior(trainPrior(restless, snapshots)))

  it('goes on saying its shape in each frame; others have tables', () => {
    const { columns } = modelsOf(planOf(restless)).tables[0]
    const { layout } = planOf(restless).tables[0]
    const hasTables = (name: string) =>
      prior.models[columns[layout.columns.find((column) => column.name === name)!.index] + 1].map !== undefined
    expect([hasTables('even'), hasTables('uneven')]).toEqual([true, false])
  })

  it('comes back with both kinds in one frame', () => {
    const [encoder, decoder] = [new DeltaEncoder(restless, { prior }), new DeltaDecoder(restless, { prior })]
    for (let t = 2; t < snapshots.length; t++) {
      const [before, baseline, now] = snapshots.slice(t - 2)
      expect(decoder.decode(encoder.encode(now, baseline, before), baseline, before).hash).toBe(now.hash)
    }
  })
})

it('L5 of owners’ columns a prior says nothing unless it is told to', () => {
  const secret = defineGame({
    name: 'secret',
    tickRate: 30,
    entities: { safe: entity({ pin: int(0, 9999).default(0).only('owner'), x: int(0, 99) }) },
  })
  const packed = (pin: number) => {
    const world = new World(secret)
    const snapshots = Array.from({ length: 40 }, (_, tick) => {
      world.tick++
      world.safe.spawn({ pin, x: tick })
      return world.snapshot()
    })
    return packPrior(trainPrior(secret, snapshots))
  }
  expect(packed(4321)).toEqual(packed(17))
})

describe('contexts that save little', () => {
  const herd = defineGame({ name: 'herd', tickRate: 30, entities: { sheep: entity({ x: int(0, 1_000_000) }) } })
  const { columns } = modelsOf(planOf(herd)).tables[0]
  const x = planOf(herd).tables[0].layout.columns.find(({ name }) => name === 'x')!
  /** 30 sheep take steps of 1 or 2, mostly one like the last; others sleep. */
  const asksForLast = (sleeping: number): boolean => {
    const world = new World(herd)
    const random = new Random(7)
    for (let i = 0; i < 30 + sleeping; i++) world.sheep.spawn({ x: 500_000 })
    const last = new Uint8Array(30).fill(1)
    const snapshots = Array.from({ length: 400 }, () => {
      world.tick++
      for (const [i, sheep] of [...world.sheep].entries()) {
        if (i >= last.length) continue
        if (random.next() > 0.62) last[i] = 3 - last[i]
        sheep.x += random.next() < 0.5 ? last[i] : -last[i]
      }
      return world.snapshot()
    })
    return (trainPrior(herd, snapshots).factors[columns[x.index] + 1] & BY_LAST) > 0
  }

  it('are told apart where few rows change, not where all rows pay for them', () => {
    expect([asksForLast(0), asksForLast(400)]).toEqual([false, true])
  })
})
