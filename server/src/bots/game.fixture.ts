// What bots play in tests: a game with a command of every kind, and bots that only ever go right.

import { angle, bool, command, defineGame, entity, int, oneOf, quat, ranged, vec2 } from '@tickwire/engine'

export const game = defineGame({
  name: 'bots',
  tickRate: 30,
  entities: { dot: entity({ x: ranged(-2000, 2000, 0.5) }, { predict: 'owner' }) },
  command: command({
    go: int(-1, 1),
    fire: bool.default(false),
    aim: angle(8),
    stick: vec2(ranged(-1, 1, 1 / 64)),
    tool: oneOf('axe', 'bow'),
    head: quat(9),
  }),
  move: {
    dot(dot, { go }) {
      dot.x += go
    },
  },
})
