// A connection lives as long as anything comes over it, at both ends: over a slow line pings and pongs wait behind the rest.
// engine.io counts them alone, and at the server one packet more; what stands for that are its own private names.

import { defineGame, entity, int } from '@tickwire/engine'
import { connect } from '@tickwire/engine/client'
import { io } from 'socket.io-client'
import { expect, it, vi } from 'vitest'
import { WebSocket } from 'ws'
import { createServer } from '../src/index.ts'
import { cleanups } from './clients.ts'

const game = defineGame({ name: 'alive', tickRate: 60, entities: { dot: entity({ x: int(0, 1000).default(0) }) } })

async function serve(io: { pingInterval: number; pingTimeout: number }) {
  const server = createServer({ port: 0, signals: false, warn: () => {}, io })
  server.host(game, {
    start: ({ world }) => void world.dot.spawn({}),
    tick: ({ world }) => {
      for (const dot of world.dot) dot.x = (dot.x + 1) % 1000
    },
  })
  cleanups.push(() => server.close())
  await server.listen()
  return server
}

it('the server puts off that a pong is late with each packet, not with one alone', async () => {
  const server = await serve({ pingInterval: 10, pingTimeout: 60_000 })
  const opened = new Promise<{ pingTimeoutTimer: { refresh(): void } | null }>((resolve) => {
    server.io.engine.on('connection', resolve)
  })
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/socket.io/?EIO=4&transport=websocket`)
  cleanups.push(() => socket.close())
  const engine = await opened
  // It is asked for a sign of life, and gives none.
  await vi.waitFor(() => expect(engine.pingTimeoutTimer).toBeTruthy())
  const refresh = vi.spyOn(engine.pingTimeoutTimer!, 'refresh')
  for (let i = 0; i < 3; i++) socket.send('40/nowhere,')
  await vi.waitFor(() => expect(refresh).toHaveBeenCalledTimes(3))
})

/** Where engine.io's client keeps its methods. */
function prototypeOf(url: string): { _resetPingTimeout(): void } {
  const socket = io(url, { reconnection: false })
  let owner = Object.getPrototypeOf(socket.io.engine)
  while (!Object.hasOwn(owner, '_resetPingTimeout')) owner = Object.getPrototypeOf(owner)
  socket.disconnect()
  return owner
}

it('a client puts off that a ping is late with what arrives, now and then', async () => {
  const server = await serve({ pingInterval: 60_000, pingTimeout: 60_000 })
  const putOff = vi.spyOn(prototypeOf(`http://127.0.0.1:${server.port}`), '_resetPingTimeout')
  cleanups.push(() => putOff.mockRestore())
  let skipped = 0
  const { now } = performance
  const time = vi.spyOn(performance, 'now').mockImplementation(() => now.call(performance) + skipped)
  cleanups.push(() => time.mockRestore())
  const match = await connect(game, `http://127.0.0.1:${server.port}`, { match: 'quick', input: () => ({}) })
  cleanups.push(() => match.leave())
  const before = putOff.mock.calls.length
  skipped = 600
  await vi.waitFor(() => expect(putOff.mock.calls.length).toBeGreaterThan(before))
})
