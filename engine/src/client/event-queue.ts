// Events between their arrival and the tick on the screen. What holds: each is delivered once, in the order in which
// they happened, whatever a handler throws.

import type { WireEvent } from '../wire/frames.ts'
import type { Values } from '../wire/record.ts'
import { Handlers } from './handlers.ts'

export class EventQueue {
  readonly #handlers = new Map<string, Handlers<Values>>()
  #waiting: WireEvent[] = []

  on(event: string, handler: (values: Values) => void): () => void {
    const handlers = this.#handlers.get(event) ?? new Handlers()
    this.#handlers.set(event, handlers)
    return handlers.add(handler)
  }

  push(events: readonly WireEvent[]): void {
    for (const event of events) this.#waiting.push(event)
  }

  /** Calls the handlers of what happened up to `tick`. @throws what one of them throws; what is left is still to come */
  deliver(tick: number): void {
    while (this.#waiting.length > 0 && this.#waiting[0].tick <= tick) {
      const { kind, values } = this.#waiting.shift()!
      this.#handlers.get(kind.name)?.call(values)
    }
  }
}
