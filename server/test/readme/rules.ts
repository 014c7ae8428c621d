import type { RulesOf } from '@tickwire/server'
import { dots as game } from './game.ts'

export { game }
export const rules: RulesOf<typeof game> = {
  join: (match, player) => void match.world.dot.spawn({ x: 400, y: 300 }, player),
  leave: (match, player) => match.world.dot.despawn(match.world.dot.ownedBy(player)),
}
