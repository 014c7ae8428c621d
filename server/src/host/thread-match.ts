// A match in a thread, as the main thread has it: it hands on what connections say, and writes what the match says to
// them. The thread may stop, throw, exit or fill its memory: then its players are told so, and nothing else happens.

import type { MessagePort, Worker } from 'node:worker_threads'
import { type AnyGame, TickwireError } from '@tickwire/engine'
import { errorAnswer, packAnswer, packTell } from '@tickwire/engine/wire'
import type { Connection } from '../match/connection.ts'
import { clipped, describe, located } from '../match/describe.ts'
import type { Trouble } from '../match/match.ts'
import type { Relay, RemoteMatch, RemoteSetup } from '../match/remote.ts'
import type { Identity } from '../match/rules.ts'
import type { Pulse } from './heartbeat.ts'
import { afterTurn, systemClock } from './loop.ts'
import { eachFrame } from './outbox.ts'
import type { FromThread, ToThread } from './thread-messages.ts'
import { ThreadRelay } from './thread-relay.ts'
import { hearRest, startThread, type WorkerLimits } from './worker.ts'

export interface ThreadMatchSetup extends RemoteSetup {
  readonly module: URL
  readonly checks: boolean
  readonly prior: Uint8Array | undefined
  /** As far as it is known before the thread says so. */
  readonly capacity: number
}

/** Who hears of a thread. */
export interface Overseer {
  ready(capacity: number): void
  ticked(tick: number, late: number, took: number): void
  lagged(overruns: number, skipped: number): void
  learned(prior: Uint8Array<ArrayBuffer>): void
  warn(message: string): void
}

// What a match that is over has left to do, a file to close, takes no longer.
const FINISH_MS = 1000
const OUT_OF_MEMORY = 'ERR_WORKER_OUT_OF_MEMORY'

export class ThreadMatch implements RemoteMatch {
  readonly id: string
  readonly game: AnyGame
  readonly players: { size: number } = { size: 0 }
  readonly troubles: Record<Trouble, number> = { unreadable: 0, unsound: 0 }
  /** Resolves once the thread is gone. */
  readonly exited: Promise<void>
  capacity: number
  locked = false
  ended: string | undefined
  readonly #overseer: Overseer
  readonly #worker: Worker
  readonly #port: MessagePort
  readonly #pulse: Pulse
  readonly #relays = new Map<number, ThreadRelay>()
  readonly #asked = new Map<number, (answer: Uint8Array<ArrayBuffer>) => void>()
  #said: ToThread[] = []
  #people: ReadonlySet<string> = new Set()
  readonly #isTold: boolean
  #isOpen = true
  /** Joins that are not answered yet. */
  #joining = 0
  #lastLine = 0
  #lastAsk = 0
  #stopFinishing = (): void => {}

  constructor(setup: ThreadMatchSetup, limits: WorkerLimits, overseer: Overseer) {
    const { id, game, options, seed, module, checks, prior } = setup
    this.id = id
    this.game = game
    this.capacity = setup.capacity
    this.#overseer = overseer
    this.#isTold = checks
    const match = { id, options, seed, checks, prior }
    const started = startThread({ module: module.href, name: game.name, hash: game.hash, match }, limits)
    this.#worker = started.worker
    this.#port = started.port
    this.#pulse = started.pulse
    this.#port.on('message', (batch: FromThread[]) => this.#hearAll(batch))
    this.#worker.on('error', (error: unknown) => this.#threw(error))
    this.exited = new Promise((resolve) => {
      this.#worker.on('exit', (status) => {
        hearRest(this.#port, (batch) => this.#hearAll(batch))
        this.#fail(`the match's thread ended with status ${status}`)
        this.#stopFinishing()
        this.#port.close()
        resolve()
      })
    })
  }

  get open(): boolean {
    return this.ended === undefined && !this.locked && this.#isOpen && this.players.size + this.#joining < this.capacity
  }

  expects(person: string): boolean {
    return this.ended === undefined && this.#people.has(person)
  }

  connect(connection: Connection, identity: Identity | undefined): Relay {
    const number = ++this.#lastLine
    try {
      this.#post({ to: 'open', line: number, identity: structuredClone(identity) })
    } catch (error) {
      this.#overseer.warn(`what authenticate() gave can't go to a thread: ${String(error)}`)
      throw new TickwireError('ERR_USAGE', 'the identity holds what cannot be copied to a thread')
    }
    const relay = new ThreadRelay(this, number, connection, {
      post: (message) => this.#post(message),
      ask: (bytes, joins) => this.#ask(number, bytes, joins),
      closed: () => this.#relays.delete(number),
    })
    this.#relays.set(number, relay)
    return relay
  }

  /** Players hear it at once, whatever the thread is at. */
  end(reason: string): void {
    if (this.ended !== undefined) return
    this.#post({ to: 'end', reason })
    this.#close(reason)
    this.#finish()
  }

  /** Four times a second: ends what stands still. */
  look(): void {
    const stands = this.#pulse.look()
    if (stands === undefined || this.ended !== undefined) return
    this.#fail(`the match ${stands}`)
  }

  /** Tells the thread of connections that take frames again. */
  lookAtRelays(): void {
    for (const relay of this.#relays.values()) relay.look()
  }

  // An error may hold secrets: clients read it in dev mode alone.
  #threw(error: unknown): void {
    const failed = 'the game failed'
    if ((error as { code?: unknown } | undefined)?.code === OUT_OF_MEMORY)
      return this.#fail(`${failed}: it took too much memory`)
    this.#fail(this.#isTold ? `${failed}: ${describe(error)}` : failed, `${failed}: ${located(error)}`)
  }

  /** The thread can't go on: why, as clients hear it, and as the operator does. */
  #fail(reason: string, cause: string = reason): void {
    if (this.ended === undefined)
      this.#overseer.warn(`match ${this.id} (${this.game.name}) is ended: ${clipped(cause)}`)
    this.#close(reason)
    void this.#worker.terminate()
  }

  #close(reason: string): void {
    this.ended ??= clipped(reason)
    const told = packTell({ tell: 'end', code: 'ENDED', reason: this.ended })
    for (const relay of this.#relays.values()) relay.end(told)
    this.#relays.clear()
    const refusal = packAnswer(errorAnswer(new TickwireError('ERR_MATCH_ENDED', this.ended)))
    for (const answer of this.#asked.values()) answer(refusal)
    this.#asked.clear()
  }

  #finish(): void {
    this.#stopFinishing()
    this.#stopFinishing = systemClock.wake(FINISH_MS, () => void this.#worker.terminate())
  }

  /** What the sockets say in one turn wakes the thread once. */
  #post(message: ToThread): void {
    if (this.#said.length === 0)
      afterTurn(() => {
        const said = this.#said
        this.#said = []
        this.#port.postMessage(said)
      })
    this.#said.push(message)
  }

  #ask(line: number, bytes: Uint8Array, joins: boolean): Promise<Uint8Array<ArrayBuffer>> {
    if (this.ended !== undefined)
      return Promise.resolve(packAnswer(errorAnswer(new TickwireError('ERR_MATCH_ENDED', this.ended))))
    const id = ++this.#lastAsk
    if (joins) this.#joining++
    return new Promise((resolve) => {
      this.#asked.set(id, (answer) => {
        this.#asked.delete(id)
        if (joins) this.#joining--
        resolve(answer)
      })
      this.#post({ to: 'ask', line, id, bytes: new Uint8Array(bytes) })
    })
  }

  #hearAll(batch: readonly FromThread[]): void {
    for (const message of batch) this.#hear(message)
  }

  #hear(message: FromThread): void {
    const overseer = this.#overseer
    switch (message.did) {
      case 'frames':
        return eachFrame(message, (line, shared, head) => this.#relays.get(line)?.write(shared, head))
      case 'notify':
        return this.#relays.get(message.line)?.connection.notify(message.bytes)
      case 'enter':
        return this.#relays.get(message.line)?.enter()
      case 'exit':
        return this.#relays.get(message.line)?.exit()
      case 'close':
        return this.#relays.get(message.line)?.connection.close()
      case 'answer':
        return this.#asked.get(message.id)?.(message.bytes)
      case 'change':
        this.players.size = message.players
        this.troubles.unreadable = message.unreadable
        this.troubles.unsound = message.unsound
        this.locked = message.locked
        this.#isOpen = message.open
        return
      case 'expect':
        this.#people = new Set(message.people)
        return
      case 'tick':
        return overseer.ticked(message.tick, message.late, message.took)
      case 'lag':
        return overseer.lagged(message.overruns, message.skipped)
      case 'learn':
        return overseer.learned(message.prior)
      case 'warn':
        return overseer.warn(clipped(message.text))
      case 'ready':
        this.capacity = message.capacity
        return overseer.ready(message.capacity)
      case 'fail':
        return this.#fail('the game could not be started', `${message.reason} (${message.code})`)
      case 'finish':
        this.#close(message.reason)
        return this.#finish()
    }
  }
}
