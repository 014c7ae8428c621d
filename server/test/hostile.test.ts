// What strangers do to a server, over real sockets: crumbs, silence, floods, and what it counts and costs.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { command, defineGame, request, text } from '@tickwire/engine'
import { connect } from '@tickwire/engine/client'
import { describe, expect, it } from 'vitest'
import { packAsk, unpackTell } from '../../engine/src/wire/messages.ts'
import { createServer, type Server, type ServerOptions } from '../src/index.ts'
import { cleanups, joined, next, RawClient } from './clients.ts'

const game = defineGame({
  name: 'empty',
  tickRate: 20,
  entities: {},
  command: command({}),
  requests: { say: request({ words: text(20) }) },
  move: {},
})

async function start(
  options: Partial<ServerOptions> = {}
): Promise<{ server: Server; url: string; warnings: string[] }> {
  const warnings: string[] = []
  const server = createServer({ port: 0, signals: false, warn: (line) => warnings.push(line), ...options })
  server.host(game, { requests: { say: () => ({}) } })
  cleanups.push(() => server.close())
  await server.listen()
  return { server, url: `http://127.0.0.1:${server.port}`, warnings }
}

/** The value of a metric, its labels included in `name`. */
async function metric(server: Server, name: string): Promise<number> {
  const line = (await server.metrics.metrics()).split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? Number.NaN : Number(line.slice(name.length + 1))
}

/** Somebody behind the proxy that is in front of the server. */
const from = (address: string) => ({ extraHeaders: { 'x-forwarded-for': address } })

describe('limits', () => {
  it('refuse what there is none of', () => {
    expect(() => createServer({ port: 0, limits: { mesagesPerSecond: 5 } as never })).toThrow('limits.mesagesPerSecond')
    expect(() => createServer({ port: 0, trustProxy: -1 })).toThrow('trustProxy')
  })

  it('slow down a flood before they end it', async () => {
    const limits = { messagesPerSecond: 1000, messageBurst: 10, throttleSeconds: 60 }
    const { server, url } = await start({ limits })
    let got = 0
    server.io.on('connection', (socket) => socket.on('chat', () => got++))
    const user = await joined(url)
    for (let i = 0; i < 200; i++) user.emit('chat', i)
    await user.emitWithAck('tickwire:ask', new Uint8Array(0))
    expect(got).toBe(200)
    expect(await metric(server, 'tickwire_throttled_total')).toBeGreaterThan(0)
    expect(await metric(server, 'tickwire_messages_in_total')).toBeGreaterThan(200)
  })

  it('end what is in no namespace in time', async () => {
    const { server } = await start({ limits: { connectSeconds: 0.2 } })
    const opened = next(server.io.engine, 'connection')
    const mute = tcpConnect(server.port, '127.0.0.1')
    cleanups.push(() => mute.destroy())
    mute.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
    )
    await next((await opened)[0], 'close')
    expect(await metric(server, 'tickwire_refusals_total{code="ERR_TIMEOUT"}')).toBe(1)
    expect(await metric(server, 'tickwire_sockets')).toBe(0)
  })

  it('end what goes on after it was told to go, whoever told it', async () => {
    const { server } = await start()
    for (const last of [Buffer.from([0x82, 0x81, 0, 0, 0, 0, 9]), Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x34, 0x37])]) {
      const bad = await RawClient.connect(server.port)
      const gone = next(bad.socket, 'close')
      bad.socket.on('error', () => {})
      bad.socket.resume()
      bad.socket.write(last)
      await gone
    }
    expect(await metric(server, 'tickwire_sockets')).toBe(0)
  })

  it('leave those alone who are in a namespace and play nothing', async () => {
    const { server, url } = await start({ limits: { connectSeconds: 0.2 } })
    server.io.of('/news')
    const users = [await joined(url), await joined(`${url}/news`)]
    // One that is in none is ended later than they would be.
    const opened = next(server.io.engine, 'connection')
    const mute = fetch(`${url}/socket.io/?EIO=4&transport=polling`)
    await next((await opened)[0], 'close')
    await mute
    expect(users.every((user) => user.connected)).toBe(true)
  })

  it('hold for an address, as the proxy says it', async () => {
    const { server, url } = await start({ trustProxy: 1, limits: { socketsPerAddress: 2 } })
    for (let i = 0; i < 2; i++) await joined(url, from('9.9.9.9'))
    const headers = { 'x-forwarded-for': '1.1.1.1, 9.9.9.9' }
    const refused = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers })
    expect(refused.status).toBe(403)
    expect(await refused.text()).toContain('this address has 2 connections; at most 2 are taken (ERR_RATE_LIMIT)')
    await joined(url, from('9.9.9.8'))
    expect(await metric(server, 'tickwire_refusals_total{code="ERR_RATE_LIMIT"}')).toBe(1)
  })

  it('refuse an address for a while that flooded', async () => {
    const { server, url } = await start({ trustProxy: 1, limits: { throttleSeconds: 0.1 } })
    const bad = await joined(url, from('9.9.9.9'))
    const [told, gone] = [next(bad, 'tickwire:tell'), next(bad, 'disconnect')]
    for (let i = 0; i < 2000; i++) bad.emit('chat', i)
    expect(unpackTell((await told)[0])).toMatchObject({ tell: 'end', code: 'ERR_RATE_LIMIT' })
    await gone
    await expect(joined(url, from('9.9.9.9'))).rejects.toThrow()
    await joined(url, from('9.9.9.8'))
    expect(await metric(server, 'tickwire_penalties_total')).toBe(1)
    expect(await metric(server, 'tickwire_refused_addresses')).toBe(1)
  })

  it('hold for joins of an address, and for each kind of request', async () => {
    const limits = { joinBurst: 2, joinsPerSecond: 0.01, requestBurst: 5, requestsPerSecond: 0.01 }
    const { server, url } = await start({ trustProxy: 1, limits })
    const enter = (address: string) =>
      connect(game, url, { match: 'quick', input: () => ({}), io: from(address) } as never)
    const matches = [await enter('9.9.9.9'), await enter('9.9.9.9'), await enter('9.9.9.8')]
    await expect(enter('9.9.9.9')).rejects.toMatchObject({ code: 'ERR_RATE_LIMIT' })
    const say = () => matches[0].request('say', { words: 'hello' })
    const said = await Promise.allSettled(Array.from({ length: 6 }, say))
    expect(said.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), 'rejected'])
    expect(await metric(server, 'tickwire_players{game="empty"}')).toBe(3)
    for (const match of matches) await match.leave()
  })
})

describe('metrics', () => {
  it('say what there is', async () => {
    const { server, url } = await start()
    server.open(game)
    await joined(url)
    const text = await server.metrics.metrics()
    expect(text).toContain('tickwire_matches{game="empty"} 1')
    expect(text).toContain('tickwire_sockets 1')
    for (const name of ['tick_seconds_bucket', 'tick_lateness_seconds_sum', 'frames_out_total', 'resyncs_total'])
      expect(text).toContain(`tickwire_${name}`)
  })

  it('are a page for those who may read it', async () => {
    const { url } = await start({ metricsPage: ({ headers }) => headers.authorization === 'Bearer me' })
    expect((await fetch(`${url}/metrics`)).status).toBe(403)
    const page = await fetch(`${url}/metrics`, { headers: { authorization: 'Bearer me' } })
    expect(page.headers.get('content-type')).toContain('text/plain')
    expect(await page.text()).toContain('# TYPE tickwire_matches gauge')
  })

  it('are no page otherwise', async () => {
    const { url } = await start()
    expect((await fetch(`${url}/metrics`)).status).toBe(404)
  })
})

/** A server in a process of its own, of a file or of what such a file would hold; its lines as they come. */
function serve(script: string): { child: ChildProcess; line: () => Promise<string>; errors: () => string } {
  const what = script.endsWith('.ts') ? [script] : ['--input-type=module', '-e', script]
  const args = ['-C', '@tickwire/source', '--import', 'tsx', '--expose-gc', ...what]
  const cwd = fileURLToPath(new URL('..', import.meta.url))
  const child = spawn(process.execPath, args, { cwd, stdio: ['pipe', 'pipe', 'pipe'] })
  cleanups.push(() => child.kill('SIGKILL'))
  let errors = ''
  child.stderr!.on('data', (data) => {
    errors += data
  })
  const lines = createInterface(child.stdout!)[Symbol.asyncIterator]()
  return { child, line: async () => (await lines.next()).value ?? `it ended: ${errors}`, errors: () => errors }
}

const GAME = `
  import { command, defineGame } from '@tickwire/engine'
  import { createServer } from './src/index.ts'
  const game = defineGame({ name: 'loops', tickRate: 20, entities: {}, command: command({}), move: {} })`

describe('a rule that never ends', () => {
  it('is named on the error stream, and the process ends', async () => {
    const { child, line, errors } = serve('test/looping.fixture.ts')
    const id = await line()
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])
    expect(errors()).toContain(`match ${id} (loops) did not come back from a tick`)
  })

  it('is let be where the watchdog is off, and a slow tick is only told of', async () => {
    const { child, line, errors } = serve(`${GAME}
      const server = createServer({ port: 0, watchdog: false })
      const sleep = new Int32Array(new SharedArrayBuffer(4))
      server.host(game, { tick(match) { if (match.tick === 3) Atomics.wait(sleep, 0, 0, 2500); if (match.tick === 5) console.log('on') } })
      await server.listen()
      console.log(server.open(game).id)`)
    const id = await line()
    expect(await line()).toBe('on')
    expect(errors()).toMatch(
      new RegExp(`match ${id} \\(loops\\): tick 3 took (2[5-9]|[3-9]\\d)\\d\\d\\.\\d ms, of 50\\.0`)
    )
    expect(child.exitCode).toBeNull()
  })
})

describe('SIGTERM under load', () => {
  it('tells every client why, and exits', async () => {
    const { child, line } = serve(`${GAME}
      const server = createServer({ port: 0, warn() {} })
      server.host(game, { capacity: 100 })
      await server.listen()
      console.log(server.port)`)
    const url = `http://127.0.0.1:${await line()}`
    const matches = await Promise.all(
      Array.from({ length: 40 }, () => connect(loops, url, { match: 'quick', input: () => ({}) }))
    )
    const watcher = await joined(url)
    const told = next(watcher, 'tickwire:tell')
    const flood = await RawClient.connect(Number(new URL(url).port))
    const stuck = await RawClient.connect(Number(new URL(url).port))
    stuck.socket.pause()
    flood.socket.on('error', () => {})
    const junk = Buffer.concat(Array(500).fill(Buffer.from([0x82, 0x80, 0, 0, 0, 0])))
    const pump = (): boolean => flood.socket.writable && flood.socket.write(junk, () => setImmediate(pump))
    pump()
    const asked = performance.now()
    child.kill('SIGTERM')
    expect(await Promise.all(matches.map(({ ended }) => ended))).toEqual(Array(40).fill('the server is closing'))
    expect(matches.map(({ endCode }) => endCode)).toEqual(Array(40).fill('ENDED'))
    expect(unpackTell((await told)[0])).toEqual({ tell: 'end', code: 'ENDED', reason: 'the server is closing' })
    expect(await once(child, 'exit')).toEqual([0, null])
    console.log(`SIGTERM under load: gone after ${Math.round(performance.now() - asked)} ms (bound: 10 s)`)
  })
})
const loops = defineGame({ name: 'loops', tickRate: 20, entities: {}, command: command({}), move: {} })

describe('what strangers hold', () => {
  const MEASURED = `
    import { createServer } from './src/index.ts'
    const server = createServer({ port: 0, warn() {}, limits: { connectSeconds: 60, longestPenaltySeconds: 1 } })
    // They answer no pings, and a busy machine takes its time.
    server.io.engine.opts.pingTimeout = 60_000
    await server.listen()
    console.log(server.port)
    process.stdin.on('data', async () => {
      for (let i = 0; i < 5; i++) { gc(); await new Promise((resolve) => setTimeout(resolve, 20)) }
      const { heapUsed, external, arrayBuffers } = process.memoryUsage()
      const refused = (await server.metrics.getSingleMetric('tickwire_refusals_total').get()).values
      console.log(JSON.stringify({ bytes: heapUsed + external, sockets: server.io.engine.clientsCount, refused }))
    })`

  interface Look {
    readonly bytes: number
    readonly sockets: number
    readonly refused: { readonly value: number; readonly labels: { readonly code: string } }[]
  }

  // Each stranger gets as far as it can: through the handshake, then as many bytes as are kept.
  it.each([
    ['say nothing', Buffer.alloc(0), 50],
    ['send a message in crumbs, as many as are kept', crumbs(16, false), 50],
    ['send a message in crumbs without end', crumbs(5000, false), 0],
    ['send a frame byte by byte', Buffer.concat([Buffer.from([0x82, 0xfe, 16, 0, 0, 0, 0, 0]), Buffer.alloc(30)]), 50],
    ['connect with much', textMessage(`40/admin,{"a":[${'[],'.repeat(1200)}1]}`), 0],
    ['ask for what there is not', madeUpAsks(180), 50],
    ['owe attachments', textMessage(`451-["x",{"_placeholder":true,"num":0},${'[],'.repeat(1200)}1]`), 0],
  ])('is at most 64 KiB each: 50 who %s', async (_, bytes, left) => {
    const { child, line } = serve(MEASURED)
    const port = Number(await line())
    const look = async (): Promise<Look> => {
      child.stdin!.write('?')
      return JSON.parse(await line())
    }
    // What is compiled the first time is no stranger's.
    const first = await RawClient.connect(port)
    first.socket.on('error', () => {}).write(bytes)
    await look()
    first.socket.destroy()
    let before = await look()
    for (let looks = 0; looks < 50 && before.sockets > 0; looks++) before = await look()
    const refusedBefore = before.refused.reduce((sum, { value }) => sum + value, 0)
    const strangers = await Promise.all(Array.from({ length: 50 }, () => RawClient.connect(port)))
    for (const { socket } of strangers) socket.on('error', () => {}).setNoDelay(true)
    // One chunk a byte where they are few.
    const step = bytes.length > 1000 ? bytes.length : 1
    for (let at = 0; at < bytes.length; at += step) {
      for (const { socket } of strangers) socket.write(bytes.subarray(at, at + step))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    let after = await look()
    for (let looks = 0; looks < 50 && after.sockets !== left; looks++) after = await look()
    const each = (after.bytes - before.bytes) / 50 / 1024
    console.log(`50 strangers who ${_}: ${each.toFixed(1)} KiB each, ${after.sockets} left`)
    expect(after.sockets).toBe(left)
    expect(each).toBeLessThan(64)
    if (left === 0)
      expect(after.refused).toMatchObject([
        { value: refusedBefore + 50, labels: { code: expect.stringMatching(/RATE|MESSAGE/) } },
      ])
  })
})

function crumbs(count: number, isLast: boolean): Buffer {
  const crumb = (first: number) => Buffer.from([first, 0x81, 0, 0, 0, 0, 0x61])
  return Buffer.concat([crumb(1), ...Array(count - 1).fill(crumb(0)), ...(isLast ? [crumb(0x80)] : [])])
}

/** Requests whose names are long and all different. */
function madeUpAsks(count: number): Buffer {
  const asks = Array.from({ length: count }, (_, id) => {
    const name = `${id}`.padEnd(2500, 'x')
    const bytes = Buffer.from(packAsk({ ask: 'request', id, name, values: new Uint8Array(0) }))
    return [textMessage(`451-${id}["tickwire:ask",{"_placeholder":true,"num":0}]`), wholeMessage(0x82, bytes)]
  })
  return Buffer.concat(asks.flat())
}

function textMessage(message: string): Buffer {
  return wholeMessage(0x81, Buffer.from(message))
}

function wholeMessage(first: number, payload: Buffer): Buffer {
  const head = Buffer.from([first, 0xfe, payload.length >> 8, payload.length & 255, 0, 0, 0, 0])
  return Buffer.concat([head, payload])
}
