// From a lost connection to another one with the same seat: attempts further and further apart, spread by chance, so that
// those who lost theirs at once don't come back at once, until the server gives the seat away.

import { fail, TickwireError } from '../schema/errors.ts'
import { type Answer, unpackAnswer } from '../wire/messages.ts'
import type { Line } from './line.ts'
import type { Redial } from './transport.ts'

export type Resumed = Extract<Answer, { ok: 'resume' }>

/** The pause before an attempt grows with the time that has passed: as this share of it, within bounds, ± 50 %. */
const PAUSE = 0.1
const LEAST_PAUSE_MS = 250
const MOST_PAUSE_MS = 5000
/** How long an attempt may take, likewise. */
const WITHIN = 0.5
const LEAST_WITHIN_MS = 1500
const MOST_WITHIN_MS = 10_000
/** What may be otherwise the next time. */
const PASSING: readonly string[] = ['ERR_DISCONNECTED', 'ERR_TIMEOUT', 'ERR_RATE_LIMIT']

/**
 * Gets the line another connection, and over it the answer to `message()`; the line is held until its restored().
 * @param grace for how long the seat is kept, ms
 * @throws ERR_SEAT_EXPIRED once that is over; what the server refuses it with; ERR_DISCONNECTED where the line was closed
 */
export async function reconnect(
  line: Line,
  redial: Redial,
  message: () => Uint8Array<ArrayBuffer>,
  grace: number
): Promise<Resumed> {
  const lostAt = line.now()
  for (;;) {
    const gone = Math.abs(line.now() - lostAt)
    if (gone >= grace) fail('ERR_SEAT_EXPIRED', 'seat expired')
    const pause = between(LEAST_PAUSE_MS, gone * PAUSE, MOST_PAUSE_MS) * (0.5 + redial.random())
    const left = Math.max(1, grace - gone) // however a clock rounds, it is over then
    try {
      const within = between(LEAST_WITHIN_MS, gone * WITHIN, MOST_WITHIN_MS)
      line.replace(await redial.dial(Math.min(pause, left), within))
      await line.opened()
      const answer = unpackAnswer(await line.ask(message()))
      return answer.ok === 'resume'
        ? answer
        : fail('ERR_MESSAGE', `an answer to '${answer.ok}': expected one to 'resume'`)
    } catch (error) {
      line.drop()
      if (line.isClosed || (error instanceof TickwireError && !PASSING.includes(error.code))) throw error
    }
  }
}

function between(least: number, value: number, most: number): number {
  return Math.max(least, Math.min(value, most))
}
