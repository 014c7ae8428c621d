// A server's process whose memory is looked at: what is left of it once all garbage is collected.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'
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
  /** Resident. */
  readonly whole: number
  /** Of that, without V8's young generation. */
  readonly rss: number
  /** On the JavaScript heap, and outside of it on its behalf. */
  readonly used: number
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const COLLECTIONS = 4
/** Objects that fill all of the young generation, so that its pages are there and what V8 says of it is what it takes. */
const GARBAGE = 1_000_000

let host: Host | undefined
const garbage: unknown[] = []

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
    let whole = Number.POSITIVE_INFINITY
    let rss = Number.POSITIVE_INFINITY
    let used = Number.POSITIVE_INFINITY
    for (let i = 0; i < COLLECTIONS; i++) {
      for (let n = 0; n < GARBAGE; n++) garbage[0] = [n]
      collect()
      const { rss: all, heapUsed, external } = process.memoryUsage()
      const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')!
      whole = Math.min(whole, all)
      rss = Math.min(rss, all - young.physical_space_size)
      used = Math.min(used, heapUsed + external)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return { whole, rss, used }
  },
  async stop(): Promise<void> {
    await host?.close()
  },
}
export type MemoryHandlers = typeof handlers
answer(handlers)
