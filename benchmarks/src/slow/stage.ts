// One run: a fresh server, players on good links, a slow link, and who is behind it; each in a process of its own. Who is
// behind the link joins while it is free, so that a run begins with everybody in.

import { Child } from '../child.ts'
import { agreement, now } from '../clock.ts'
import type { ProxyOptions } from '../proxy.ts'
import type { ProxyHandlers } from '../proxy-child.ts'
import type { ClientsHandlers, Seen } from './clients-child.ts'
import type { ContenderName } from './contenders.ts'
import { agesOf, latenessOf, madeAt, type Spread, spreadOf, type Ticks } from './figures.ts'
import { INTERVAL, type Options, ROUND_TRIP, wait } from './part.ts'
import type { Memory, ServerHandlers } from './server-child.ts'

/** Seconds of play before anything is measured: Tickwire learns its tables meanwhile. */
export const WARM_UP = 6

export interface StageOptions {
  readonly contender: ContenderName
  readonly rows: number
  /** Players on good links: straight to the server. */
  readonly good: number
  /** Players behind the proxy. */
  readonly slow: number
  readonly polling?: boolean
  readonly silentSeconds?: number
  readonly queue?: number
}
/** What a run came to in [from, to). */
export interface Outcome {
  /** The slow ones. */
  readonly seen: readonly Seen[]
  readonly made: ReadonlyMap<number, number>
  readonly ticks: Ticks
  readonly memory: Memory
  /** Ages at all players on good links. */
  readonly good: Spread
  readonly late: Spread
}

export class Stage {
  readonly server: Child<ServerHandlers> = new Child(new URL('./server-child.ts', import.meta.url))
  readonly slow: Child<ClientsHandlers> = new Child(new URL('./clients-child.ts', import.meta.url))
  readonly good: Child<ClientsHandlers> = new Child(new URL('./clients-child.ts', import.meta.url))
  readonly proxy: Child<ProxyHandlers> = new Child(new URL('../proxy-child.ts', import.meta.url))
  /** The server's, and the link's. */
  port = 0
  link = 0

  /** Everybody in, and warm. */
  async open({ contender, rows, good, slow, polling, silentSeconds, queue }: StageOptions): Promise<void> {
    for (const child of [this.server, this.slow, this.good]) await agreement(() => child.ask('now'), 3)
    this.port = await this.server.ask('start', { contender, rows, silentSeconds })
    await this.good.ask('connect', { contender, port: this.port, count: good })
    const oneWay = { latency: ROUND_TRIP / 2, jitter: 0 }
    const link: ProxyOptions = { to: this.port, profile: { up: oneWay, down: oneWay }, queue }
    this.link = await this.proxy.ask('start', link)
    await this.slow.ask('connect', { contender, port: this.link, count: slow, polling })
    await wait(WARM_UP)
  }

  /** From the server to those behind the link, bytes so far. */
  async down(): Promise<number> {
    return (await this.proxy.ask('taken')).down
  }

  async outcome(from: number, to: number): Promise<Outcome> {
    const [seen, good, ticks, memory] = await Promise.all([
      this.slow.ask('seen'),
      this.good.ask('seen'),
      this.server.ask('ticks'),
      this.server.ask('memory'),
    ])
    const made = madeAt(ticks)
    const ages = good.flatMap(({ held }) => [...agesOf(held, made, from, to)])
    return { seen, made, ticks, memory, good: spreadOf(ages), late: spreadOf(latenessOf(ticks, INTERVAL, from, to)) }
  }

  close(): void {
    for (const child of [this.server, this.slow, this.good, this.proxy]) child.stop()
  }
}

/** A run on a stage of its own. */
export async function staged<T>(options: StageOptions, act: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = new Stage()
  try {
    await stage.open(options)
    return await act(stage)
  } finally {
    stage.close()
  }
}

const streams = new Map<string, Promise<number>>()
const STREAM_SECONDS = 4

/** Bytes a second that a contender writes to each of its clients where nothing holds them up; measured once. */
export function streamOf(contender: ContenderName, { rows, good }: Options): Promise<number> {
  const key = `${contender} ${rows}`
  const stream = streams.get(key) ?? measureStream(contender, rows, good)
  streams.set(key, stream)
  return stream
}

async function measureStream(contender: ContenderName, rows: number, good: number): Promise<number> {
  return await staged({ contender, rows, good: Math.max(1, good), slow: 0 }, async ({ server }) => {
    const before = await server.ask('connections')
    const from = now()
    await wait(STREAM_SECONDS)
    const after = await server.ask('connections')
    return (after.written - before.written) / after.count / ((now() - from) / 1000)
  })
}
