// What `npm install` would bring, played in plain Node: both packages as npm packs them, unpacked into a folder elsewhere that
// has their declared dependencies and nothing else. It is `dist` that is packed: `npm run build` makes it.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'

const repository = fileURLToPath(new URL('../..', import.meta.url))

const FILES = {
  'game.mjs': `
import { bool, command, defineGame, entity, event, int, ranged, request, text } from '@tickwire/engine'

export const game = defineGame({
  name: 'packed',
  tickRate: 30,
  entities: { dot: entity({ x: ranged(0, 800, 1 / 16), name: text(8) }, { predict: 'owner' }) },
  command: command({ go: bool }),
  events: { far: event({ x: int(0, 800) }) },
  requests: { double: request({ n: int(0, 100) }, { n: int(0, 200) }) },
  move: { dot: (dot, { go }, { dt }) => { if (go) dot.x += 240 * dt } },
})
`,
  'server.mjs': `
import '@tickwire/server/local'
import '@tickwire/server/testing'
import { createServer } from '@tickwire/server'
import { game } from './game.mjs'

const server = createServer({ port: 0 })
server.host(game, {
  join: (match, player) => void match.world.dot.spawn({ x: 100, name: player.name }, player),
  tick: (match) => {
    for (const player of match.players) {
      const { x } = match.world.dot.ownedBy(player)
      if (x > 200) match.emit('far', { x }, { to: player })
    }
  },
  requests: { double: (_match, _player, { n }) => ({ n: 2 * n }) },
})
await server.listen()
console.log(server.port)
`,
  // Until it hears that it came far.
  'client.mjs': `
import { connect } from '@tickwire/engine/client'
import { game } from './game.mjs'

const [url, name, ...entries] = process.argv.slice(2)
const names = {}
for (const entry of entries) names[entry] = Object.keys(await import(entry)).sort()
const match = await connect(game, url, { match: 'quick', name, input: () => ({ go: true }) })
const drawing = setInterval(() => match.frame(performance.now()), 16)
const far = new Promise((resolve) => match.on('far', resolve))
const { n } = await match.request('double', { n: 21 })
const { x } = await far
clearInterval(drawing)
const mine = match.view.dot.mine
console.log(JSON.stringify({ from: import.meta.resolve('@tickwire/engine'), names, n, x, mine: { x: mine.x, name: mine.name } }))
await match.leave()
process.exit()
`,
  // As a bundler resolves these packages for players' pages; all others are Node's.
  'production.mjs': `
import { register } from 'node:module'

register('./conditions.mjs', import.meta.url)
`,
  'conditions.mjs': `
export const resolve = (name, context, next) =>
  next(name, name.startsWith('@tickwire/') ? { ...context, conditions: [...context.conditions, 'browser', 'production'] } : context)
`,
}

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly dependencies: Readonly<Record<string, string>>
}
interface Played {
  readonly from: string
  readonly names: Readonly<Record<string, readonly string[]>>
  readonly n: number
  readonly x: number
  readonly mine: { readonly x: number; readonly name: string }
}

const folder = mkdtempSync(join(tmpdir(), 'tickwire-packed-'))
const modules = join(folder, 'node_modules')
let server: ChildProcess | undefined
let url = ''
let entries: string[] = []

function run(file: string, options: readonly string[] = [], words: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...options, file, ...words], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
}
async function said(by: ChildProcess): Promise<string> {
  const ended = once(by, 'exit').then(() => Promise.reject(new Error(`${by.spawnargs.join(' ')} said nothing`)))
  const [first] = await Promise.race([once(by.stdout!, 'data'), ended])
  return String(first)
}

async function play(name: string, options: readonly string[] = []): Promise<Played> {
  return JSON.parse(await said(run('client.mjs', options, [url, name, ...entries]))) as Played
}

beforeAll(async () => {
  const packed = ['pack', '--offline', '--ignore-scripts', '-w', 'engine', '-w', 'server', '--pack-destination', folder]
  execFileSync('npm', packed, { cwd: repository, stdio: 'pipe' })
  for (const name of ['engine', 'server']) {
    const into = join(modules, '@tickwire', name)
    mkdirSync(into, { recursive: true })
    const tarball = readdirSync(folder).find((file) => file.startsWith(`tickwire-${name}-`))!
    execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', into])
    const manifest = JSON.parse(readFileSync(join(into, 'package.json'), 'utf8')) as Manifest
    if (name === 'engine') entries = Object.keys(manifest.exports).map((key) => `@tickwire/engine${key.slice(1)}`)
    for (const dependency of Object.keys(manifest.dependencies)) {
      const to = join(modules, dependency)
      mkdirSync(dirname(to), { recursive: true })
      if (!dependency.startsWith('@tickwire/'))
        symlinkSync(join(repository, 'node_modules', dependency), to, 'junction')
    }
  }
  for (const [file, code] of Object.entries(FILES)) writeFileSync(join(folder, file), code)
  server = run('server.mjs')
  url = `http://localhost:${Number(await said(server))}`
})
afterAll(() => {
  server?.kill()
  rmSync(folder, { recursive: true })
})

test('the packages play as they are published, and so does what pages of players load, which has the same exports', async () => {
  const [plain, lean] = await Promise.all([play('plain'), play('lean', ['--import', './production.mjs'])])
  expect(plain.from).toMatch(/node_modules\/@tickwire\/engine\/dist\/index\.js$/)
  expect(lean.from).toMatch(/node_modules\/@tickwire\/engine\/dist\/production\/index\.js$/)
  for (const [name, { n, x, mine }] of Object.entries({ plain, lean })) {
    expect([n, mine.name]).toEqual([42, name])
    expect(x).toBeGreaterThanOrEqual(200)
    expect(mine.x).toBeGreaterThan(200)
  }
  expect(Object.values(plain.names).every(({ length }) => length > 0)).toBe(true)
  expect(lean.names).toEqual(plain.names)
})
