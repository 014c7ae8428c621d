// The server's process: all matches of one contender. It notes when each tick was made, what processor time it took,
// and what its sockets wrote and read.

import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answer } from '../child.ts'
import { now } from '../clock.ts'
import type { Host } from './contender.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'

export interface StartOptions {
  readonly contender: ContenderName
  readonly matches: number
  readonly ships: number
  readonly rate: number
  readonly seed: number
}
export interface Started {
  readonly port: number
  /** The names to join by. */
  readonly matches: readonly string[]
}
/** Since the process began; compare two. */
export interface Counts {
  /** ms of the shared clock. */
  readonly at: number
  /** Milliseconds of processor time. */
  readonly user: number
  readonly system: number
  /** Ticks made, of all matches together. */
  readonly ticks: number
  /** Of all connections that were open; bytes on them as the socket counts them, headers of WebSocket included. */
  readonly written: number
  readonly read: number
  readonly connections: number
  /** Bytes. */
  readonly rss: number
}
/** `at[i]`, in ms, is when tick `tick[i]` of match `match[i]` was made. */
export interface Made {
  readonly match: readonly number[]
  readonly tick: readonly number[]
  readonly at: readonly number[]
}

const sockets = new Set<Socket>()
let host: Host | undefined
let ticks = 0
let closedWritten = 0
let closedRead = 0
let made: { match: number[]; tick: number[]; at: number[] } = { match: [], tick: [], at: [] }

const handlers = {
  now: (): number => now(),
  async start({ contender, ...options }: StartOptions): Promise<Started> {
    const http = createServer()
    http.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => {
        sockets.delete(socket)
        closedWritten += socket.bytesWritten
        closedRead += socket.bytesRead
      })
    })
    const { host: start } = await CONTENDERS[contender].load()
    host = await start({
      http,
      ...options,
      made(match, tick) {
        ticks++
        made.match.push(match)
        made.tick.push(tick)
        made.at.push(now())
      },
    })
    if (!http.listening) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return { port: (http.address() as AddressInfo).port, matches: host.matches }
  },
  counts(): Counts {
    const { user, system } = process.cpuUsage()
    let written = closedWritten
    let read = closedRead
    for (const socket of sockets) {
      written += socket.bytesWritten
      read += socket.bytesRead
    }
    return {
      at: now(),
      user: user / 1000,
      system: system / 1000,
      ticks,
      written,
      read,
      connections: sockets.size,
      rss: process.memoryUsage.rss(),
    }
  },
  /** Forgets the ticks noted so far. */
  mark(): void {
    made = { match: [], tick: [], at: [] }
  },
  /** Those since mark(). */
  made: (): Made => made,
  async stop(): Promise<void> {
    await host?.close()
    host = undefined
  },
}
export type ServerHandlers = typeof handlers
answer(handlers)
