// A transport as a match uses it, and the next one where that is lost: the bytes of each second are counted, and what
// arrives before the match listens is kept for it, in order (the first frames follow the answer to a join without waiting
// for whoever reads it). While it is lost frames go nowhere.

import { fail, TickwireError } from '../schema/errors.ts'
import type { Transport, TransportEvents } from './transport.ts'

export class Line implements Transport {
  #transport: Transport
  #heard: Transport | undefined
  /** From drop() to restored(). */
  isLost = false
  isClosed = false
  readonly #in = new Meter()
  readonly #out = new Meter()
  #kept: ((to: TransportEvents) => void)[] = []
  #to: TransportEvents | undefined

  constructor(transport: Transport) {
    this.#transport = transport
    this.#hear(transport)
  }

  now(): number {
    return this.#transport.now()
  }
  get bufferedAmount(): number {
    return this.isLost ? 0 : this.#transport.bufferedAmount
  }
  get connected(): boolean {
    return this.#transport.connected
  }
  /** Bytes of the last second: of frames and messages, without what the transport adds. */
  get bytesIn(): number {
    return this.#in.lastSecond(this.now())
  }
  get bytesOut(): number {
    return this.#out.lastSecond(this.now())
  }

  /** The connection is lost, or was of no use: nothing of it is heard any more. */
  drop(): void {
    this.isLost = true
    this.#to = undefined
    this.#kept = []
    this.#heard = undefined
    this.#transport.close()
  }

  /** Another connection, which is asked by ask(); what else it brings is kept. @throws ERR_DISCONNECTED once it is closed */
  replace(transport: Transport): void {
    if (this.isClosed) {
      transport.close()
      fail('ERR_DISCONNECTED', 'closed')
    }
    this.#transport = transport
    this.#hear(transport)
  }

  /** The connection that is there now is one for frames; listen() is to follow. */
  restored(): void {
    this.isLost = false
  }

  /** Resolves once there is a connection; what arrives meanwhile is kept. @throws ERR_DISCONNECTED */
  opened(): Promise<void> {
    if (this.connected) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const ignore = () => {}
      this.#to = {
        frame: ignore,
        tell: ignore,
        status: (connected, reason) => {
          this.#to = undefined
          if (connected) resolve()
          else reject(new TickwireError('ERR_DISCONNECTED', `no connection: ${reason}`))
        },
      }
    })
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.isLost) return
    this.#out.add(frame.length, this.now())
    this.#transport.send(frame)
  }

  async ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    this.#out.add(message.length, this.now())
    const answer = await this.#transport.ask(message)
    this.#in.add(answer.length, this.now())
    return answer
  }

  listen(to: TransportEvents): void {
    this.#to = to
    const kept = this.#kept
    this.#kept = []
    for (const give of kept) give(to)
  }

  close(): void {
    this.isClosed = true
    this.#transport.close()
  }

  #hear(transport: Transport): void {
    this.#heard = transport
    const receive = (bytes: number, give: (to: TransportEvents) => void): void => {
      if (transport === this.#heard) this.#receive(bytes, give)
    }
    transport.listen({
      frame: (bytes) => receive(bytes.length, (to) => to.frame(bytes)),
      tell: (message) => receive(message.length, (to) => to.tell(message)),
      status: (connected, reason) => receive(0, (to) => to.status(connected, reason)),
    })
  }

  #receive(bytes: number, give: (to: TransportEvents) => void): void {
    this.#in.add(bytes, this.now())
    if (this.#to) give(this.#to)
    else this.#kept.push(give)
  }
}

/** What was added within the last second. */
class Meter {
  #log: { readonly at: number; readonly bytes: number }[] = []
  #sum = 0

  add(bytes: number, now: number): void {
    this.#log.push({ at: now, bytes })
    this.#sum += bytes
    this.#forget(now)
  }

  lastSecond(now: number): number {
    this.#forget(now)
    return this.#sum
  }

  #forget(now: number): void {
    while (this.#log.length > 0 && this.#log[0].at <= now - 1000) this.#sum -= this.#log.shift()!.bytes
  }
}
