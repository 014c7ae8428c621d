// The server's process: one match of one contender. It notes when each tick was made, and what its memory holds.

import { createServer } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { answer } from '../child.ts'
import { every, now } from '../clock.ts'
import type { Host } from './contender.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import type { Ticks } from './figures.ts'

export interface StartOptions {
  readonly contender: ContenderName
  readonly rows: number
  readonly silentSeconds?: number
}
/** Bytes. Since mark(): what the process took beyond what it had then, and what waited for connections, at most. */
export interface Memory {
  readonly added: number
  readonly waiting: number
  /** What it holds beyond what it held then: the heap and what hangs on it, garbage collected. */
  readonly held: number
}

const SAMPLE_MS = 100

const sockets = new Set<Socket>()
const arrivals: { readonly tick: number; readonly late: number }[] = []
const ticks: { tick: number[]; at: number[] } = { tick: [], at: [] }
let host: Host
let rssAtMark = 0
let heldAtMark = 0
let rss = 0
let waiting = 0

function sample(): void {
  rss = Math.max(rss, process.memoryUsage.rss())
  let bytes = host.waiting()
  for (const socket of sockets) bytes += socket.writableLength
  waiting = Math.max(waiting, bytes)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Bytes; takes a moment. */
function held(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const handlers = {
  now: (): number => now(),
  async start({ contender, ...options }: StartOptions): Promise<number> {
    const http = createServer()
    http.on('connection', (socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
    const { host: start } = await CONTENDERS[contender].load()
    host = await start({
      http,
      ...options,
      made(tick) {
        ticks.tick.push(tick)
        ticks.at.push(now())
      },
      arrived: (tick, late) => arrivals.push({ tick, late }),
    })
    if (!http.listening) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    every(SAMPLE_MS, sample)
    return (http.address() as AddressInfo).port
  },
  mark(): void {
    heldAtMark = held()
    rssAtMark = rss = process.memoryUsage.rss()
    waiting = 0
  },
  memory: (): Memory => ({ added: rss - rssAtMark, waiting, held: held() - heldAtMark }),
  ticks: (): Ticks => ticks,
  /** Commands in the order in which they came; below 0: before their tick. Of all players alike. */
  arrived: (): readonly { readonly tick: number; readonly late: number }[] => arrivals,
  players: (): number => host.players?.() ?? 0,
  /** Of all connections that are open: how many, and the bytes written to them so far. */
  connections(): { readonly count: number; readonly written: number } {
    let written = 0
    for (const socket of sockets) written += socket.bytesWritten
    return { count: sockets.size, written }
  },
}
export type ServerHandlers = typeof handlers
answer(handlers)
