import { createServer } from '@tickwire/server'
import { dots } from './game.ts'

const server = createServer({ port: 3000 })
server.host(dots, {
  join: (match, player) => void match.world.dot.spawn({ x: 400, y: 300 }, player),
  leave: (match, player) => match.world.dot.despawn(match.world.dot.ownedBy(player)),
})
await server.listen()
console.log(`matches are at http://localhost:${server.port}`)
