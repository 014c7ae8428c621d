// The browser client's connect(), over real sockets.

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bool, command, defineGame, entity, int, ranged, request } from '@tickwire/engine'
import { type ClientMatch, type ConnectOptions, connect } from '@tickwire/engine/client'
import { Server } from 'socket.io'
import { describe, expect, it, vi } from 'vitest'
import { createServer, type ServerOptions } from '../src/index.ts'
import { cleanups } from './clients.ts'

const Ship = entity(
  { x: ranged(0, 4096, 1 / 256).rate('vx'), vx: ranged(-512, 512, 1 / 64).default(0) },
  { predict: 'owner' }
)
function made(speed: number) {
  return defineGame({
    name: 'lane',
    tickRate: 30,
    entities: { ship: Ship },
    command: command({ go: bool }),
    requests: { double: request({ n: int(0, speed) }, { n: int(0, 200) }) },
    move: {
      ship(ship, { go }, { dt }) {
        ship.vx = go ? 100 : 0
        ship.x += ship.vx * dt
      },
    },
  })
}
const game = made(100)
type Game = typeof game

async function serve(options: Partial<ServerOptions> = {}): Promise<{ url: string; close: () => Promise<void> }> {
  const server = createServer({ port: 0, warn: () => {}, ...options } as ServerOptions)
  server.host(game, {
    join: (match, player) => void match.world.ship.spawn({ x: 100 }, player),
    requests: { double: (_match, _player, { n }) => ({ n: 2 * n }) },
  })
  await server.listen()
  cleanups.push(() => server.close())
  return { url: `http://localhost:${server.port}`, close: () => server.close() }
}

const swarm = defineGame({
  name: 'swarm',
  tickRate: 60,
  entities: { dot: entity({ x: ranged(0, 4096, 1 / 16), y: ranged(0, 4096, 1 / 16) }) },
})

const going = () => ({ go: true })

/** Joins and draws, as a page does. */
async function enter(url: string, options: Partial<ConnectOptions<Game>> = {}): Promise<ClientMatch<Game>> {
  const match = await connect(game, url, { match: 'quick', name: 'ada', input: going, ...options })
  const drawing = setInterval(() => match.frame(performance.now()), 1000 / 60)
  cleanups.push(() => {
    clearInterval(drawing)
    return match.leave()
  })
  return match
}

const patience = { timeout: 10_000, interval: 20 }

it('fails at once where the transport is lost before the server let it in', async () => {
  const http = createHttpServer()
  const io = new Server(http)
  cleanups.push(() => io.close())
  // Long before it gives up waiting.
  io.engine.on('connection', (engine) => engine.close())
  http.listen(0)
  await once(http, 'listening')
  const url = `http://localhost:${(http.address() as AddressInfo).port}`
  const options = { match: 'quick', input: going, io: { timeout: 3_600_000 } } as const
  await expect(connect(game, url, options)).rejects.toThrow('could not be reached')
})

it('learns what frames are like while a match is played, and tells its players', async () => {
  const server = createServer({ port: 0, warn: () => {} })
  cleanups.push(() => server.close())
  server.host(swarm, {
    start: ({ world }) => {
      for (let i = 0; i < 50; i++) world.dot.spawn({ x: 2000, y: 2000 })
    },
    tick: (match) => {
      for (const dot of match.world.dot) {
        dot.x += 3 * (match.random() - 0.5)
        dot.y += 3 * (match.random() - 0.5)
      }
    },
  })
  await server.listen()
  const enter = async (io = {}) => {
    const match = await connect(swarm, `http://localhost:${server.port}`, { match: 'quick', input: () => ({}), io })
    cleanups.push(() => match.leave())
    return match
  }
  expect(server.prior(swarm)).toBeUndefined()
  const [early, polling] = [await enter(), await enter({ transports: ['polling'] })]
  for (const match of [early, polling])
    await vi.waitFor(() => expect(match.stats.epoch).toBeGreaterThan(0), { timeout: 20_000, interval: 20 })
  expect(server.prior(swarm)!.length).toBeGreaterThan(20)
  const late = await enter()
  await vi.waitFor(() => expect(late.stats.epoch).toBeGreaterThan(0), { timeout: 20_000, interval: 20 })
  for (const { stats } of [early, polling, late]) expect(stats.resyncs).toBe(0)
  expect(server.matches[0].troubles).toEqual({ unreadable: 0, unsound: 0 })
})

describe('connect()', () => {
  it.each([
    ['over WebSocket', {}, {}],
    ['over long-polling', {}, { io: { transports: ['polling'] } }],
    ['over long-polling where WebSocket is not to be had', { io: { transports: ['polling'] } }, {}],
  ] as [string, Partial<ServerOptions>, Partial<ConnectOptions<Game>>][])('plays %s', async (_name, server, client) => {
    const { url } = await serve(server)
    const match = await enter(url, client)
    await vi.waitFor(() => expect(match.view.ship.mine?.x).toBeGreaterThan(150), patience)
    expect(await match.request('double', { n: 21 })).toEqual({ n: 42 })
    const { bytesIn, bytesOut, bufferedAmount, corrections, resyncs } = match.stats
    expect(bytesIn).toBeGreaterThan(0)
    expect(bytesOut).toBeGreaterThan(0)
    expect(bufferedAmount).toBeGreaterThanOrEqual(0)
    expect(corrections).toBeLessThan(20)
    expect(resyncs).toBe(0)
    await match.leave()
    expect(await match.ended).toBe('left')
  })

  it('counts what long-polling holds back, and sends it as one run', async () => {
    const { url } = await serve()
    const match = await enter(url, { io: { transports: ['polling'] } })
    await vi.waitFor(() => expect(match.stats.bufferedAmount).toBeGreaterThan(0), { timeout: 10_000, interval: 1 })
    await vi.waitFor(() => expect(match.stats.bufferedAmount).toBe(0), { timeout: 10_000, interval: 1 })
  })

  it('says ERR_ORIGIN where the server refuses the page', async () => {
    const { url } = await serve()
    const io = { extraHeaders: { origin: 'https://evil.example' } }
    await expect(connect(game, url, { match: 'quick', input: going, io })).rejects.toMatchObject({
      code: 'ERR_ORIGIN',
      reason: expect.stringContaining('https://evil.example'),
    })
  })

  it('says ERR_DISCONNECTED where nobody answers, or somebody else', async () => {
    const stranger = createHttpServer((_request, response) => response.writeHead(404).end('not here'))
    stranger.listen(0)
    await once(stranger, 'listening')
    const { port } = stranger.address() as AddressInfo
    const joining = () => connect(game, `http://localhost:${port}`, { match: 'quick', input: going })
    await expect(joining()).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
    stranger.close()
    stranger.closeAllConnections()
    await once(stranger, 'close')
    await expect(joining()).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
  })

  it('says ERR_DISCONNECTED where a connection is taken and never answered', async () => {
    const http = createHttpServer()
    const silent = new Server(http).use(() => {})
    cleanups.push(() => silent.close())
    http.listen(0)
    await once(http, 'listening')
    const { port } = http.address() as AddressInfo
    const joining = connect(game, `http://localhost:${port}`, { match: 'quick', input: going, io: { timeout: 500 } })
    await expect(joining).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
  })

  it.each([
    ['', 'ERR_USAGE'],
    ['::', 'ERR_USAGE'],
  ])('refuses the URL %j outside a page', async (url, code) => {
    await expect(connect(game, url, { match: 'quick', input: going })).rejects.toMatchObject({ code })
  })

  it('says why the server does not let it in', async () => {
    const { url } = await serve()
    await expect(connect(game, url, { match: 'nowhere', input: going })).rejects.toMatchObject({
      code: 'ERR_MATCH_UNKNOWN',
    })
    await expect(connect(game, url, { match: 'quick', input: going, name: 'x'.repeat(40) })).rejects.toMatchObject({
      code: 'ERR_NAME',
    })
    await expect(connect(made(90), url, { match: 'quick', input: going })).rejects.toMatchObject({
      code: 'ERR_SCHEMA_MISMATCH',
      reason: expect.stringContaining('reload'),
    })
  })

  it('ends when the server goes, and says so', async () => {
    const { url, close } = await serve()
    const match = await enter(url)
    const statuses: string[] = []
    match.onStatus((status) => statuses.push(status))
    await close()
    expect(await match.ended).toEqual(expect.any(String))
    expect(statuses).toEqual(['ended'])
    await expect(match.request('double', { n: 1 })).rejects.toMatchObject({ code: 'ERR_MATCH_ENDED' })
  })
})
