// What a page waits for until it can draw: the turns of the conversation, counted on the wire.

import { createServer as createProxy, type Socket, connect as tcpConnect } from 'node:net'
import { defineGame, entity, int } from '@tickwire/engine'
import { type ClientMatch, connect } from '@tickwire/engine/client'
import { expect, it } from 'vitest'
import { createServer, type Handshake, type ServerOptions } from '../src/index.ts'
import { cleanups } from './clients.ts'

const game = defineGame({ name: 'dots', tickRate: 30, entities: { dot: entity({ x: int(0, 9) }) } })

/**
 * A server, and a way to it that notes who spoke, each time that it was another than before. From the server's `holds`th turn
 * on it says nothing until `enough` bytes came, and then all at once.
 */
async function serve(
  options: Partial<ServerOptions> = {},
  holds: { readonly turn: number; readonly enough: number } = { turn: 0, enough: 0 }
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
      client.write(all)
    })
    for (const [one, other] of [[client, upstream] as const, [upstream, client] as const])
      one.on('error', () => {}).on('close', () => other.destroy())
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => proxy.close())
  return { url: `http://127.0.0.1:${(proxy.address() as { readonly port: number }).port}`, turns }
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
