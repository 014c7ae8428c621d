// Seeded chance: the same seed gives the same numbers on every machine. Not for secrets.
//
// The generator is sfc32 by Chris Doty-Humphrey (PractRand, public domain), seeded as PractRand seeds it from 64 bits:
// 128 bits of state, a period of at least 2^32 and 2^127 on average.

import { fail } from '../schema/errors.ts'

export class Random {
  #a = 0
  #b: number
  #c: number
  #counter = 1

  /** @param seed a whole number, -(2^53 - 1) to 2^53 - 1. @throws ERR_USAGE */
  constructor(seed: number) {
    if (!Number.isSafeInteger(seed)) fail('ERR_USAGE', `seed is ${seed}; expected a whole number within 2^53`)
    this.#b = seed | 0
    this.#c = Math.floor(seed / 2 ** 32) | 0
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /** The next number in [0, 1), a multiple of 2^-32. */
  next(): number {
    return this.uint32() / 2 ** 32
  }

  /** The next whole number, 0 to 2^32 - 1. */
  uint32(): number {
    const result = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0
    return result >>> 0
  }
}
