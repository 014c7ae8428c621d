// The simulation as one module: quicker than many, and parts of the server that other modules import are not those that it runs.

import { whole as wholeOf } from '../../../engine/test/whole.ts'

/** What find.ts exports. */
export function whole(): Promise<typeof import('./find.ts')> {
  return wholeOf(new URL('find.ts', import.meta.url))
}
