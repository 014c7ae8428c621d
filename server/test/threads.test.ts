// Matches in threads of their own, over real sockets.

import { type AnyGame, command, defineGame, event, int } from '@tickwire/engine'
import { type ClientMatch, type ConnectOptions, connect } from '@tickwire/engine/client'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createServer, type Server, type ServerOptions } from '../src/index.ts'
import { cleanups } from './clients.ts'
import { game } from './threaded.fixture.ts'

type Game = typeof game
type Way = Game['requests']['do']['ask']['way']

// Beside them, in no thread.
const plain = defineGame({
  name: 'plain',
  tickRate: 30,
  entities: {},
  command: command({}),
  events: { tock: event({ n: int(0, 1_000_000) }) },
  move: {},
})

const module = new URL('./threaded.fixture.ts', import.meta.url)
// In a thread there is no Vitest that finds the sources.
const threads = { execArgv: ['-C', '@tickwire/source'], resourceLimits: { maxOldGenerationSizeMb: 64 } }

interface Served {
  readonly server: Server
  readonly url: string
  readonly warnings: string[]
  /** Cuts every WebSocket's TCP connection, without a word. */
  kill(): void
}

async function serve(options: Partial<ServerOptions> = {}): Promise<Served> {
  const warnings: string[] = []
  const server = createServer({ port: 0, signals: false, warn: (text) => warnings.push(text), threads, ...options })
  cleanups.push(() => server.close())
  server.hostInThreads(game, module)
  let n = 0
  server.host(plain, { tick: (match) => match.emit('tock', { n: ++n }) })
  await server.listen()
  const kill = () => {
    const { clients } = server.io.engine as unknown as { clients: Record<string, { transport: { socket: WebSocket } }> }
    for (const { transport } of Object.values(clients)) (transport.socket as never as { terminate(): void }).terminate()
  }
  return { server, url: `http://localhost:${server.port}`, warnings, kill }
}

async function enter(url: string, options: Partial<ConnectOptions<Game>> = {}): Promise<ClientMatch<Game>> {
  return drawn(await connect(game, url, { match: 'quick', name: 'ada', input: () => ({ go: 1 }), ...options }))
}

function drawn<M extends ClientMatch<any>>(match: M): M {
  const drawing = setInterval(() => match.frame(performance.now()), 1000 / 60)
  cleanups.push(() => {
    clearInterval(drawing)
    return match.leave()
  })
  return match
}

/** The numbers of a match's ticks, as they come. */
function tocks(match: ClientMatch<Game> | ClientMatch<typeof plain>): number[] {
  const heard: number[] = []
  ;(match as ClientMatch<Game>).on('tock', ({ n }) => void heard.push(n))
  return heard
}

const isUnbroken = (heard: readonly number[]): boolean => heard.every((n, i) => n === heard[0] + i)
/** It happens in the tick after the answer at the latest, which may be the last thing that is heard. */
const ask = (match: ClientMatch<Game>, way: Way) => match.request('do', { way }).catch(() => undefined)

const patience = { timeout: 10_000, interval: 10 }

test('players of a match in a thread move, ask, see each other and what happens', async () => {
  const { server, url } = await serve()
  const [ada, bob] = [await enter(url), await enter(url, { name: 'bob', input: () => ({ go: -1 }) })]
  expect(ada.id).toBe(bob.id)
  const heard = tocks(ada)
  await vi.waitFor(() => {
    expect(ada.view.ship.mine!.x).toBeGreaterThan(105)
    expect([...ada.view.ship].map(({ x }) => x).sort((a, b) => a - b)[0]).toBeLessThan(97)
    expect(heard.length).toBeGreaterThan(20)
  }, patience)
  expect(isUnbroken(heard)).toBe(true)
  expect([await bob.request('add', { n: 5 }), await ada.request('add', { n: 5 })]).toEqual([{ n: 5 }, { n: 10 }])
  expect(server.matches).toMatchObject([{ id: ada.id, game: 'threaded', players: 2, capacity: 2, locked: false }])
  expect([...ada.players.values()].map(({ name }) => name)).toEqual(['ada', 'bob'])

  await bob.leave()
  await vi.waitFor(() => expect(server.matches[0].players).toBe(1), patience)
  const text = await server.metrics.metrics()
  expect(text).toMatch(/tickwire_players{game="threaded"} 1/)
  expect(Number(/tickwire_tick_seconds_count (\d+)/.exec(text)![1])).toBeGreaterThan(20)
})

test('a connection that is cut comes back to its seat, and misses nothing', async () => {
  const { url, kill } = await serve()
  const match = await enter(url)
  const heard = tocks(match)
  await match.request('add', { n: 1 })
  const { id } = match.me
  kill()
  await vi.waitFor(() => expect(match.status).toBe('reconnecting'), patience)
  await vi.waitFor(() => expect(match.status).toBe('playing'), patience)
  const before = heard.length
  expect(await match.request('add', { n: 1 })).toEqual({ n: 2 })
  await vi.waitFor(() => expect(heard.length).toBeGreaterThan(before + 10), patience)
  expect(isUnbroken(heard)).toBe(true)
  expect(match.me.id).toBe(id)
})

test('who comes back to a match that is over hears why', async () => {
  const { server, url, kill } = await serve()
  const opened = server.openInThread(game, { laps: 3 })
  const match = await enter(url, { match: opened.id })
  await vi.waitFor(() => expect(match.view.ship.mine?.x).toBeGreaterThanOrEqual(400), patience)
  expect(opened).toMatchObject({ players: { size: 1 }, capacity: 2, locked: false, ended: undefined })
  kill()
  opened.end('it was over')
  expect(opened.ended).toBe('it was over')
  expect(server.matches).toEqual([])
  expect(await match.ended).toBe('it was over')
  expect(match.endCode).toBe('ENDED')
})

test('a match that ends, and a player who is taken out, hear it in its words, and the thread goes', async () => {
  const { server, url } = await serve({ threads: { ...threads, most: 1 } })
  const [ada, bob] = [await enter(url), await enter(url, { name: 'bob' })]
  await expect(enter(url)).rejects.toMatchObject({ code: 'ERR_RATE_LIMIT' })
  void ask(bob, 'kick')
  expect([await bob.ended, bob.endCode]).toEqual(['enough of you', 'KICKED'])
  expect(ada.status).toBe('playing')
  void ask(ada, 'end')
  expect([await ada.ended, ada.endCode]).toEqual(['it was enough', 'ENDED'])
  await vi.waitFor(() => server.openInThread(game), patience)
})

describe('of a match whose rules fail only its players hear', () => {
  const ended: (() => unknown)[] = []
  let served: Served
  let other: ClientMatch<Game>
  let beside: ClientMatch<typeof plain>
  let heard: number[][]

  beforeAll(async () => {
    served = await serve()
    other = await enter(served.url, { match: { create: { laps: 1 } } })
    await ask(other, 'lock')
    beside = drawn(await connect(plain, served.url, { match: 'quick', input: () => ({}) }))
    heard = [tocks(other), tocks(beside)]
    ended.push(...cleanups.splice(0)) // not after the first test
  })
  afterAll(async () => {
    while (ended.length > 0) await ended.pop()!()
  })

  test.each<[Way, RegExp]>([
    ['throw', /^the game failed at tick \d+: this rule throws$/],
    ['throwOddly', /^the game failed at tick \d+: something that is no text$/],
    ['reject', /^the game failed: nobody catches this$/],
    ['throwLater', /^the game failed: nobody catches this either$/],
    ['babble', /^the game failed: (blah){100,250}/],
    ['exit', /^the match's thread ended with status 7$/],
    // Where collecting garbage takes long, the other bound comes first.
    ['hog', /^the game failed: it took too much memory$|^the match did not come back from a tick/],
    ['loop', /^the match did not come back from a tick for 1\.5 s$/],
  ])('%s', async (way, reason) => {
    const { server, url, warnings } = served
    const failing = await enter(url)
    const skipped = async (): Promise<number> => (await (await fetch(`${url}/healthz`)).json()).skippedTicks
    const before = { skipped: await skipped(), heard: heard.map(({ length }) => length), at: performance.now() }
    void ask(failing, way)
    expect(await failing.ended).toMatch(reason)
    expect(failing.endCode).toBe('ENDED')
    await vi.waitFor(() => expect(warnings.join()).toContain(failing.id), patience)
    const ticked = heard.map(({ length }, i) => length - before.heard[i])
    const due = Math.floor(((performance.now() - before.at) * plain.tickRate) / 1000)
    console.log(
      `${way}: others heard ${ticked.join(' and ')} ticks of ${due}; skipped: ${(await skipped()) - before.skipped}`
    )
    // While the one stood still: it does so for 45 of them.
    if (way === 'loop') expect(Math.min(...ticked)).toBeGreaterThan(20)
    expect(heard.map(isUnbroken)).toEqual([true, true])
    await vi.waitFor(
      () => expect(server.matches.map(({ id }) => id).sort()).toEqual([other.id, beside.id].sort()),
      patience
    )
    expect(await other.request('add', { n: 0 })).toEqual({ n: 0 })
  })
})

test('a tick that takes long and comes back is only warned of', async () => {
  const { url, warnings } = await serve()
  const match = await enter(url)
  await ask(match, 'sleep')
  await match.request('add', { n: 1 })
  const told = new RegExp(`match ${match.id} \\(threaded\\): tick \\d+ took [6-9]\\d\\d\\.`)
  await vi.waitFor(() => expect(warnings.join('\n')).toMatch(told), patience)
})

test('quick players get a seat together as long as there are seats, though all come at once', async () => {
  const { server, url } = await serve()
  const all = await Promise.all(Array.from({ length: 5 }, () => enter(url)))
  expect(new Set(all.map(({ id }) => id)).size).toBe(3)
  await expect(enter(url, { match: all[0].id })).rejects.toMatchObject({ code: 'ERR_MATCH_FULL' })
  const alone = server.matches.find(({ players }) => players === 1)!
  await ask(all.find(({ id }) => id === alone.id)!, 'lock')
  await vi.waitFor(() => expect(server.matches.find(({ id }) => id === alone.id)?.locked).toBe(true), patience)
  await expect(enter(url, { match: alone.id })).rejects.toMatchObject({ code: 'ERR_MATCH_LOCKED' })
  expect((await enter(url)).id).not.toBe(alone.id)
})

test('who was authenticated has the same seat on another page; the old one hears it', async () => {
  const authenticate: ServerOptions['authenticate'] = ({ auth }) => ({
    id: String(auth.id),
    name: 'ada',
    data: auth.odd ? () => {} : { level: 3 },
  })
  const { url, warnings } = await serve({ authenticate })
  const [old, other] = [await enter(url, { auth: { id: 'a' } }), await enter(url, { auth: { id: 'b' } })]
  await expect(enter(url, { auth: { id: 'c', odd: true } })).rejects.toMatchObject({ code: 'ERR_USAGE' })
  expect(warnings.join()).toContain("what authenticate() gave can't go to a thread")
  const page = await enter(url, { auth: { id: 'a' } })
  expect([page.id, page.me.id]).toEqual([old.id, old.me.id])
  await old.ended
  expect(old.endCode).toBe('ERR_REPLACED')
  expect(other.status).toBe('playing')
})

describe('closing the server', () => {
  test('tells all players why, also those of a match that stands still, and ends the threads', async () => {
    const { server, url } = await serve()
    const [ada, bob] = [await enter(url), await enter(url, { match: { create: { laps: 1 } } })]
    const heard = tocks(bob)
    void ask(bob, 'loop')
    await ada.request('add', { n: 1 })
    await server.close('we close')
    expect([await ada.ended, await bob.ended, ada.endCode, bob.endCode]).toEqual([
      'we close',
      'we close',
      'ENDED',
      'ENDED',
    ])
    expect(isUnbroken(heard)).toBe(true)
    expect(() => server.openInThread(game)).toThrow('ERR_DISCONNECTED')
  })
})

describe('what is refused, with what to do', () => {
  const made = () => {
    const server = createServer({ port: 0, signals: false, warn: () => {}, threads })
    cleanups.push(() => server.close())
    return server
  }

  test('a match of it by open(), and one of another game by openInThread()', () => {
    const server = made()
    server.hostInThreads(game, module)
    server.host(plain, {})
    expect(() => server.open(game)).toThrow(/run in threads: use openInThread\(\).*ERR_USAGE/)
    expect(() => server.openInThread(plain)).toThrow(/use open\(\).*ERR_USAGE/)
    expect(() => server.hostInThreads(plain, module)).toThrow('ERR_USAGE')
  })

  const other = defineGame({ name: 'threaded', tickRate: 30, entities: {} })
  test.each<[string, AnyGame, string, string, RegExp]>([
    ['that is not there', game, './no-such-file.ts', 'ERR_USAGE', /no-such-file/],
    ['without rules', game, '../src/index.ts', 'ERR_USAGE', /exports no game: expected 'game' and 'rules'/],
    ['of another game', other, module.href, 'ERR_SCHEMA_MISMATCH', /: expected 'threaded' of schema \d+$/],
  ])('a module %s, when the server starts', async (_, of, file, code, message) => {
    const server = made()
    server.hostInThreads(of, new URL(file, import.meta.url))
    await expect(server.listen()).rejects.toMatchObject({ code, reason: expect.stringMatching(message) })
  })
})
