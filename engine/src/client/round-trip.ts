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
  #due: number

  /** @param first what joining measured, ms */
  constructor(line: Line, first: number) {
    this.#line = line
    this.ms = first
    this.#due = line.now() + PING_MS
  }

  /** Measures, if that is due. */
  measure(): void {
    const began = this.#line.now()
    if (began < this.#due || this.#line.isLost || this.#line.bufferedAmount > 0) return
    this.#due = began + PING_MS
    this.#line.ask(packAsk({ ask: 'ping' })).then(
      () => {
        this.ms += (this.#line.now() - began - this.ms) * SHARE
      },
      () => {} // the connection's end is told by itself
    )
  }
}
