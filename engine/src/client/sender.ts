// Commands on their way to the server. While the connection has not taken what it was given, or has not brought it (see
// flight.ts), they wait here; then all that waits goes as one frame, in order: at most once a client tick, and with an
// acknowledgement that can't wait for one.
// Commands are lost, and counted, only where more than MAX_RUN ticks wait, the oldest of them, and with a connection.

import type { Layout } from '../schema/layout.ts'
import { History } from '../state/history.ts'
import { BitWriter } from '../wire/bits.ts'
import { MAX_RUN, writeCommands } from '../wire/commands.ts'
import type { Values } from '../wire/record.ts'
import { Flight } from './flight.ts'
import type { Line } from './line.ts'

/** Ticks for which commands are remembered: more than may be unsent or unacknowledged. */
const MEMORY = 256
/** After so many ms without a frame an acknowledgement goes by itself: a hidden tab stamps no commands. */
const SILENCE_MS = 100
/** And sooner for a frame that came merged with others: the server holds back, and waits for word. */
const AWAITED_MS = 20
/** But no sooner while commands wait for a slow line: one in 100 ms would be all that it carries. */
const SLOW_MS = 1000

export interface Stamped {
  readonly tick: number
  /** Settled. */
  readonly command: Values
}

export class Sender {
  /** Commands that never came to the server: the connection took nothing for too long, or was lost. */
  dropped = 0
  /** True while commands wait for the connection to drain. */
  congested = false
  readonly #line: Pick<Line, 'now' | 'bufferedAmount' | 'isLost' | 'send'>
  readonly #flight = new Flight()
  readonly #layout: Layout
  readonly #stamped = new History<Stamped>(MEMORY)
  readonly #bits = new BitWriter()
  /** All before it were sent or dropped. */
  #next = 0
  #sentAt = Number.NEGATIVE_INFINITY
  /** When flush() was called last: a page that is drawn calls it all the time. */
  #flushedAt = Number.NEGATIVE_INFINITY
  /** What the screen was drawn with then. */
  #drawn = -1
  /** The newest snapshot held, when its frame arrived, and the one that the server was told of last. */
  #held = -1
  #arrivedAt = 0
  #isAwaited = false
  #acked = -1

  constructor(line: Pick<Line, 'now' | 'bufferedAmount' | 'isLost' | 'send'>, layout: Layout) {
    this.#line = line
    this.#layout = layout
  }

  /** The newest command at or before a tick. */
  atOrBefore(tick: number): Stamped | undefined {
    return this.#stamped.atOrBefore(tick)
  }

  /** True while the way up carries less than it is given: nothing else should go that way. */
  get isSlow(): boolean {
    return this.#flight.asks
  }

  /** What commands take there and back while it is, ms: those that wait for each other, too. */
  get took(): number | undefined {
    return this.#flight.took
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

  /**
   * The server has all commands up to that of tick `got`, by `at` of its clock, ms; `roundTrip`: of the connection when nothing
   * waits, ms; `isLate`: the last one came too late.
   */
  told(got: number, roundTrip: number, at: number, isLate: boolean): void {
    this.dropped += this.#flight.arrived(got, this.#line.now(), roundTrip, at, isLate)
  }

  /** There is another connection: what was made meanwhile, for ticks that passed, is not sent. */
  resumed(): void {
    this.#flight.lost()
    for (let at = this.#stamped.after(this.#next - 1); at; at = this.#stamped.after(at.tick)) {
      this.dropped++
      this.#next = at.tick + 1
    }
  }

  /** Sends what waits, if the connection has drained. `drawn`: the newest snapshot that the screen was drawn with; `renderTick`:
   * what was on it. */
  flush(drawn: number, renderTick: number): void {
    const oldest = this.#stamped.after(this.#next - 1)
    this.#flushedAt = this.#line.now()
    this.#drawn = drawn
    this.congested = oldest !== undefined && !this.#isFree
    if (this.congested) this.#flight.held(this.#line.now())
    if (oldest !== undefined && !this.congested) this.#sendFrom(oldest, drawn, renderTick)
  }

  #sendFrom(oldest: Stamped, drawn: number, renderTick: number): void {
    const first = oldest.tick
    const commands: Values[] = []
    for (let at: Stamped | undefined = oldest; at && commands.length < MAX_RUN; at = this.#stamped.get(at.tick + 1))
      commands.push(at.command)
    this.#next = first + commands.length
    this.#send(drawn, renderTick, first, commands)
    this.#flight.sent(first, this.#next - 1, this.#line.now())
  }

  /** Acknowledges what is held, unless that was, or commands do. */
  acknowledge(renderTick: number): void {
    // Either way, as a clock may be set back.
    const now = this.#line.now()
    // The next commands bring it, unless they wait for a frame of a server that waits for it.
    if (this.isSlow && !this.#isAwaited && Math.abs(now - this.#flushedAt) < SILENCE_MS) return
    const silence = Math.abs(now - this.#sentAt)
    const within = this.#flight.isFull(now) ? SLOW_MS : this.#isAwaited && !this.isSlow ? AWAITED_MS : SILENCE_MS
    if (this.#held === this.#acked || silence < within || !this.#hasRoom) return
    // What waits goes with it: over long-polling, where one frame is on its way at a time, it would else come too late
    // each time.
    const oldest = this.#stamped.after(this.#next - 1)
    if (oldest === undefined || this.#flight.isFull(now)) this.#send(this.#held, renderTick, this.#held + 1, [])
    else {
      this.congested = false
      this.#sendFrom(oldest, this.#drawn, renderTick)
    }
  }

  get #isFree(): boolean {
    return this.#hasRoom && !this.#flight.isFull(this.#line.now())
  }

  /** Whether the transport has taken all. */
  get #hasRoom(): boolean {
    const { isLost, bufferedAmount } = this.#line
    return !isLost && bufferedAmount === 0
  }

  #send(drawn: number, renderTick: number, first: number, commands: readonly Values[]): void {
    this.#sentAt = this.#line.now()
    const ack = this.#held
    this.#acked = ack
    const run = {
      ack,
      arrivedAt: this.#arrivedAt,
      drawn,
      renderTick,
      asks: commands.length > 0 && this.#flight.asks,
      first,
      commands,
    }
    this.#line.send(writeCommands(this.#bits, this.#layout, run))
  }
}
