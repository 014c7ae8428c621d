// Who gets what now. Players whose last frame was of the same tick share one chunk, encoded once; each gets one frame
// a tick. A connection that has not drained gets nothing: its next frame is one delta from what it was sent last.

import type { AnyGame } from '@tickwire/engine'
import { FrameWriter, type SnapshotBase } from '@tickwire/engine/wire'
import type { SharedFrame } from './connection.ts'
import type { EventLog } from './event-log.ts'
import type { Seat } from './seats.ts'

/** A connection with more than this many bytes waiting gets nothing this tick. */
const MAX_WAITING = 16 * 1024
/** A client that acknowledged nothing for this long gets nothing more until it does, in ms. */
const MAX_IN_FLIGHT_MS = 2000

export class Outbound<G extends AnyGame> {
  readonly #writer: FrameWriter<G>
  readonly #maxInFlight: number

  constructor(game: G) {
    this.#writer = new FrameWriter(game)
    this.#maxInFlight = Math.ceil((MAX_IN_FLIGHT_MS * game.tickRate) / 1000)
  }

  /** Writes this tick's frame to every seat that can take it. */
  flush(snapshot: SnapshotBase, seats: Iterable<Seat>, events: EventLog): void {
    const shared = new Map<string, SharedFrame>()
    let oldest = snapshot.tick
    for (const seat of seats) {
      if (!seat.connection || seat.state !== 'playing') continue
      if (!this.#isCongested(seat, snapshot.tick)) this.#send(seat, snapshot, shared, events)
      // What a client has not acknowledged it may yet ask for again.
      oldest = Math.min(oldest, seat.known, seat.ack)
    }
    events.forget(oldest)
  }

  #isCongested(seat: Seat, tick: number): boolean {
    return seat.connection!.bufferedAmount > MAX_WAITING || tick - seat.ack > this.#maxInFlight
  }

  #send(seat: Seat, snapshot: SnapshotBase, groups: Map<string, SharedFrame>, events: EventLog): void {
    const { sent: baseline, sentBefore } = seat
    const { id } = seat.player
    // After a keyframe or a merged delta one frame goes without `before`; then the player shares again.
    const before = baseline && sentBefore?.tick === baseline.tick - 1 ? sentBefore : undefined
    const key = `${baseline?.tick} ${before?.tick}`
    let shared = groups.get(key)
    if (!shared) {
      const bytes = this.#writer.shared(snapshot, baseline, before, baseline ? events.shared(baseline.tick) : [])
      shared = { bytes, prebuilt: undefined }
      groups.set(key, shared)
    }
    const own = {
      player: id,
      snapshot,
      baseline,
      slack: seat.commands.newest < 0 ? undefined : seat.slack.observe(seat.commands.newest - snapshot.tick),
      events: baseline ? events.private(seat.known, id) : events.all(seat.known, id),
    }
    const head = this.#writer.head(own, shared.bytes.length)
    seat.sentBefore = baseline
    seat.sent = snapshot
    seat.known = snapshot.tick
    seat.connection!.sendFrame(shared, head)
  }
}
