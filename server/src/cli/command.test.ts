import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { explain, Prior, RecordingWriter, World } from '@tickwire/engine/wire'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { game, other } from './command.fixture.ts'
import { trainCommand } from './command.ts'

vi.mock(import('@tickwire/engine/wire'), async (original) => {
  const wire = await original()
  return { ...wire, explain: vi.fn(wire.explain) as never }
})

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'train-'))
  const writer = new RecordingWriter(game)
  const world = new World(game)
  const dots = Array.from({ length: 20 }, (_, i) => world.dot.spawn({ x: i * 40, secret: i }))
  const parts: Uint8Array[] = []
  for (let tick = 1; tick <= 200; tick++) {
    for (const [i, dot] of dots.entries()) dot.x += ((tick * 7 + i * 13) % 9) - 4
    world.tick = tick
    parts.push(writer.add(world.snapshot()))
  }
  await writeFile(path.join(folder, 'a.tw'), Buffer.concat(parts.slice(0, 150)))
  await writeFile(path.join(folder, 'cut.tw'), Buffer.concat(parts).subarray(0, -3))
  await writeFile(path.join(folder, 'short.tw'), Buffer.concat(parts.slice(0, 2)))
  await writeFile(path.join(folder, 'other.tw'), new RecordingWriter(other).add(new World(other).snapshot()))
  await writeFile(path.join(folder, 'text.tw'), 'a letter')
})
afterAll(() => rm(folder, { recursive: true }))

/** Files are those of the test's folder. */
const inFolder = (words: readonly string[]) =>
  words.map((word) => (/^[a-z]+\.(tw|bin|js)$/.test(word) ? path.join(folder, word) : word))

async function train(...words: string[]): Promise<{ out: string; progress: string[] }> {
  let out = ''
  const progress: string[] = []
  await trainCommand(inFolder(words), {
    out: (text) => {
      out += text
    },
    progress: (line) => void progress.push(path.basename(line)),
  })
  return { out, progress }
}

const fixture = here('command.fixture.ts')

test('a prior of recordings, and what it saves', async () => {
  const { out, progress } = await train(fixture, 'a.tw', 'cut.tw', '-o', 'prior.bin', '--export', 'game')
  expect(progress.slice(0, 2)).toEqual(['a.tw: 150 snapshots', 'cut.tw: 199 snapshots'])
  const packed = await readFile(path.join(folder, 'prior.bin'))
  expect(Prior.unpack(game, packed).epoch).toBe(1)
  const said = /a prior for 'dots', (\d+) bytes, of (\d+) frames\nbytes a frame without it (\S+), with it (\S+) /.exec(
    out
  )!
  const [bytes, frames, before, after] = said.slice(1).map(Number)
  expect([bytes, frames]).toEqual([packed.length, 148 + 197])
  expect(after).toBeLessThan(before)
  expect(after).toBeGreaterThan(0)
})

test.each<[string, string[], string]>([
  ['nothing at all', [], "expected a game's module"],
  ['no recording', [fixture, '-o', 'x.bin'], 'expected at least one recording'],
  ['no place for it', [fixture, 'a.tw'], 'expected -o FILE'],
  ['an unknown option', [fixture, 'a.tw', '--fast'], "Unknown option '--fast'"],
  ['no such module', ['none.js', 'a.tw', '-o', 'x.bin'], "none.js can't be imported: "],
  ['several games', [fixture, 'a.tw', '-o', 'x.bin'], 'exports several games, choose one: --export game | other'],
  ['no such export', [fixture, 'a.tw', '-o', 'x.bin', '--export', 'dots'], "has no export 'dots', but "],
  ['no game', [fixture, 'a.tw', '-o', 'x.bin', '--export', 'speed'], "'speed' is no game that defineGame() returned"],
  ['no such recording', [fixture, 'b.tw', '-o', 'x.bin', '--export', 'game'], "b.tw can't be read: ENOENT"],
  ["a place that can't be", [fixture, 'a.tw', '-o', '/no/such/folder/x', '--export', 'game'], "can't be written: "],
  ['another file', [fixture, 'text.tw', '-o', 'x.bin', '--export', 'game'], 'text.tw: this is no recording of a match'],
  ['another game', [fixture, 'other.tw', '-o', 'x.bin', '--export', 'game'], 'ERR_SCHEMA_MISMATCH'],
  ['next to nothing', [fixture, 'short.tw', '-o', 'x.bin', '--export', 'game'], 'short.tw has 2 whole snapshots'],
])('%s is refused with the reason, and writes nothing', async (_, words, reason) => {
  await expect(train(...words)).rejects.toThrow(reason)
  await expect(readFile(path.join(folder, 'x.bin'))).rejects.toThrow('ENOENT')
})

test('where the bits go, and smaller frames', async () => {
  const bytesOf = (out: string) => Number(/with it ([\d.]+)/.exec(out)![1])
  const words = [fixture, 'a.tw', '-o', 'prior.bin', '--export', 'game']
  const small = await train(...words, '--small')
  expect(explain).not.toHaveBeenCalled()
  const fast = await train(...words, '--explain')
  // An hour of snapshots is more than fits: they come one at a time.
  expect(vi.mocked(explain).mock.lastCall![1]).not.toBeInstanceOf(Array)
  expect(bytesOf(small.out)).toBeLessThanOrEqual(bytesOf(fast.out))
  expect(fast.out).toMatch(/column +kind +bytes +% +bits a row\n/)
  const lines = fast.out.trimEnd().split('\n').slice(4)
  const shares = lines.map((line) => Number(/[\d.]+ +([\d.]+)(?: +[\d.]+)?$/.exec(line)?.[1]))
  expect(lines.length).toBeGreaterThan(2)
  expect(shares).toEqual([...shares].sort((a, b) => b - a))
})

test('says how it is used', async () => {
  expect((await train('--help')).out).toContain('tickwire-train GAME RECORDING...')
})

test('as a process: what is wrong in one line, and the exit code', async () => {
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  const args = ['--import', tsx, '-C', '@tickwire/source', here('train.ts'), fixture]
  const { stdout, stderr, code } = await promisify(execFile)(process.execPath, args).catch((error) => error)
  expect([code, stdout]).toEqual([1, ''])
  expect(stderr).toMatch(/^tickwire-train: expected at least one recording\n/)
  expect(stderr).not.toMatch(/^ +at /m)
})
