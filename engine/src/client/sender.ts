// Commands on their way to the server. While the connection has not taken what it was given, they wait here; then all
// that waits goes as one frame, in order. A frame is sent at most once a client tick. Only a wait of more than MAX_RUN
// ticks loses commands, the oldest ones, and counts them.

import type { Layout } from '../schema/layout.ts'
import { History } from '../state/history.ts'
import { BitWriter } from '../wire/bits.ts'
import { MAX_RUN, writeCommands } from '../wire/commands.ts'
import type { Values } from '../wire/record.ts'
import type { Transport } from './transport.ts'

/** Ticks for which commands are remembered: more than may be unsent or unacknowledged. */
const MEMORY = 256
/** After so many ms without a frame an acknowledgement goes by itself: a hidden tab stamps no commands. */
const SILENCE_MS = 100

export interface Stamped {
  readonly tick: number
  /** Settled. */
  readonly command: Values
}

export class Sender {
  /** Commands that were never sent because the connection took nothing for too long. */
  dropped = 0
  /** True while commands wait for the connection to drain. */
  congested = false
  readonly #transport: Transport
  readonly #layout: Layout
  readonly #stamped = new History<Stamped>(MEMORY)
  readonly #bits = new BitWriter()
  /** All before it were sent or dropped. */
  #next = 0
  #sentAt = Number.NEGATIVE_INFINITY
  #acked = -1

  constructor(transport: Transport, layout: Layout) {
    this.#transport = transport
    this.#layout = layout
  }

  /** The newest command at or before a tick. */
  atOrBefore(tick: number): Stamped | undefined {
    return this.#stamped.atOrBefore(tick)
  }

  /** Takes the command of a tick later than all before. */
  add(tick: number, command: Values): void {
    this.#stamped.set(tick, { tick, command })
    const first = tick - MAX_RUN + 1
    for (let at = this.#stamped.after(this.#next - 1); at && at.tick < first; at = this.#stamped.after(at.tick)) {
      this.dropped++
      this.#next = at.tick + 1
    }
  }

  /** Sends what waits, if the connection has drained. `ack`: the newest snapshot that the screen was drawn with; `renderTick`: what
   * was on it. */
  flush(ack: number, renderTick: number): void {
    const oldest = this.#stamped.after(this.#next - 1)
    this.congested = oldest !== undefined && this.#transport.bufferedAmount > 0
    if (oldest === undefined || this.congested) return
    const first = oldest.tick
    const commands: Values[] = []
    for (let at: Stamped | undefined = oldest; at && commands.length < MAX_RUN; at = this.#stamped.get(at.tick + 1))
      commands.push(at.command)
    this.#next = first + commands.length
    this.#send(ack, renderTick, first, commands)
  }

  /** Acknowledges a snapshot that is held, unless it was, or commands do. */
  acknowledge(ack: number, renderTick: number): void {
    // Either way, as a clock may be set back.
    const silence = Math.abs(this.#transport.now() - this.#sentAt)
    if (ack === this.#acked || silence < SILENCE_MS || this.#transport.bufferedAmount > 0) return
    this.#send(ack, renderTick, ack + 1, [])
  }

  #send(ack: number, renderTick: number, first: number, commands: readonly Values[]): void {
    this.#sentAt = this.#transport.now()
    this.#acked = ack
    this.#transport.send(writeCommands(this.#bits, this.#layout, { ack, renderTick, first, commands }))
  }
}
