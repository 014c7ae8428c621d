// A client of the floor: a `ws` socket, the decoder, one command a tick, and one at once when a key is pressed.

import { DeltaDecoder, type Snapshot } from '@tickwire/engine/wire'
import { WebSocket } from 'ws'
import { every } from '../clock.ts'
import type { LatencyGame } from './game.ts'
import type { ConnectBot } from './transport.ts'

export const connectRawBot: ConnectBot = (game, port, watcher) =>
  new Promise((resolve, reject) => {
    const decoder = new DeltaDecoder(game)
    let seen: Snapshot<LatencyGame> | undefined
    let before: Snapshot<LatencyGame> | undefined
    const command = new Uint8Array(1)
    const send = () => socket.send(command)
    let stop = () => {}

    const socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('close', () => stop())
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        const next = decoder.decode(data, seen, before)
        before = seen
        seen = next
        watcher.decoded(next)
      } else {
        stop = every(1000 / game.tickRate, send)
        resolve({
          player: Number(data),
          press(value) {
            command[0] = value
            send()
          },
          close: () => socket.terminate(),
        })
      }
    })
  })
