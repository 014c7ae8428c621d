// The simulation as one module. Vitest makes each use of an import a call of a getter, and tsx gives each function that is
// made its name: either is a fifth of what a seed costs.

import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

/** What find.ts exports, and all that it needs: parts of the server that other modules import are not those that it runs. */
export async function whole(): Promise<typeof import('./find.ts')> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tickwire/source'] },
    ssr: { noExternal: true, resolve: { conditions: ['@tickwire/source'] } },
    build: { ssr: fileURLToPath(new URL('find.ts', import.meta.url)), write: false, minify: false, target: 'node20' },
  })) as Rollup.RollupOutput
  const code = Buffer.from(`${built.output[0].code}\n//# sourceURL=simulation.js`).toString('base64')
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)
}
