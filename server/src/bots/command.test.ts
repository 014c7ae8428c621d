import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test, vi } from 'vitest'
import { botsCommand, sharesOf } from './command.ts'

vi.mock(import('node:child_process'), async (original) => {
  const real = await original()
  return { ...real, fork: vi.fn(real.fork) as never }
})

const fixture = fileURLToPath(new URL('game.fixture.ts', import.meta.url))
const URL_HERE = 'http://127.0.0.1:1'

async function bots(...words: string[]): Promise<string> {
  let out = ''
  const said = {
    out: (text: string) => {
      out += text
    },
    progress: () => {},
  }
  await botsCommand(words, said, new Promise(() => {}))
  return out
}

test.each<[string, string[], string]>([
  ['no URL at all', ['--game', fixture], "expected the server's URL, and nothing else"],
  ['no URL', ['localhost:3000', '--game', fixture], "'localhost:3000' is no URL: expected one such as"],
  ['no game named', [URL_HERE], 'expected --game FILE'],
  ['no module', [URL_HERE, '--game', 'none.js'], "none.js can't be imported: "],
  ['no such export', [URL_HERE, '--game', fixture, '--export', 'dots'], "has no export 'dots', but game"],
  ['no number', [URL_HERE, '--game', fixture, '--players', 'many'], "--players is 'many': a whole number"],
  ['none of them', [URL_HERE, '--game', fixture, '--players', '0'], "--players is '0': a whole number"],
  ['an unknown option', [URL_HERE, '--fast'], "Unknown option '--fast'"],
])('%s is refused with the reason, before anything starts', async (_, words, reason) => {
  await expect(bots(...words)).rejects.toThrow(reason)
  expect(fork).not.toHaveBeenCalled()
})

test('every player has a process, and no process is without players', () => {
  expect(sharesOf(4, 2)).toEqual([2, 2])
  expect(sharesOf(7, 3)).toEqual([3, 2, 2])
  for (const [players, workers] of [
    [3, 8],
    [10, 16],
    [1, 2],
    [100, 7],
  ]) {
    const shares = sharesOf(players, workers)
    expect(shares.reduce((a, b) => a + b)).toBe(players)
    expect(shares).toHaveLength(Math.min(players, workers))
    expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1)
  }
})

test('says how it is used', async () => {
  expect(await bots('--help')).toContain('tickwire-bots URL --game FILE')
})
