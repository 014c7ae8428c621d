// What a page waits for until it can draw: the turns of the conversation, counted on the wire.

import { createServer as createProxy, type Socket, connect as tcpConnect } from 'node:net'
import { defineGame, entity, int, text } from '@tickwire/engine'
import { type ClientMatch, connect } from '@tickwire/engine/client'
import { BitReader, FIRST_ASK, FRAME_KIND, PROTOCOL_VERSION, readChunkHeader } from '@tickwire/engine/wire'
import { expect, it } from 'vitest'
import { packAsk, unpackAnswer } from '../../engine/src/wire/messages.ts'
import { createServer, type Handshake, type ServerOptions } from '../src/index.ts'
import { cleanups, framesIn, joined, next, RawClient } from './clients.ts'

const game = defineGame({ name: 'dots', tickRate: 30, entities: { dot: entity({ x: int(0, 9) }) } })

/**
 * A server, and a way to it that notes who spoke, each time that it was another than before. From the server's `holds`th turn
 * on it says nothing until `enough` bytes came, and then all at once. With `drips` four bytes come at a time.
 */
async function serve(
  options: Partial<ServerOptions> = {},
  holds: { readonly turn: number; readonly enough: number } = { turn: 0, enough: 0 },
  drips: boolean = false
): Promise<{ url: string; turns: string[] }> {
  const server = createServer({ port: 0, signals: false, warn: () => {}, ...options } as ServerOptions)
  server.host(game, { join: (match, player) => void match.world.dot.spawn({ x: 7 }, player) })
  await server.listen()
  cleanups.push(() => server.close())
  const turns: string[] = []
  const note = (who: string) => turns.at(-1) !== who && turns.push(who)
  const proxy = createProxy((client: Socket) => {
    const upstream = tcpConnect(server.port, '127.0.0.1')
    client.on('data', (bytes) => {
      note('client')
      upstream.write(bytes)
    })
    let held: Buffer[] = []
    upstream.on('data', (bytes) => {
      note('server')
      held.push(bytes)
      const all = Buffer.concat(held)
      if (turns.filter((who) => who === 'server').length === holds.turn && all.length < holds.enough) return
      held = []
      if (drips) drip(all)
      else client.write(all)
    })
    let left: Buffer = Buffer.alloc(0)
    const drip = (bytes: Buffer): void => {
      const isUnderWay = left.length > 0
      left = Buffer.concat([left, bytes])
      if (!isUnderWay) pour()
    }
    const pour = (): void => {
      client.write(left.subarray(0, 4))
      left = left.subarray(4)
      if (left.length > 0) after(3, pour)
    }
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const])
      one.on('error', () => {}).on('close', () => other.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => proxy.close())
  return { url: `http://127.0.0.1:${(proxy.address() as { readonly port: number }).port}`, turns }
}

function after(turns: number, act: () => void): void {
  setImmediate(() => (turns > 1 ? after(turns - 1, act) : act()))
}

/** Until there is something to draw. */
async function drawn(match: ClientMatch<typeof game>): Promise<void> {
  cleanups.push(() => match.leave())
  while (!match.newest) await new Promise((resolve) => setImmediate(resolve))
}

it('M1 after TCP the first frame is two round trips away: the WebSocket, and the join that comes with the connection', async () => {
  const { url, turns } = await serve()
  const match = await connect(game, url, { match: 'quick', input: () => ({}) })
  await drawn(match)
  expect(turns).toEqual(['client', 'server', 'client', 'server'])
  match.frame(performance.now())
  expect([...match.view.dot].map(({ x }) => x)).toEqual([7])
  expect(match.stats.rtt).toBeGreaterThan(0)
})

it('who has joined has something to draw, also where the first frame comes a little after the answer', async () => {
  const { url } = await serve({}, undefined, true)
  const match = await connect(game, url, { match: 'quick', input: () => ({}) })
  cleanups.push(() => match.leave())
  match.frame(performance.now())
  expect([...match.view.dot].map(({ x }) => x)).toEqual([7])
})

it('the first frame follows the answer to a join, and is of the tick that took the seat', async () => {
  const server = createServer({ port: 0, signals: false, warn: () => {} })
  server.host(game, { join: (match, player) => void match.world.dot.spawn({ x: 7 }, player) })
  cleanups.push(() => server.close())
  await server.listen()
  const client = await RawClient.connect(server.port)
  const version = PROTOCOL_VERSION
  const ask = packAsk({ ask: 'join', version, game: 'dots', schema: game.hash, match: 'quick', name: '' })
  client.send('451-0["tickwire:ask",{"_placeholder":true,"num":0}]')
  client.send(ask)
  const messages: Buffer[] = []
  while (messages.length < 2)
    for (const { binary, payload } of framesIn(await client.chunk())) if (binary) messages.push(payload)
  const [answer, frame] = messages
  expect(frame[0]).toBe(FRAME_KIND.state)
  const { tick, baseline } = readChunkHeader(new BitReader(frame, 2 + frame[1]), 0)
  expect(baseline).toBeUndefined()
  expect(unpackAnswer(answer)).toMatchObject({ ok: 'join', tick })
})

it('what the join adds to `auth` is not shown to those who read that', async () => {
  const seen: Handshake['auth'][] = []
  const { url } = await serve({
    authenticate({ auth }) {
      seen.push(auth)
      return { id: 'ada' }
    },
  })
  await drawn(await connect(game, url, { match: 'quick', input: () => ({}), auth: { ticket: 'x' } }))
  expect(seen).toEqual([{ ticket: 'x' }])
})

it('a join that is refused says why', async () => {
  const { url } = await serve()
  await expect(connect(game, url, { match: 'nowhere', input: () => ({}) })).rejects.toThrow('ERR_MATCH_UNKNOWN')
})

it('frames that come in one piece with the connection are not lost', async () => {
  const { url } = await serve({}, { turn: 2, enough: 450 })
  const match = await connect(game, url, { match: 'quick', input: () => ({}) })
  await drawn(match)
  match.frame(performance.now())
  expect([...match.view.dot].map(({ x }) => x)).toEqual([7])
  expect(match.stats.resyncs).toBe(0)
})

it('a connection has one socket of the main namespace, however many it asks for at once', async () => {
  const server = createServer({ port: 0, signals: false, warn: () => {} })
  server.host(game, {})
  cleanups.push(() => server.close())
  await server.listen()
  const ask = {
    ask: 'join',
    version: PROTOCOL_VERSION,
    game: 'dots',
    schema: game.hash,
    match: 'quick',
    name: '',
  } as const
  const auth = JSON.stringify({ [FIRST_ASK]: Buffer.from(packAsk(ask)).toString('base64') })
  const greedy = await RawClient.connect(server.port)
  const gone = next(greedy.socket, 'close')
  greedy.socket.on('error', () => {}).resume()
  const message = (words: string) => {
    const payload = Buffer.from(words)
    return Buffer.concat([Buffer.from([0x81, 0xfe, payload.length >> 8, payload.length & 255, 0, 0, 0, 0]), payload])
  }
  greedy.send('41')
  greedy.socket.write(Buffer.concat(Array.from({ length: 100 }, () => message(`40${auth}`))))
  await gone
  expect(server.matches.reduce((players, match) => players + match.players, 0)).toBeLessThanOrEqual(1)
  expect(server.matches.length).toBeLessThanOrEqual(1)
})

it('who is refused has to connect anew', async () => {
  const server = createServer({
    port: 0,
    signals: false,
    warn: () => {},
    authenticate: () => Promise.reject(new Error('no')),
  })
  cleanups.push(() => server.close())
  await server.listen()
  const closed = new Promise((resolve) => server.io.engine.on('connection', (engine) => engine.once('close', resolve)))
  await expect(joined(`http://127.0.0.1:${server.port}`)).rejects.toThrow('refused by the server')
  await closed
})

it('P6 an event that came before a frame is heard before it', async () => {
  const server = createServer({ port: 0, signals: false, warn: () => {} })
  cleanups.push(() => server.close())
  await server.listen()
  const heard: unknown[] = []
  server.io.on('connection', (socket) => {
    socket.on('chat', (n) => heard.push(n))
    socket.on('disconnect', () => heard.push('gone'))
  })
  const client = await RawClient.connect(server.port)
  const gone = next(client.socket, 'close')
  client.socket.on('error', () => {}).resume()
  client.socket.cork()
  client.send('42["chat",1]')
  client.send(new Uint8Array([9])) // no frame of any kind: it ends the connection
  client.socket.uncork()
  await gone
  expect(heard).toEqual([1, 'gone'])
})

it('a join that is too large to come with the connection comes after it', async () => {
  const wordy = defineGame({ name: 'wordy', tickRate: 30, options: { words: text(3000) }, entities: {} })
  const server = createServer({ port: 0, signals: false, warn: () => {} })
  server.host(wordy, {})
  cleanups.push(() => server.close())
  await server.listen()
  const words = 'x'.repeat(3000)
  const options = { match: { create: { words } }, input: () => ({}) } as const
  const match = await connect(wordy, `http://127.0.0.1:${server.port}`, options)
  expect(match.options.words).toBe(words)
  await match.leave()
})
