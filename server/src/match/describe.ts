// What a rule threw or said, for a warning or a reason.

// UTF-16 units: a rule may throw or say anything, and a longer text would hold up the others.
const MAX_REASON = 1000

/** With where it was thrown: one line. */
export function located(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const places = frames.filter((line) => /^\s+at /.test(line))
  // Where the game's own code is, if it is in it.
  const at = places.find((line) => !/[\\/]@tickwire[\\/]/.test(line)) ?? places[0]
  return at ? `${describe(error)}, ${at.trim()}` : describe(error)
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
