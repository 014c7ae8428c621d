// `npm start`: the game and its page, from one port.

import { createServer } from '@tickwire/server'
import { arena } from './game.ts'
import { rules } from './rules.ts'

const port = Number(process.env.PORT ?? 3000)
const server = createServer({ port, static: new URL('../dist', import.meta.url).pathname })
server.host(arena, rules)
await server.listen()
console.log(`Tickwire Arena: http://localhost:${port}`)
