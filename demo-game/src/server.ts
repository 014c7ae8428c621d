// The game and its page from one port: PORT, or 3000. `--no-page` leaves the page to somebody else (dev.ts).

import { fileURLToPath } from 'node:url'
import { createServer } from '@tickwire/server'
import { arena } from './game.ts'
import { rules } from './rules.ts'

const isBare = process.argv.includes('--no-page')
const server = createServer({
  port: Number(process.env.PORT ?? 3000),
  static: isBare ? undefined : fileURLToPath(new URL('../dist', import.meta.url)),
})
server.host(arena, rules)
await server.listen()
if (!isBare) console.log(`Tickwire Arena: http://localhost:${server.port}`)
