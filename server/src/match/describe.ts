// What a rule threw or said, for a warning, a reason, or an answer.

import { TickwireError } from '@tickwire/engine/wire'

// UTF-16 units: a rule may throw or say anything, and a longer text would hold up the others.
const MAX_REASON = 1000
/** Calls of a stack that are told, the innermost first. */
const MAX_PLACES = 5

/** With where it was thrown, and what called that: one line. */
export function located(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const places = frames.filter((line) => /^\s+at /.test(line)).map((line) => line.trim())
  // Where the game's own code is, if it is in it.
  const own = places.filter((line) => !/[\\/]@tickwire[\\/]|\(?node:/.test(line))
  return [describe(error), ...(own.length > 0 ? own : places).slice(0, MAX_PLACES)].join(', ')
}

/**
 * What is told to the client that asked for what threw: errors of ours are for it. Another's may hold secrets: its text
 * is told in dev mode alone.
 */
export function toldOf(error: unknown, failed: string, isDev: boolean): unknown {
  if (error instanceof TickwireError || !isDev) return error
  return new TickwireError('ERR_REFUSED', clipped(`${failed}: ${describe(error)}`))
}

/** Never throws, whatever was thrown. */
export function describe(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error)
  } catch {
    return 'something that is no text'
  }
}

/** As much of a reason as is told: 1,000 characters, whole ones. */
export function clipped(reason: string): string {
  return String(reason).slice(0, MAX_REASON).toWellFormed()
}
