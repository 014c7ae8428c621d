// Who gets what now. Players whose last frame was of the same tick, and who read frames with the same prior, share one
// chunk, encoded once; each gets one frame a tick. A connection that has not drained (pace.ts) gets nothing: its next
// frame is one delta from what it was sent last, which its seat keeps for as long as that takes.

import type { AnyGame } from '@tickwire/engine'
import { type Prior, packTell, SHARED_PREFIX, type SnapshotBase } from '@tickwire/engine/wire'
import type { SharedFrame } from './connection.ts'
import type { EventLog } from './event-log.ts'
import type { Learner, PackedPrior, Sent } from './learner.ts'
import type { Seat } from './seat.ts'

/** The furthest that a delta may reach back (PROTOCOL.md, Limits): then a keyframe goes. */
const MAX_DELTA_TICKS = 32_767
/** What a budget allows and nobody used adds up for so long. */
const CREDIT_MS = 100
/** Players that are offered a prior in one tick; the others in later ones. */
const MAX_OFFERS = 16
/** And to whom it would keep the link busy for no longer, ms. */
const MAX_OFFER_MS = 500

/** Those who get the same chunk: what it was coded with is the same for all. */
interface Group {
  readonly prior: Prior | undefined
  readonly frame: SharedFrame
  readonly sent: Sent
  seats: number
}

/** Bytes a second, without what the transport adds. */
export interface Budget {
  readonly maxBytesPerSecond?: number
  readonly maxMatchBytesPerSecond?: number
}

export class Outbound<G extends AnyGame> {
  readonly #learner: Learner<G>
  readonly #budget: Budget
  /** Undefined: no bound. */
  #bytesPerMs: number | undefined
  /** Those who joined in the newest tick. */
  #greeted: Group[] = []
  #notice: { readonly of: PackedPrior; readonly bytes: Uint8Array<ArrayBuffer> } | undefined

  constructor(learner: Learner<G>, budget: Budget = {}) {
    this.#learner = learner
    this.#budget = budget
  }

  /** Writes this tick's frame to every seat that can take it; the tick ran at `now` (ms). */
  flush(snapshot: SnapshotBase, seats: Iterable<Seat>, events: EventLog, now: number): void {
    this.#bytesPerMs = this.#share(seats)
    this.#greeted = []
    const groups: Group[] = []
    let oldest = snapshot.tick
    let offers = MAX_OFFERS
    for (const seat of seats) {
      // It gets nothing yet, and then all of it. A bot never does.
      if (seat.state === 'away' || (seat.state === 'joining' && seat.connection))
        oldest = Math.min(oldest, seat.known, seat.ack)
      if (!seat.connection || seat.state !== 'playing') continue
      const slack = seat.slack.ran(snapshot.tick, now)
      if (this.#takes(seat, now)) {
        this.#send(seat, snapshot, groups, events, slack, now)
        if (offers > 0 && this.#offer(seat)) offers--
      }
      // What a client has not acknowledged it may yet ask for again.
      oldest = Math.min(oldest, seat.known, seat.ack)
    }
    events.forget(oldest)
    this.#report(groups)
  }

  /**
   * The first frame of who joined in the newest tick, which was flushed before the seat was known to be theirs. Nothing is sent
   * where the next tick had better: over long-polling, whose poll the answer takes, and where events of that tick are there.
   */
  greet(seat: Seat, snapshot: SnapshotBase, events: EventLog, now: number): void {
    const { connection, state, sent } = seat
    if (!connection || connection.isPolled !== undefined || state !== 'playing' || sent) return
    if (events.newest <= snapshot.tick) this.#send(seat, snapshot, this.#greeted, events, undefined, now)
  }

  #takes(seat: Seat, now: number): boolean {
    const mayCost = seat.paidUntil <= now
    const { bufferedAmount, isPolled } = seat.connection!
    return seat.pace.takes(bufferedAmount > 0, now, isPolled) && mayCost
  }

  /** What each player may cost, bytes a ms. */
  #share(seats: Iterable<Seat>): number | undefined {
    const { maxBytesPerSecond, maxMatchBytesPerSecond } = this.#budget
    if (maxMatchBytesPerSecond === undefined) return maxBytesPerSecond && maxBytesPerSecond / 1000
    let people = 0
    for (const seat of seats) if (seat.connection) people++
    return Math.min(maxBytesPerSecond ?? Number.POSITIVE_INFINITY, maxMatchBytesPerSecond / Math.max(1, people)) / 1000
  }

  #send(
    seat: Seat,
    snapshot: SnapshotBase,
    groups: Group[],
    events: EventLog,
    slack: number | undefined,
    now: number
  ): void {
    const { sentBefore } = seat
    const baseline = seat.sent && snapshot.tick - seat.sent.tick <= MAX_DELTA_TICKS ? seat.sent : undefined
    const { id } = seat.player
    const { writer } = this.#learner
    // After a keyframe or a merged delta one frame goes without `before`; then the player shares again.
    const before = baseline && sentBefore?.tick === baseline.tick - 1 ? sentBefore : undefined
    const { held } = seat.handout
    const prior = held && this.#learner.keeps(held) ? held : undefined
    let group = groupOf(groups, baseline, before, prior)
    if (!group) {
      const bytes = this.#encode(snapshot, baseline, before, events, prior)
      group = { prior, frame: { bytes, prebuilt: undefined }, sent: { snapshot, baseline, before }, seats: 0 }
      groups.push(group)
    }
    group.seats++
    const own = {
      player: id,
      snapshot,
      baseline,
      slack,
      got: seat.slack.got(),
      events: baseline ? events.private(seat.known, id) : events.all(seat.known, id),
    }
    const head = writer.head(own, group.frame.bytes.length)
    seat.sentBefore = baseline
    seat.sent = snapshot
    seat.known = snapshot.tick
    const bytes = group.frame.bytes.length + (head ? head.length - SHARED_PREFIX : 0)
    seat.pace.sent(snapshot.tick, bytes, now)
    if (this.#bytesPerMs !== undefined)
      seat.paidUntil = Math.max(seat.paidUntil, now - CREDIT_MS) + bytes / this.#bytesPerMs
    seat.connection!.sendFrame(group.frame, head)
  }

  /**
   * Tables are learned from frames of one tick. A column's residuals over several are larger, and the generic ones, which a
   * frame fits to each of its columns, often take a quarter less: a merged frame is the smaller of both.
   */
  #encode(
    snapshot: SnapshotBase,
    baseline: SnapshotBase | undefined,
    before: SnapshotBase | undefined,
    events: EventLog,
    prior: Prior | undefined
  ): Uint8Array<ArrayBuffer> {
    const { writer } = this.#learner
    const told = baseline ? events.shared(baseline.tick) : []
    const bytes = writer.shared(snapshot, baseline, before, told, prior)
    if (!prior || !baseline || snapshot.tick - baseline.tick === 1) return bytes
    const generic = writer.shared(snapshot, baseline, before, told)
    return generic.length < bytes.length ? generic : bytes
  }

  /** Offers the current prior, if the player should have it, and its link is not busy with it for long. */
  #offer({ handout, connection, pace }: Seat): boolean {
    const { current } = this.#learner
    if (!current || !handout.wants(current.prior) || pace.busyFor(current.bytes.length) > MAX_OFFER_MS) return false
    if (this.#notice?.of !== current)
      this.#notice = { of: current, bytes: packTell({ tell: 'prior', prior: current.bytes }) }
    handout.offer(current.prior)
    connection!.notify(this.#notice.bytes)
    return true
  }

  /** What most players got is what is learned from. */
  #report(groups: readonly Group[]): void {
    let most: Group | undefined
    for (const group of groups) if (!most || group.seats > most.seats) most = group
    if (most) this.#learner.sent(most.sent, most.frame.bytes.length)
  }
}

/** Most players share one group or two: the one that was made last. */
function groupOf(
  groups: readonly Group[],
  baseline: SnapshotBase | undefined,
  before: SnapshotBase | undefined,
  prior: Prior | undefined
): Group | undefined {
  for (let at = groups.length - 1; at >= 0; at--) {
    const group = groups[at]
    const { sent } = group
    if (sent.baseline === baseline && sent.before === before && group.prior === prior) return group
  }
  return undefined
}
