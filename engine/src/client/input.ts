// The player's input as commands. It is read once a frame, so that it is on the screen in the first frame drawn after
// it; what was pressed between two ticks is latched, so that a tap counts even if it is over when its tick comes. Pressed
// are flags, choices and whole numbers; what aims is as it is now.

import type { Shape } from '../schema/field.ts'
import type { Layout } from '../schema/layout.ts'
import { neutralRecord, packRecord, settleRecord, unpackRecord, type Values } from '../wire/record.ts'

const BUTTONS: readonly Shape['kind'][] = ['bool', 'oneOf', 'int']

export class Input {
  readonly #layout: Layout
  readonly #read: () => Values
  readonly #neutral: Values
  readonly #buttons: readonly string[]
  #latched: Values
  #last: Values
  #lastBytes: Uint8Array
  #fresh = true
  #isPressed = false
  #seen = -1
  #held = -1

  constructor(layout: Layout, read: () => Values) {
    this.#layout = layout
    this.#read = read
    this.#neutral = neutralRecord(layout)
    this.#buttons = layout.fields.filter(({ shape }) => BUTTONS.includes(shape.kind)).map(({ name }) => name)
    this.#latched = this.#neutral
    this.#last = this.#neutral
    this.#lastBytes = packRecord(layout, this.#neutral, 'ERR_SCHEMA')
  }

  /** The command of the tick to come, as far as it is known. Settled. */
  get command(): Values {
    return this.#latched
  }

  /** The tick that was on the screen when the command's first press was read; without one, when it was read last. */
  get seen(): number {
    return this.#seen
  }

  /** The newest snapshot that was held when that was drawn. */
  get held(): number {
    return this.#held
  }

  /** Reads the input: once a frame. On the screen is the tick `seen`, drawn with snapshots up to `held`. @throws ERR_FIELD_VALUE for what the command's schema does not allow */
  sample(seen: number, held: number): void {
    const now = settleRecord(this.#layout, this.#read(), 'ERR_FIELD_VALUE')
    if (this.#fresh) this.#isPressed = false
    if (!this.#isPressed) {
      this.#seen = seen
      this.#held = held
    }
    // What was held down all along is no press.
    for (const name of this.#buttons)
      this.#isPressed ||= now[name] !== this.#neutral[name] && now[name] !== this.#last[name]
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

  /** Per button what is pressed now, else what was pressed since the last tick. */
  #latch(now: Values): Values {
    const command: Record<string, unknown> = { ...now }
    for (const name of this.#buttons) if (now[name] === this.#neutral[name]) command[name] = this.#latched[name]
    return command
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}
