// The demo's server in a process of its own, with one empty arena. It notes when each tick began.

import { createServer } from '@tickwire/server'
import { arena } from '../../../demo-game/src/game.ts'
import { rules } from '../../../demo-game/src/rules.ts'
import { answer } from '../child.ts'

/** By tick, ms since 1970 to the microsecond. */
const began: number[] = []
const timed: typeof rules = {
  ...rules,
  tick(match) {
    began[match.world.tick] = performance.timeOrigin + performance.now()
    rules.tick(match)
  },
}

const handlers = {
  /** Serves the pages in that folder. */
  async start(folder: string): Promise<{ port: number; match: string }> {
    const server = createServer({ port: 0, static: folder, signals: false, checks: false, warn: () => {} })
    server.host(arena, timed)
    await server.listen()
    const match = server.open(arena, { bots: 0, rocks: 0 })
    return { port: server.port, match: match.id }
  },
  began: (): readonly number[] => began,
}
export type ServerHandlers = typeof handlers

answer(handlers)
