// The server's process: runs one match at a time and notes when each tick ended.

import { answer } from '../child.ts'
import { now } from '../clock.ts'
import { gameAt } from './game.ts'
import type { Host } from './transport.ts'
import { TRANSPORTS, type TransportName } from './transports.ts'

/** When each tick ended: `at[i]` is of tick `tick[i]`, in milliseconds. */
export interface TickTimes {
  readonly tick: readonly number[]
  readonly at: readonly number[]
  /** Milliseconds of processor time, from the first of these ticks to the last. */
  readonly cpu: number
}

let host: Host | undefined
let tick: number[] = []
let at: number[] = []
let since: NodeJS.CpuUsage = process.cpuUsage()

const handlers = {
  now: (): number => now(),
  async start({ transport, rate, players }: { transport: TransportName; rate: number; players: number }) {
    host = await TRANSPORTS[transport].host(gameAt(rate), players, (ended) => {
      tick.push(ended)
      at.push(now())
    })
    return host.port
  },
  /** Forgets the ticks so far. */
  mark(): void {
    tick = []
    at = []
    since = process.cpuUsage()
  },
  ticks(): TickTimes {
    const { user, system } = process.cpuUsage(since)
    return { tick, at, cpu: (user + system) / 1000 }
  },
  async stop(): Promise<void> {
    await host?.close()
    host = undefined
  },
}
export type ServerHandlers = typeof handlers
answer(handlers)
