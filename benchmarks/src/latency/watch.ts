// Notices what a player pressed in the states of another one, or in its own, and how long ago. A press counts from the moment
// that it was due: a busy process does not hide its own delay.

import type { State } from '../arena/contender.ts'
import { MAX_PRESS } from '../arena/game.ts'

/** The number after this one: 1 to MAX_PRESS, then 1 again. 0 is no press: nothing was heard of that player lately. */
export function nextPress(press: number): number {
  return (press % MAX_PRESS) + 1
}

/** Presses further apart than this were not missed: the state is from before. */
const MOST_MISSED = 16

export class Watch {
  readonly #slot: number
  /** When the press of each value was due, ms. */
  readonly #due: readonly number[]
  #seen = 0

  constructor(slot: number, due: readonly number[]) {
    this.#slot = slot
    this.#due = due
  }

  /** Adds the delay of every press that this state is the first to show, one that it shows too late to see included. */
  look(state: State, at: number, into: number[] | undefined): void {
    const press = state.ship(this.#slot)?.press ?? 0
    if (press === 0 || press === this.#seen) return
    if ((press - this.#seen + MAX_PRESS) % MAX_PRESS > MOST_MISSED && this.#seen !== 0) return
    if (this.#seen === 0) this.#seen = press - 1
    while (this.#seen !== press) {
      this.#seen = nextPress(this.#seen)
      const due = this.#due[this.#seen]
      if (due !== undefined) into?.push(at - due)
    }
  }
}
