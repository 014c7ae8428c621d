import type { ClientMatch } from '@tickwire/engine/client'
import { dots } from './game.ts'

export { dots }
/** To the middle and past it. Before its first state a bot has no dot. */
export function bot(_tick: number, random: () => number, match: ClientMatch<typeof dots>): typeof dots.command {
  const x = match.view.dot.mine?.x ?? 0
  return { x: x < 400 ? 1 : -1, y: random() < 0.1 ? 1 : 0 }
}
