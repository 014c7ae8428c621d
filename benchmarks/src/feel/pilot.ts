// Who plays: steers at random and, now and then, shoots at the middle of the target as it is on the screen.

import type { Random } from '@tickwire/engine/testing'
import type { FeelCommand } from './game.ts'

/** One shot: where, at what picture, and what the server said. */
export interface Shot {
  /** When the button went down, ms. */
  readonly at: number
  /** The tick that was on the screen. */
  readonly tick: number
  readonly x: number
  readonly y: number
  verdict?: Verdict
}
export interface Verdict {
  /** The tick in which the server judged it, and the one that it looked back to. */
  readonly tick: number
  readonly rewound: number
  /** From the shot to the middle of the target there, units. */
  readonly distance: number
}

/** What a pilot goes by: the picture of the last frame. */
export interface Picture {
  readonly tick: number
  readonly targetX: number
  readonly targetY: number
}

const HOLD_MS = { least: 100, most: 500 }
const SHOT_MS = { least: 400, most: 1600 }

export class Pilot {
  /** By id, which counts from 1. */
  readonly shots: Shot[] = []
  picture: Picture | undefined
  readonly #random: Random
  readonly #now: () => number
  #command: FeelCommand = { turn: 0, thrust: false, fire: false, shot: 0, aimX: 0, aimY: 0 }
  #steerAt = 0
  #shootAt: number

  constructor(random: Random, now: () => number) {
    this.#random = random
    this.#now = now
    this.#shootAt = now() + SHOT_MS.most
  }

  /** What it does now. */
  readonly input = (): FeelCommand => {
    const now = this.#now()
    let command: FeelCommand = { ...this.#command, fire: false }
    if (now >= this.#steerAt) {
      this.#steerAt = now + this.#between(HOLD_MS)
      command = { ...command, turn: Math.floor(3 * this.#random.next()) - 1, thrust: this.#random.next() < 0.5 }
    }
    if (now >= this.#shootAt && this.picture && this.shots.length < 65535) {
      this.#shootAt = now + this.#between(SHOT_MS)
      const { tick, targetX, targetY } = this.picture
      this.shots.push({ at: now, tick, x: targetX, y: targetY })
      command = { ...command, fire: true, shot: this.shots.length, aimX: targetX, aimY: targetY }
    }
    this.#command = command
    return command
  }

  #between({ least, most }: { readonly least: number; readonly most: number }): number {
    return least + (most - least) * this.#random.next()
  }
}
