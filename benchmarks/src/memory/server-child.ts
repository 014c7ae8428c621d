// A server's process whose memory is looked at: what is left of it once all garbage is collected.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Host } from '../arena/contender.ts'
import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { answer } from '../child.ts'

export interface StartOptions {
  readonly contender: ContenderName
  readonly matches: number
  readonly ships: number
  readonly rate: number
}
/** Bytes. */
export interface Memory {
  readonly rss: number
  /** On the JavaScript heap, and outside of it on its behalf. */
  readonly used: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const COLLECTIONS = 4

let host: Host | undefined

const handlers = {
  async start({ contender, ...options }: StartOptions): Promise<{ port: number; matches: readonly string[] }> {
    const http = createServer()
    const { host: start } = await CONTENDERS[contender].load()
    host = await start({ http, ...options, seed: 1, made() {} })
    if (!http.listening) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    return { port: (http.address() as AddressInfo).port, matches: host.matches }
  },
  /** The least of several looks, each after a collection. */
  async memory(): Promise<Memory> {
    let rss = Number.POSITIVE_INFINITY
    let used = Number.POSITIVE_INFINITY
    for (let i = 0; i < COLLECTIONS; i++) {
      collect()
      const { rss: all, heapUsed, external } = process.memoryUsage()
      rss = Math.min(rss, all)
      used = Math.min(used, heapUsed + external)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return { rss, used }
  },
  async stop(): Promise<void> {
    await host?.close()
  },
}
export type MemoryHandlers = typeof handlers
answer(handlers)
