// The command tickwire-bots, as a process, against a server.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { game } from '../src/bots/game.fixture.ts'
import { createServer, type Server } from '../src/index.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const fixture = here('../src/bots/game.fixture.ts')
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()!()
})

async function serve(capacity: number): Promise<{ server: Server; url: string; commands: { go: number }[] }> {
  const server = createServer({ port: 0, signals: false, warn: () => {} })
  const commands: { go: number }[] = []
  server.host(game, {
    capacity,
    join: (match, player) => void match.world.dot.spawn({ x: 0 }, player),
    leave: (match, player) => void match.world.dot.despawn(match.world.dot.ownedBy(player)),
    tick: (_, all) => {
      for (const { go } of all.values()) commands.push({ go })
    },
  })
  await server.listen()
  cleanups.push(() => server.close())
  return { server, url: `http://127.0.0.1:${server.port}`, commands }
}

interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}
function bots(...words: string[]): Promise<Ran> {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const args = ['--import', tsx, '-C', '@tickwire/source', here('../src/bots/main.ts'), ...words]
  return new Promise((resolve) => {
    execFile(process.execPath, args, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }))
  })
}

it('plays in processes of its own, says what its players see, and leaves', async () => {
  const { server, url, commands } = await serve(8)
  const { code, out, err } = await bots(url, '--game', fixture, ...'--players 4 --workers 2 --seconds 2'.split(' '))
  expect([code, out.includes('4 of 4 players joined, 4 stayed to the end')], `${out}${err}`).toEqual([0, true])
  expect(out).toMatch(/state age {3}p50 [\d.]+ {2}p99 [\d.]+ {2}most [\d.]+ ms/)
  expect(err).toMatch(/ s {2}4\/4 players {2}age [\d.]+\/[\d.]+ ms {2}rtt [\d.]+\/[\d.]+ ms {2}in [\d.]+ kB\/s/)
  // Chance presses every key.
  expect(new Set(commands.map(({ go }) => go))).toEqual(new Set([-1, 0, 1]))
  expect(server.matches.map(({ players }) => players)).toEqual([0])
})

/** A module of the game with a bot of its own: the body of `bot(tick, random, match)`, with `idle` for a command. */
async function withBot(body: string): Promise<string> {
  const folder = await mkdtemp(path.join(path.dirname(fixture), 'bots-'))
  cleanups.push(() => rm(folder, { recursive: true }))
  const file = path.join(folder, 'own.ts')
  await writeFile(
    file,
    `export { game } from ${JSON.stringify(fixture)}
     const idle = { go: 0, aim: 0, stick: { x: 0, y: 0 }, tool: 'bow', head: { x: 0, y: 0, z: 0, w: 1 } }
     export const bot = (tick, random, match) => { ${body} }`
  )
  return file
}

it("runs the game's own bot where its module has one", async () => {
  const { url, commands } = await serve(8)
  const file = await withBot('return { ...idle, go: tick > 0 && random() >= 0 ? 1 : 0 }')
  const { code, err } = await bots(url, '--game', file, ...'--players 1 --seconds 1'.split(' '))
  expect(code, err).toBe(0)
  expect(new Set(commands.map(({ go }) => go))).toEqual(new Set([0, 1]))
})

it.each<[string, string, string]>([
  [
    'a bot that throws, though its match is over before anybody asks',
    "if (tick > 0) { void match.leave(); throw new Error('it broke') } return idle",
    "a bot's frame threw: Error: it broke",
  ],
  [
    'a process that is killed',
    "if (tick > 0) process.kill(process.pid, 'SIGKILL'); return idle",
    'a process of bots ended early (SIGKILL)',
  ],
])('%s ends the command with the reason', async (_, body, reason) => {
  const { url } = await serve(8)
  const file = await withBot(body)
  const { code, out, err } = await bots(url, '--game', file, ...'--players 1 --seconds 2'.split(' '))
  expect([code, out]).toEqual([1, ''])
  expect(err).toContain(`tickwire-bots: ${reason}`)
})

it('who finds no place is counted, and the exit code says so', async () => {
  const { server, url } = await serve(2)
  const { id } = server.open(game)
  const { code, out } = await bots(url, '--game', fixture, '--match', id, ...'--players 3 --seconds 1'.split(' '))
  expect(code).toBe(1)
  expect(out).toContain('2 of 3 players joined, 2 stayed to the end')
  expect(out).toMatch(/could not join:\n {2}1 x .*ERR_MATCH_FULL/)
})

it.each<[string, (url: string) => string[], RegExp]>([
  ['no server', () => ['http://127.0.0.1:1', '--game', fixture], /no player can join http:.*ERR_DISCONNECTED/],
  [
    'another game',
    (url) => [url, '--game', here('../src/cli/command.fixture.ts'), '--export', 'other'],
    /ERR_GAME_UNKNOWN/,
  ],
  ['no such match', (url) => [url, '--game', fixture, '--match', 'nowhere'], /ERR_MATCH_UNKNOWN/],
])('%s: in one line, and the exit code', async (_, words, reason) => {
  const { url } = await serve(8)
  const { code, out, err } = await bots(...words(url))
  expect([code, out]).toEqual([1, ''])
  expect(err).toMatch(/^tickwire-bots: /)
  expect(err).toMatch(reason)
  expect(err).not.toMatch(/^ +at /m)
})
