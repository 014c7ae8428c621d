// What the READMEs show is these files, which the compiler checks with all others.

import { readFileSync } from 'node:fs'
import { VirtualServer } from '@tickwire/server/testing'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => vi.unstubAllGlobals())

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
const shown = (name: string) => `\`\`\`ts\n// ${name}.ts\n${read(`./readme/${name}.ts`).trim()}\n\`\`\``

test('the README shows its code as it compiles, and the smallest game in at most 60 lines', () => {
  const readme = read('../../README.md')
  const smallest = ['game', 'server', 'client']
  for (const name of [...smallest, 'predictor', 'ahead', 'offline']) expect(readme).toContain(shown(name))
  const lines = smallest.flatMap((name) => read(`./readme/${name}.ts`).trim().split('\n'))
  expect(lines.length).toBeLessThanOrEqual(60)
})

test('so does the README of the server', () => {
  const readme = read('../README.md')
  for (const name of ['server', 'auth', 'bots', 'rules', 'dots.test']) expect(readme).toContain(shown(name))
})

test('the offline page plays as it is shown', async () => {
  let now = 0
  const frames: ((now: number) => void)[] = []
  vi.stubGlobal('performance', { now: () => now })
  vi.stubGlobal('requestAnimationFrame', (frame: (now: number) => void) => frames.push(frame))
  const playing = import('./readme/offline.ts')
  const isPlaying = playing.then(() => true)
  const frame = async () => {
    now += 16
    frames.shift()?.(now)
    return Promise.race([isPlaying, new Promise<false>((resolve) => setImmediate(resolve, false))])
  }
  while (!(await frame())) {}
  const { match } = await playing
  for (let i = 0; i < 60; i++) {
    await frame()
    match.frame(now)
  }
  expect(match.view.dot.mine?.x).toBeGreaterThan(500)
})

test('the bot that is shown goes to the middle and past it', async () => {
  const [{ bot, dots }, { rules }] = await Promise.all([import('./readme/bots.ts'), import('./readme/rules.ts')])
  const server = new VirtualServer(dots, rules)
  let pressed = { x: 0, y: 0 }
  const { match } = await server.join({ match: 'quick', input: () => pressed })
  const ways = new Set<number>()
  for (let i = 0; i < 60; i++) {
    pressed = bot(i, () => 0.5, match)
    ways.add(pressed.x)
    await server.run(50)
  }
  expect(match.view.dot.mine?.x).toBeCloseTo(400, -2)
  expect(ways).toEqual(new Set([-1, 1]))
})
