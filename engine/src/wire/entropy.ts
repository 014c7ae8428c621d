// Static-table rANS (Jarek Duda, "Asymmetric numeral systems", 2013; after Fabian Giesen's rans_byte, public domain).
// 12-bit tables; a state of at most 31 bits, so that everything stays a small integer; 16-bit words. Symbols are
// collected in reading order, encoded backwards and appended to what the bit writer holds; the reader starts at the
// frame's end and works towards its bits, so neither needs a length. A reader that is done MUST stand at START and where
// the bits end: a 15-bit check for nothing.

import { fail } from '../schema/errors.ts'

export const SCALE_BITS = 12
const SCALE = 1 << SCALE_BITS
/** The smallest state, and the first one. */
const START = 1 << 15
const WORD = 16
/** A state at or above freq << HEADROOM spills a word first. */
const HEADROOM = 15 + WORD - SCALE_BITS
/** The last state takes 3 bytes below 2^23; else 4, and says so in its highest bit. */
const SHORT = 1 << 23
/** Slots of a table that share one entry of the reader's first guess. */
const COARSE_BITS = 4
const COARSE = SCALE >> COARSE_BITS
/** Parts of an entry. */
const START_MASK = SCALE - 1
const FREQ_MASK = 2 * SCALE - 1
const NAME = 2 * SCALE_BITS + 1

const reciprocals = Float64Array.from({ length: SCALE + 1 }, (_, freq) => 1 / freq)

/** What a table's last symbol is called in its entry where it is an escape. */
export const ESCAPE = 127

/** Frequency tables one after the other: flat, so that a context is a number and a lookup two reads. */
export class Tables {
  /** Where table t's symbols start; as many entries as tables, plus one. */
  readonly offsets: Int32Array
  /** By offset + symbol: start | freq << 12 | symbol << 25. */
  readonly entries: Int32Array
  /** By (t << 8) | slot >> 4: the place among the entries of the first such slot's symbol. */
  readonly guesses: Int32Array

  /**
   * @param tables the frequencies of each, all at least 1, their sum 4096; at most 127 symbols
   * @param escapes by table: whether its last symbol is ESCAPE
   */
  constructor(tables: readonly ArrayLike<number>[], escapes: readonly boolean[]) {
    this.offsets = new Int32Array(tables.length + 1)
    for (let t = 0; t < tables.length; t++) this.offsets[t + 1] = this.offsets[t] + tables[t].length
    this.entries = new Int32Array(this.offsets[tables.length])
    this.guesses = new Int32Array(tables.length * COARSE)
    for (let t = 0; t < tables.length; t++) {
      let start = 0
      let coarse = 0
      for (let s = 0; s < tables[t].length; s++) {
        const freq = tables[t][s]
        const at = this.offsets[t] + s
        const name = escapes[t] && s === tables[t].length - 1 ? ESCAPE : s
        this.entries[at] = start | (freq << SCALE_BITS) | (name << NAME)
        start += freq
        for (; coarse < COARSE && coarse << COARSE_BITS < start; coarse++) this.guesses[t * COARSE + coarse] = at
      }
    }
  }
}

export class RansWriter {
  /** Entries of the symbols so far; hot loops put theirs at `count`, having reserved room. */
  ops: Int32Array = new Int32Array(1024)
  count = 0
  #words: Uint8Array = new Uint8Array(2048)

  reset(): void {
    this.count = 0
  }

  /** Makes room for `more` symbols. */
  reserve(more: number): void {
    if (this.count + more <= this.ops.length) return
    const grown = new Int32Array((this.count + more) * 2)
    grown.set(this.ops)
    this.ops = grown
  }

  put(tables: Tables, table: number, symbol: number): void {
    this.reserve(1)
    this.ops[this.count++] = tables.entries[tables.offsets[table] + symbol]
  }

  /** The words that follow the frame's bits; none without symbols. A view, valid until the next call. */
  finish(): Uint8Array {
    const { ops, count } = this
    if (count === 0) return this.#words.subarray(0, 0)
    if (this.#words.length < count * 2 + 4) this.#words = new Uint8Array(count * 4 + 4)
    const words = this.#words
    let at = 0
    let x = START
    for (let i = count - 1; i >= 0; i--) {
      const entry = ops[i]
      const freq = (entry >>> SCALE_BITS) & FREQ_MASK
      // A word is spilled if x >>> HEADROOM >= freq: chance decides, so no branch.
      const spills = (freq - 1 - (x >>> HEADROOM)) >>> 31
      words[at] = x
      words[at + 1] = x >>> 8
      at += spills << 1
      x >>>= spills << 4
      // Exact: x is below 2^31, so half a unit is far more than the product's rounding error.
      const q = ((x + 0.5) * reciprocals[freq]) | 0
      x += Math.imul(q, SCALE - freq) + (entry & START_MASK)
    }
    words[at++] = x
    words[at++] = x >>> 8
    words[at++] = x >>> 16
    if (x >= SHORT) words[at++] = (x >>> 24) | 0x80
    return words.subarray(0, at)
  }
}

export class RansReader {
  /** 0 before the first symbol. Hot loops keep state and position in locals. */
  state = 0
  /** Where the words not read yet end. */
  at: number
  readonly bytes: Uint8Array

  /** @param bytes a frame that ends with its words */
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.at = bytes.length
  }

  /** Reads the last state; must be called before the first symbol. @throws ERR_FRAME_TRUNCATED, ERR_FRAME_INVALID */
  open(): void {
    if (this.state !== 0) return
    const { bytes, at: end } = this
    if (end < 4) fail('ERR_FRAME_TRUNCATED', 'the frame ends before its symbols')
    const top = bytes[end - 1]
    const at = top < 0x80 ? end - 3 : end - 4
    const high = top < 0x80 ? top << 16 : (bytes[end - 2] << 16) | ((top & 0x7f) << 24)
    this.state = bytes[at] | (bytes[at + 1] << 8) | high
    this.at = at
    if (this.state < START) fail('ERR_FRAME_INVALID', `symbols from state ${this.state}: expected at least ${START}`)
  }

  /** The next symbol, or ESCAPE. */
  get(tables: Tables, table: number): number {
    const { entries } = tables
    const slot = this.state & (SCALE - 1)
    let at = tables.guesses[(table << 8) | (slot >> COARSE_BITS)]
    let entry = entries[at]
    let from = slot - (entry & START_MASK)
    let freq = (entry >>> SCALE_BITS) & FREQ_MASK
    while (from >= freq) {
      from -= freq
      entry = entries[++at]
      freq = (entry >>> SCALE_BITS) & FREQ_MASK
    }
    let x = Math.imul(freq, this.state >>> SCALE_BITS) + from
    if (x < START) {
      this.at -= 2
      if (this.at < 0) withinSymbols()
      x = (x << WORD) | this.bytes[this.at] | (this.bytes[this.at + 1] << 8)
    }
    this.state = x
    return entry >>> NAME
  }

  /** @param bitsEnd where the frame's bits end. @throws ERR_FRAME_INVALID unless the words end there, too */
  end(bitsEnd: number): void {
    if (this.at !== bitsEnd)
      fail('ERR_FRAME_INVALID', `${this.at - bitsEnd} bytes between the end of the frame's bits and its symbols`)
    if (this.state !== 0 && this.state !== START)
      fail('ERR_FRAME_INVALID', `the symbols end in state ${this.state}: expected ${START}`)
  }
}

/** Out of the hot loops. */
export function withinSymbols(): never {
  return fail('ERR_FRAME_TRUNCATED', 'the frame ends within its symbols')
}

/** Frequencies by level: what the wire can say of a distribution, half an octave a level. 0 is the least there is. */
const POWERS = [
  1, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096,
]
export const LEVELS: number = POWERS.length

/** Counts to levels. */
export function toLevels(counts: ArrayLike<number>): Uint8Array {
  let sum = 0
  for (let s = 0; s < counts.length; s++) sum += counts[s]
  const levels = new Uint8Array(counts.length)
  for (let s = 0; s < counts.length; s++) {
    const freq = (counts[s] / Math.max(sum, 1)) * SCALE
    levels[s] = freq < 1 ? 0 : Math.min(LEVELS - 1, Math.round(2 * Math.log2(freq)))
  }
  return levels
}

/** Levels to frequencies, all at least 1, their sum 4096. Integers, so that both ends get the same. */
export function normalise(levels: ArrayLike<number>): Uint16Array {
  const { length } = levels
  let sum = 0
  for (let s = 0; s < length; s++) sum += POWERS[levels[s]]
  const out = new Uint16Array(length)
  let total = 0
  let most = 0
  for (let s = 0; s < length; s++) {
    // What is shared out is what the ones at the floor leave.
    out[s] = 1 + Math.floor((POWERS[levels[s]] * (SCALE - length)) / sum)
    total += out[s]
    if (out[s] > out[most]) most = s
  }
  out[most] += SCALE - total
  return out
}
