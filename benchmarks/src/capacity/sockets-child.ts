// A server that only writes, and counts what it is sent: bare TCP sockets, `ws`, plain Socket.IO, or Tickwire's own way to a
// room. Nothing is simulated and nothing is coded.

import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { Server as Io } from 'socket.io'
import { type WebSocket, WebSocketServer } from 'ws'
// Internal on purpose: what is measured is the path from a match's frame to the sockets, and nothing before it.
import { Metrics } from '../../../server/src/host/metrics.ts'
import { Sockets } from '../../../server/src/host/socket.ts'
import type { Connection } from '../../../server/src/match/connection.ts'
import { LIMITS } from '../arena/tickwire.ts'
import { answer } from '../child.ts'
import { every } from '../clock.ts'

export type SocketKind = 'bare' | 'ws' | 'io' | 'tickwire'
export interface Spent {
  /** Milliseconds of processor time. */
  readonly user: number
  readonly system: number
  readonly cpu: number
  /** Frames handed to sockets, and messages that came. */
  readonly sent: number
  readonly received: number
}
export interface Sending {
  /** Of each frame, 0: none are sent. */
  readonly bytes: number
  /** Frames a second to each client. */
  readonly rate: number
  readonly seconds: number
}

let received = 0
let sent = 0
/** Sends one frame to everybody. */
let send: (frame: Uint8Array<ArrayBuffer>) => void = () => {}

const OPEN: Record<SocketKind, () => Promise<number>> = {
  bare() {
    const sockets = new Set<Socket>()
    const server = createTcpServer((socket) => {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('data', () => received++)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    })
    send = (frame) => {
      for (const socket of sockets) socket.write(frame)
      sent += sockets.size
    }
    return listen(server)
  },
  ws() {
    const http = createServer()
    const sockets = new Set<WebSocket>()
    const presses = new Map<WebSocket, number>()
    new WebSocketServer({ server: http, perMessageDeflate: false }).on('connection', (socket) => {
      sockets.add(socket)
      socket.on('message', (data: Buffer) => {
        received++
        presses.set(socket, data[0])
      })
      socket.on('close', () => sockets.delete(socket))
    })
    send = (frame) => {
      for (const socket of sockets) socket.send(frame)
      sent += sockets.size
    }
    return listen(http)
  },
  io() {
    const http = createServer()
    const io = new Io(http, { serveClient: false })
    io.on('connection', (socket) => {
      void socket.join('match')
      socket.on('input', () => received++)
    })
    send = (frame) => {
      io.to('match').emit('state', frame)
      sent += io.sockets.sockets.size
    }
    return listen(http)
  },
  tickwire() {
    const http = createServer()
    const connections = new Set<Connection>()
    const metrics = new Metrics(() => {
      throw new Error('nobody reads these')
    })
    new Sockets(http, { limits: LIMITS, warn: () => {}, metrics }, (connection) => {
      connections.add(connection)
      connection.enter('match')
      return {
        frame: () => received++,
        ask: async () => new Uint8Array(0),
        closed: () => connections.delete(connection),
      }
    })
    send = (bytes) => {
      const shared = { bytes, prebuilt: undefined }
      for (const connection of connections) connection.sendFrame(shared)
      sent += connections.size
    }
    return listen(http)
  },
}

function listen(server: ReturnType<typeof createServer> | ReturnType<typeof createTcpServer>): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))
}

const handlers = {
  open: (kind: SocketKind): Promise<number> => OPEN[kind](),
  /** Sends frames for so long; what that took, and whatever came meanwhile. */
  async send({ bytes, rate, seconds }: Sending): Promise<Spent> {
    sent = 0
    received = 0
    const before = process.cpuUsage()
    let made = 0
    const stop = every(1000 / rate, () => {
      if (bytes === 0) return
      // A frame is made anew each tick, as states are.
      const frame = new Uint8Array(bytes).fill(++made & 255)
      frame[0] = 1
      send(frame)
    })
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    stop()
    const { user, system } = process.cpuUsage(before)
    return { user: user / 1000, system: system / 1000, cpu: (user + system) / 1000, sent, received }
  },
}
export type SocketsHandlers = typeof handlers
answer(handlers)
