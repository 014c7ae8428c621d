// Stands between this page and its sockets: importing it replaces the global WebSocket by one that can be slowed, each
// way. Messages stay in order. What the bandwidth holds back counts as `bufferedAmount`, as it would on a thin line.
// It has to be imported before whatever keeps a reference to WebSocket.

import { conditions, Lane, lanes } from './lane.ts'

type Payload = Parameters<WebSocket['send']>[0]

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  if (data instanceof Blob) return data.size
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0
}

/** A copy: the caller may reuse its buffer while the line holds the message back. */
function keep(data: Payload): Payload {
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice()
  return data instanceof ArrayBuffer ? data.slice(0) : data
}

class SlowSocket extends WebSocket {
  readonly #out = new Lane(conditions)
  readonly #in = new Lane(conditions)
  #replayed: Event | undefined

  constructor(url: string | URL, protocols?: string | string[]) {
    super(url, protocols)
    lanes.add(this.#out).add(this.#in)
    // First in line: these see an event before anybody else does, and can hold it back.
    super.addEventListener('message', (event) => this.#hold(event, sizeOf(event.data)))
    super.addEventListener('close', (event) => this.#hold(event, 0))
  }

  override get bufferedAmount(): number {
    return super.bufferedAmount + this.#out.waiting
  }

  override send(data: Payload): void {
    if (this.readyState !== WebSocket.OPEN) return super.send(data) // which throws, or discards
    const kept = keep(data)
    this.#out.carry(sizeOf(data), () => {
      if (this.readyState === WebSocket.OPEN) super.send(kept)
    })
  }

  override close(code?: number, reason?: string): void {
    this.#out.carry(0, () => super.close(code, reason))
  }

  #hold(event: MessageEvent | CloseEvent, size: number): void {
    if (event === this.#replayed) return
    event.stopImmediatePropagation()
    this.#in.carry(size, () => {
      if (event.type === 'close') {
        lanes.delete(this.#out)
        lanes.delete(this.#in)
      }
      this.#replayed =
        event instanceof CloseEvent
          ? new CloseEvent('close', { code: event.code, reason: event.reason, wasClean: event.wasClean })
          : new MessageEvent('message', { data: event.data, origin: event.origin })
      this.dispatchEvent(this.#replayed)
    })
  }
}

globalThis.WebSocket = SlowSocket
