// Why seats that are gone went, for those who come back to them with their token: the last few thousand of all matches.

import type { EndCode } from '@tickwire/engine/wire'
import type { Token } from './token.ts'

const REMEMBERED = 4096

export interface Departure {
  readonly code: EndCode
  readonly reason: string
}

interface Known extends Departure {
  readonly token: Token
}

export class Departed {
  /** By match and player; and by match, where nobody knows its seats. */
  readonly #seats = new Map<string, Known>()
  readonly #matches = new Map<string, Departure>()

  add(match: string, player: number, token: Token, { code, reason }: Departure): void {
    keep(this.#seats, `${match} ${player}`, { code, reason, token })
  }

  /** Of a match whose seats nobody knows: whoever names it hears why, with any token. */
  addAll(match: string, { code, reason }: Departure): void {
    keep(this.#matches, match, { code, reason })
  }

  /** Undefined: there was no such seat, or it had another token. */
  find(match: string, player: number, token: Uint8Array): Departure | undefined {
    const found = this.#seats.get(`${match} ${player}`)
    return found?.token.accepts(token) ? found : this.#matches.get(match)
  }
}

/** As the newest one. */
function keep<D>(all: Map<string, D>, key: string, departure: D): void {
  all.delete(key)
  all.set(key, departure)
  const [oldest] = all.keys()
  if (all.size > REMEMBERED) all.delete(oldest)
}
