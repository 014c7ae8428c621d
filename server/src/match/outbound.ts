// Who gets what now. Players whose last frame was of the same tick, and who read frames with the same prior, share one
// chunk, encoded once; each gets one frame a tick. A connection that has not drained gets nothing: its next frame is one
// delta from what it was sent last.

import type { AnyGame } from '@tickwire/engine'
import { packTell, type SnapshotBase } from '@tickwire/engine/wire'
import type { SharedFrame } from './connection.ts'
import type { EventLog } from './event-log.ts'
import type { Learner, PackedPrior, Sent } from './learner.ts'
import type { Seat } from './seats.ts'

/** A connection with more than this many bytes waiting gets nothing this tick. */
const MAX_WAITING = 16 * 1024
/** A client that acknowledged nothing for this long gets nothing more until it does, in ms. */
const MAX_IN_FLIGHT_MS = 2000
/** Players that are offered a prior in one tick; the others in later ones. */
const MAX_OFFERS = 16

/** Those who get the same chunk. */
interface Group {
  readonly frame: SharedFrame
  readonly sent: Sent
  seats: number
}

export class Outbound<G extends AnyGame> {
  readonly #learner: Learner<G>
  readonly #maxInFlight: number
  #notice: { readonly of: PackedPrior; readonly bytes: Uint8Array<ArrayBuffer> } | undefined

  constructor(game: G, learner: Learner<G>) {
    this.#learner = learner
    this.#maxInFlight = Math.ceil((MAX_IN_FLIGHT_MS * game.tickRate) / 1000)
  }

  /** Writes this tick's frame to every seat that can take it; the tick ran at `now` (ms). */
  flush(snapshot: SnapshotBase, seats: Iterable<Seat>, events: EventLog, now: number): void {
    const groups = new Map<string, Group>()
    let oldest = snapshot.tick
    let offers = MAX_OFFERS
    for (const seat of seats) {
      if (!seat.connection || seat.state !== 'playing') continue
      const slack = seat.slack.ran(snapshot.tick, now)
      if (!this.#isCongested(seat, snapshot.tick)) {
        this.#send(seat, snapshot, groups, events, slack)
        if (offers > 0 && this.#offer(seat)) offers--
      }
      // What a client has not acknowledged it may yet ask for again.
      oldest = Math.min(oldest, seat.known, seat.ack)
    }
    events.forget(oldest)
    this.#report(groups.values())
  }

  #isCongested(seat: Seat, tick: number): boolean {
    // What was sent last is under way for as long as it is not acknowledged.
    const isInFlight = seat.sent !== undefined && seat.sent.tick > seat.ack
    return seat.connection!.bufferedAmount > MAX_WAITING || (isInFlight && tick - seat.ack > this.#maxInFlight)
  }

  #send(
    seat: Seat,
    snapshot: SnapshotBase,
    groups: Map<string, Group>,
    events: EventLog,
    slack: number | undefined
  ): void {
    const { sent: baseline, sentBefore } = seat
    const { id } = seat.player
    const { writer } = this.#learner
    // After a keyframe or a merged delta one frame goes without `before`; then the player shares again.
    const before = baseline && sentBefore?.tick === baseline.tick - 1 ? sentBefore : undefined
    const { held } = seat.handout
    const prior = held && this.#learner.keeps(held) ? held : undefined
    const key = `${baseline?.tick} ${before?.tick} ${prior?.epoch}`
    let group = groups.get(key)
    if (!group) {
      const bytes = writer.shared(snapshot, baseline, before, baseline ? events.shared(baseline.tick) : [], prior)
      group = { frame: { bytes, prebuilt: undefined }, sent: { snapshot, baseline, before }, seats: 0 }
      groups.set(key, group)
    }
    group.seats++
    const own = {
      player: id,
      snapshot,
      baseline,
      slack,
      events: baseline ? events.private(seat.known, id) : events.all(seat.known, id),
    }
    const head = writer.head(own, group.frame.bytes.length)
    seat.sentBefore = baseline
    seat.sent = snapshot
    seat.known = snapshot.tick
    seat.connection!.sendFrame(group.frame, head)
  }

  /** Offers the current prior, if the player should have it. */
  #offer({ handout, connection }: Seat): boolean {
    const { current } = this.#learner
    if (!current || !handout.wants(current.prior)) return false
    if (this.#notice?.of !== current)
      this.#notice = { of: current, bytes: packTell({ tell: 'prior', prior: current.bytes }) }
    handout.offer(current.prior)
    connection!.notify(this.#notice.bytes)
    return true
  }

  /** What most players got is what is learned from. */
  #report(groups: Iterable<Group>): void {
    let most: Group | undefined
    for (const group of groups) if (!most || group.seats > most.seats) most = group
    if (most) this.#learner.sent(most.sent, most.frame.bytes.length)
  }
}
