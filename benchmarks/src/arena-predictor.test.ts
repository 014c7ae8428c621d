import { expect, test } from 'vitest'
import { arena, steered } from './arena.ts'
import { mean, sizesOf } from './codec/frames.ts'
import { record } from './scenes.ts'

test('what is foreseen is not sent, whatever the lag', () => {
  const [plain, foreseen] = [arena, steered].map((game) => record('arena', 50, 1, 60, game))
  for (const lag of [1, 3]) {
    const share = mean(sizesOf(steered, foreseen, { lag })) / mean(sizesOf(arena, plain, { lag }))
    expect(share).toBeLessThan(0.85)
  }
})
