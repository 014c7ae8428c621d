import { expect } from 'vitest'
import { TickwireError } from '../src/schema/errors.ts'

/** The message of the error that `act` must throw: it ends with its code. */
export function refused(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    if (!error.message.endsWith(` (${error.code})`)) expect.fail(`no code at the end: ${error.message}`)
    return error.message
  }
  return expect.fail('expected a refusal')
}
