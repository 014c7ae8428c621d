// Control messages of one connection: so many a second of each kind. A kind is join, leave, ping, or one of the game's
// requests by its name.

import type { Ask, TickwireError } from '@tickwire/engine/wire'
import { type Limits, TokenBucket, tooMuch } from './guard.ts'

// Names may be made up: those beyond it, and those that are longer, are one kind, all together.
const KINDS_REMEMBERED = 256
const LONGEST_NAME = 64
const OTHERS = 'others'

export class Asks {
  readonly #limits: Limits
  readonly #kinds = new Map<string, TokenBucket>()

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** Counts one: undefined, or why it is too much (`ERR_RATE_LIMIT`). `joins` is asked for the address's word on a join. */
  count(ask: Ask, now: number, joins: () => TickwireError | undefined): TickwireError | undefined {
    const { requestsPerSecond, requestBurst } = this.#limits
    const kind = this.#kindOf(ask)
    const bucket = this.#kinds.get(kind) ?? new TokenBucket(requestsPerSecond, requestBurst, now)
    this.#kinds.set(kind, bucket)
    if (!bucket.take(1, now)) return tooMuch(`messages of the kind '${kind}'`, requestsPerSecond, requestBurst)
    return ask.ask === 'join' ? joins() : undefined
  }

  #kindOf(ask: Ask): string {
    if (ask.ask !== 'request') return ask.ask
    if (ask.name.length > LONGEST_NAME) return OTHERS
    const named = `request ${ask.name}`
    return this.#kinds.has(named) || this.#kinds.size < KINDS_REMEMBERED ? named : OTHERS
  }
}
