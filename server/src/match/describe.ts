// What a rule threw, for a warning.

export function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
