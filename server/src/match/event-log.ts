// What happened, by tick, until everybody it is for has been sent it. A frame that moves a player from one tick to
// another carries what happened between them, so each event arrives exactly once and in order.

import { type Kind, packRecord, type Values, type WireEvent } from '@tickwire/engine/wire'

/** What an event costs besides its record, or so. */
const EVENT_BYTES = 4

/** Events of one tick; what comes past it is refused. */
export const MAX_EVENTS_A_TICK = 1024

interface Tick {
  /** Of its events and all before them, as records. */
  bytes: number
  readonly shared: WireEvent[]
  readonly private: Map<number, WireEvent[]>
  /** All of the tick in order, with whom they are for; undefined: everybody. */
  readonly all: { readonly event: WireEvent; readonly to: ReadonlySet<number> | undefined }[]
}

export class EventLog {
  /** Events kept. */
  size = 0
  readonly #ticks = new Map<number, Tick>()
  #oldest = 0
  #newest = -1
  /** Of all events ever, and of those forgotten, as records. */
  #bytes = 0
  #forgotten = 0

  /**
   * False where the tick holds all it can. Ticks must not go back. `owner`: the player whose row's `move` emitted it, where
   * that player's client may have played it ahead.
   */
  add(tick: number, kind: Kind, values: Values, to: ReadonlySet<number> | undefined, owner?: number): boolean {
    let at = this.#ticks.get(tick)
    if (!at) {
      at = { bytes: this.#bytes, shared: [], private: new Map(), all: [] }
      this.#ticks.set(tick, at)
      this.#newest = tick
    }
    if (at.all.length >= MAX_EVENTS_A_TICK) return false
    const event = { tick, kind, values, after: to ? at.shared.length : 0, owner }
    at.all.push({ event, to })
    if (to === undefined) at.shared.push(event)
    for (const player of to ?? []) {
      const own = at.private.get(player)
      if (own) own.push(event)
      else at.private.set(player, [event])
    }
    this.size++
    this.#bytes += EVENT_BYTES + packRecord(kind.layout, values, 'ERR_FIELD_VALUE').length
    at.bytes = this.#bytes
    return true
  }

  /** The tick of the newest event ever; -1: there was none. */
  get newest(): number {
    return this.#newest
  }

  /** What everybody sees happen after `from`. */
  shared(from: number): readonly WireEvent[] {
    if (from >= this.#newest) return NOTHING
    return this.#since(from, (tick) => tick.shared)
  }

  /** What only this player sees happen after `from`. */
  private(from: number, player: number): readonly WireEvent[] {
    if (from >= this.#newest) return NOTHING
    return this.#since(from, (tick) => tick.private.get(player) ?? [])
  }

  /** All that this player sees happen after `from`, as private events: for a frame that carries no shared ones. */
  all(from: number, player: number): readonly WireEvent[] {
    return this.#since(from, (tick) =>
      tick.all.filter(({ to }) => !to || to.has(player)).map(({ event }) => ({ ...event, after: 0 }))
    )
  }

  /** Bytes of all that happened after `from` and is kept. */
  bytesSince(from: number): number {
    // Ticks are in order of their events: the last one up to `from`, or all that was forgotten.
    let before = this.#forgotten
    for (const [tick, { bytes }] of this.#ticks) {
      if (tick > from) break
      before = bytes
    }
    return this.#bytes - before
  }

  /** Forgets what happened up to `tick`. */
  forget(tick: number): void {
    for (; this.#oldest <= tick; this.#oldest++) {
      const gone = this.#ticks.get(this.#oldest)
      if (!gone) continue
      this.size -= gone.all.length
      this.#forgotten = gone.bytes
      this.#ticks.delete(this.#oldest)
    }
  }

  #since(from: number, of: (tick: Tick) => readonly WireEvent[]): readonly WireEvent[] {
    const events: WireEvent[] = []
    for (let tick = Math.max(from + 1, this.#oldest); tick <= this.#newest; tick++) {
      const at = this.#ticks.get(tick)
      if (at) events.push(...of(at))
    }
    return events
  }
}

const NOTHING: readonly WireEvent[] = []
