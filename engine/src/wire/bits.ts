// Bits, writer and reader side by side. Least significant bit first; every write has the read that mirrors it.
// The reader cannot pass its end: it throws ERR_FRAME_TRUNCATED, and whatever is announced is bounded before it is read.

import { fail } from '../schema/errors.ts'

/** Unary parts longer than this are escaped: a Rice code is at most ESCAPE + 1 + 32 bits. */
const ESCAPE = 20

export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(1024)
  #at = 0
  #word = 0
  #used = 0

  /** Starts over; what finish() returned stays untouched. */
  reset(): void {
    this.#at = 0
    this.#word = 0
    this.#used = 0
  }

  /** The low `count` bits of `value`, 0 to 24. */
  bits(value: number, count: number): void {
    this.#word |= (value & ((1 << count) - 1)) << this.#used
    this.#used += count
    while (this.#used >= 8) {
      if (this.#at === this.#bytes.length) this.#reserve(1)
      this.#bytes[this.#at++] = this.#word
      this.#word >>>= 8
      this.#used -= 8
    }
  }

  bit(value: boolean): void {
    this.bits(value ? 1 : 0, 1)
  }

  /** A whole number of `count` bits, 0 to 32. */
  uint(value: number, count: number): void {
    if (count <= 16) return this.bits(value, count)
    this.bits(value & 0xffff, 16)
    this.bits(value >>> 16, count - 16)
  }

  /** The low `widths[i]` bits of each of `n` values, 0 to 32 each. */
  run(values: Uint32Array, widths: Uint8Array, n: number): void {
    // Room for all, with what the loop writes ahead.
    this.#reserve(n * 4 + 4)
    const bytes = this.#bytes
    let at = this.#at
    let word = this.#word
    let used = this.#used
    for (let i = 0; i < n; i++) {
      let width = widths[i]
      let value = values[i]
      if (width > 16) {
        word |= (value & 0xffff) << used
        bytes[at++] = word
        bytes[at++] = word >>> 8
        word >>>= 16
        value >>>= 16
        width -= 16
      }
      word |= (value & ((1 << width) - 1)) << used
      used += width
      // Two bytes are written before it is known whether they are full: chance decides that.
      const full = used & 16
      bytes[at] = word
      bytes[at + 1] = word >>> 8
      at += full >> 3
      word >>>= full
      used -= full
    }
    // The other writers expect less than a byte in the word.
    if (used >= 8) {
      bytes[at++] = word
      word >>>= 8
      used -= 8
    }
    this.#at = at
    this.#word = word
    this.#used = used
  }

  /** Any whole number below 2^53, small ones short: 7 bits a step. */
  varint(value: number): void {
    let rest = value
    while (rest >= 128) {
      this.bits((rest % 128) | 128, 8)
      rest = Math.floor(rest / 128)
    }
    this.bits(rest, 8)
  }

  /** Rice code of 0 to 2^32 - 1 with parameter `k`, 0 to 31 (R. F. Rice, 1979): value >> k in unary, then k bits. */
  rice(value: number, k: number): void {
    const high = value >>> k
    if (high + 1 + k <= 24 && high < ESCAPE) {
      this.bits(((1 << high) - 1) | ((value & ((1 << k) - 1)) << (high + 1)), high + 1 + k)
    } else if (high < ESCAPE) {
      this.bits((1 << high) - 1, high + 1)
      this.uint(value, k)
    } else {
      this.bits((1 << ESCAPE) - 1, ESCAPE)
      this.uint(value, 32)
    }
  }

  bytes(bytes: Uint8Array): void {
    if (this.#used !== 0) {
      for (const byte of bytes) this.bits(byte, 8)
      return
    }
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
  }

  /** Fills up the last byte with zeros. */
  align(): void {
    if (this.#used > 0) this.bits(0, 8 - this.#used)
  }

  /** The number of bits so far. */
  get bitLength(): number {
    return this.#at * 8 + this.#used
  }

  /** The number of whole bytes so far. */
  get length(): number {
    return this.#at
  }

  /** A copy of all that was written, the last byte filled up. */
  finish(): Uint8Array<ArrayBuffer> {
    this.align()
    return this.#bytes.slice(0, this.#at)
  }

  #reserve(more: number): void {
    const needed = this.#at + more
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2))
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

export class BitReader {
  #bytes: Uint8Array
  #at: number
  #word = 0
  #left = 0

  constructor(bytes: Uint8Array, start = 0) {
    this.#bytes = bytes
    this.#at = start
  }

  /** The next `count` bits, 0 to 24. */
  bits(count: number): number {
    if (this.#left < count) {
      this.#fill()
      if (this.#left < count) truncated(this.#bytes.length)
    }
    const value = this.#word & ((1 << count) - 1)
    this.#word >>>= count
    this.#left -= count
    return value
  }

  bit(): boolean {
    return this.bits(1) === 1
  }

  uint(count: number): number {
    if (count <= 16) return this.bits(count)
    const low = this.bits(16)
    return (low | (this.bits(count - 16) << 16)) >>> 0
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (let i = 0; i < 8; i++) {
      const byte = this.bits(8)
      value += (byte & 127) * scale
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) break
        return value
      }
      scale *= 128
    }
    return fail('ERR_FRAME_INVALID', 'a number of more than 53 bits')
  }

  rice(k: number): number {
    if (this.#left <= ESCAPE) this.#fill()
    // The run of ones at the low end of the word.
    const zeros = ~this.#word
    const high = zeros === 0 ? 32 : 31 - Math.clz32(zeros & -zeros)
    if (high >= ESCAPE && this.#left >= ESCAPE) {
      this.bits(ESCAPE)
      return this.uint(32)
    }
    if (high >= this.#left) truncated(this.#bytes.length)
    this.bits(high + 1)
    const value = high * powerOfTwo(k) + this.uint(k)
    if (value > 0xffffffff) fail('ERR_FRAME_INVALID', 'a Rice code of more than 32 bits')
    return value
  }

  /** A copy of the next `count` bytes. */
  bytes(count: number): Uint8Array<ArrayBuffer> {
    if (count > this.remaining) truncated(this.#bytes.length)
    const out = new Uint8Array(count)
    for (let i = 0; i < count; i++) out[i] = this.bits(8)
    return out
  }

  /** Skips what filled up the current byte: zeros. @throws ERR_FRAME_INVALID */
  align(): void {
    const skip = this.#left & 7
    if (this.#word & ((1 << skip) - 1)) fail('ERR_FRAME_INVALID', 'ones where a byte is filled up with zeros')
    this.#word >>>= skip
    this.#left -= skip
  }

  /** Whole bytes not read yet. */
  get remaining(): number {
    return this.#bytes.length - this.#at + (this.#left >> 3)
  }

  /** Nothing may follow but the zeros that filled up the last byte. */
  end(): void {
    if (this.remaining > 0 || (this.#left > 0 && this.#word !== 0))
      fail('ERR_FRAME_INVALID', `${this.remaining} bytes after the end of the frame's content`)
  }

  #fill(): void {
    while (this.#left <= 24 && this.#at < this.#bytes.length) {
      this.#word |= this.#bytes[this.#at++] << this.#left
      this.#left += 8
    }
  }
}

/** 2^k for k from 0 to 31, without the cost of `**`. */
function powerOfTwo(k: number): number {
  return (1 << k) >>> 0
}

function truncated(length: number): never {
  return fail('ERR_FRAME_TRUNCATED', `the frame ends after ${length} bytes: expected more`)
}

/** Signed to unsigned, small magnitudes small: 0, -1, 1, -2, 2 … */
export function zigzag(value: number): number {
  return ((value << 1) ^ (value >> 31)) >>> 0
}
export function unzigzag(value: number): number {
  return (value >>> 1) ^ -(value & 1)
}
