// Notices a rule that never ends. The loop says in shared memory which match it is in; a thread of its own reads that
// four times a second, since nothing else runs while a rule does. A process that stands still in a match for 1.5 s, or
// anywhere for 10 s, is named on the error stream and ended by SIGKILL (137 in a shell), for its supervisor to start anew:
// a loop can't be broken from outside, and while it runs no other match does.

import { once } from 'node:events'
import { url as debuggerUrl } from 'node:inspector'
import { Worker } from 'node:worker_threads'
import { LOOK_EVERY_MS, MAX_LOOKS, MAX_LOOKS_IN_TICK } from './heartbeat.ts'
import type { Onlooker } from './loop.ts'

// Shared memory: three words, then text. The thread waits on `STOP`.
const BEATS = 0
const LENGTH = 1
const STOP = 2
const TEXT_AT = 12
const SIZE = 512

// As text: a file of its own would have to be found and loaded wherever this one is bundled to. It counts its looks and
// not the time, so that a machine that slept is not taken for one that stands still; and it writes to the error stream
// itself, since what goes by way of the main thread would never get out.
const THREAD = `
const { parentPort, workerData } = require('node:worker_threads')
const words = new Int32Array(workerData, 0, ${TEXT_AT / 4})
parentPort.postMessage('watching')
let beats = -1
let looks = 0
while (Atomics.wait(words, ${STOP}, 0, ${LOOK_EVERY_MS}) === 'timed-out') {
  const beat = Atomics.load(words, ${BEATS})
  looks = beat === beats ? looks + 1 : 0
  beats = beat
  const length = Atomics.load(words, ${LENGTH})
  if (looks < (length > 0 ? ${MAX_LOOKS_IN_TICK} : ${MAX_LOOKS})) continue
  const name = Buffer.from(new Uint8Array(workerData, ${TEXT_AT}, length)).toString().replace(/\\p{C}/gu, ' ')
  const where = length > 0 ? name + ' did not come back from a tick' : 'the process stood still outside of any match'
  const line = 'tickwire: ' + where + ' for ' + (looks * ${LOOK_EVERY_MS}) / 1000 + ' s: it is ended, to be started anew'
  require('node:fs').writeSync(2, line + '\\n')
  process.kill(process.pid, 'SIGKILL')
}`

interface Named {
  readonly id: string
  readonly game: { readonly name: string }
}

export class Watchdog<M extends Named> implements Onlooker<M> {
  readonly #memory = new SharedArrayBuffer(SIZE)
  readonly #words = new Int32Array(this.#memory, 0, TEXT_AT / 4)
  readonly #text = new Uint8Array(this.#memory, TEXT_AT)
  readonly #names = new WeakMap<M, Uint8Array>()
  readonly #warn: (message: string) => void
  #worker: Worker | undefined

  constructor(warn: (message: string) => void) {
    this.#warn = warn
  }

  /** Resolves once it watches, or can't, which is told. Not under a debugger, whose breakpoints stand still, too. */
  async start(): Promise<void> {
    if (this.#worker || debuggerUrl() !== undefined) return
    this.#worker = new Worker(THREAD, { eval: true, execArgv: [], workerData: this.#memory })
    this.#worker.unref()
    this.#worker.on('error', (error) => this.#warn(`the watchdog does not watch: ${String(error)}`))
    await Promise.race([once(this.#worker, 'message'), once(this.#worker, 'exit')]).catch(() => {})
  }

  stop(): void {
    Atomics.store(this.#words, STOP, 1)
    Atomics.notify(this.#words, STOP)
  }

  alive(): void {
    Atomics.add(this.#words, BEATS, 1)
  }

  begins(match: M): void {
    let name = this.#names.get(match)
    if (!name) {
      name = new TextEncoder().encode(`match ${match.id} (${match.game.name})`).subarray(0, this.#text.length)
      this.#names.set(match, name)
    }
    this.#text.set(name)
    Atomics.store(this.#words, LENGTH, name.length)
    Atomics.add(this.#words, BEATS, 1)
  }

  ended(): void {
    Atomics.store(this.#words, LENGTH, 0)
    Atomics.add(this.#words, BEATS, 1)
  }
}
