// In the thread of a match: what goes to the main thread, one batch a tick (and one for what is said in between), in the
// order in which it was said. A chunk that many share is in it once.

import type { Connection, SharedFrame } from '../match/connection.ts'
import type { Frames, FromThread } from './thread-messages.ts'

/** Frames of one chunk that are still being added to. */
interface Group {
  readonly shared: Uint8Array<ArrayBuffer>
  readonly lines: number[]
  readonly sizes: number[]
  readonly heads: Uint8Array[]
}

export class Outbox {
  readonly #post: (batch: FromThread[]) => void
  #batch: FromThread[] = []
  readonly #groups = new Map<SharedFrame, Group>()
  #isDue = false

  constructor(post: (batch: FromThread[]) => void) {
    this.#post = post
  }

  add(message: FromThread): void {
    this.#closeGroups()
    this.#batch.push(message)
    this.#schedule()
  }

  /** Frames that follow each other are put together by chunk: a connection gets one a tick, so none overtakes another. */
  frame(line: number, shared: SharedFrame, head: Uint8Array | undefined): void {
    let group = this.#groups.get(shared)
    if (!group) {
      group = { shared: shared.bytes, lines: [], sizes: [], heads: [] }
      this.#groups.set(shared, group)
    }
    group.lines.push(line)
    group.sizes.push(head?.length ?? 0)
    if (head) group.heads.push(head)
    this.#schedule()
  }

  /** Sends what there is: at the end of a tick, and of every turn that said something. */
  flush(): void {
    this.#closeGroups()
    if (this.#batch.length === 0) return
    const batch = this.#batch
    this.#batch = []
    this.#post(batch)
  }

  #closeGroups(): void {
    if (this.#groups.size === 0) return
    for (const { shared, lines, sizes, heads } of this.#groups.values())
      this.#batch.push({ did: 'frames', shared: owned(shared), lines, sizes, heads: joined(heads) })
    this.#groups.clear()
  }

  #schedule(): void {
    if (this.#isDue) return
    this.#isDue = true
    void Promise.resolve().then(() => {
      this.#isDue = false
      this.flush()
    })
  }
}

/** A connection of the main thread as the match in this one sees it. */
export class ThreadConnection implements Connection {
  // As the main thread said last.
  bufferedAmount = 0
  isPolled: boolean | undefined
  readonly #line: number
  readonly #outbox: Outbox

  constructor(line: number, outbox: Outbox) {
    this.#line = line
    this.#outbox = outbox
  }

  sendFrame(shared: SharedFrame, head?: Uint8Array<ArrayBuffer>): void {
    this.#outbox.frame(this.#line, shared, head)
  }

  notify(message: Uint8Array<ArrayBuffer>): void {
    this.#outbox.add({ did: 'notify', line: this.#line, bytes: owned(message) })
  }

  enter(): void {
    this.#outbox.add({ did: 'enter', line: this.#line })
  }

  exit(): void {
    this.#outbox.add({ did: 'exit', line: this.#line })
  }

  close(): void {
    this.#outbox.add({ did: 'close', line: this.#line })
  }
}

/** In the main thread: hands out the frames of a message. `head` owns its bytes. */
export function eachFrame(
  { shared, lines, sizes, heads }: Frames,
  hand: (line: number, shared: SharedFrame, head: Uint8Array<ArrayBuffer> | undefined) => void
): void {
  const frame: SharedFrame = { bytes: shared, prebuilt: undefined }
  let at = 0
  for (let i = 0; i < lines.length; i++) {
    const from = at
    at += sizes[i]
    hand(lines[i], frame, at > from ? heads.subarray(from, at) : undefined)
  }
}

// What is posted is copied with all the memory that it lies in.
export function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes.length === bytes.buffer.byteLength ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
