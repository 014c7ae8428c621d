// Events between their arrival and the tick on the screen, and those that this client predicted, which don't wait. What
// holds: each is delivered once, in the order in which they happened, whatever a handler throws; one that was played
// ahead is not played again when the server tells of it.

import type { Kind } from '../schema/game.ts'
import type { WireEvent } from '../wire/frames.ts'
import type { Values } from '../wire/record.ts'
import { Handlers } from './handlers.ts'

/** More than there are kinds of events: a tick and a kind are one number. */
const KINDS = 65536

export class EventQueue {
  readonly #player: number
  readonly #handlers = new Map<string, Handlers<Values>>()
  #waiting: WireEvent[] = []
  #ahead: { readonly kind: Kind; readonly values: Values }[] = []
  /** By tick and kind: how many of this player's were played ahead. */
  readonly #played = new Map<number, number>()

  /** `player`: whose events are predicted here. */
  constructor(player: number) {
    this.#player = player
  }

  on(event: string, handler: (values: Values) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Handlers()
    this.#handlers.set(event, handlers)
    return handlers.add(handler)
  }

  /** Takes what happened up to `tick`, since it was told last. */
  push(events: readonly WireEvent[], tick: number): void {
    const told = new Map<number, number>()
    for (const event of events) {
      if (event.owner === this.#player) {
        const key = keyOf(event.tick, event.kind)
        const ordinal = told.get(key) ?? 0
        told.set(key, ordinal + 1)
        if (ordinal < (this.#played.get(key) ?? 0)) continue
      }
      this.#waiting.push(event)
    }
    for (const key of this.#played.keys()) if (key < keyOf(tick + 1)) this.#played.delete(key)
  }

  /** An event of this player's, predicted for `tick`: the `ordinal`-th of its kind there. Each counts once. */
  predict(tick: number, kind: Kind, values: Values, ordinal: number): void {
    const key = keyOf(tick, kind)
    if (ordinal < (this.#played.get(key) ?? 0)) return
    this.#played.set(key, ordinal + 1)
    this.#ahead.push({ kind, values })
  }

  /**
   * Calls the handlers of what was predicted, and of what happened up to `tick`. @throws what one of them throws; what is
   * left is still to come
   */
  deliver(tick: number): void {
    while (this.#ahead.length > 0) this.#call(this.#ahead.shift()!)
    while (this.#waiting.length > 0 && this.#waiting[0].tick <= tick) this.#call(this.#waiting.shift()!)
  }

  #call({ kind, values }: { readonly kind: Kind; readonly values: Values }): void {
    this.#handlers.get(kind.name)?.call(values)
  }
}

function keyOf(tick: number, kind?: Kind): number {
  return tick * KINDS + (kind?.index ?? 0)
}
