// What the host says to its operator. Much of it is provoked by strangers and holds what they sent, so here, in one
// place: control characters are escaped (nobody forges a line of the log), a flood is only counted (nobody fills the
// disk), and a log that throws ends nothing.

import { TokenBucket } from './guard.ts'
import { now } from './loop.ts'

const A_SECOND = 5
const AT_ONCE = 20

/**
 * `write` for one source of warnings: 5 a second reach it, and 20 at once. How many were left out is said before the
 * next one. Never throws.
 * @param clock ms
 * @param left counts those that are left out
 */
export function bounded(
  write: (message: string) => void,
  clock: () => number = now,
  left: () => void = () => {}
): (message: string) => void {
  const allowed = new TokenBucket(A_SECOND, AT_ONCE, clock())
  let omitted = 0
  return (message) => {
    if (!allowed.take(1, clock())) {
      omitted++
      left()
      return
    }
    const before = omitted
    omitted = 0
    try {
      if (before > 0) write(`${before} more warnings like the last ones were left out`)
      write(escaped(message))
    } catch {
      // There is nobody left to tell.
    }
  }
}

// Control and format characters (line feeds, terminal codes, reversed text), line separators and lone surrogates.
function escaped(message: string): string {
  return message.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`)
}
