// A player's name, as people may choose it.

import { fail } from '@tickwire/engine/wire'

/** UTF-16 units. */
const MAX_NAME = 32

/** Trims a name. @throws ERR_NAME for one that is too long, not well-formed, or holds control characters */
export function settleName(name: string): string {
  const trimmed = name.trim()
  if (trimmed.length > MAX_NAME)
    fail('ERR_NAME', `a name of ${trimmed.length} characters: expected at most ${MAX_NAME}`)
  if (!trimmed.isWellFormed() || /\p{Cc}/u.test(trimmed))
    fail('ERR_NAME', 'a name with control characters, or half a character: expected text')
  return trimmed
}
