// X1, X2, X4: what is read from a chunk's end.

import type { Bits } from './bits.ts'
import { bitsOf } from './contract.ts'
import { type Frequencies, residualBase } from './priors.ts'

export class Symbols {
  readonly bits: Bits
  end: number
  /** The two states; the second is there from the first pair on. */
  readonly states: number[] = []
  constructor(bits: Bits) {
    this.bits = bits
    this.end = bits.bytes.length
  }
  byte(): number {
    if (this.end === 0) throw new Error('no more words')
    return this.bits.bytes[--this.end]
  }
  open(state: number): void {
    if (this.states[state] !== undefined) return
    const top = this.byte()
    let x = top < 128 ? top : (top - 128) * 256 + this.byte()
    x = x * 65536 + this.byte() * 256 + this.byte()
    if (x < 32768) throw new Error('a first state that is too small')
    this.states[state] = x
  }
  read(table: Frequencies, state = 0): number {
    this.open(0)
    const x = this.states[state]
    const slot = x % 4096
    let [symbol, start] = [0, 0]
    while (slot >= start + table[symbol]) start += table[symbol++]
    let next = table[symbol] * Math.floor(x / 4096) + slot - start
    if (next < 32768) next = next * 65536 + this.byte() * 256 + this.byte()
    this.states[state] = next
    return symbol
  }
  /** X4 */
  u(table: Frequencies, max: number, state: number): number {
    const symbol = this.read(table, state)
    if (symbol === table.length - 1) return this.bits.number(bitsOf(max) + 1)
    const e = 6 + Math.floor((symbol - 64) / 2)
    return residualBase(symbol) + (symbol < 64 ? 0 : this.bits.number(e - 1))
  }
  /** S10, X2: the bits end where the words do. */
  done(): void {
    while (this.bits.at % 8 !== 0) if (this.bits.flag()) throw new Error('not filled up with zeros')
    if (this.bits.at / 8 !== this.end || this.states.some((x) => x !== 32768))
      throw new Error('bits and words do not meet')
  }
}
