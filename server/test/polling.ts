// Long-polling in memory, as engine.io does it: what the server sends waits for a request of the client, and goes as its
// response; what the client sends goes as a request of its own, one at a time. All have headers, and bytes are base64.

import type { Link, LinkEnd, LinkProfile, Passage } from '@tickwire/engine/testing'

/** What goes over the line, and the bytes of its headers. */
const HEADERS = { poll: 300, polled: 200, post: 300, posted: 190 }
type Kind = keyof typeof HEADERS
const KINDS = Object.keys(HEADERS) as Kind[]

export interface PolledLink extends Link {
  /** Whether a poll waits at the server. */
  readonly isPolled: boolean
  /** Bytes that went to the client. */
  readonly carried: number
}

/** @param now ms of the clock of `line` */
export function polledLink(line: Link, now: () => number): PolledLink {
  const client = new End(line.client, now)
  const server = new End(line.server, now)
  client.other = server
  server.other = client
  let isPolled = false
  let isPosting = false
  server.flush = () => {
    if (!isPolled || server.waiting.length === 0) return
    isPolled = false
    server.write('polled')
    server.taken()
  }
  client.flush = () => {
    if (isPosting || client.waiting.length === 0) return
    isPosting = true
    client.write('post')
  }
  server.got = (kind) => {
    if (kind === 'post') return server.write('posted')
    isPolled = true
    server.flush()
  }
  client.got = (kind) => {
    if (kind === 'polled') return client.write('poll')
    isPosting = false
    // engine.io keeps what it posts until the answer.
    client.taken()
    client.flush()
  }
  client.write('poll')
  return {
    client,
    server,
    get isPolled() {
      return isPolled
    },
    get carried() {
      return server.carried
    },
    get heldUntil() {
      return line.heldUntil
    },
    shape: (profile: LinkProfile) => line.shape(profile),
    stall: (ms, way) => line.stall(ms, way),
    cut: (noticedBy) => line.cut(noticedBy),
  }
}

interface Message {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sentAt: number
}

class End implements LinkEnd {
  onmessage: (bytes: Uint8Array<ArrayBuffer>) => void = () => {}
  onprobe: () => void = () => {}
  passage: Passage | undefined
  waiting: Message[] = []
  /** Bytes written. */
  carried = 0
  other!: End
  /** Writes what waits, if it may go. */
  flush: () => void = () => {}
  got: (kind: Kind) => void = () => {}
  readonly #end: LinkEnd
  readonly #now: () => number
  /** Of those that wait so many are written. */
  #written = 0
  /** What is on its way here: the line carries but the size of it. */
  readonly #coming: Message[][] = []

  constructor(end: LinkEnd, now: () => number) {
    this.#end = end
    this.#now = now
    end.onmessage = (http) => this.#receive(http)
    end.onprobe = () => this.onprobe()
  }

  get bufferedAmount(): number {
    return this.waiting.reduce((sum, { bytes }) => sum + bytes.length, 0)
  }

  set onclose(closed: (reason: string) => void) {
    this.#end.onclose = closed
  }

  send(...parts: readonly Uint8Array[]): void {
    this.waiting.push({ bytes: Uint8Array.from(parts.flatMap((part) => [...part])), sentAt: this.#now() })
    this.flush()
  }

  probe(): void {
    this.#end.probe()
  }

  close(): void {
    this.#end.close()
  }

  write(kind: Kind): void {
    const carries = kind === 'post' || kind === 'polled'
    const batch = carries ? this.waiting : []
    if (carries) this.#written = batch.length
    const size = batch.reduce((sum, { bytes }) => sum + Math.ceil(bytes.length / 3) * 4 + 2, HEADERS[kind])
    const http = new Uint8Array(size)
    http[0] = KINDS.indexOf(kind)
    this.other.#coming.push([...batch])
    this.carried += size
    this.#end.send(http)
  }

  /** What was written waits no more. */
  taken(): void {
    this.waiting = this.waiting.slice(this.#written)
    this.#written = 0
  }

  #receive(http: Uint8Array): void {
    for (const { bytes, sentAt } of this.#coming.shift() ?? []) {
      this.passage = { sentAt, stalled: this.#end.passage!.stalled }
      this.onmessage(bytes)
    }
    this.got(KINDS[http[0]])
  }
}
