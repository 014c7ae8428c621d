import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { angle, command, defineGame, entity, int, ranged } from '@tickwire/engine'
import { createServer } from '@tickwire/server'
import { expect, test } from 'vitest'
import { bundle, GAME, partOf, sharesOf } from '../src/bundle/measure.ts'

/**
 * KB, minified and gzipped, of a page with the whole client: what it takes today, and a little. The goal is 42; it goes up
 * only for what players feel.
 */
const MOST = 49.2

test(`a game's page loads at most ${MOST} KB for Tickwire, Socket.IO included`, async () => {
  const { gzipped, modules, code } = await bundle(GAME)
  const shares = sharesOf(modules, gzipped, partOf).map((one) => `${one.part} ${(one.gzipped / 1000).toFixed(1)}`)
  expect(gzipped / 1000, shares.join('\n')).toBeLessThan(MOST)
  // What only servers and tools need stays there.
  const names = modules.map(({ name }) => name)
  for (const file of [
    'training',
    'trainer',
    'explain',
    'ledger',
    'recording',
    'fit',
    'counts',
    'encoder',
    'prior-packing',
  ])
    expect(names).not.toContain(`engine/src/wire/${file}.ts`)
  expect(names.filter((name) => name.startsWith('msgpackr'))).toEqual([])
  expect(names).not.toContain('engine/src/state/world.ts')
  // Kinds of field that the game does not have.
  for (const kind of ['text', 'data', 'list']) expect(names).not.toContain(`engine/src/schema/${kind}.ts`)
  // Texts for its developer.
  expect(code).not.toMatch(/the schema allows|expected at most/)
  // A build that forbids eval, as game portals do.
  expect(modules.filter(({ code }) => /\beval\(|new Function\b/.test(code)).map(({ name }) => name)).toEqual([])
})

/** The game of GAME, as its server has it. */
const dots = defineGame({
  name: 'dots',
  tickRate: 30,
  entities: {
    dot: entity({ x: ranged(0, 800, 1 / 16), y: ranged(0, 600, 1 / 16), a: angle(8) }, { predict: 'owner' }),
  },
  command: command({ x: int(-1, 1) }),
})

test('a production page plays with a server that has every check', async () => {
  const server = createServer({ port: 0, warn: () => {} })
  server.host(dots, { join: (match, player) => void match.world.dot.spawn({ x: 100.5, y: 50, a: 0 }, player) })
  await server.listen()
  const folder = mkdtempSync(join(tmpdir(), 'tickwire-page-'))
  let page: ChildProcess | undefined
  try {
    const { code } = await bundle(GAME.replace("connect(game, ''", 'connect(game, self.server'))
    // What a browser has.
    const browser = `import { WebSocket } from '${import.meta.resolve('ws')}'
Object.assign(globalThis, { self: globalThis, WebSocket, server: 'http://localhost:${server.port}',
  requestAnimationFrame: (draw) => setTimeout(() => draw(performance.now()), 16) })
`
    writeFileSync(join(folder, 'browser.mjs'), browser)
    writeFileSync(join(folder, 'page.mjs'), `import './browser.mjs'\n${code}`)
    page = spawn(process.execPath, [join(folder, 'page.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [drawn] = await once(page.stdout!, 'data')
    expect(String(drawn).split('\n')[0]).toBe('100.5 50')
  } finally {
    page?.kill()
    rmSync(folder, { recursive: true })
    await server.close()
  }
})

test('shares add up, and parts are rooms and packages', () => {
  const modules = [
    { name: 'engine/src/wire/bits.ts', code: 'the quick brown fox jumps over the lazy dog' },
    { name: 'engine/src/wire/delta.ts', code: 'sphinx of black quartz, judge my vow' },
    { name: '@socket.io/component-emitter/lib/index.js', code: 'pack my box with five dozen liquor jugs' },
  ]
  const shares = sharesOf(modules, 600, partOf)
  expect(shares.map(({ part }) => part)).toEqual(['engine: wire', '@socket.io/component-emitter'])
  expect(shares.reduce((sum, { gzipped }) => sum + gzipped, 0)).toBeCloseTo(600)
})
