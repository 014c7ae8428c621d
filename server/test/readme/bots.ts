import type { BotInput } from '@tickwire/server'
import { dots } from './game.ts'

export { dots }
/** To the middle and past it. Before its first state a bot has no dot. */
export const bot: BotInput<typeof dots> = (_tick, random, match) => {
  const x = match.view.dot.mine?.x ?? 0
  return { x: x < 400 ? 1 : -1, y: random() < 0.1 ? 1 : 0 }
}
