// The demo's server in a process of its own, with one empty arena.

import { createServer } from '@tickwire/server'
import { arena } from '../../../demo-game/src/game.ts'
import { rules } from '../../../demo-game/src/rules.ts'
import { answer } from '../child.ts'

let late = 0

const handlers = {
  /** Serves the pages in that folder. */
  async start(folder: string): Promise<{ port: number; match: string }> {
    const server = createServer({ port: 0, static: folder, signals: false, checks: false, warn: () => late++ })
    server.host(arena, rules)
    await server.listen()
    const match = server.open(arena, { bots: 0, rocks: 0 })
    return { port: server.port, match: match.id }
  },
  /** How often the server warned so far: of ticks that took too long. */
  late: (): number => late,
}
export type ServerHandlers = typeof handlers

answer(handlers)
