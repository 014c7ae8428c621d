// What the server puts on the wire, seen by clients and by a reader of raw bytes: one frame a client a tick, in one
// segment, in order with everything else.

import { once } from 'node:events'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { bool, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import { FRAME_EVENT, FRAME_KIND, fail, PROTOCOL_VERSION } from '@tickwire/engine/wire'
import type { Socket as ClientSocket } from 'socket.io-client'
import { describe, expect, it } from 'vitest'
import { packAsk, unpackAnswer, unpackTell } from '../../engine/src/wire/messages.ts'
import { Metrics } from '../src/host/metrics.ts'
import { type Conversation, type SocketOptions, Sockets } from '../src/host/socket.ts'
import { createServer, type Rules, type Server } from '../src/index.ts'
import type { Connection } from '../src/match/connection.ts'
import { Lobby } from '../src/match/lobby.ts'
import { Session } from '../src/match/session.ts'
import { cleanups, framesIn, joined, next, RawClient } from './clients.ts'

/** Sockets without a server around them. Unless told otherwise they answer what they are asked. */
async function wired(options: Partial<SocketOptions> = {}, answering?: (connection: Connection) => Conversation) {
  const http: HttpServer = createHttpServer()
  const opened: Connection[] = []
  let wake = (): void => {}
  const received: Uint8Array[] = []
  const conversation: Conversation = {
    frame: (bytes) => received.push(bytes),
    ask: async (bytes) => bytes,
    closed: () => {},
  }
  const metrics = new Metrics(() => fail('ERR_USAGE', 'nobody is there'))
  const sockets = new Sockets(http, { warn: () => {}, metrics, ...options }, (connection) => {
    opened.push(connection)
    wake()
    return answering?.(connection) ?? conversation
  })
  cleanups.push(() => sockets.io.close())
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const { port } = http.address() as AddressInfo
  const connected = async (): Promise<Connection> => {
    if (opened.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return opened.shift()!
  }
  return { sockets, port, url: `http://127.0.0.1:${port}`, received, connected }
}

describe('a connection', () => {
  const shared = (length: number, fill = 7) => {
    const bytes = new Uint8Array(length).fill(fill)
    bytes[1] = 0
    return { bytes, prebuilt: undefined }
  }

  it.each([
    ['all share', undefined],
    ['carries a private head', new Uint8Array([7, 3, 1, 2, 3])],
  ])('a frame that %s is one WebSocket frame in one segment', async (_, head) => {
    const { port, connected } = await wired()
    const raw = await RawClient.connect(port)
    const connection = await connected()
    for (const length of [2, 100, 119, 125, 126, 300, 1400, 8000]) {
      const frame = shared(length)
      const chunk = raw.chunk()
      connection.sendFrame(frame, head)
      const expected = head ? Buffer.concat([head, frame.bytes.subarray(2)]) : Buffer.from(frame.bytes)
      const header =
        expected.length < 126 ? [0x82, expected.length] : [0x82, 126, expected.length >> 8, expected.length & 255]
      expect(Buffer.compare(await chunk, Buffer.concat([Buffer.from(header), expected]))).toBe(0)
    }
  })

  it('a frame that is longer than a segment arrives whole', async () => {
    const { url, connected } = await wired()
    const user = await joined(url)
    const connection = await connected()
    for (const length of [65533, 65536, 200_000]) {
      const got = new Promise<Uint8Array>((resolve) => user.once(FRAME_EVENT, resolve))
      connection.sendFrame(shared(length), new Uint8Array([1, 1, 9]))
      const bytes = await got
      expect(bytes.length).toBe(length + 1)
      expect([bytes[0], bytes[2], bytes[3], bytes[length]]).toEqual([1, 9, 7, 7])
    }
  })

  it.each(['websocket', 'polling'] as const)('frames, tells and events keep their order over %s', async (transport) => {
    const { sockets, url, connected } = await wired()
    const user = await joined(url, { transports: [transport] })
    const connection = await connected()
    const got: unknown[] = []
    user.onAny((event, value) => got.push([event, typeof value === 'number' ? value : new Uint8Array(value)[0]]))
    const last = next(user, 'last')
    const frame = shared(40)
    connection.sendFrame(frame)
    connection.notify(new Uint8Array([1, 2]))
    sockets.io.emit('event', 5)
    connection.sendFrame(frame, new Uint8Array([9, 0]))
    connection.sendFrame(frame)
    sockets.io.emit('last', 6)
    await last
    expect(got).toEqual([
      ['tickwire:frame', 7],
      ['tickwire:tell', 1],
      ['event', 5],
      ['tickwire:frame', 9],
      ['tickwire:frame', 7],
      ['last', 6],
    ])
  })

  it('many connections share one prepared frame', async () => {
    const { url, connected } = await wired()
    const users = [await joined(url), await joined(url), await joined(url, { transports: ['polling'] })]
    const connections = [await connected(), await connected(), await connected()]
    const got = users.map((user) => next(user, FRAME_EVENT))
    const frame = shared(500)
    for (const connection of connections) connection.sendFrame(frame)
    for (const [bytes] of await Promise.all(got)) expect(Buffer.compare(Buffer.from(bytes), frame.bytes)).toBe(0)
  })

  it('a compressing server sends frames that arrive, too', async () => {
    const { url, connected } = await wired({ io: { perMessageDeflate: { threshold: 0 } } })
    const user = await joined(url)
    const connection = await connected()
    const got = next(user, FRAME_EVENT)
    connection.sendFrame(shared(500), new Uint8Array([7, 1]))
    expect((await got)[0].byteLength).toBe(500)
  })

  it('bufferedAmount is what was not taken yet: it grows while nobody reads, and goes back to 0', async () => {
    const { port, connected } = await wired({ limits: { unreadBytes: 1e9 } })
    const raw = await RawClient.connect(port)
    const connection = await connected()
    expect(connection.bufferedAmount).toBe(0)
    raw.socket.pause()
    const frame = shared(1_000_000)
    for (let i = 0; i < 20; i++) connection.sendFrame(frame)
    // The kernel takes some of it.
    expect(connection.bufferedAmount).toBeGreaterThan(5_000_000)
    let read = 0
    raw.socket.on('data', (chunk) => (read += chunk.length))
    raw.socket.resume()
    while (read < 20 * 1_000_010) await once(raw.socket, 'data')
    // Once everything has been read, the last write is done: one more frame goes straight through.
    const chunk = raw.chunk()
    connection.sendFrame(shared(50))
    await chunk
    expect(connection.bufferedAmount).toBe(0)
  })

  it('is ended when it leaves frames unread', async () => {
    const warnings: string[] = []
    const { port, connected } = await wired({ warn: (text) => warnings.push(text) })
    const raw = await RawClient.connect(port)
    const connection = await connected()
    raw.socket.pause()
    const frame = shared(500_000)
    for (let i = 0; i < 100; i++) connection.sendFrame(frame)
    expect(warnings).toEqual([expect.stringMatching(/bytes wait to be read; at most 1048576 may \(ERR_RATE_LIMIT\)$/)])
    expect(connection.bufferedAmount).toBeLessThan(2_000_000)
  })

  it('is ended when it leaves answers unread, and asks on', async () => {
    let warning = ''
    let heard = (): void => {}
    const conversation: Conversation = {
      frame: () => {},
      closed: () => {},
      async ask() {
        heard()
        return new Uint8Array(200_000)
      },
    }
    const warn = (text: string) => {
      warning = text
      heard()
    }
    const { port, connected } = await wired({ warn }, () => conversation)
    const raw = await RawClient.connect(port)
    // In no match it may leave less.
    const connection = await connected()
    connection.enter('a match')
    raw.socket.pause()
    for (let id = 0; warning === ''; id++) {
      const next = new Promise<void>((resolve) => (heard = resolve))
      raw.send(`451-${id}["tickwire:ask",{"_placeholder":true,"num":0}]`)
      raw.send(new Uint8Array(1))
      await next
    }
    expect(warning).toMatch(/bytes wait to be read; at most 1048576 may \(ERR_RATE_LIMIT\)$/)
  })

  it.each([
    ['', false],
    [', also with a listener on its engine, who hears them all', true],
  ])('takes what a player says in order, frames and events in turn%s', async (_, listens) => {
    const said: number[] = []
    const note = ([n]: Uint8Array) => said.push(n)
    const { sockets, url, connected } = await wired({}, () => ({
      frame: note,
      ask: async (bytes) => {
        note(bytes)
        return bytes
      },
      closed: () => {},
    }))
    let messages = 0
    if (listens) sockets.io.engine.on('connection', (engine) => engine.on('message', () => messages++))
    sockets.io.on('connection', (socket) => socket.on('chat', note))
    const user = await joined(url)
    ;(await connected()).enter('a match')
    const before = messages
    const events = [FRAME_EVENT, 'chat', FRAME_EVENT, FRAME_EVENT, 'chat', 'chat']
    for (let n = 0; n < 60; n++) user.emit(events[n % 6], Uint8Array.of(n))
    await user.emitWithAck('tickwire:ask', Uint8Array.of(60))
    expect(said).toEqual(Array.from({ length: 61 }, (_, n) => n))
    // A frame is one message, an event with bytes is two.
    if (listens) expect(messages - before).toBe(30 + 2 * 31)
  })

  it('takes frames that clients write, in order with their events', async () => {
    const { url, received, connected } = await wired()
    const user = await joined(url)
    await connected()
    user.emit(FRAME_EVENT, new Uint8Array([1, 2, 3]))
    user.emit(FRAME_EVENT, new Uint8Array([4]))
    expect(await user.emitWithAck('tickwire:ask', new Uint8Array([5]))).toEqual(Buffer.from([5]))
    expect(received).toEqual([new Uint8Array([1, 2, 3]), new Uint8Array([4])])
  })

  it('close() lets everything that was handed over arrive first', async () => {
    const { url, connected } = await wired()
    const user = await joined(url)
    const connection = await connected()
    const got = [next(user, FRAME_EVENT), next(user, 'tickwire:tell'), next(user, 'disconnect')]
    connection.sendFrame(shared(100_000))
    connection.notify(new Uint8Array(2000))
    connection.close()
    expect((await Promise.all(got))[2][0]).toBe('io server disconnect')
    connection.sendFrame(shared(10))
    connection.notify(new Uint8Array(2))
  })

  it('enters and leaves Socket.IO rooms', async () => {
    const { sockets, url, connected } = await wired()
    await joined(url)
    const connection = await connected()
    connection.enter('match-1')
    expect(sockets.io.sockets.adapter.rooms.get('match-1')?.size).toBe(1)
    connection.exit('match-1')
    expect(sockets.io.sockets.adapter.rooms.get('match-1')).toBeUndefined()
  })
})

const Dot = entity({
  x: ranged(0, 4096, 1 / 256).rate('vx'),
  vx: ranged(-512, 512, 1 / 64).default(100),
  secret: int(0, 1023).default(0).only('owner'),
})

const drift = defineGame({
  name: 'drift',
  tickRate: 60,
  options: { fails: bool },
  entities: { dot: Dot },
  command: command({ go: bool }),
  move: {
    dot(dot, _, { dt }) {
      dot.x = (dot.x + dot.vx * dt) % 4096
      dot.secret = (dot.secret + 7) % 1024
    },
  },
})

const rules: Rules<typeof drift> = {
  capacity: 4,
  join: (match, player) => void match.world.dot.spawn({ x: 100 }, player),
}

describe('a match', () => {
  async function hosted(more: Rules<typeof drift> = {}): Promise<{ server: Server; url: string }> {
    const server = createServer({ port: 0, signals: false, warn: () => {} })
    cleanups.push(() => server.close())
    server.host(drift, { ...rules, ...more })
    await server.listen()
    return { server, url: `http://127.0.0.1:${server.port}` }
  }

  const ask = (match: string) =>
    packAsk({ ask: 'join', version: PROTOCOL_VERSION, game: 'drift', schema: drift.hash, match, name: 'me' })

  async function enter(user: ClientSocket, match: string): Promise<string> {
    const answer = unpackAnswer(await user.emitWithAck('tickwire:ask', ask(match)))
    if (answer.ok !== 'join') throw new Error(answer.ok)
    return answer.match
  }

  it('sends each client one frame a tick, in one segment, with what only its owner sees in it', async () => {
    const lobby = new Lobby({ seed: () => 1, newId: () => 'm', warn: () => {} })
    lobby.host(drift, { ...rules, emptySeconds: 3600 })
    const match = lobby.open(drift)
    const answering = (connection: Connection) => new Session(connection, lobby)
    const { sockets, port } = await wired({ io: { pingInterval: 60_000 } }, answering)
    const clients = [await RawClient.connect(port), await RawClient.connect(port)]
    for (const client of clients) {
      client.send('451-0["tickwire:ask",{"_placeholder":true,"num":0}]')
      client.send(ask('m'))
    }
    while (match.players.size < clients.length) {
      await new Promise(setImmediate)
      match.step()
    }
    const joined = clients.map((client) => client.until('everybody is in'))
    sockets.io.emit('everybody is in')
    await Promise.all(joined)

    for (let tick = 0; tick < 60; tick++) {
      const chunks = clients.map((client) => client.chunk())
      match.step()
      for (const chunk of await Promise.all(chunks)) {
        const frames = framesIn(chunk)
        expect(frames).toHaveLength(1)
        expect(frames[0]).toMatchObject({ binary: true, payload: expect.objectContaining({ 0: FRAME_KIND.state }) })
      }
    }
    const last = clients.map((client) => client.chunk())
    sockets.io.emit('nothing before this')
    for (const chunk of await Promise.all(last)) expect(framesIn(chunk)[0].binary).toBe(false)
  })

  it('is listed, is a room, and is joined by its id', async () => {
    const { server, url } = await hosted()
    expect(server.matches).toEqual([])
    const opened = server.open(drift)
    const user = await joined(url)
    expect(await enter(user, opened.id)).toBe(opened.id)
    const troubles = { unreadable: 0, unsound: 0 }
    expect(server.matches).toEqual([{ id: opened.id, game: 'drift', players: 1, capacity: 4, locked: false, troubles }])
    const health = await (await fetch(`${url}/healthz`)).json()
    expect(health).toMatchObject({ matches: 1, players: 1 })
    const heard = next(user, 'hello')
    server.io.to(opened.id).emit('hello', 5)
    expect(await heard).toEqual([5])
  })

  it('that throws in its tick ends with the reason, and another one goes on', async () => {
    let good = 0
    const { server, url } = await hosted({
      tick: (match) => {
        if (!match.options.fails) good++
        else if (match.players.size > 0) throw new Error('a bug in the rules')
      },
    })
    const [bad, fine] = [server.open(drift, { fails: true }), server.open(drift)]
    const [loser, winner] = [await joined(url), await joined(url)]
    await enter(winner, fine.id)
    const told = next(loser, 'tickwire:tell')
    loser.emit('tickwire:ask', ask(bad.id), () => {})
    expect(unpackTell((await told)[0])).toMatchObject({
      tell: 'end',
      reason: expect.stringContaining('a bug in the rules'),
    })
    const before = good
    for (let i = 0; i < 30; i++) await next(winner, FRAME_EVENT)
    expect(good - before).toBeGreaterThanOrEqual(29)
    expect(server.matches.map(({ id }) => id)).toEqual([fine.id])
  })

  it('ends with a reason when the server closes, before its clients are cut off', async () => {
    const { server, url } = await hosted()
    const user = await joined(url)
    await enter(user, 'quick')
    const told = new Promise((resolve) => {
      user.on('tickwire:tell', (bytes) => {
        const tell = unpackTell(bytes)
        if (tell.tell === 'end') resolve(tell.reason)
      })
    })
    const gone = next(user, 'disconnect')
    await server.close()
    expect(await told).toBe('the server is closing')
    expect((await gone)[0]).toBe('transport close')
  })
})
