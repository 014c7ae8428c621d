// Tickwire's server with a match that has next to nothing to send: no ships, and a budget of a few bytes a second. What it
// takes more with commands than without them is what commands take.

import { createServer as createHttpServer } from 'node:http'
import { createServer } from '@tickwire/server'
import { gameAt } from '../arena/game.ts'
import { failuresOnly, LIMITS } from '../arena/tickwire.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'

export interface Opened {
  readonly port: number
  readonly match: string
}
/** Since the process began. */
export interface Heard {
  readonly at: number
  /** ms of processor time. */
  readonly user: number
  readonly system: number
  readonly frames: number
  readonly bytes: number
}

const FOR_EVER = 3600
const BYTES_PER_SECOND = 10
const http = createHttpServer()
let messages = 0
let bytes = 0

const handlers = {
  async open({ rate, players }: { rate: number; players: number }): Promise<Opened> {
    const game = gameAt(rate)
    const server = createServer({ http, checks: false, limits: LIMITS, warn: failuresOnly })
    server.io.engine.on('connection', (engine: { on(event: 'packet', heard: (packet: Packet) => void): void }) =>
      engine.on('packet', ({ data }) => {
        messages++
        bytes += data?.length ?? 0
      })
    )
    server.host(game, {
      capacity: players,
      emptySeconds: FOR_EVER,
      silentSeconds: FOR_EVER,
      maxBytesPerSecond: BYTES_PER_SECOND,
    })
    const match = server.open(game).id
    await server.listen()
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return { port: server.port, match }
  },
  heard(): Heard {
    const { user, system } = process.cpuUsage()
    return { at: now(), user: user / 1000, system: system / 1000, frames: messages, bytes }
  },
}
interface Packet {
  readonly data?: string | Uint8Array
}
export type InboundHandlers = typeof handlers
answer(handlers)
