// The player's input as commands. It is read once a frame, so that it is on the screen in the first frame drawn after
// it; what was pressed between two ticks is latched, so that a tap counts even if it is over when its tick comes.

import type { Layout } from '../schema/layout.ts'
import { neutralRecord, packRecord, settleRecord, unpackRecord, type Values } from '../wire/record.ts'

export class Input {
  readonly #layout: Layout
  readonly #read: () => Values
  readonly #neutral: Values
  #latched: Values
  #last: Values
  #lastBytes: Uint8Array
  #fresh = true

  constructor(layout: Layout, read: () => Values) {
    this.#layout = layout
    this.#read = read
    this.#neutral = neutralRecord(layout)
    this.#latched = this.#neutral
    this.#last = this.#neutral
    this.#lastBytes = packRecord(layout, this.#neutral, 'ERR_SCHEMA')
  }

  /** The command of the tick to come, as far as it is known. Settled. */
  get command(): Values {
    return this.#latched
  }

  /** Reads the input: once a frame. @throws ERR_FIELD_VALUE for what the command's schema does not allow */
  sample(): void {
    const now = settleRecord(this.#layout, this.#read(), 'ERR_FIELD_VALUE')
    this.#latched = this.#fresh ? now : this.#latch(now)
    this.#fresh = false
  }

  /** The command of a tick; the same object as long as it is the same. What is read from now on is the next one's. */
  take(): Values {
    const bytes = packRecord(this.#layout, this.#latched, 'ERR_FIELD_VALUE')
    if (!isSame(bytes, this.#lastBytes)) {
      this.#last = unpackRecord(this.#layout, bytes, 'ERR_FIELD_VALUE')
      this.#lastBytes = bytes
    }
    this.#fresh = true
    return this.#last
  }

  /** Per field what is pressed now, else what was pressed since the last tick. Vectors and lists are as they are now. */
  #latch(now: Values): Values {
    const command: Record<string, unknown> = { ...now }
    for (const { name } of this.#layout.fields)
      if (typeof now[name] !== 'object' && now[name] === this.#neutral[name]) command[name] = this.#latched[name]
    return command
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
