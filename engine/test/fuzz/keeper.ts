// A parser's corpus while it grows, and the target that its frames are of: always the same one, so that they mean the same in
// every run.

import { EVERYTHING, TARGETS } from './all.ts'
import { Chance } from './plays.ts'
import type { Target } from './target.ts'

const SEED = 6
const PER_TARGET = 400

/** The target that a parser's frames are kept for. */
export function keptTarget(name: string): Target {
  return TARGETS[name](new Chance(SEED), EVERYTHING)
}

/** offer() keeps a frame that takes a way that none before it took. */
export class Keeper {
  readonly #ways = new Map<string, Uint8Array>()

  offer(way: string, frame: Uint8Array): void {
    const known = this.#ways.get(way)
    if (known ? frame.length < known.length : this.#ways.size < PER_TARGET) this.#ways.set(way, frame.slice())
  }

  get frames(): Uint8Array[] {
    return [...this.#ways.values()]
  }
}
