// Tickwire as users run it: what tsc makes of the sources, and not what tsx makes of them on the way, which names every
// closure anew whenever it is made. Peers run from their builds, too.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)
const SOURCES = '@tickwire/source'
let isBuilt = false

/** The arguments for Node that take Tickwire from its build, where `given` take it from its sources. Builds what is out of date. */
export function builtArguments(given: readonly string[]): string[] {
  build()
  const at = given.indexOf(SOURCES)
  if (at < 1) throw new Error(`expected -C ${SOURCES} among Node's own arguments, as npm run bench gives it`)
  return given.filter((_, i) => i !== at && i !== at - 1)
}

/** @throws Error where the sources don't compile */
function build(): void {
  if (isBuilt) return
  const tsc = createRequire(ROOT).resolve('typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '-b'], { cwd: fileURLToPath(ROOT), encoding: 'utf8' })
  if (status !== 0) throw new Error(`Tickwire could not be built:\n${stdout}`)
  isBuilt = true
}
