// A player on the floor who is only there: takes every frame and sends a command a tick.

import { WebSocket } from 'ws'
import { every } from '../clock.ts'
import type { ConnectExtra } from './transport.ts'

export const connectRawExtra: ConnectExtra = (game, port) =>
  new Promise((resolve, reject) => {
    const command = new Uint8Array(1)
    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.once('message', () => {
      const stop = every(1000 / game.tickRate, () => socket.send(command))
      socket.on('close', stop)
      resolve({ close: () => socket.terminate() })
    })
  })
