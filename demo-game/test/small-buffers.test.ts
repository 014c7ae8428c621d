// Where the kernel buffers little, as on a phone, the browser's own `bufferedAmount` rises. In most tests it never does:
// this one runs in a network namespace of its own, with small TCP buffers, which takes rights that not everybody has.

import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBrowser } from './browser.ts'
import type { Report } from './small-buffers/play.fixture.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const BUFFERS = '4096 8192 16384'
const SETUP = `ip link set lo up && sysctl -qw net.ipv4.tcp_rmem="${BUFFERS}" net.ipv4.tcp_wmem="${BUFFERS}"`
const TIMEOUT = 60_000

/** Runs a command in such a namespace. */
function within(...command: readonly string[]) {
  const env = { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }
  const script = `${SETUP} && exec "$@"`
  return spawnSync('unshare', ['-rn', 'sh', '-c', script, 'sh', ...command], {
    encoding: 'utf8',
    env,
    timeout: TIMEOUT,
  })
}

/** Undefined, or why this can't be tested here. */
function reason(): string | undefined {
  if (!findBrowser()) return 'no Chromium found'
  const { status, stderr, error } = within('true')
  return status === 0 ? undefined : `no network namespace to be had: ${error?.message ?? stderr.trim()}`
}

const why = reason()
if (why) console.warn(`A browser with small TCP buffers is not tested: ${why}`)

describe.skipIf(why)('a browser whose kernel buffers little', () => {
  let pages: string
  beforeAll(async () => {
    pages = await mkdtemp(join(tmpdir(), 'small-buffers-'))
    await build({
      configFile: here('../vite.config.ts'),
      root: here('small-buffers'),
      logLevel: 'warn',
      build: { outDir: pages, emptyOutDir: true },
    })
  })
  afterAll(() => rm(pages, { recursive: true, force: true }))

  it('holds commands while bufferedAmount says so, sends or counts them all, and is current again', () => {
    const fixture = ['--import', 'tsx', '-C', '@tickwire/source', here('small-buffers/play.fixture.ts')]
    const { stdout, stderr } = within(process.execPath, ...fixture, pages, findBrowser()!)
    const line = stdout.split('\n').find((one) => one.startsWith('{'))
    expect(line, stderr).toBeDefined()
    const { free, stopped, after, commands, tick } = JSON.parse(line!) as Report
    expect(stopped.buffered[0]).toBeGreaterThan(0)
    expect(stopped.congested).toBeGreaterThan(0.8)
    // The way down is free: state went on coming.
    expect(stopped.tick - free.tick).toBeGreaterThan(10)
    // All commands came, in order, or are counted.
    expect(commands).toEqual([...new Set(commands)].sort((a, b) => a - b))
    const came = commands.filter((one) => one <= after.made.at(-1)!)
    const made = after.made.filter((one) => one <= came.at(-1)!)
    expect(made.length - came.length).toBe(after.dropped)
    expect(after.buffered[0]).toBe(0)
    expect(after.congested).toBeLessThan(0.2)
    expect([free.status, stopped.status, after.status]).toEqual(['playing', 'playing', 'playing'])
    expect(tick - after.tick).toBeLessThan(10)
    expect(Math.abs(commands.at(-1)! - tick)).toBeLessThan(15)
  })
})
