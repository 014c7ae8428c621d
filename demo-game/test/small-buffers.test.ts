// Where the kernel buffers little, as on a phone, the browser's own `bufferedAmount` rises. On most lines of a test it never
// does: this one is in a network namespace of its own, with small TCP buffers, which takes rights that not everybody has.

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBrowser } from './browser.ts'
import type { Report } from './small-buffers.fixture.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const NAMESPACE = `tickwire-${process.pid}`
const BUFFERS = '4096 8192 16384'
const SECONDS = 90

const ip = (...args: string[]) =>
  execFileSync('ip', args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  })

/** Undefined, or why there can be no such namespace. */
function openNamespace(): string | undefined {
  try {
    ip('netns', 'add', NAMESPACE)
    ip('-n', NAMESPACE, 'link', 'set', 'lo', 'up')
    for (const name of ['tcp_rmem', 'tcp_wmem'])
      ip('netns', 'exec', NAMESPACE, 'sysctl', '-qw', `net.ipv4.${name}=${BUFFERS}`)
    return undefined
  } catch (error) {
    closeNamespace()
    return String((error as Error).message.trim().split('\n').at(-1))
  }
}
function closeNamespace(): void {
  try {
    ip('netns', 'delete', NAMESPACE)
  } catch {
    // It was never there.
  }
}

const executable = findBrowser()
const why = executable ? openNamespace() : 'no Chromium found'
if (why) console.warn(`Small TCP buffers are not tested: ${why}`)

describe.skipIf(why)('a browser whose kernel buffers little', () => {
  let pages: string
  beforeAll(async () => {
    pages = await mkdtemp(join(tmpdir(), 'arena-'))
    const outDir = { outDir: pages, emptyOutDir: true }
    await build({ configFile: here('../vite.config.ts'), logLevel: 'warn', build: outDir })
  })
  afterAll(async () => {
    closeNamespace()
    await rm(pages, { recursive: true, force: true })
  })

  it('holds its commands while bufferedAmount says so, and goes on drawing', () => {
    const run = ['--import', 'tsx', '-C', '@tickwire/source', here('small-buffers.fixture.ts'), pages, executable!]
    const path = `${process.env.PATH}:/usr/sbin:/sbin`
    const { stdout, stderr } = spawnSync('ip', ['netns', 'exec', NAMESPACE, process.execPath, ...run], {
      encoding: 'utf8',
      timeout: SECONDS * 1000,
      env: { ...process.env, PATH: path },
    })
    const line = stdout.split('\n').find((one) => one.startsWith('{'))
    expect(line, stderr).toBeDefined()
    const { free, tenth, stopped, after } = JSON.parse(line!) as Report
    // It does rise; what is made meanwhile waits here, and not there: a second of it would be a kilobyte.
    for (const { buffered, congested } of [tenth, stopped]) {
      expect(buffered).toBeGreaterThan(0)
      expect(buffered).toBeLessThan(512)
      expect(congested).toBeGreaterThan(0.5)
    }
    for (const { status, fps } of [free, tenth, stopped, after]) {
      expect(status).toBe('playing')
      expect(fps).toBeGreaterThan(0)
    }
  })
})
