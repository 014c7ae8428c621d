import { command, defineGame, entity, int, ranged } from '@tickwire/engine'

const Dot = entity({ x: ranged(0, 800, 1 / 16).linear(), y: ranged(0, 600, 1 / 16).linear() }, { predict: 'owner' })

export const dots = defineGame({
  name: 'dots',
  tickRate: 30,
  entities: { dot: Dot },
  command: command({ x: int(-1, 1), y: int(-1, 1) }),
  move: {
    dot(dot, go, { dt }) {
      dot.x = Math.min(800, Math.max(0, dot.x + go.x * 240 * dt))
      dot.y = Math.min(600, Math.max(0, dot.y + go.y * 240 * dt))
    },
  },
})
