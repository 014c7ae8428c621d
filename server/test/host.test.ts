// The host from outside: ports, pages, origins, limits and shutting down, over real sockets.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request } from 'node:http'
import { connect as tcpConnect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { command, defineGame, entity, int } from '@tickwire/engine'
import { packPrior, trainPrior, World } from '@tickwire/engine/wire'
import express from 'express'
import type { Socket as ClientSocket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { unpackAnswer, unpackTell } from '../../engine/src/wire/messages.ts'
import { createServer, type Server, type ServerOptions } from '../src/index.ts'
import { cleanups, joined, next, RawClient } from './clients.ts'

async function start(
  options: Partial<ServerOptions> = {}
): Promise<{ server: Server; url: string; warnings: string[] }> {
  const warnings: string[] = []
  const server = createServer({ port: 0, signals: false, warn: (text) => warnings.push(text), ...options })
  cleanups.push(() => server.close())
  await server.listen()
  return { server, url: `http://127.0.0.1:${server.port}`, warnings }
}

describe('listening', () => {
  it('names the port that is taken, and what to do', async () => {
    const { server } = await start()
    const other = createServer({ port: server.port, signals: false })
    cleanups.push(() => other.close())
    await expect(other.listen()).rejects.toMatchObject({
      code: 'ERR_PORT_IN_USE',
      message: expect.stringMatching(new RegExp(`port ${server.port} is taken.*choose another port`)),
    })
  })

  it.each([-1, 65536, 1.5, Number.NaN])('refuses port %d', (port) => {
    expect(() => createServer({ port })).toThrow('ERR_USAGE')
  })

  it('knows the port that it got, once it has one', async () => {
    const server = createServer({ port: 0, signals: false })
    cleanups.push(() => server.close())
    expect(() => server.port).toThrow('ERR_USAGE')
    await server.listen()
    expect(server.port).toBeGreaterThan(0)
  })

  it('serves an Express app beside the sockets', async () => {
    const app = express()
    app.get('/hello', (_request, response) => {
      response.send('from express')
    })
    const { url } = await start({ app, port: 0 })
    expect(await (await fetch(`${url}/hello`)).text()).toBe('from express')
    expect((await fetch(`${url}/nothing`)).status).toBe(404)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await joined(url)
  })

  it('attaches to an HTTP server that somebody else listens with', async () => {
    const http = createHttpServer((_request, response) => response.end('mine'))
    const server = createServer({ http })
    cleanups.push(() => server.close())
    await server.listen()
    expect(http.listening).toBe(false)
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const url = `http://127.0.0.1:${server.port}`
    expect(await (await fetch(url)).text()).toBe('mine')
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    await joined(url)
  })

  it('answers a request once, however late another listener comes', async () => {
    const http = createHttpServer()
    const server = createServer({ http, warn: () => {} })
    cleanups.push(() => server.close())
    http.on(
      'request',
      express().use((_request, response) => void response.send('mine'))
    )
    await server.listen()
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const url = `http://127.0.0.1:${server.port}`
    expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ ok: true })
    expect(await (await fetch(`${url}/socket.iota`)).text()).toBe('mine')
    await isServed(await joined(url, { transports: ['polling'] }))
  })

  it("passes Socket.IO's options through, and keeps its own defaults otherwise", async () => {
    const { url } = await start({ io: { path: '/other', pingInterval: 1234 } })
    const opened = await (await fetch(`${url}/other/?EIO=4&transport=polling`)).text()
    expect(JSON.parse(opened.slice(1))).toMatchObject({ pingInterval: 1234, pingTimeout: 4000, maxPayload: 8192 })
  })
})

describe('a saved prior', () => {
  const game = defineGame({ name: 'dots', tickRate: 30, entities: { dot: entity({ x: int(0, 100) }) } })

  it('is given to host(), and is what prior() gives until there is a better one', () => {
    const world = new World(game)
    const snapshots = [1, 2, 3].map((tick) => Object.assign(world, { tick }).snapshot())
    const saved = packPrior(trainPrior(game, snapshots))
    const server = createServer({ port: 0, signals: false })
    expect(() => server.prior(game)).toThrow('ERR_GAME_UNKNOWN')
    server.host(game, { prior: saved })
    expect(server.prior(game)).toEqual(saved)
  })

  it('is refused when it is none, or of another game; without one there is none to save', () => {
    const server = createServer({ port: 0, signals: false })
    expect(() => server.host(game, { prior: new Uint8Array(10) })).toThrow("the prior for 'dots'")
    expect(() => server.host(game, { prior: new Uint8Array(10) })).toThrow('ERR_SCHEMA_MISMATCH')
    server.host(game, {})
    expect(server.prior(game)).toBeUndefined()
  })
})

describe('pages', () => {
  it('/healthz says how it is', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/healthz`)
    expect(answer.headers.get('content-type')).toBe('application/json')
    const health = (await answer.json()) as { uptime: number }
    expect(health).toMatchObject({
      ok: true,
      matches: 0,
      players: 0,
      skippedTicks: 0,
      overruns: 0,
      unreadable: 0,
      unsound: 0,
    })
    expect(health.uptime).toBeGreaterThanOrEqual(0)
  })

  it('serves the files of a folder, and nothing above it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tickwire-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    await mkdir(join(folder, 'public/assets'), { recursive: true })
    await writeFile(join(folder, 'public/index.html'), '<p>game</p>')
    await writeFile(join(folder, 'public/assets/main-1a2b.js'), 'run()')
    await writeFile(join(folder, 'secret.txt'), 'secret')

    const { url } = await start({ static: join(folder, 'public') })
    const page = await fetch(url)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('cache-control')).toBe('no-cache')
    expect(await page.text()).toBe('<p>game</p>')
    const script = await fetch(`${url}/assets/main-1a2b.js`)
    expect(script.headers.get('cache-control')).toContain('immutable')
    expect(await script.text()).toBe('run()')
    for (const path of ['/missing', '/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt']) {
      expect(await get(url, path)).toEqual({ status: 404, body: 'Not found\n' })
    }
  })

  it('outlives ranges that make no sense, and files that are gone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tickwire-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    for (const name of ['kept.txt', 'gone.txt']) await writeFile(join(folder, name), '0123456789')
    const { url } = await start({ static: folder, checks: false })
    const ranged = async (range: string) => (await fetch(`${url}/kept.txt`, { headers: { range } })).text()
    expect(await ranged('bytes=2-4')).toBe('234')
    expect(await ranged('bytes=7-')).toBe('789')
    for (const range of ['bytes=5-2', 'bytes=-3', 'bytes=a-b', 'bytes=0-1,4-5', 'junk']) {
      expect(await ranged(range)).toBe('0123456789')
    }
    await rm(join(folder, 'gone.txt'))
    await expect(get(url, '/gone.txt')).rejects.toThrow()
    expect(await ranged('bytes=0-1')).toBe('01')
  })

  it('serves what a build has put there since, in dev mode', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tickwire-'))
    cleanups.push(() => rm(folder, { recursive: true }))
    await writeFile(join(folder, 'old.js'), 'old()')
    const { url } = await start({ static: folder, checks: true })
    await rm(join(folder, 'old.js'))
    await writeFile(join(folder, 'new.js'), 'run()')
    expect(await get(url, '/new.js')).toMatchObject({ status: 200, body: 'run()' })
    expect(await get(url, '/old.js')).toMatchObject({ status: 404 })
  })

  it('says so when the folder is none', () => {
    expect(() => createServer({ port: 0, static: '/no/such/folder' })).toThrow('ERR_USAGE')
  })
})

/** A GET whose path is sent as it is written. */
async function get(url: string, path: string): Promise<{ status?: number; body: string }> {
  const asked = request(url, { path }).end()
  const [response] = await once(asked, 'response')
  const chunks = await response.toArray()
  return { status: response.statusCode, body: Buffer.concat(chunks).toString() }
}

describe('origins', () => {
  const evil = 'http://evil.example'

  it.each(['websocket', 'polling'])(
    'refuses a strange page over %s: 403, the code and what to set',
    async (transport) => {
      const { server, url, warnings } = await start()
      const told = next(server.io.engine, 'connection_error')
      const answer = await handshake(url, transport, evil)
      expect(answer.status).toBe(403)
      expect(answer.body.message).toContain('(ERR_ORIGIN)')
      expect(answer.body.message).toContain(`createServer({ origins: ["${evil}"] })`)
      expect((await told)[0].context.message).toContain('ERR_ORIGIN')
      expect(warnings.join()).toContain('ERR_ORIGIN')
    }
  )

  it('lets the refused page read why, over long-polling', async () => {
    const { url } = await start()
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin: evil } })
    expect(answer.headers.get('access-control-allow-origin')).toBe(evil)
  })

  it.each(['websocket', 'polling'])(
    'lets its own pages, localhost and what is no browser in over %s',
    async (transport) => {
      const { url } = await start()
      for (const origin of [url, 'http://localhost:5173', undefined]) {
        const extraHeaders: Record<string, string> = origin === undefined ? {} : { origin }
        await joined(url, { transports: [transport as 'websocket' | 'polling'], extraHeaders })
      }
    }
  )

  it('lets a listed origin in, and its page read the answers of long-polling', async () => {
    const { url } = await start({ origins: ['http://good.example'] })
    await joined(url, { extraHeaders: { origin: 'http://good.example' } })
    const headers = { origin: 'http://good.example' }
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://good.example')
    expect((await handshake(url, 'websocket', 'http://localhost:5173')).status).toBe(403)
  })

  it('refuses when the function that decides throws', async () => {
    const { url } = await start({
      origins: () => {
        throw new Error('oops')
      },
    })
    expect((await handshake(url, 'polling', url)).body.message).toContain('oops (ERR_ORIGIN)')
  })

  it("asks the user's allowRequest as well", async () => {
    const { url } = await start({ io: { allowRequest: (_request, decide) => decide('not today', false) } })
    expect((await handshake(url, 'polling', url)).body.message).toBe('not today')
  })
})

async function handshake(url: string, transport: string, origin: string) {
  if (transport === 'polling') {
    const answer = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers: { origin } })
    return { status: answer.status, body: await answer.json() }
  }
  const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, { origin })
  socket.on('error', () => {})
  const [, response] = await next(socket, 'unexpected-response')
  const chunks = await response.toArray()
  return { status: response.statusCode, body: JSON.parse(Buffer.concat(chunks).toString()) }
}

describe('the admin namespace', () => {
  const admin = { username: 'keeper', password: 'correct horse' }

  it('is not there without credentials', async () => {
    const { url } = await start()
    await expect(joined(`${url}/admin`, { auth: admin })).rejects.toThrow('Invalid namespace')
  })

  it('opens to the right ones, and to no others', async () => {
    const { server, url } = await start({ admin })
    const seen = await joined(`${url}/admin`, { auth: admin })
    expect((await next(seen, 'server_stats'))[0]).toMatchObject({ clientsCount: expect.any(Number) })
    for (const auth of [{}, { ...admin, password: 'wrong' }, { ...admin, username: 'other' }]) {
      await expect(joined(`${url}/admin`, { auth })).rejects.toThrow('invalid credentials')
    }
    await expect(joined(`${url}/admin`, { auth: { sessionId: 'guessed' } })).rejects.toThrow('invalid credentials')
    expect(server.io.of('/admin').sockets.size).toBe(1)
  })

  it('outlives credentials of any shape', async () => {
    const { url } = await start({ admin })
    for (const password of [undefined, null, 5, {}, ['correct horse']]) {
      await expect(joined(`${url}/admin`, { auth: { ...admin, password } })).rejects.toThrow('invalid credentials')
    }
    await joined(`${url}/admin`, { auth: admin })
  })

  it('does not let passwords be tried for ever', async () => {
    const { url } = await start({ admin })
    const auth = { ...admin, password: 'wrong guess' }
    for (let i = 0; i < 5; i++) await expect(joined(`${url}/admin`, { auth })).rejects.toThrow('invalid credentials')
    await expect(joined(`${url}/admin`, { auth })).rejects.toThrow('too many attempts')
  })

  it.each([
    { username: '', password: 'long enough' },
    { username: 'keeper', password: 'short' },
  ])('refuses %o, which protect nothing', (credentials) => {
    expect(() => createServer({ port: 0, admin: credentials })).toThrow('ERR_USAGE')
  })
})

async function isServed(user: ClientSocket): Promise<void> {
  expect(await user.emitWithAck('tickwire:ask', new Uint8Array(0))).toBeInstanceOf(Uint8Array)
}

describe('a server of matches', () => {
  const game = defineGame({ name: 'empty', tickRate: 20, entities: {}, command: command({}), move: {} })

  it('has at most maxMatches of them', async () => {
    const { server } = await start({ maxMatches: 2 })
    server.host(game, {})
    server.open(game)
    server.open(game)
    expect(() => server.open(game)).toThrow('ERR_RATE_LIMIT')
  })

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as maxMatches', (maxMatches) => {
    expect(() => createServer({ port: 0, maxMatches })).toThrow('ERR_USAGE')
  })

  it('refuses options that it does not know', () => {
    expect(() => createServer({ prot: 3201 } as never)).toThrow("a server has no 'prot'")
  })

  it('refuses limits that limit nothing', () => {
    expect(() => createServer({ port: 0, limits: { bytesPerSecond: Number.NaN } })).toThrow('ERR_USAGE')
  })

  it('keeps what strangers send on one line of its log', async () => {
    const { server, warnings } = await start()
    const raw = tcpConnect(server.port, '127.0.0.1')
    raw.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\nOrigin: http://a\x9b2J\r\n\r\n')
    await once(raw, 'data')
    raw.destroy()
    expect(warnings).toEqual([expect.stringContaining('"http://a')])
    expect(warnings[0]).not.toMatch(/\p{Cc}/u)
  })
})

describe('control frames', () => {
  const ofWebSocket = (url: string, query = '') =>
    new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket${query}`)

  it('are answered', async () => {
    const { url } = await start()
    const socket = ofWebSocket(url)
    await next(socket, 'open')
    const pong = next(socket, 'pong')
    socket.ping('are you there?')
    expect(String((await pong)[0])).toBe('are you there?')
    socket.close()
  })

  it.each(['ping', 'pong'] as const)('of a flood (%s) end it with ERR_RATE_LIMIT, and nobody else', async (kind) => {
    const { server, url } = await start()
    const good = await joined(url)
    const bad = await RawClient.connect(server.port)
    const told = bad.until('ERR_RATE_LIMIT')
    const frame = Buffer.concat([Buffer.from([kind === 'ping' ? 0x89 : 0x8a, 0xfd, 0, 0, 0, 0]), Buffer.alloc(125)])
    bad.socket.write(Buffer.concat(Array(2000).fill(frame)))
    bad.socket.on('error', () => {})
    const gone = next(bad.socket, 'close')
    await told
    bad.socket.resume()
    await gone
    await isServed(good)
  })

  it('of a flood are counted after an upgrade, too', async () => {
    const { url } = await start()
    const bad = await joined(url, { transports: ['polling', 'websocket'] })
    if (bad.io.engine.transport.name !== 'websocket') await next(bad.io.engine, 'upgrade')
    const [told, gone] = [next(bad, 'tickwire:tell'), next(bad, 'disconnect')]
    const { ws } = bad.io.engine.transport as unknown as { ws: WebSocket }
    for (let i = 0; i < 2000; i++) ws.ping('x')
    expect(unpackTell((await told)[0])).toMatchObject({ tell: 'end', code: 'ERR_RATE_LIMIT' })
    await gone
  })

  it('do nothing, and probes end it, before an upgrade', async () => {
    const { url, warnings } = await start()
    const opened = await (await fetch(`${url}/socket.io/?EIO=4&transport=polling`)).text()
    const socket = ofWebSocket(url, `&sid=${JSON.parse(opened.slice(1)).sid}`)
    await next(socket, 'open')
    let pongs = 0
    socket.on('pong', () => pongs++)
    socket.on('error', () => {})
    for (let i = 0; i < 1000; i++) socket.ping('x')
    for (let i = 0; i < 1000; i++) socket.send('2probe')
    await next(socket, 'close')
    expect(pongs).toBe(0)
    expect(warnings.join()).toContain('ERR_RATE_LIMIT')
  })
})

describe('junk from the wire', () => {
  const JUNK = [[], [null], ['text'], [5], [{ length: 3 }], [new Uint8Array(3)], [[1, 2]], [new Uint8Array(3), 1, 'x']]

  it.each(['websocket', 'polling'] as const)('as an event is refused over %s, or ignored', async (transport) => {
    const { url } = await start()
    const bad = await joined(url, { transports: [transport] })
    for (const event of ['tickwire:ask', '__proto__', 'constructor', 'error', 'toString', '']) {
      for (const args of JUNK) bad.emit(event, ...args)
      for (const args of JUNK) bad.emit(event, ...args, () => {})
    }
    for (const args of JUNK) {
      const answer = await bad.emitWithAck('tickwire:ask', ...args)
      expect(() => unpackAnswer(answer)).toThrow('ERR_MESSAGE')
    }
  })

  it.each(['websocket', 'polling'] as const)(
    'as a frame ends its own connection over %s, and says why',
    async (transport) => {
      const { url } = await start()
      const good = await joined(url)
      for (const args of JUNK) {
        const bad = await joined(url, { transports: [transport] })
        const [told, gone] = [next(bad, 'tickwire:tell'), next(bad, 'disconnect')]
        bad.emit('tickwire:frame', ...args)
        expect(unpackTell((await told)[0])).toMatchObject({ tell: 'end', code: expect.stringMatching(/^ERR_FRAME/) })
        await gone
      }
      await isServed(good)
    }
  )

  it('ends only the connection that sent a message past messageBytes', async () => {
    const { url } = await start()
    const good = await joined(url)
    const bad = await joined(url)
    const gone = next(bad, 'disconnect')
    bad.emit('tickwire:frame', new Uint8Array(4097))
    expect((await gone)[1].context.code).toBe(1009)
    await isServed(good)
  })

  it('ends the connection that sends a message in crumbs', async () => {
    const { server } = await start()
    const opened = next(server.io, 'connection')
    const bad = await RawClient.connect(server.port)
    const gone = next((await opened)[0].conn, 'close')
    const crumb = (first: number) => Buffer.from([first, 0x80, 0, 0, 0, 0])
    bad.socket.write(Buffer.concat([crumb(1), ...Array(300).fill(crumb(0))]))
    expect(String((await gone)[1])).toContain('Too many message fragments')
  })

  it('ends a flood with ERR_RATE_LIMIT, and nobody else', async () => {
    const { url, warnings } = await start()
    const good = await joined(url)
    const bad = await joined(url)
    const [told, gone] = [next(bad, 'tickwire:tell'), next(bad, 'disconnect')]
    for (let i = 0; i < 2000; i++) bad.emit('chat', i)
    expect(unpackTell((await told)[0])).toMatchObject({ tell: 'end', code: 'ERR_RATE_LIMIT' })
    expect((await gone)[0]).toBe('transport close')
    expect(warnings.join()).toContain('ERR_RATE_LIMIT')
    await isServed(good)
  })

  it('takes what ordinary users of Socket.IO send', async () => {
    const { server, url } = await start()
    server.io.on('connection', (socket) => socket.on('echo', (value, answer) => answer(value)))
    const user = await joined(url)
    const values = Array.from({ length: 150 }, (_, i) => `${i} ${'x'.repeat(500)}`)
    expect(await Promise.all(values.map((value) => user.emitWithAck('echo', value)))).toEqual(values)
  })
})

describe('closing', () => {
  it('is done once, frees the port, and is seen by clients', async () => {
    const { server, url } = await start()
    const { port } = server
    const [a, b] = [await joined(url), await joined(url, { transports: ['polling'] })]
    const seen = [next(a, 'disconnect'), next(b, 'disconnect')]
    const first = server.close()
    expect(server.close()).toBe(first)
    await first
    expect((await Promise.all(seen)).map(([reason]) => reason)).toEqual(['transport close', 'transport close'])
    await server.close()
    await start({ port })
  })

  it('delivers what was emitted just before', async () => {
    const { server, url } = await start()
    const user = await joined(url)
    const got = Promise.all([next(user, 'one'), next(user, 'two')])
    server.io.emit('one', new Uint8Array(3))
    server.io.emit('two', 2)
    await server.close()
    expect((await got)[1]).toEqual([2])
  })

  it('does not wait for clients that say nothing', async () => {
    const { server } = await start()
    const mute = tcpConnect(server.port, '127.0.0.1')
    await once(mute, 'connect')
    const raw = await RawClient.connect(server.port)
    raw.socket.pause()
    await server.close()
    mute.destroy()
  })

  it('before listening, and after a failed listen, works too', async () => {
    const { server } = await start()
    await createServer({ port: 0 }).close()
    const other = createServer({ port: server.port, signals: false })
    await expect(other.listen()).rejects.toThrow('ERR_PORT_IN_USE')
    await other.close()
    await expect(other.listen()).rejects.toThrow('ERR_USAGE')
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('on %s tells its clients and exits with 0', async (signal) => {
    const script = `
      import { createServer } from './src/index.ts'
      const server = createServer({ port: 0 })
      await server.listen()
      console.log(server.port)`
    const child = spawn(
      process.execPath,
      ['-C', '@tickwire/source', '--import', 'tsx', '--input-type=module', '-e', script],
      { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: ['ignore', 'pipe', 'inherit'] }
    )
    cleanups.push(() => child.kill('SIGKILL'))
    const line = await Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('it ended'))),
    ])
    const user = await joined(`http://127.0.0.1:${Number(line)}`)
    const seen = next(user, 'disconnect')
    child.kill(signal)
    expect((await seen)[0]).toBe('transport close')
    expect(await once(child, 'exit')).toEqual([0, null])
  })
})
