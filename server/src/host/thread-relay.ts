// One connection's relay to a match in a thread: what it says goes there, what the match writes for it comes here.

import type { Connection, SharedFrame } from '../match/connection.ts'
import type { Relay, RemoteMatch } from '../match/remote.ts'
import type { ToThread } from './thread-messages.ts'

/** The thread's end of all its relays. */
export interface ThreadEnd {
  post(message: ToThread): void
  ask(bytes: Uint8Array, joins: boolean): Promise<Uint8Array<ArrayBuffer>>
  closed(): void
}

export class ThreadRelay implements Relay {
  readonly match: RemoteMatch
  readonly connection: Connection
  isSeated = false
  readonly #line: number
  readonly #thread: ThreadEnd
  /** What the thread knows: the bytes that wait, and of long-polling whether a poll does. */
  #waiting = 0
  #isPolled: boolean | undefined

  constructor(match: RemoteMatch, line: number, connection: Connection, thread: ThreadEnd) {
    this.match = match
    this.connection = connection
    this.#line = line
    this.#thread = thread
  }

  frame(bytes: Uint8Array): void {
    // A copy, since what is posted is copied with all the memory that it lies in.
    this.#thread.post({ to: 'frame', line: this.#line, bytes: new Uint8Array(bytes) })
  }

  ask(bytes: Uint8Array, joins: boolean = false): Promise<Uint8Array<ArrayBuffer>> {
    return this.#thread.ask(bytes, joins)
  }

  closed(forGood: boolean): void {
    this.#thread.post({ to: 'close', line: this.#line, forGood })
    this.#thread.closed()
  }

  // --- What the match does -----------------------------------------------------------------------------------------

  /** What has not drained since the last frame costs the next one: this one is on its way. */
  write(shared: SharedFrame, head: Uint8Array<ArrayBuffer> | undefined): void {
    this.#tell(this.connection.bufferedAmount)
    this.connection.sendFrame(shared, head)
  }

  /** Looked at all the time: a connection that waits, or has no poll, gets no frames. */
  look(): void {
    const { bufferedAmount, isPolled } = this.connection
    if ((this.#waiting > 0 && bufferedAmount === 0) || isPolled !== this.#isPolled) this.#tell(bufferedAmount)
  }

  enter(): void {
    this.isSeated = true
    this.connection.enter(this.match.id)
  }

  exit(): void {
    this.isSeated = false
    this.connection.exit(this.match.id)
  }

  /** The match is gone; `told` says why, if it did not. */
  end(told: Uint8Array<ArrayBuffer>): void {
    if (!this.isSeated) return
    this.connection.notify(told)
    this.exit()
  }

  #tell(bytes: number): void {
    const { isPolled } = this.connection
    if (bytes === this.#waiting && isPolled === this.#isPolled) return
    this.#waiting = bytes
    this.#isPolled = isPolled
    this.#thread.post({ to: 'stands', line: this.#line, bytes, isPolled })
  }
}
