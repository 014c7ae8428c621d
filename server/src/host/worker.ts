// Starts a thread of Node: what it may have, what it loads, and its end of the line. How it gets on is its maker's business.

import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import { Pulse } from './heartbeat.ts'
import type { FromThread, ThreadSetup } from './thread-messages.ts'

/** What a thread may have: Node's own options of a Worker. */
export interface WorkerLimits {
  /** Megabytes of memory for what JavaScript has, buffers excepted; `{ maxOldGenerationSizeMb: 256 }` by default. */
  readonly resourceLimits?: { readonly maxOldGenerationSizeMb?: number; readonly maxYoungGenerationSizeMb?: number }
  /** What the rules find as `process.env`; by default what the server has. */
  readonly env?: Readonly<Record<string, string>>
  /** Node's options on a command line; by default those of the process. */
  readonly execArgv?: readonly string[]
}

const DEFAULT_LIMITS = { maxOldGenerationSizeMb: 256 }
// As text, since it loads TypeScript: by itself from Node 22.18 on, with tsx before, which does so in the main thread only.
const START = `
const { workerData } = require('node:worker_threads')
const { entry, module } = workerData
const isTyped = [entry, module].some((name) => /\\.[cm]?ts$/.test(name)) && !process.features.typescript
const typed = isTyped ? import('tsx/esm/api').then(({ register }) => register()) : Promise.resolve()
typed.then(() => import(entry))`
const ENTRY = new URL(import.meta.url.endsWith('.ts') ? './thread.ts' : './thread.js', import.meta.url).href

/** Starts a thread. Of `setup` the rest is made here. */
export function startThread(
  setup: Omit<ThreadSetup, 'port' | 'memory'>,
  { resourceLimits = DEFAULT_LIMITS, env, execArgv }: WorkerLimits
): { readonly worker: Worker; readonly port: MessagePort; readonly pulse: Pulse } {
  const { port1, port2 } = new MessageChannel()
  const pulse = new Pulse()
  const worker = new Worker(START, {
    eval: true,
    name: setup.match ? `match ${setup.match.id}` : setup.name,
    workerData: { ...setup, entry: ENTRY, port: port2, memory: pulse.memory },
    transferList: [port2],
    resourceLimits,
    ...(env && { env }),
    ...(execArgv && { execArgv: [...execArgv] }),
  })
  port1.unref()
  worker.unref()
  return { worker, port: port1, pulse }
}

/** What a thread that is gone said before and nobody heard yet. */
export function hearRest(port: MessagePort, hear: (batch: readonly FromThread[]) => void): void {
  for (let left = receiveMessageOnPort(port); left; left = receiveMessageOnPort(port)) hear(left.message)
}
