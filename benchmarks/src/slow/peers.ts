// Servers of others, from a folder of their own: benchmarks/peers. They are no dependency of anything here, so they are
// installed when somebody asks for them (--peers).

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

const FOLDER = new URL('../../peers/', import.meta.url)

export function arePeersInstalled(): boolean {
  return existsSync(new URL('node_modules/@colyseus/core/package.json', FOLDER))
}

/** @throws Error where npm says no */
export function installPeers(): void {
  if (arePeersInstalled()) return
  // By its lock file; peers/.npmrc says the rest.
  const words = ['ci', '--no-audit', '--no-fund', '--loglevel=error']
  // What the npm that runs this was told is not meant for this one: it works in another folder.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_config_(workspace|local_prefix)/.test(name))
  )
  const { status } = spawnSync('npm', words, {
    cwd: fileURLToPath(FOLDER),
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (status !== 0) throw new Error(`npm could not install what ${fileURLToPath(FOLDER)} lists`)
}

/** A module of an installed peer; its types are the caller's word. */
export async function peer<T>(name: string): Promise<T> {
  const resolved = createRequire(FOLDER).resolve(name)
  return (await import(pathToFileURL(resolved).href)) as T
}
