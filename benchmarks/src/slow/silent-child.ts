// A process of players who join, read what comes for a while and then stop reading for ever. They go on saying that they
// live.

import { connectOver } from '@tickwire/engine/client'
import { answer } from '../child.ts'
import { game } from './game.ts'
import { RawSocket } from './raw-socket.ts'

const sockets: RawSocket[] = []

const handlers = {
  async join({ port, count }: { readonly port: number; readonly count: number }): Promise<void> {
    for (let i = 0; i < count; i++) {
      const socket = await RawSocket.open(port)
      sockets.push(socket)
      await connectOver(socket, game, { match: 'quick', input: () => ({ press: 0 }) })
    }
  },
  stopReading(): void {
    for (const socket of sockets) socket.stopReading()
  },
}
export type SilentHandlers = typeof handlers
answer(handlers)
