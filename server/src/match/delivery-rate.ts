// How fast a link delivers: bytes and the time in which it was busy with them, of late. No clock here: ms of any clock.

import type { InFlight } from './in-flight.ts'

/** The rate is that of the last so many ms. No frame takes less than `LEAST_MS` on its way. */
const RATE_MS = 250
const LEAST_MS = 0.5

export class DeliveryRate {
  /** Bytes that the link delivered of late, and the ms that it was busy with them. */
  #delivered = 0
  #busy = 0
  /** The same by the shortest delay as it is: `#busy` leaves off by how much delays vary. */
  #busyByPath = 0

  /** Bytes a ms. */
  get bytesPerMs(): number {
    return this.#delivered / this.#busy
  }

  /** Ms a byte, with nothing off for how much delays vary: the most that a frame may have taken. */
  get msPerByte(): number {
    return this.#busyByPath / this.#delivered
  }

  /** Nothing is known but that so many bytes took so long. */
  begins(bytes: number, ms: number): void {
    this.#delivered = bytes
    this.#busyByPath = this.#busy = ms
  }

  /**
   * The oldest `frames` of those sent were there at `arrived`; the last arrival was at `before`. The link was busy with what
   * was sent from one of them on since it had that one, which was `path` after it was sent, or since the last arrival; of
   * these rates the lowest counts: one too high makes a queue, one too low an idle moment, which ends by itself. By `varies`
   * a frame may be late without the link being busy.
   */
  note(sent: InFlight, frames: number, arrived: number, before: number, path: number, varies: number): void {
    let bytes = 0
    let delivered = 0
    let busy = Number.POSITIVE_INFINITY
    let since = 0
    for (let i = frames - 1; i >= 0; i--) {
      bytes += sent.sizeOf(i)
      const started = sent.timeOf(i) + path
      const ms = Math.max(LEAST_MS, arrived - Math.max(before, started + varies))
      if (bytes * busy < delivered * ms || delivered === 0) {
        delivered = bytes
        busy = ms
        since = started
      }
    }
    const kept = Math.exp(-Math.max(0, arrived - before) / RATE_MS)
    this.#delivered = kept * this.#delivered + delivered
    this.#busy = kept * this.#busy + busy
    this.#busyByPath = kept * this.#busyByPath + Math.max(LEAST_MS, arrived - Math.max(before, since))
  }
}
