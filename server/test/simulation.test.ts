// Whole games from seeds, each with people who come and go, networks that fail, pages that sleep, rules that throw, and
// strangers: simulation/run.ts. The seeds are run by simulation/part-*.test.ts, and many more by `npm run soak`.

import { describe, expect, test } from 'vitest'
import { VirtualServer } from '../src/testing/index.ts'
import { planted } from './simulation/planted.ts'
import { whole } from './simulation/whole.ts'
import { newLedger, sea, seaRules } from './simulation/world.ts'

const { find, simulate } = await whole()

test('the same seed is the same game', async () => {
  const play = async (): Promise<unknown> => {
    const lines: string[] = []
    const outcome = await simulate(7, (line) => lines.push(line))
    return { outcome, lines }
  }
  expect(await play()).toEqual(await play())
})

describe('a planted fault is found', () => {
  test.each(Object.keys(planted))('%s', { timeout: 300_000 }, async (name) => {
    expect(await find(name, 60)).toBeDefined()
  })
})

describe('what seeds have found', () => {
  test('the first to join hears what happens in the tick of joining', async () => {
    const { join, ...rules } = seaRules(newLedger(), {})
    const server = new VirtualServer(sea, {
      ...rules,
      tick: undefined,
      join: (match, player) => {
        join!(match, player)
        match.emit('secret', { n: 1, text: 'hello' }, { to: player })
      },
    })
    const heard: string[] = []
    const joining = server.connect({ match: 'quick', input: () => ({ turn: 0, go: false, fire: false }) })
    const listening = joining.then(({ match }) => match.on('secret', ({ text }) => heard.push(text)))
    await server.run(2000)
    await listening
    expect(heard).toEqual(['hello'])
  })
})
