// Room for the numbers of snapshots, many to a buffer: a buffer of its own for each costs a browser more than what is
// written into it. What was taken is never given back: it is its owner's for good, and a buffer goes with the last one.

/** A buffer is for so many like the first of it, within bounds: what holds a snapshot holds all of its buffer. */
const ALIKE = 16
const MOST = 1 << 16

export class Room {
  #ints: Int32Array = new Int32Array(0)
  #at = 0

  /** So many zeros. */
  take(length: number): Int32Array {
    if (this.#at + length > this.#ints.length) {
      this.#ints = new Int32Array(Math.max(length, Math.min(MOST, length * ALIKE)))
      this.#at = 0
    }
    const from = this.#at
    this.#at += length
    return new Int32Array(this.#ints.buffer, 4 * from, length)
  }
}
