// How long a message takes there and back: pings over the control channel, once a second, whenever something happens anyway.

import { packAsk } from '../wire/messages.ts'
import type { Line } from './line.ts'

const PING_MS = 1000
/** Of each ping this share counts. */
const SHARE = 0.5

export class RoundTrip {
  /** ms, smoothed. */
  ms: number
  readonly #line: Line
  #askedAt: number

  /** @param first what joining measured, ms */
  constructor(line: Line, first: number) {
    this.#line = line
    this.ms = first
    this.#askedAt = line.now()
  }

  /** Measures, if that is due. */
  measure(): void {
    const began = this.#line.now()
    // Either way, as a clock may be set back.
    if (Math.abs(began - this.#askedAt) < PING_MS || this.#line.isLost || this.#line.bufferedAmount > 0) return
    this.#askedAt = began
    this.#line.ask(packAsk({ ask: 'ping' })).then(
      () => {
        const took = this.#line.now() - began
        if (took >= 0) this.ms += (took - this.ms) * SHARE
      },
      () => {} // the connection's end is told by itself
    )
  }
}
