// F2 to F5: bits, and the numbers made of them.

export class Bits {
  at = 0
  readonly bytes: readonly number[]
  constructor(bytes: readonly number[]) {
    this.bytes = bytes
  }
  number(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++, this.at++) {
      if (this.at >> 3 >= this.bytes.length) throw new Error('the content ends too early')
      if ((this.bytes[this.at >> 3] >> (this.at & 7)) & 1) value += 2 ** i
    }
    return value
  }
  flag(): boolean {
    return this.number(1) === 1
  }
  varint(): number {
    let value = 0
    for (let i = 0; i < 8; i++) {
      value += this.number(7) * 2 ** (7 * i)
      if (!this.flag()) return value
    }
    throw new Error('a varint of more than 8 steps')
  }
  rice(k: number): number {
    let ones = 0
    while (ones < 20 && this.flag()) ones++
    return ones === 20 ? this.number(32) : ones * 2 ** k + this.number(k)
  }
  /** X14 */
  gamma(): number {
    let zeros = 0
    while (!this.flag()) zeros++
    return 2 ** zeros + this.number(zeros) - 1
  }
  packed(): number[] {
    const length = this.varint()
    if (length > this.bytes.length) throw new Error('the content ends too early')
    return Array.from({ length }, () => this.number(8))
  }
  end(): void {
    while (this.at < this.bytes.length * 8) {
      const isPadding = this.at >> 3 === this.bytes.length - 1 && (this.at & 7) !== 0
      if (!isPadding || this.flag()) throw new Error('something follows the content')
    }
  }
}

export const unzigzag = (u: number): number => (u % 2 === 0 ? u / 2 : -(u + 1) / 2)
export const bytesOf = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))
