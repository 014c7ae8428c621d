// A process of our own that answers questions: one message each way, in order, errors as errors. Contenders and servers
// live in such processes, so that none shares another's heap, compiled code or event loop.

import { type ChildProcess, fork } from 'node:child_process'
import { setPriority } from 'node:os'
import { builtArguments } from './built.ts'

interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}
interface Answer {
  readonly id: number
  readonly value?: unknown
  readonly error?: string
}
export type Handlers = Record<string, (argument: any) => unknown>

interface ChildOptions {
  /** It gets Tickwire as it is built, since what that costs is measured. */
  readonly built?: boolean
  /** From 0 to 19: how far it stands back for others that want the processor, as if it were on another machine. */
  readonly nice?: number
}

export class Child<H extends Handlers> {
  readonly #process: ChildProcess
  readonly #waiting = new Map<number, { resolve(value: any): void; reject(error: Error): void }>()
  #nextId = 0

  /** Starts `module`, which must call answer(). */
  constructor(module: URL, { built = false, nice = 0 }: ChildOptions = {}) {
    const execArgv = built ? builtArguments(process.execArgv) : process.execArgv
    this.#process = fork(module, {
      execArgv,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    // At once: its threads have the priority that its first one has when it starts them.
    if (nice > 0 && this.#process.pid !== undefined) setPriority(this.#process.pid, nice)
    this.#process.on('message', ({ id, value, error }: Answer) => {
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error === undefined) waiting?.resolve(value)
      else waiting?.reject(new Error(error))
    })
    this.#process.on('exit', (code, signal) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(`a process of the benchmark ended early (${signal ?? code})`))
      this.#waiting.clear()
    })
  }

  ask<K extends keyof H & string>(name: K, ...[argument]: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>> {
    const id = this.#nextId++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#process.send({ id, name, argument } satisfies Question)
    })
  }

  /** Ends the process. */
  stop(): void {
    this.#process.disconnect()
  }
}

/** In the child: answers what the parent asks, until the parent lets go. */
export function answer(handlers: Handlers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    let reply: Answer
    try {
      reply = { id, value: await handlers[name](argument) }
    } catch (error) {
      reply = { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.send?.(reply)
  })
  process.on('disconnect', () => process.exit())
}
