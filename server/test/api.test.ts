// The complete small game of ./api as a user's project runs it: server.ts as it stands, in a process of its own, and
// client.ts here, with stubs for what it draws with.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'

/** server.ts says so. */
const PORT = 3000

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  const listening = once(probe, 'listening').then(
    () => true,
    () => false
  )
  probe.listen(port)
  const free = await listening
  if (free) await new Promise((resolve) => probe.close(resolve))
  return free
}

const free = await isFree(PORT)
if (!free)
  console.warn(`port ${PORT} is taken: the small game's server can't run as it stands, and its test is skipped`)

describe.skipIf(!free)('the small game', () => {
  let server: ChildProcess

  beforeAll(async () => {
    const file = new URL('./api/server.ts', import.meta.url).pathname
    server = spawn(process.execPath, ['--import', 'tsx', '-C', '@tickwire/source', file], { stdio: 'inherit' })
    await vi.waitFor(async () => expect((await fetch(`http://localhost:${PORT}/healthz`)).ok).toBe(true), {
      timeout: 20_000,
      interval: 50,
    })
  })
  afterAll(async () => {
    server.kill('SIGTERM')
    const [code] = await once(server, 'exit')
    expect(code).toBe(0)
  })

  test('is joined, steered, drawn, asked and answered', async () => {
    const keys = { left: false, right: false, up: true, space: true }
    const drawn = new Map<number, number[]>()
    const centres: number[] = []
    const sprite = (id: number) => ({
      setPosition: (x: number) => void drawn.set(id, [...(drawn.get(id) ?? []), x]),
      setRotation: () => {},
      destroy: () => {},
    })
    const camera = { centerOn: (x: number) => void centres.push(x) }
    Object.assign(globalThis, { keys, sprite, camera, explosion: () => {} })

    const client = await import('./api/client.ts')
    expect(client.heard).toBe(1)
    await vi.waitFor(
      () => {
        client.update(performance.now())
        expect(centres.at(-1)! - centres[0]).toBeGreaterThan(20)
      },
      { timeout: 20_000, interval: 16 }
    )
    expect(drawn.size).toBe(1)
    expect(client.bytesIn).toBeGreaterThanOrEqual(0)
  })
})
