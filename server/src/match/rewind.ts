// Lag compensation: the match's history as a player saw it, sampled with the client's own function, within bounds that
// no client's claim can widen. Source: Yahn Bernier, "Latency Compensating Methods in Client/Server In-game Protocol
// Design" (Valve, 2001).

import { type GamePlan, MAX_EXTRAPOLATION_MS, Sample } from '@tickwire/engine/wire'
import type { Past } from './past.ts'
import type { Seat } from './seat.ts'

/** How far back the past may be asked for, in ms. */
const MAX_REWIND_MS = 400

export class Rewind {
  readonly #past: Past
  readonly #sample: Sample
  readonly #maxTicks: number
  readonly #furthest: number

  constructor(plan: GamePlan, past: Past) {
    this.#past = past
    this.#sample = new Sample(plan, 'all')
    this.#maxTicks = (MAX_REWIND_MS * plan.game.tickRate) / 1000
    this.#furthest = (MAX_EXTRAPOLATION_MS * plan.game.tickRate) / 1000
  }

  /**
   * The world at the tick on the seat's screen, no further back than the bound, from no newer snapshots than it
   * acknowledged: where its screen had starved, moved on from the newest of these as the screen did.
   */
  of(seat: Seat): Sample {
    const newest = this.#past.newest
    // Before the first tick there was an empty world.
    if (newest < 0) return this.#sample
    const oldest = newest + 1 - this.#maxTicks - this.#furthest
    const isBot = seat.player.bot
    const held = isBot ? newest : Math.max(oldest, Math.min(seat.held, newest))
    const seen = isBot ? newest : Math.min(seat.renderTick, newest + 1)
    const tick = Math.max(0, newest + 1 - this.#maxTicks, Math.min(held + this.#furthest, seen))
    // A player who has seen nothing yet sees the oldest there is.
    const from = this.#past.atOrBefore(Math.floor(Math.min(tick, held))) ?? this.#past.after(-1)!
    const to = tick > from.tick && from.tick < held ? this.#past.after(from.tick) : undefined
    this.#sample.take(tick, from, to)
    return this.#sample
  }
}
