// A page that is older than its server: loading it anew is the cure, once. Where that did not help it would go on for ever.

import { TickwireError } from '../schema/errors.ts'

const KEY = 'tickwire:reloaded'

interface Page {
  readonly sessionStorage?: { getItem(key: string): string | null; setItem(key: string, value: string): void }
  readonly location?: { reload(): void }
}

/**
 * Loads the page anew where `error` (what connect() threw) says that it and the server are of different versions:
 * ERR_PROTOCOL_VERSION, ERR_SCHEMA_MISMATCH. False for any other error, and where the same one was there before the page was
 * loaded: then say so to the player.
 */
export function reloadOnce(error: unknown): boolean {
  if (!(error instanceof TickwireError)) return false
  if (error.code !== 'ERR_PROTOCOL_VERSION' && error.code !== 'ERR_SCHEMA_MISMATCH') return false
  const { sessionStorage, location } = globalThis as Page
  if (!sessionStorage || !location) return false
  try {
    if (sessionStorage.getItem(KEY) === error.message) return false
    sessionStorage.setItem(KEY, error.message)
  } catch {
    return false // the page may store nothing
  }
  location.reload()
  return true
}
