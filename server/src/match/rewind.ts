// Lag compensation: the match's history as a player saw it, sampled with the client's own function, within bounds that
// no client's claim can widen. Source: Yahn Bernier, "Latency Compensating Methods in Client/Server In-game Protocol
// Design" (Valve, 2001).

import { type GamePlan, type History, Sample, type SnapshotBase } from '@tickwire/engine/wire'
import type { Seat } from './seats.ts'

/** How far back the past may be asked for, in ms. */
const MAX_REWIND_MS = 400

export class Rewind {
  readonly #history: History<SnapshotBase>
  readonly #sample: Sample
  readonly #maxTicks: number

  constructor(plan: GamePlan, history: History<SnapshotBase>) {
    this.#history = history
    this.#sample = new Sample(plan, 'all')
    this.#maxTicks = (MAX_REWIND_MS * plan.game.tickRate) / 1000
  }

  /** The world at the tick on the seat's screen, no further back than the bound and no newer than what it acknowledged. */
  of(seat: Seat): Sample {
    const newest = this.#history.newest
    // Before the first tick there was an empty world.
    if (newest < 0) return this.#sample
    const held = seat.connection ? Math.min(seat.ack, newest) : newest
    const seen = seat.connection ? seat.renderTick : newest
    const tick = Math.max(0, newest + 1 - this.#maxTicks, Math.min(held, seen))
    // A player who has seen nothing yet sees the oldest there is.
    const from = this.#history.atOrBefore(Math.floor(tick)) ?? this.#history.after(-1)!
    const to = tick > from.tick ? this.#history.after(from.tick) : undefined
    this.#sample.take(tick, from, to)
    return this.#sample
  }
}
