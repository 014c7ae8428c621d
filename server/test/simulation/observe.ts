// What a simulation sees of the running system: methods of its parts are wrapped once, and report to the simulation that
// runs. They change nothing, but for the priors: a simulation hands out its own, in place of learning them, which is slow.

import type { AnyGame } from '@tickwire/engine'
import type { Prior, SnapshotBase, Values } from '@tickwire/engine/wire'
import { Receiver } from '../../../engine/src/client/receiver.ts'
import { EventLog } from '../../src/match/event-log.ts'
import { Learner, type PackedPrior } from '../../src/match/learner.ts'
import { Outbound } from '../../src/match/outbound.ts'
import type { Player } from '../../src/match/rules.ts'
import { Seat } from '../../src/match/seat.ts'
import { type Claim, Seating } from '../../src/match/seating.ts'
import { sea } from './world.ts'

export interface Observer {
  readonly handout: { current: PackedPrior | undefined; previous: Prior | undefined }
  /** The server made a tick's snapshot, and is about to send it. */
  ticked(snapshot: SnapshotBase, seats: Iterable<Seat>, events: EventLog): void
  /** The match emits. `to` undefined: to everybody. */
  emitted(tick: number, kind: string, values: Values, to: ReadonlySet<number> | undefined, owner?: number): void
  /** Another page of the same player gets its seat. */
  renewed(player: Player, tick: number): void
  /** A seat was resumed. */
  resumed(claim: Claim): void
  /** A client took a snapshot in. */
  took(snapshot: SnapshotBase, keyframe: boolean): void
}

let observer: Observer | undefined

/** All that happens from now on is reported to it; undefined: to nobody. */
export function observe(by: Observer | undefined): void {
  observer = by
}

/** Replaces a method until the function that is returned is called. */
export function patch<T extends object, K extends keyof T>(on: T, name: K, make: (original: T[K]) => T[K]): () => void {
  const original = on[name]
  on[name] = make(original)
  return () => {
    on[name] = original
  }
}

patch(
  Outbound.prototype,
  'flush',
  (flush) =>
    function (this: Outbound<never>, snapshot, seats, events, now) {
      observer?.ticked(snapshot, seats, events)
      flush.call(this, snapshot, seats, events, now)
    }
)
patch(
  EventLog.prototype,
  'add',
  (add) =>
    function (this: EventLog, tick, kind, values, to, owner) {
      const isTaken = add.call(this, tick, kind, values, to, owner)
      if (isTaken) observer?.emitted(tick, kind.name, values, to, owner)
      return isTaken
    }
)
patch(
  Seat.prototype,
  'renew',
  (renew) =>
    function (this: Seat, tick, token) {
      renew.call(this, tick, token)
      observer?.renewed(this.player, tick)
    }
)
patch(
  Seating.prototype,
  'resume',
  (resume) =>
    function (this: Seating<never>, claim, connection, identity) {
      const resumed = resume.call(this, claim, connection, identity)
      if (resumed) observer?.resumed(claim)
      return resumed
    }
)
patch(
  Receiver.prototype,
  'take',
  (take) =>
    function (this: Receiver<never>, bytes, now) {
      const frame = take.call(this, bytes, now)
      if (frame) observer?.took(frame.snapshot, frame.keyframe)
      return frame
    }
)

/** Matches of other games learn as ever. */
function handoutFor({ game }: Learner): Observer['handout'] | undefined {
  return (game as AnyGame) === sea ? observer?.handout : undefined
}

const current = Object.getOwnPropertyDescriptor(Learner.prototype, 'current')!.get!
Object.defineProperty(Learner.prototype, 'current', {
  get(this: Learner) {
    const handout = handoutFor(this)
    return handout ? handout.current : current.call(this)
  },
  configurable: true,
})
patch(
  Learner.prototype,
  'keeps',
  (keeps) =>
    function (this: Learner, prior) {
      const handout = handoutFor(this)
      return handout ? prior === handout.current?.prior || prior === handout.previous : keeps.call(this, prior)
    }
)
patch(
  Learner.prototype,
  'work',
  (work) =>
    function (this: Learner) {
      return handoutFor(this) ? false : work.call(this)
    }
)
