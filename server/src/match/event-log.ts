// What happened, by tick, until everybody it is for has been sent it. A frame that moves a player from one tick to
// another carries what happened between them, so each event arrives exactly once and in order.

import type { Kind, Values, WireEvent } from '@tickwire/engine/wire'

interface Logged {
  readonly event: WireEvent
  /** Player ids; undefined: everybody. */
  readonly to: ReadonlySet<number> | undefined
}

export class EventLog {
  #log: Logged[] = []
  #sharedThisTick = 0
  #tick = -1

  add(tick: number, kind: Kind, values: Values, to: ReadonlySet<number> | undefined): void {
    if (tick !== this.#tick) this.#sharedThisTick = 0
    this.#tick = tick
    this.#log.push({ event: { tick, kind, values, after: to ? this.#sharedThisTick : 0 }, to })
    if (!to) this.#sharedThisTick++
  }

  /** What everybody sees happen after `from`. */
  shared(from: number): readonly WireEvent[] {
    return this.#log.filter(({ event, to }) => event.tick > from && !to).map(({ event }) => event)
  }

  /** What only this player sees happen after `from`. */
  private(from: number, player: number): readonly WireEvent[] {
    return this.#log.filter(({ event, to }) => event.tick > from && to?.has(player)).map(({ event }) => event)
  }

  /** All that this player sees happen after `from`, with places among private events only: for who gets no shared ones. */
  all(from: number, player: number): readonly WireEvent[] {
    return this.#log
      .filter(({ event, to }) => event.tick > from && (!to || to.has(player)))
      .map(({ event }) => ({ ...event, after: 0 }))
  }

  /** Forgets what happened up to `tick`. */
  forget(tick: number): void {
    if (this.#log.length > 0 && this.#log[0].event.tick <= tick)
      this.#log = this.#log.filter(({ event }) => event.tick > tick)
  }
}
