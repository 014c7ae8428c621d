// Frames on their way to one player, the oldest first: tick, bytes and time of each, in a ring of numbers that grows as it
// has to. Nothing is allocated for a frame.

/** There is room for a few at first, for most players for good: a power of two. */
const FEW_FRAMES = 16
/** Numbers of a frame in the ring. */
const TICK = 0
const SIZE = 1
const TIME = 2
const WORDS = 3

export class InFlight {
  /** How many, and their bytes. */
  count = 0
  bytes = 0
  #frames = new Float64Array(FEW_FRAMES * WORDS)
  #mask = FEW_FRAMES - 1
  #first = 0

  /** The frame of a tick later than all before it went. */
  push(tick: number, bytes: number, now: number): void {
    if (this.count > this.#mask) this.#grow()
    const at = this.#at(this.count)
    this.#frames[at + TICK] = tick
    this.#frames[at + SIZE] = bytes
    this.#frames[at + TIME] = now
    this.count++
    this.bytes += bytes
  }

  /** How many are of ticks up to this one. */
  upTo(tick: number): number {
    let frames = 0
    while (frames < this.count && this.#frames[this.#at(frames) + TICK] <= tick) frames++
    return frames
  }

  /** Bytes of the one that was sent so many after the oldest. */
  sizeOf(frame: number): number {
    return this.#frames[this.#at(frame) + SIZE]
  }

  /** When that was sent. */
  timeOf(frame: number): number {
    return this.#frames[this.#at(frame) + TIME]
  }

  /** So many of the oldest are there. */
  shift(frames: number): void {
    for (let i = 0; i < frames; i++) this.bytes -= this.sizeOf(i)
    this.#first = (this.#first + frames) & this.#mask
    this.count -= frames
  }

  clear(): void {
    this.count = 0
    this.bytes = 0
  }

  #at(frame: number): number {
    return ((this.#first + frame) & this.#mask) * WORDS
  }

  /** Twice the room: what is at the ring's start follows its end. */
  #grow(): void {
    const frames = new Float64Array(2 * this.#frames.length)
    const first = this.#at(0)
    frames.set(this.#frames.subarray(first))
    frames.set(this.#frames.subarray(0, first), this.#frames.length - first)
    this.#frames = frames
    this.#mask = 2 * this.#mask + 1
    this.#first = 0
  }
}
