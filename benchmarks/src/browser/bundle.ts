// Pages for the browser, built into a folder that is gone afterwards.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

export interface Built {
  readonly folder: string
  remove(): Promise<void>
}

/** The demo's own page with the probe in front of it. */
export async function buildArena(): Promise<Built> {
  return within('arena-', (outDir) =>
    build({
      configFile: here('../../../demo-game/vite.config.ts'),
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
      plugins: [
        {
          name: 'probe',
          transform: (code, id) =>
            id.endsWith('/demo-game/src/client/main.ts')
              ? `import ${JSON.stringify(here('./probe.ts'))}\n${code}`
              : undefined,
        },
      ],
    })
  )
}

/** A script as one file, names left as they are: `page.js`. */
export async function buildScript(file: string): Promise<Built> {
  return within('page-', (outDir) =>
    build({
      configFile: false,
      root: here('.'),
      logLevel: 'warn',
      resolve: { conditions: ['@tickwire/source', 'module', 'browser', 'development|production'] },
      build: {
        outDir,
        emptyOutDir: true,
        target: 'es2022',
        minify: false,
        lib: { entry: here(file), formats: ['es'], fileName: () => 'page.js' },
      },
    })
  )
}

async function within(name: string, make: (folder: string) => Promise<unknown>): Promise<Built> {
  const folder = await mkdtemp(path.join(tmpdir(), name))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await make(folder)
  } catch (error) {
    await remove()
    throw error
  }
  return { folder, remove }
}
