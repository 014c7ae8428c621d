// Which prior one client's frames may be coded with: those that it said it has learned, one at a time. It is offered
// another only once it answered the last offer, so an answer can't be taken for another's, however epochs go round.

import type { Prior } from '@tickwire/engine/wire'

export class Handout {
  /** Undefined: the generic one. */
  held: Prior | undefined
  /** What the client has not answered yet. */
  #offered: Prior | undefined
  /** What it could not read, or read frames with: it is not offered again. */
  #refused: Prior | undefined

  /** `joined`: what the client got with its seat. It is held from the first frame on, unless the client says otherwise. */
  constructor(joined?: Prior) {
    this.held = joined
    this.#offered = joined
  }

  wants(prior: Prior): boolean {
    return !this.#offered && prior !== this.held && prior !== this.#refused
  }

  offer(prior: Prior): void {
    this.#offered = prior
  }

  /** The client's answer: the epoch that it learned, or 0 for none. False if it could not read what it was given. */
  answer(epoch: number): boolean {
    const offered = this.#offered
    if (!offered || (epoch !== 0 && epoch !== offered.epoch)) return true
    this.#offered = undefined
    if (epoch !== 0) this.held = offered
    else {
      this.#refused = offered
      if (this.held === offered) this.held = undefined
    }
    return epoch !== 0
  }

  /** The client could not use a frame: with the generic prior it can, whatever was wrong. */
  distrust(): void {
    this.#refused = this.held ?? this.#refused
    this.held = undefined
  }
}
