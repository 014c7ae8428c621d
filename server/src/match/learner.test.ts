import { defineGame, entity, int, ranged } from '@tickwire/engine'
import { Prior, Random, type SnapshotBase, Trainer, World } from '@tickwire/engine/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Learner, type PackedPrior, type Sent } from './learner.ts'

const game = defineGame({
  name: 'g',
  tickRate: 30,
  entities: {
    ship: entity({
      x: ranged(0, 4096, 1 / 16).rate('vx'),
      vx: ranged(-512, 512, 1),
      ammo: int(0, 1000).only('owner'),
      plan: int(0, 1000).only('server'),
    }),
  },
})
const other = defineGame({ name: 'g', tickRate: 30, entities: { ship: entity({ x: ranged(0, 4096, 1 / 16) }) } })

/** Ships that jitter, all `wild`; what is not for everybody is up to `secret`. */
function* play(wild = 9, secret: () => number = () => 0): Generator<SnapshotBase> {
  const world = new World(game)
  const random = new Random(1)
  for (let i = 0; i < 30; i++) world.ship.spawn({ x: 4096 * random.next(), vx: 0, ammo: 0, plan: 0 }, { id: i + 1 })
  for (;;) {
    world.tick++
    for (const ship of world.ship) {
      ship.vx += wild * (random.next() - 0.5)
      ship.x += ship.vx / 30
      ship.ammo = secret()
      ship.plan = secret()
    }
    yield world.snapshot() as never as SnapshotBase
  }
}

/** Sends `frames` frames of a match, with time for everything in between; lists what was handed out, by frame. */
function learn(learner: Learner<typeof game>, frames: number, match: Generator<SnapshotBase> = play()) {
  const handed: { readonly at: number; readonly current: PackedPrior }[] = []
  let baseline: SnapshotBase | undefined
  let before: SnapshotBase | undefined
  for (let at = 0; at < frames; at++) {
    const snapshot = match.next().value as SnapshotBase
    const bytes = learner.writer.shared(snapshot, baseline, before, [], learner.current?.prior)
    learner.sent({ snapshot, baseline, before }, bytes.length)
    const held = learner.current
    while (learner.work());
    if (learner.current && learner.current !== held) handed.push({ at, current: learner.current })
    before = baseline
    baseline = snapshot
  }
  return handed
}

/** The third frame of a match. */
function frameOf(match: Generator<SnapshotBase>): Sent {
  const [before, baseline, snapshot] = match
  return { snapshot, baseline, before }
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('learning', () => {
  test('a prior is handed out once it pays, and makes frames smaller', () => {
    const learner = new Learner(game)
    expect(learner.current).toBeUndefined()
    const [first] = learn(learner, 300)
    expect(first.at).toBeLessThan(260)
    const [a, b, c] = play(9)
    const size = (prior?: Prior) => learner.writer.shared(c, b, a, [], prior).length
    expect(size(learner.current!.prior)).toBeLessThan(0.95 * size())
    const { bytes, prior } = learner.current!
    expect(Prior.unpack(game, bytes).epoch).toBe(prior.epoch)
    expect(bytes.length).toBeLessThan(1500)
  })

  test('one that is saved and given to the next run is good enough for it', () => {
    const first = new Learner(game)
    learn(first, 300)
    const saved = first.current!.bytes
    const second = new Learner(game, saved)
    expect(second.current!.bytes).toEqual(saved)
    expect(learn(second, 300)).toEqual([])
  })

  test('one of another kind of match is replaced; epochs go round, the one before stays in use', () => {
    const first = new Learner(game)
    learn(first, 300, play(300))
    const learner = new Learner(game, first.current!.bytes)
    const { prior } = learner.current!
    const [next] = learn(learner, 300, play(2))
    expect(next.current.prior.epoch).toBe((prior.epoch % 3) + 1)
    expect(learner.keeps(next.current.prior)).toBe(true)
    expect(learner.keeps(prior)).toBe(learner.current === next.current)
    expect(learner.keeps(first.current!.prior)).toBe(false)
  })

  test('frames in which nothing happens count for nothing, and nothing is handed out for them', () => {
    const learner = new Learner(game)
    const still = play(0)
    expect(learn(learner, 300, still)).toEqual([])
    expect(learn(learner, 70).length).toBeGreaterThan(0)
  })

  test('only what is for everybody counts: worlds that differ in the rest give the same prior, byte for byte', () => {
    const random = new Random(5)
    const learners = [() => 0, () => Math.floor(1000 * random.next())].map((secret) => {
      const learner = new Learner(game)
      learn(learner, 300, play(9, secret))
      return learner
    })
    expect(learners[0].current!.bytes).toEqual(learners[1].current!.bytes)
  })

  test('one frame is counted between two calls of work(), however many matches there are', () => {
    const learner = new Learner(game)
    const frame = frameOf(play())
    const counts = vi.spyOn(Trainer.prototype, 'add')
    // The keyframe that is counted now and then is a piece by itself.
    for (const pieces of [2, 1, 1]) {
      for (let match = 0; match < 100; match++) learner.sent(frame, 100)
      for (let piece = 0; piece < pieces; piece++) {
        expect(learner.work()).toBe(true)
        expect(counts).toHaveBeenCalledOnce()
        counts.mockClear()
      }
      expect(learner.work()).toBe(false)
    }
  })

  test('after the first 240 it counts two frames in seven', () => {
    const learner = new Learner(game)
    const match = play()
    learn(learner, 300, match)
    const frame = frameOf(match)
    let counted = 0
    for (let n = 0; n < 400; n++) {
      learner.sent(frame, 100)
      if (learner.work()) counted++
      while (learner.work());
    }
    expect(counted).toBeGreaterThanOrEqual(113)
    expect(counted).toBeLessThanOrEqual(117)
  })

  test.each([1, 100])(
    'once it has learned it rests, as long with %d matches: frames cost nothing until then',
    (matches) => {
      const learner = new Learner(game)
      const match = play()
      const handed = learn(learner, 17_000, match)
      expect(handed.length).toBeLessThanOrEqual(4)
      const frame = frameOf(match)
      let passes = 0
      for (let worked = false; !worked && passes < 1e6; passes++) {
        for (let i = 0; i < matches; i++) learner.sent(frame, 100)
        worked = learner.work()
      }
      expect(passes).toBeGreaterThan(50_000)
      expect(passes).toBeLessThan(100_000)
    }
  )

  test('a saved prior of another schema, or what is none, is refused', () => {
    const learner = new Learner(game)
    learn(learner, 300)
    const { bytes } = learner.current!
    const refusal = (of: () => unknown) =>
      expect(of).toThrow(/^the prior for 'g': .*\(ERR_(SCHEMA_MISMATCH|FRAME_\w+)\)$/)
    refusal(() => new Learner(other, bytes))
    refusal(() => new Learner(game, bytes.subarray(0, bytes.length - 5)))
    refusal(() => new Learner(game, Uint8Array.of(...bytes, 0)))
    refusal(() => new Learner(game, new Uint8Array(0)))
  })
})
