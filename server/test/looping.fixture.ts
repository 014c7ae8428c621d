// A server of a rule that never ends.

import { command, defineGame } from '@tickwire/engine'
import { createServer } from '../src/index.ts'

const game = defineGame({ name: 'loops', tickRate: 20, entities: {}, command: command({}), move: {} })
const server = createServer({ port: 0 })
server.host(game, {
  tick(match) {
    if (match.world.tick === 5) for (;;);
  },
})
await server.listen()
console.log(server.open(game).id)
