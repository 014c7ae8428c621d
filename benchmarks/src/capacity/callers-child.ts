// Clients of sockets-child.ts, by hand and as light as they can be: they read everything, look at nothing, and say so
// many bytes so many times a second while they are told to.

import { connect } from 'node:net'
import { WebSocket } from 'ws'
import { answer } from '../child.ts'
import { every } from '../clock.ts'
import type { SocketKind } from './sockets-child.ts'

export interface Calls {
  readonly kind: SocketKind
  readonly port: number
  readonly count: number
}
export interface Talk {
  readonly bytes: number
  readonly rate: number
}

let sayers: ((bytes: Uint8Array) => void)[] = []
let stops: (() => void)[] = []
let closers: (() => void)[] = []

function bare(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', resolve)
    socket.setNoDelay(true)
    socket.on('error', reject)
    socket.resume()
    sayers.push((bytes) => socket.write(bytes))
    closers.push(() => socket.destroy())
  })
}

function webSocket(url: string, opened: (socket: WebSocket, resolve: () => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('open', () => opened(socket, resolve))
    sayers.push((bytes) => socket.send(bytes))
    closers.push(() => socket.terminate())
  })
}

/** Socket.IO: it answers the first message with a CONNECT, pings with pongs. */
function socketIo(socket: WebSocket, resolve: () => void): void {
  socket.send('40')
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) return
    if (data[0] === 50) socket.send('3')
    if (data[0] === 52 && data[1] === 48) resolve()
  })
}

const handlers = {
  async connect({ kind, port, count }: Calls): Promise<void> {
    const io = `ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`
    for (let i = 0; i < count; i++)
      if (kind === 'bare') await bare(port)
      else if (kind === 'ws') await webSocket(`ws://127.0.0.1:${port}`, (_, resolve) => resolve())
      else await webSocket(io, socketIo)
  },
  /** Each client from now on, each with a phase of its own. */
  talk({ bytes, rate }: Talk): void {
    const message = new Uint8Array(bytes).fill(1)
    stops = sayers.map((say, i) => {
      let stop = () => {}
      const timer = setTimeout(
        () => {
          stop = every(1000 / rate, () => say(message))
        },
        (i / sayers.length) * (1000 / rate)
      )
      return () => {
        clearTimeout(timer)
        stop()
      }
    })
  },
  hush(): void {
    for (const stop of stops) stop()
    stops = []
  },
  leave(): void {
    for (const stop of stops) stop()
    for (const close of closers) close()
    sayers = []
    stops = []
    closers = []
  },
}
export type CallersHandlers = typeof handlers
answer(handlers)
