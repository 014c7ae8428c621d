// Static-table rANS (Jarek Duda, "Asymmetric numeral systems", 2013; after Fabian Giesen's rans_byte, public domain).
// 12-bit tables; a state of at most 31 bits, so that everything stays a small integer; 16-bit words. Symbols are
// collected in reading order, encoded backwards and appended to what the bit writer holds; the reader starts at the
// frame's end and works towards its bits, so neither needs a length. Long columns alternate between two states, whose
// steps don't wait for each other (Giesen, "Interleaved entropy coders", 2014). A reader that is done MUST stand at
// START with both, and where the bits end: a check for nothing.

import { fail } from '../schema/errors.ts'

const SCALE_BITS = 12
const SCALE = 1 << SCALE_BITS
/** The smallest state, and the first one. */
const START = 1 << 15
const WORD = 16
/** A state at or above freq << HEADROOM spills a word first. */
const HEADROOM = 15 + WORD - SCALE_BITS
/** A state takes 3 bytes below 2^23; else 4, and says so in its highest bit. */
const SHORT = 1 << 23
/** Slots of a table that share one entry of the reader's first guess. */
const COARSE_BITS = 4
const COARSE = SCALE >> COARSE_BITS
/** Parts of an entry. */
const START_MASK = SCALE - 1
const FREQ_MASK = 2 * SCALE - 1
const NAME = 2 * SCALE_BITS + 1

/**
 * 1 / freq and a little: x times it, cut off, is x / freq exactly for every x below 2^31. What is added is less than half a
 * unit of any such quotient's last place and more than the rounding of the product.
 */
const reciprocals = Float64Array.from({ length: SCALE + 1 }, (_, freq) => (1 / freq) * (1 + 2 ** -50))

/** What a table's last symbol is called in its entry where it is an escape. */
export const ESCAPE = 127

/** Frequency tables one after the other: flat, so that a context is a number and a lookup two reads. */
export class Tables {
  /** Where table t's symbols start; as many entries as tables, plus one. */
  readonly offsets: Int32Array
  /** By offset + symbol: start | freq << 12 | symbol << 25. */
  readonly entries: Int32Array
  /**
   * By (t << 8) | slot >> 4: the place among the entries of the first such slot's symbol. Small, as caches are cold where a
   * frame comes once in a while.
   */
  readonly guesses: Uint16Array | Int32Array

  /**
   * @param tables the frequencies of each, all at least 1, their sum 4096; at most 127 symbols
   * @param escapes by table: whether its last symbol is ESCAPE
   */
  constructor(tables: readonly ArrayLike<number>[], escapes: readonly boolean[]) {
    this.offsets = new Int32Array(tables.length + 1)
    for (let t = 0; t < tables.length; t++) this.offsets[t + 1] = this.offsets[t] + tables[t].length
    this.entries = new Int32Array(this.offsets[tables.length])
    const Places = this.entries.length > 1 << 16 ? Int32Array : Uint16Array
    this.guesses = new Places(tables.length * COARSE)
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

/** What a symbol costs. */
export function bitsOf(entry: number): number {
  return SCALE_BITS - Math.log2((entry >>> SCALE_BITS) & FREQ_MASK)
}

export class RansWriter {
  /** Entries of the symbols so far; hot loops put theirs at `count`, having reserved room. */
  ops: Int32Array = new Int32Array(1024)
  count = 0
  /** Runs of symbols that alternate between the states: from, to, from, to … */
  readonly #paired: number[] = []
  #words: Uint8Array = new Uint8Array(2048)
  /** While symbols are encoded: the bytes so far, and both states. */
  #at = 0
  #x = START
  #y = START

  reset(): void {
    this.count = 0
    this.#paired.length = 0
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

  /** The last `n` symbols alternate between the states; the reader says so, too. */
  pair(n: number): void {
    this.#paired.push(this.count - n, this.count)
  }

  /** The words that follow the frame's bits; none without symbols. A view, valid until the next call. */
  finish(): Uint8Array {
    const { count } = this
    if (count === 0) return this.#words.subarray(0, 0)
    if (this.#words.length < count * 2 + 8) this.#words = new Uint8Array(count * 4 + 8)
    const paired = this.#paired
    this.#at = 0
    this.#x = START
    this.#y = START
    let end = count
    for (let run = paired.length - 2; run >= 0; run -= 2) {
      this.#encode(paired[run + 1], end)
      this.#encodePairs(paired[run], paired[run + 1])
      end = paired[run]
    }
    // The reader needs it where the first run starts.
    if (paired.length > 0) this.#flush(this.#y)
    this.#encode(0, end)
    this.#flush(this.#x)
    return this.#words.subarray(0, this.#at)
  }

  #flush(x: number): void {
    const words = this.#words
    words[this.#at++] = x
    words[this.#at++] = x >>> 8
    words[this.#at++] = x >>> 16
    if (x >= SHORT) words[this.#at++] = (x >>> 24) | 0x80
  }

  /** Backwards; a word is written before it is known whether it counts, since chance decides that. */
  #encode(from: number, to: number): void {
    const { ops } = this
    const words = this.#words
    let at = this.#at
    let x = this.#x
    for (let i = to - 1; i >= from; i--) {
      const freq = (ops[i] >>> SCALE_BITS) & FREQ_MASK
      const spilt = spills(x, freq)
      words[at] = x
      words[at + 1] = x >>> 8
      at += spilt << 1
      x = pushed(x >>> (spilt << 4), ops[i], freq)
    }
    this.#at = at
    this.#x = x
  }

  /** Symbols of even place from `from` are the first state's, the others the second's. */
  #encodePairs(from: number, to: number): void {
    const { ops } = this
    const words = this.#words
    const odd = (to - from) & 1
    if (odd === 1) this.#encode(to - 1, to)
    let at = this.#at
    let x = this.#x
    let y = this.#y
    for (let i = to - odd - 1; i > from; i -= 2) {
      const last = ops[i]
      const freqLast = (last >>> SCALE_BITS) & FREQ_MASK
      const spiltLast = spills(y, freqLast)
      words[at] = y
      words[at + 1] = y >>> 8
      at += spiltLast << 1
      y = pushed(y >>> (spiltLast << 4), last, freqLast)

      const first = ops[i - 1]
      const freqFirst = (first >>> SCALE_BITS) & FREQ_MASK
      const spiltFirst = spills(x, freqFirst)
      words[at] = x
      words[at + 1] = x >>> 8
      at += spiltFirst << 1
      x = pushed(x >>> (spiltFirst << 4), first, freqFirst)
    }
    this.#at = at
    this.#x = x
    this.#y = y
  }
}

/** 1 if a word must go before a symbol of this frequency, else 0. */
function spills(x: number, freq: number): number {
  return (freq - 1 - (x >>> HEADROOM)) >>> 31
}
function pushed(x: number, entry: number, freq: number): number {
  const q = (x * reciprocals[freq]) | 0
  return x + Math.imul(q, SCALE - freq) + (entry & START_MASK)
}

export class RansReader {
  /** 0 before the first symbol. Hot loops keep states and position in locals. */
  state = 0
  /** That of every other symbol of a run; 0 before the first run. */
  other = 0
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
    if (this.state === 0) this.state = this.#state()
  }

  /** Reads the second state; must be called before the first run. @throws ERR_FRAME_TRUNCATED, ERR_FRAME_INVALID */
  openPair(): void {
    this.open()
    if (this.other === 0) this.other = this.#state()
  }

  #state(): number {
    const { bytes, at: end } = this
    if (end < 4) withinSymbols()
    const top = bytes[end - 1]
    const at = top < 0x80 ? end - 3 : end - 4
    const high = top < 0x80 ? top << 16 : (bytes[end - 2] << 16) | ((top & 0x7f) << 24)
    const state = bytes[at] | (bytes[at + 1] << 8) | high
    this.at = at
    if (state < START) fail('ERR_FRAME_INVALID', `symbols from state ${state}: expected at least ${START}`)
    return state
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
    if ((this.state !== 0 && this.state !== START) || (this.other !== 0 && this.other !== START))
      fail('ERR_FRAME_INVALID', `the symbols end in states ${this.state} and ${this.other}: expected ${START}`)
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
