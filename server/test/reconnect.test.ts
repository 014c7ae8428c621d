// Seats, identity and reconnection over real sockets.

import { command, defineGame, entity, event, int, ranged, request, TickwireError } from '@tickwire/engine'
import { type ClientMatch, type ConnectOptions, connect } from '@tickwire/engine/client'
import { SignJWT } from 'jose'
import { expect, test, vi } from 'vitest'
import { type Authenticate, createServer, type Identity, type Rules, type Server } from '../src/index.ts'
import { cleanups } from './clients.ts'

const game = defineGame({
  name: 'lane',
  tickRate: 30,
  entities: { ship: entity({ x: ranged(0, 4096, 1 / 256) }, { predict: 'owner' }) },
  command: command({ go: int(-1, 1) }),
  events: { tock: event({ n: int(0, 1_000_000) }) },
  requests: { add: request({ n: int(0, 1000) }, { n: int(0, 1000) }) },
  move: {
    ship(ship, { go }, { dt }) {
      ship.x += go * 10 * dt
    },
  },
})
type Game = typeof game

interface Served {
  readonly server: Server
  readonly url: string
  readonly calls: string[]
  readonly ran: number[]
  readonly identities: (Identity | undefined)[]
  /** Cuts every WebSocket's TCP connection, without a word. */
  kill(): void
}

async function serve(authenticate?: Authenticate, more: Partial<Rules<Game>> = {}): Promise<Served> {
  const server = createServer({ port: 0, warn: () => {}, ...(authenticate && { authenticate }) })
  const calls: string[] = []
  const ran: number[] = []
  const identities: (Identity | undefined)[] = []
  let n = 0
  server.host(game, {
    join: (match, player) => {
      calls.push(`join ${player.name}`)
      identities.push(player.identity)
      match.world.ship.spawn({ x: 100 }, player)
    },
    away: (_match, { name }) => void calls.push(`away ${name}`),
    back: (_match, { name }) => void calls.push(`back ${name}`),
    leave: (_match, { name }) => void calls.push(`leave ${name}`),
    tick: (match) => match.emit('tock', { n: ++n }),
    requests: {
      add: (_match, _player, { n }) => {
        ran.push(n)
        return { n }
      },
    },
    ...more,
  })
  await server.listen()
  cleanups.push(() => server.close())
  const kill = () => {
    const { clients } = server.io.engine as unknown as { clients: Record<string, { transport: { socket: WebSocket } }> }
    for (const { transport } of Object.values(clients)) (transport.socket as never as { terminate(): void }).terminate()
  }
  return { server, url: `http://localhost:${server.port}`, calls, ran, identities, kill }
}

async function enter(url: string, options: Partial<ConnectOptions<Game>> = {}): Promise<ClientMatch<Game>> {
  const match = await connect(game, url, { match: 'quick', name: 'ada', input: () => ({ go: 1 }), ...options })
  const drawing = setInterval(() => match.frame(performance.now()), 1000 / 60)
  cleanups.push(() => {
    clearInterval(drawing)
    return match.leave()
  })
  return match
}

const patience = { timeout: 10_000, interval: 10 }

test('a TCP connection that is killed comes back by itself, and nothing is lost', async () => {
  const { url, kill, calls, ran, server } = await serve()
  const match = await enter(url)
  const heard: number[] = []
  const statuses: string[] = []
  match.on('tock', ({ n }) => heard.push(n))
  match.onStatus((status) => statuses.push(status))
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(10), patience)
  for (let round = 1; round <= 3; round++) {
    const asked = [1, 2, 3].map((n) => match.request('add', { n: 10 * round + n }))
    kill()
    await vi.waitFor(() => expect(statuses.length).toBe(2 * round), patience)
    expect((await Promise.all(asked)).map(({ n }) => n)).toEqual([1, 2, 3].map((n) => 10 * round + n))
    const { length } = heard
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(length + 10), patience)
  }
  expect(statuses).toEqual(['reconnecting', 'playing', 'reconnecting', 'playing', 'reconnecting', 'playing'])
  expect(heard).toEqual(heard.map((_, at) => heard[0] + at))
  expect(ran).toEqual([...new Set(ran)])
  expect(ran).toHaveLength(9)
  expect(calls).toEqual(['join ada', ...[1, 2, 3].flatMap(() => ['away ada', 'back ada'])])
  expect(match.stats.resyncs).toBe(0)
  expect(server.matches[0].players).toBe(1)
})

test('a server that is gone for good is given up after the grace', async () => {
  const { url, server } = await serve(undefined, { graceSeconds: 1 })
  const match = await enter(url)
  await vi.waitFor(() => expect(match.view.ship.mine).toBeDefined(), patience)
  const ended = match.ended
  // Without its last words.
  server.io.engine.close()
  server.io.httpServer.close()
  await vi.waitFor(() => expect(match.status).toBe('reconnecting'), patience)
  expect(await ended).toBe('seat expired')
  expect(match.endCode).toBe('ERR_SEAT_EXPIRED')
})

test('authenticate says who it is, once a connection, by what the client gives at each', async () => {
  const seen: unknown[] = []
  const { url, kill, identities, calls } = await serve(({ auth, address, headers }) => {
    seen.push([auth, address.length > 0, typeof headers.host])
    return { id: `user ${auth.user}`, name: 'Ada L', data: { level: 3 } }
  })
  let attempts = 0
  const match = await enter(url, { auth: async () => ({ user: 7, attempt: ++attempts }) })
  expect(match.me.name).toBe('Ada L')
  expect(identities).toEqual([{ id: 'user 7', name: 'Ada L', data: { level: 3 } }])
  await vi.waitFor(() => expect(match.newest).toBeDefined(), patience)
  kill()
  await vi.waitFor(() => expect(calls).toContain('back Ada L'), patience)
  expect(seen).toEqual([1, 2].map((attempt) => [{ user: 7, attempt }, true, 'string']))
})

test('the same person in another page plays on there', async () => {
  const { url, calls } = await serve(({ auth }) => ({ id: String(auth.user) }))
  const first = await enter(url, { auth: { user: 7 } })
  const second = await enter(url, { auth: { user: 7 } })
  expect(await first.ended).toBe('the same player plays on elsewhere')
  expect(first.endCode).toBe('ERR_REPLACED')
  expect(second.me).toEqual(first.me)
  await vi.waitFor(() => expect(second.view.ship.mine).toBeDefined(), patience)
  expect(calls).toEqual(['join ada'])
})

test.each<[string, Authenticate, string]>([
  [
    'by the error that it throws',
    () => raise(new TickwireError('ERR_REFUSED', 'banned until Monday')),
    'banned until Monday',
  ],
  ['without the text of another error', () => raise(new Error('secret')), 'refused by the server'],
  ['where it rejects', async () => raise(new Error('secret')), 'refused by the server'],
  ['where it gives no id', () => ({}) as never, 'gave no id'],
  ['where it gives a name that cannot be', () => ({ id: 'x', name: 'x'.repeat(33) }), '33 characters'],
])('authenticate refuses a connection %s', async (_name, authenticate, reason) => {
  const { url, calls } = await serve(authenticate)
  const refused = await connect(game, url, { match: 'quick', input: () => ({ go: 0 }) }).catch((error) => error)
  expect(refused).toBeInstanceOf(TickwireError)
  expect(refused.code).toMatch(/ERR_REFUSED|ERR_NAME/)
  expect(refused.reason).toContain(reason)
  expect(calls).toEqual([])
})

test('what an auth function throws comes out of connect()', async () => {
  const { url } = await serve()
  const auth = () => raise(new Error('signed out'))
  await expect(connect(game, url, { match: 'quick', input: () => ({ go: 0 }), auth })).rejects.toThrow('signed out')
})

test('the example of the README lets in who has a good token', async () => {
  process.env.JWT_SECRET = 'correct horse battery staple, 32 bytes'
  const { authenticate } = await import('./readme/auth.ts')
  const { url, identities } = await serve(authenticate)
  const sign = (secret = process.env.JWT_SECRET!, expires = '1h') =>
    new SignJWT({ name: 'Ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject('u1')
      .setExpirationTime(expires)
      .sign(new TextEncoder().encode(secret))
  const match = await enter(url, { auth: async () => ({ token: await sign() }) })
  expect(match.me.name).toBe('Ada')
  expect(identities).toEqual([{ id: 'u1', name: 'Ada' }])
  for (const token of [await sign('x'.repeat(32)), await sign(undefined, '-1h'), 'x', undefined])
    await expect(enter(url, { auth: { token } })).rejects.toMatchObject({ code: 'ERR_REFUSED' })
})

function raise(error: Error): never {
  throw error
}
