// Nobody is told what is not for them: not by a value, not by the length of a frame, not by when it comes.
// The long run: npm run soak -- secrecy --pairs 100000

import type { AnyGame } from '@tickwire/engine'
import { FrameWriter } from '@tickwire/engine/wire'
import { afterEach, expect, test, vi } from 'vitest'
import { pair } from './secrecy/pair.ts'

const PAIRS = 60

afterEach(() => vi.restoreAllMocks())

test(`${PAIRS} pairs of worlds that differ in what a player may not see look the same to that player`, async () => {
  let [differing, messages] = [0, 0]
  for (let seed = 0; seed < PAIRS; seed++) {
    const found = await pair(seed)
    differing += Number(found.differs)
    messages += found.messages
  }
  // There was something to hide: others were told of it.
  expect(differing).toBeGreaterThan(PAIRS / 2)
  expect(messages).toBeGreaterThan(PAIRS * 5)
})

test('a frame that holds what is another player’s is found', async () => {
  const head = FrameWriter.prototype.head
  vi.spyOn(FrameWriter.prototype, 'head').mockImplementation(function (this: FrameWriter<AnyGame>, setup, ...rest) {
    return head.call(this, { ...setup, player: setup.player === 1 ? 2 : setup.player }, ...rest)
  })
  const all = async () => {
    for (let seed = 0; seed < PAIRS; seed++) await pair(seed)
  }
  await expect(all()).rejects.toThrow('tells two worlds apart')
})
