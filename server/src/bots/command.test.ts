import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { botsCommand } from './command.ts'

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
})

test('says how it is used', async () => {
  expect(await bots('--help')).toContain('tickwire-bots URL --game FILE')
})
