// A module with all that it imports as one. Vitest makes each use of an import a call of a getter, and tsx gives each function
// that is made its name: either is a fifth to a third of what a long run costs.

import { fileURLToPath } from 'node:url'
import { build, type Rollup } from 'vite'

/** What the module exports. Modules that others import are not those that it runs; it cannot say where its file is. */
export async function whole<T>(module: URL): Promise<T> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@tickwire/source'] },
    ssr: { noExternal: true, resolve: { conditions: ['@tickwire/source'] } },
    build: { ssr: fileURLToPath(module), write: false, minify: false, target: 'node20' },
  })) as Rollup.RollupOutput
  const name = module.pathname.replace(/^.*\/|\.ts$/g, '')
  const code = Buffer.from(`${built.output[0].code}\n//# sourceURL=${name}.js`).toString('base64')
  return import(/* @vite-ignore */ `data:text/javascript;base64,${code}`)
}
