// A process with one player of Tickwire's: it notes for which ticks its commands were, and what waited to be sent.

import type { ClientMatch } from '@tickwire/engine/client'
import { Sender } from '../../../engine/src/client/sender.ts'
import { answer } from '../child.ts'
import { every, now } from '../clock.ts'
import type { Client } from './contender.ts'
import type { game } from './game.ts'
import { play } from './tickwire.ts'

export interface Uploaded {
  /** For which ticks commands were made. */
  readonly given: readonly number[]
  /** Of those, never sent. */
  readonly dropped: number
  /** Bytes that the transport had not taken, at most. */
  readonly buffered: number
  /** How often the connection was lost; and the end of the match, if it came to that. */
  readonly lost: number
  readonly end: string | undefined
}

const SAMPLE_MS = 50
const given: number[] = []
let dropped = 0
let buffered = 0
let lost = 0
let end: string | undefined
let match: ClientMatch<typeof game> | undefined
let client: Client

const { add } = Sender.prototype
Sender.prototype.add = function (tick, command) {
  given.push(tick)
  add.call(this, tick, command)
}

const handlers = {
  now: (): number => now(),
  async join(port: number): Promise<void> {
    const options = { port, polling: false, held: () => {}, lost: () => lost++ }
    client = await play(options, (joined) => {
      dropped += match?.stats.dropped ?? 0
      end = match?.endCode
      match = joined
    })
    every(SAMPLE_MS, () => {
      buffered = Math.max(buffered, match?.stats.bufferedAmount ?? 0)
    })
  },
  mark(): void {
    given.length = 0
    dropped -= match?.stats.dropped ?? 0
    buffered = 0
  },
  /** No more commands: nothing is drawn. */
  leave: (): void => client.close(),
  uploaded: (): Uploaded => ({ given, dropped: dropped + (match?.stats.dropped ?? 0), buffered, lost, end }),
}
export type UploadHandlers = typeof handlers
answer(handlers)
