import { defineGame, entity, int } from '@tickwire/engine'
import { FrameWriter, type Prior, packPrior, type SnapshotBase, trainPrior, World } from '@tickwire/engine/wire'
import { expect, test } from 'vitest'
import { unpackTell } from '../../../engine/src/wire/messages.ts'
import { EventLog } from './event-log.ts'
import { Handout } from './handout.ts'
import type { Learner, PackedPrior } from './learner.ts'
import { type Budget, Outbound } from './outbound.ts'
import { Pace } from './pace.ts'
import type { Seat } from './seat.ts'
import { SlackReport } from './slack.ts'

const game = defineGame({ name: 'g', tickRate: 30, entities: { dot: entity({ x: int(0, 100) }) } })
const world = new World(game)
for (let i = 0; i < 9; i++) world.dot.spawn({ x: i })
function tick(): SnapshotBase {
  world.tick++
  for (const dot of world.dot) dot.x = (7 * dot.x + world.tick) % 100
  return world.snapshot() as never as SnapshotBase
}
const snapshots = [tick(), tick(), tick(), tick()]
const packed = (epoch: number): PackedPrior => {
  const prior = trainPrior(game, snapshots as never, epoch)
  return { prior, bytes: packPrior(prior) }
}

/** What a learner would hand out, by hand. */
function setUp(players: number, budget?: Budget) {
  const learner = {
    writer: new FrameWriter(game),
    current: undefined as PackedPrior | undefined,
    kept: [] as Prior[],
    reported: [] as number[],
    keeps: (prior: Prior) => learner.kept.includes(prior),
    sent: (_frame: unknown, bytes: number) => void learner.reported.push(bytes),
  }
  const outbound = new Outbound(learner as never as Learner<typeof game>, budget)
  const seats = Array.from({ length: players }, (_, id) => {
    const frames: Uint8Array[] = []
    const offers: number[] = []
    const handout = new Handout()
    const connection = {
      bufferedAmount: 0,
      sendFrame: ({ bytes }: { bytes: Uint8Array }) => void frames.push(bytes),
      notify: (message: Uint8Array) => {
        const tell = unpackTell(message)
        if (tell.tell === 'prior') offers.push(learner.current!.prior.epoch)
      },
    }
    const seat = {
      player: { id: id + 1 },
      connection,
      state: 'playing',
      slack: new SlackReport(30),
      pace: new Pace(30),
      paidUntil: 0,
      handout,
      known: 0,
      ack: 0,
    }
    return { seat: seat as never as Seat, frames, offers, handout, connection }
  })
  const events = new EventLog()
  /** A tick; everybody has acknowledged the one before, or `acked`. */
  const step = (acked?: number) => {
    const snapshot = tick()
    const now = (snapshot.tick * 1000) / game.tickRate
    for (const { seat } of seats) {
      seat.ack = acked ?? snapshot.tick - 1
      seat.pace.acked(seat.ack, (seat.ack * 1000) / game.tickRate, now)
    }
    outbound.flush(
      snapshot,
      seats.map(({ seat }) => seat),
      events,
      now
    )
    return snapshot.tick
  }
  const epochs = () => seats.map(({ frames }) => (frames.at(-1)![2] >> 5) & 3)
  return { learner, outbound, events, seats, step, epochs }
}

test('players who read with the same prior share a frame; each is offered the current one, once', () => {
  const { learner, seats, step, epochs } = setUp(3)
  step()
  step()
  const one = packed(1)
  learner.current = one
  learner.kept = [one.prior]
  step()
  expect(seats.map(({ offers }) => offers)).toEqual([[1], [1], [1]])
  seats[1].handout.answer(1)
  step()
  expect(epochs()).toEqual([0, 1, 0])
  const [a, b, c] = seats.map(({ frames }) => frames.at(-1))
  expect(a).toBe(c)
  expect(b).not.toBe(a)
  expect(seats.map(({ offers }) => offers)).toEqual([[1], [1], [1]])
})

test('a merged frame is of the generic prior where that takes less; one of a single tick is of the learned one', () => {
  const { learner, outbound, events, seats, epochs } = setUp(1)
  const [{ seat, connection }] = seats
  const crowd = new World(game)
  for (let i = 0; i < 60; i++) crowd.dot.spawn({ x: i % 50 })
  const walk = (): SnapshotBase => {
    crowd.tick++
    for (const dot of crowd.dot) dot.x = (dot.x + ((crowd.tick + dot.x) % 3)) % 101
    return crowd.snapshot() as never as SnapshotBase
  }
  const prior = trainPrior(game, Array.from({ length: 200 }, walk) as never, 1)
  learner.kept = [prior]
  seat.handout.held = prior
  const send = () => {
    const snapshot = walk()
    const now = (snapshot.tick * 1000) / game.tickRate
    seat.ack = snapshot.tick - 1
    seat.pace.acked(seat.ack, ((snapshot.tick - 1) * 1000) / game.tickRate, now)
    outbound.flush(snapshot, [seat], events, now)
  }
  for (let i = 0; i < 3; i++) send()
  expect(epochs()).toEqual([1])
  connection.bufferedAmount = 1
  for (let i = 0; i < 20; i++) send()
  connection.bufferedAmount = 0
  const count = seats[0].frames.length
  for (let i = 0; i < 9 && seats[0].frames.length === count; i++) send()
  expect(epochs()).toEqual([0])
  for (let i = 0; i < 3; i++) send()
  expect(epochs()).toEqual([1])
})

test('who holds one that is not kept any more gets the generic prior, until it has learned the current one', () => {
  const { learner, seats, step, epochs } = setUp(2)
  const [one, two, three] = [packed(1), packed(2), packed(3)]
  const hand = (current: PackedPrior, before?: PackedPrior) => {
    learner.current = current
    learner.kept = before ? [current.prior, before.prior] : [current.prior]
  }
  hand(one)
  step()
  seats[0].handout.answer(1)
  seats[1].handout.answer(1)
  hand(two, one)
  step()
  expect(epochs()).toEqual([1, 1])
  seats[1].handout.answer(2)
  hand(three, two)
  step()
  // The first has not answered the offer before: it is offered nothing more.
  expect(epochs()).toEqual([0, 2])
  expect(seats.map(({ offers }) => offers)).toEqual([
    [1, 2],
    [1, 2, 3],
  ])
  seats[0].handout.answer(2)
  step()
  expect(epochs()).toEqual([2, 2])
  expect(seats[0].offers).toEqual([1, 2, 3])
})

test('a connection that has not drained is offered nothing', () => {
  const { learner, seats, step } = setUp(1)
  const one = packed(1)
  learner.current = one
  learner.kept = [one.prior]
  seats[0].connection.bufferedAmount = 100_000
  step()
  expect(seats[0].offers).toEqual([])
  seats[0].connection.bufferedAmount = 0
  step()
  expect(seats[0].offers).toEqual([1])
})

test('who acknowledges nothing gets less, and one delta to now once it has what was sent last', () => {
  const { seats, step } = setUp(1)
  const [{ seat, frames }] = seats
  for (let i = 0; i < 60; i++) step()
  const before = frames.length
  const first = seat.sent!.tick
  for (let i = 0; i < 300; i++) step(first)
  // So small ones go for a second, then five a second.
  expect(frames.length - before).toBeGreaterThan(8)
  expect(frames.length - before).toBeLessThan(80)
  const { tick } = seat.sent!
  const last = step(tick)
  expect(seat.sent!.tick).toBe(last)
  expect(seat.sentBefore!.tick).toBe(tick)
})

test('a budget holds frames back as a link of that rate would', () => {
  const free = setUp(2)
  for (let i = 0; i < 300; i++) free.step()
  const bytes = (frames: Uint8Array[]) => frames.reduce((sum, { length }) => sum + length, 0)
  const all = bytes(free.seats[0].frames)
  for (const budget of [{ maxBytesPerSecond: all / 20 }, { maxMatchBytesPerSecond: all / 10 }]) {
    const { seats, step } = setUp(2, budget)
    for (let i = 0; i < 300; i++) step()
    for (const { frames } of seats) {
      expect(bytes(frames)).toBeLessThan(all / 2 + 200)
      expect(bytes(frames)).toBeGreaterThan(all / 2 - 200)
    }
  }
})

test('many players are not all offered one in the same tick', () => {
  const { learner, seats, step } = setUp(100)
  const one = packed(1)
  learner.current = one
  learner.kept = [one.prior]
  const offered = () => seats.reduce((sum, { offers }) => sum + offers.length, 0)
  step()
  expect(offered()).toBeLessThan(20)
  for (let i = 0; i < 6; i++) step()
  expect(offered()).toBe(100)
})

test('what most players got is learned from', () => {
  const { learner, seats, step } = setUp(3)
  step()
  step()
  // One of them needs a keyframe.
  seats[0].seat.sent = undefined
  step()
  expect(learner.reported.at(-1)).toBe(seats[1].frames.at(-1)!.length)
  expect(learner.reported.at(-1)).not.toBe(seats[0].frames.at(-1)!.length)
})
