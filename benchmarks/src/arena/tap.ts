// A transport of Tickwire's client with somebody who sees each frame first, and decides whether the client gets it.

import type { Transport, TransportEvents } from '@tickwire/engine/client'
import { BitReader, readChunkHeader } from '@tickwire/engine/wire'

/** Gets a frame, and what hands it to the client. */
export type OnFrame = (bytes: Uint8Array, pass: () => void) => void

export class Tap implements Transport {
  onLost: () => void = () => {}
  readonly #inner: Transport
  readonly #onFrame: OnFrame

  constructor(inner: Transport, onFrame: OnFrame) {
    this.#inner = inner
    this.#onFrame = onFrame
  }
  get bufferedAmount(): number {
    return this.#inner.bufferedAmount
  }
  get connected(): boolean {
    return this.#inner.connected
  }
  now(): number {
    return this.#inner.now()
  }
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#inner.send(frame)
  }
  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#inner.ask(message)
  }
  listen(to: TransportEvents): void {
    this.#inner.listen({
      frame: (bytes) => this.#onFrame(bytes, () => to.frame(bytes)),
      tell: (message) => to.tell(message),
      status: (connected, reason) => {
        to.status(connected, reason)
        if (!connected) this.onLost()
      },
    })
  }
  close(): void {
    this.#inner.close()
  }
}

/** The tick of a state frame, by its header alone. `newest`: of the frame before, or 0. */
export function tickOf(bytes: Uint8Array, newest: number): number {
  const own = new BitReader(bytes, 1)
  const start = own.varint() + bytes.length - own.remaining
  return readChunkHeader(new BitReader(bytes, start), newest).tick
}
