// What a rule threw, for a warning.

/** With where it was thrown: one line. */
export function located(error: unknown): string {
  const frames = error instanceof Error ? (error.stack ?? '').split('\n') : []
  const at = frames.find((line) => /^\s+at /.test(line))
  return at ? `${describe(error)}, ${at.trim()}` : describe(error)
}

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
