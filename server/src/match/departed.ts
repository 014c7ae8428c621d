// Why seats that are gone went, for those who come back to them with their token: the last few thousand of all matches.

import type { EndCode } from '@tickwire/engine/wire'
import type { Token } from './token.ts'

const REMEMBERED = 4096

export interface Departure {
  readonly code: EndCode
  readonly reason: string
}

export class Departed {
  /** By match and player, the oldest first. */
  readonly #all = new Map<string, Departure & { readonly token?: Token }>()

  add(match: string, player: number, token: Token, { code, reason }: Departure): void {
    this.#add(`${match} ${player}`, { code, reason, token })
  }

  /** Of a match whose seats nobody knows: whoever names it hears why, with any token. */
  addAll(match: string, { code, reason }: Departure): void {
    this.#add(match, { code, reason })
  }

  /** Undefined: there was no such seat, or it had another token. */
  find(match: string, player: number, token: Uint8Array): Departure | undefined {
    const found = this.#all.get(`${match} ${player}`)
    return found?.token?.accepts(token) ? found : this.#all.get(match)
  }

  #add(key: string, departure: Departure & { readonly token?: Token }): void {
    this.#all.delete(key)
    this.#all.set(key, departure)
    const [oldest] = this.#all.keys()
    if (this.#all.size > REMEMBERED) this.#all.delete(oldest)
  }
}
