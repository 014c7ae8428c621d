// What proves that a seat is one's own: 16 random bytes, good for one resume, which is answered with the next ones. The
// ones used last stay good until it is known that the answer arrived: it may have been lost with a second connection.

export const TOKEN_BYTES = 16

export class Token {
  readonly #make: () => Uint8Array<ArrayBuffer>
  #current: Uint8Array<ArrayBuffer>
  #used: Uint8Array<ArrayBuffer> | undefined

  /** `make` gives TOKEN_BYTES bytes that nobody can guess. */
  constructor(make: () => Uint8Array<ArrayBuffer>) {
    this.#make = make
    this.#current = make()
  }

  get current(): Uint8Array<ArrayBuffer> {
    return this.#current
  }

  /** Takes as long for any 16 bytes. */
  accepts(bytes: Uint8Array): boolean {
    const isCurrent = equal(bytes, this.#current)
    const isUsed = this.#used !== undefined && equal(bytes, this.#used)
    return isCurrent || isUsed
  }

  /** It was accepted: the next one is due. Used again before the owner was heard, it stays the only one besides. */
  rotate(accepted: Uint8Array): void {
    if (equal(accepted, this.#current)) this.#used = this.#current
    this.#current = this.#make()
  }

  /** Its owner has the current one. */
  heard(): void {
    this.#used = undefined
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== TOKEN_BYTES || b.length !== TOKEN_BYTES) return false
  let different = 0
  for (let at = 0; at < TOKEN_BYTES; at++) different |= a[at] ^ b[at]
  return different === 0
}
