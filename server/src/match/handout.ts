// Which prior one client's frames may be coded with: those that it said it has learned, one at a time. It is offered
// another only once it answered the last offer, so an answer can't be taken for another's, however epochs go round.

import type { Prior } from '@tickwire/engine/wire'

export class Handout {
  /** Undefined: the generic one. */
  held: Prior | undefined
  /** What the client has not answered yet. */
  #offered: Prior | undefined
  /** Frames were coded with that already, and were of no use: its answer changes nothing. */
  #isMoot = false
  /** What frames could not be used with, once: it is offered once more. */
  readonly #doubted = new WeakSet<Prior>()
  /** What it could not read, or not use frames with a second time: it is not offered again. */
  readonly #refused = new WeakSet<Prior>()

  /** `joined`: what the client got with its seat. It is held from the first frame on, unless the client says otherwise. */
  constructor(joined?: Prior) {
    this.held = joined
    this.#offered = joined
  }

  wants(prior: Prior): boolean {
    return !this.#offered && prior !== this.held && !this.#refused.has(prior)
  }

  offer(prior: Prior): void {
    this.#offered = prior
    this.#isMoot = false
  }

  /** The client's answer: the epoch that it learned, or 0 for none. False if it could not read what it was given. */
  answer(epoch: number): boolean {
    const offered = this.#offered
    if (!offered || (epoch !== 0 && epoch !== offered.epoch)) return true
    this.#offered = undefined
    if (epoch === 0) {
      this.#refused.add(offered)
      if (this.held === offered) this.held = undefined
    } else if (!this.#isMoot) this.held = offered
    return epoch !== 0
  }

  /**
   * The client is back over another connection: what it was offered it may have, or not, and says so no more. True: `current`
   * goes with the seat, as at a join.
   */
  resume(current: Prior | undefined): boolean {
    const mayHave = current && !this.#refused.has(current)
    const isSame = current === this.held || !mayHave
    if (!this.#offered && isSame) return false
    this.held = mayHave ? current : undefined
    this.#offered = this.held
    this.#isMoot = false
    return this.held !== undefined
  }

  /** The client could not use a frame: with the generic prior it can, whatever was wrong. */
  distrust(): void {
    const { held } = this
    if (!held) return
    if (this.#doubted.has(held)) this.#refused.add(held)
    this.#doubted.add(held)
    if (held === this.#offered) this.#isMoot = true
    this.held = undefined
  }
}
