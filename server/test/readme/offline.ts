import { connectOver } from '@tickwire/engine/client'
import { createLocalServer } from '@tickwire/server/local'
import { dots } from './game.ts'
import { rules } from './rules.ts'

const server = createLocalServer(dots, rules, { seed: 1, now: () => performance.now() })
requestAnimationFrame(function advance(now) {
  server.advance(now) // before joining, too: that takes a tick
  requestAnimationFrame(advance)
})
export const match = await connectOver(server.connect(), dots, { match: 'quick', input: () => ({ x: 1, y: 0 }) })
