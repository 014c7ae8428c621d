// All matches of a server that run in threads, one thread each. A game is hosted by the address of the module that has its
// rules: a thread of its own looks at it first, so that a mistake is told when the server starts.

import { url as debuggerUrl } from 'node:inspector'
import { type AnyGame, TickwireError } from '@tickwire/engine'
import { fail } from '@tickwire/engine/wire'
import { DEFAULT_CAPACITY } from '../match/match.ts'
import type { Elsewhere } from '../match/remote.ts'
import { LOOK_EVERY_MS } from './heartbeat.ts'
import { systemClock } from './loop.ts'
import { type Overseer, ThreadMatch, type ThreadMatchSetup } from './thread-match.ts'
import type { FromThread } from './thread-messages.ts'
import { hearRest, startThread, type WorkerLimits } from './worker.ts'

export interface ThreadOptions extends WorkerLimits {
  /** Most threads at once; 64 by default. Each is a match, and counts in `maxMatches`, too. */
  readonly most?: number
}

export interface ThreadsSetup {
  readonly options?: ThreadOptions
  /** As a match has it. */
  readonly checks: boolean
  readonly warn: (message: string) => void
  /** A match ran a tick: which, how late it began and how long it took, ms. */
  readonly ticked: (match: ThreadMatch, tick: number, late: number, took: number) => void
}

const MOST = 64
// What loading a module may take.
const LOAD_WITHIN_MS = 10_000

export class Threads {
  /** What the loops of all threads counted so far. */
  overruns = 0
  skipped = 0
  readonly #setup: ThreadsSetup
  readonly #most: number
  /** Those too whose match is over and whose thread is not. */
  readonly #matches = new Set<ThreadMatch>()
  readonly #inspections: Promise<void>[] = []
  #lookedAt = Number.NEGATIVE_INFINITY
  #isClosed = false

  constructor(setup: ThreadsSetup) {
    this.#setup = setup
    this.#most = setup.options?.most ?? MOST
    if (!Number.isInteger(this.#most) || this.#most < 1)
      fail('ERR_USAGE', `threads.most is ${this.#most}; a whole number above 0 is expected`)
  }

  /** Begins to look at the module: ready() says what came of it. */
  host(game: AnyGame, module: URL): Elsewhere {
    const { options = {}, checks, warn, ticked } = this.#setup
    let capacity = DEFAULT_CAPACITY
    let prior: Uint8Array<ArrayBuffer> | undefined
    const ready = (seats: number): void => {
      capacity = seats
    }
    const inspection = inspect(game, module, options).then(ready)
    inspection.catch((error) => warn(`'${game.name}' can't be hosted: ${String(error)}`))
    this.#inspections.push(inspection)
    return {
      get prior() {
        return prior
      },
      open: (setup) => {
        if (this.#isClosed) fail('ERR_DISCONNECTED', 'the server is closing')
        if (this.#matches.size >= this.#most) fail('ERR_RATE_LIMIT', `${this.#most} threads run: expected fewer`)
        const overseer: Overseer = {
          ready,
          ticked: (tick, late, took) => ticked(match, tick, late, took),
          lagged: (overruns, skipped) => {
            this.overruns += overruns
            this.skipped += skipped
          },
          learned: (bytes) => {
            prior = bytes
          },
          warn,
        }
        const match = this.#start({ ...setup, module, checks, prior, capacity }, overseer)
        this.#matches.add(match)
        void match.exited.then(() => this.#matches.delete(match))
        return match
      },
    }
  }

  #start(setup: ThreadMatchSetup, overseer: Overseer): ThreadMatch {
    try {
      return new ThreadMatch(setup, this.#setup.options ?? {}, overseer)
    } catch (error) {
      overseer.warn(`no thread for a match of '${setup.game.name}': ${String(error)}`)
      throw new TickwireError('ERR_RATE_LIMIT', 'the machine gives no more threads', { cause: error })
    }
  }

  /** Resolves once the modules of all games were looked at. @throws as hostInThreads() says */
  async ready(): Promise<void> {
    await Promise.all(this.#inspections)
  }

  /** To be called all the time: notices who takes frames again, and which thread stands still. Not under a debugger. */
  look(now: number): void {
    if (this.#matches.size === 0) return
    const isTime = now - this.#lookedAt >= LOOK_EVERY_MS
    if (isTime) this.#lookedAt = now
    for (const match of this.#matches) {
      match.lookAtRelays()
      if (isTime && debuggerUrl() === undefined) match.look()
    }
  }

  /** Opens no more of them. Resolves once all threads are gone: a second or so after their matches. */
  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.all(Array.from(this.#matches, ({ exited }) => exited))
  }
}

/** Has a thread look at a module. Gives the capacity of its matches. @throws ERR_USAGE, ERR_SCHEMA_MISMATCH */
async function inspect(game: AnyGame, module: URL, limits: WorkerLimits): Promise<number> {
  const setup = { module: module.href, name: game.name, hash: game.hash }
  const { worker, port } = startThread(setup, limits)
  const gone = (why: string) => new TickwireError('ERR_USAGE', `${module.href}: ${why}`)
  try {
    return await new Promise<number>((resolve, reject) => {
      const hear = ([message]: readonly FromThread[]): void => {
        if (message.did === 'ready') resolve(message.capacity)
        if (message.did === 'fail') reject(new TickwireError(message.code, message.reason))
      }
      port.on('message', hear)
      worker.on('error', (error) => reject(gone(String(error))))
      worker.on('exit', (status) => {
        hearRest(port, hear)
        reject(gone(`its thread ended with status ${status}`))
      })
      const stop = systemClock.wake(LOAD_WITHIN_MS, () => reject(gone(`not loaded within ${LOAD_WITHIN_MS / 1000} s`)))
      worker.on('exit', stop)
    })
  } finally {
    void worker.terminate()
    port.close()
  }
}
