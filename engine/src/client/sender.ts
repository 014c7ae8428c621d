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
/** And sooner for a frame that came merged with others: the server holds back, and waits for word. */
const AWAITED_MS = 20

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
  /** The newest snapshot held, when its frame arrived, and the one that the server was told of last. */
  #held = -1
  #arrivedAt = 0
  #isAwaited = false
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

  /** The frame of a snapshot arrived at `at` (ms), whatever the screen shows: from now on it is acknowledged. */
  received(tick: number, at: number): void {
    this.#isAwaited = this.#held >= 0 && tick > this.#held + 1
    this.#held = tick
    this.#arrivedAt = Math.round(at)
  }

  /** Sends what waits, if the connection has drained. `drawn`: the newest snapshot that the screen was drawn with; `renderTick`:
   * what was on it. */
  flush(drawn: number, renderTick: number): void {
    const oldest = this.#stamped.after(this.#next - 1)
    this.congested = oldest !== undefined && this.#transport.bufferedAmount > 0
    if (oldest === undefined || this.congested) return
    const first = oldest.tick
    const commands: Values[] = []
    for (let at: Stamped | undefined = oldest; at && commands.length < MAX_RUN; at = this.#stamped.get(at.tick + 1))
      commands.push(at.command)
    this.#next = first + commands.length
    this.#send(drawn, renderTick, first, commands)
  }

  /** Acknowledges what is held, unless that was, or commands do. */
  acknowledge(renderTick: number): void {
    // Either way, as a clock may be set back.
    const silence = Math.abs(this.#transport.now() - this.#sentAt)
    if (
      this.#held === this.#acked ||
      silence < (this.#isAwaited ? AWAITED_MS : SILENCE_MS) ||
      this.#transport.bufferedAmount > 0
    )
      return
    this.#send(this.#held, renderTick, this.#held + 1, [])
  }

  #send(drawn: number, renderTick: number, first: number, commands: readonly Values[]): void {
    this.#sentAt = this.#transport.now()
    const ack = this.#held
    this.#acked = ack
    const run = { ack, arrivedAt: this.#arrivedAt, drawn, renderTick, first, commands }
    this.#transport.send(writeCommands(this.#bits, this.#layout, run))
  }
}
