// A server that only writes with its clients, each side a process of its own. It does nothing until it is told to, so that
// several of them can stand side by side and take turns second by second.

import { Child } from '../child.ts'
import type { CallersHandlers } from './callers-child.ts'
import type { Sending, SocketKind, SocketsHandlers, Spent } from './sockets-child.ts'

export class SocketServer {
  readonly kind: SocketKind
  readonly #server: Child<SocketsHandlers> = new Child(new URL('./sockets-child.ts', import.meta.url))
  readonly #callers: Child<CallersHandlers> = new Child(new URL('./callers-child.ts', import.meta.url))
  #port = 0

  constructor(kind: SocketKind) {
    this.kind = kind
  }

  /** More clients. */
  async connect(count: number): Promise<void> {
    this.#port ||= await this.#server.ask('open', this.kind)
    await this.#callers.ask('connect', { kind: this.kind, port: this.#port, count })
  }

  /** What it takes to send this for so long, and to read what clients say meanwhile: so many bytes as often, if any. */
  async spend(sending: Sending, commandBytes: number = 0): Promise<Spent> {
    if (commandBytes > 0) await this.#callers.ask('talk', { bytes: commandBytes, rate: sending.rate })
    const spent = await this.#server.ask('send', sending)
    if (commandBytes > 0) await this.#callers.ask('hush')
    return spent
  }

  stop(): void {
    this.#server.stop()
    this.#callers.stop()
  }
}
