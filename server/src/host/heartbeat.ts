// The life sign of a match's thread, in memory that both sides share: the thread counts and says whether it is in a tick,
// the main thread looks four times a second. It counts looks and not time, so that a machine that slept, or a main thread
// that was held up, takes nothing for one that stands still.

import type { Onlooker } from './loop.ts'

// Two words.
const BEATS = 0
const IN_TICK = 1
const SIZE = 8

/** ms between two looks. */
export const LOOK_EVERY_MS = 250
// A tick may take 1.5 s. What is outside of one, and a match's first, which makes its world: 10 s.
export const MAX_LOOKS_IN_TICK = 6
export const MAX_LOOKS = 40

/** The thread's side. */
export class Heartbeat implements Onlooker<{ readonly tick: number }> {
  readonly #words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  alive(): void {
    Atomics.add(this.#words, BEATS, 1)
  }

  begins(match: { readonly tick: number }): void {
    Atomics.store(this.#words, IN_TICK, match.tick > 0 ? 1 : 0)
    this.alive()
  }

  ended(): void {
    Atomics.store(this.#words, IN_TICK, 0)
    this.alive()
  }
}

/** The main thread's side. */
export class Pulse {
  readonly memory: SharedArrayBuffer = new SharedArrayBuffer(SIZE)
  readonly #words = new Int32Array(this.memory)
  #beats = -1
  #looks = 0

  /** To be called every LOOK_EVERY_MS. Where it stands still for longer than it may: since when, in words. */
  look(): string | undefined {
    const beats = Atomics.load(this.#words, BEATS)
    this.#looks = beats === this.#beats ? this.#looks + 1 : 0
    this.#beats = beats
    const inTick = Atomics.load(this.#words, IN_TICK) === 1
    if (this.#looks < (inTick ? MAX_LOOKS_IN_TICK : MAX_LOOKS)) return undefined
    const where = inTick ? 'did not come back from a tick' : 'stood still'
    return `${where} for ${(this.#looks * LOOK_EVERY_MS) / 1000} s`
  }
}
