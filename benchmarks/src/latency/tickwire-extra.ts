// A player of Tickwire's who is only there: it joins as everyone does, acknowledges every frame and sends a command a
// tick, but decodes and draws nothing, so that a hundred of them take little of the machine that also measures.

import { connectOver, openSocket, type Transport, type TransportEvents } from '@tickwire/engine/client'
import { BitReader, BitWriter, planOf, readChunkHeader, writeCommands } from '@tickwire/engine/wire'
import { every } from '../clock.ts'
import type { ConnectExtra } from './transport.ts'

/** How many ticks after the newest that arrived its commands are for. */
const LEAD = 3

export const connectTickwireExtra: ConnectExtra = async (game, port) => {
  const line = new TickReader(await openSocket(`http://127.0.0.1:${port}`))
  const match = await connectOver(line, game, { match: 'quick', input: () => ({ press: 0 }) })
  const { command: layout } = planOf(game)
  const bits = new BitWriter()
  const commands = [{ press: 0 }]
  let stamped = 0
  const stop = every(1000 / game.tickRate, () => {
    const { newest } = line
    const first = newest + LEAD
    if (newest < 0 || first <= stamped) return
    stamped = first
    line.send(
      writeCommands(bits, layout, {
        ack: newest,
        arrivedAt: line.newestAt,
        drawn: newest,
        renderTick: newest,
        first,
        commands,
      })
    )
  })
  return {
    close() {
      stop()
      void match.leave()
    },
  }
}

/** A transport that keeps frames to itself and notes their tick. */
class TickReader implements Transport {
  newest = -1
  newestAt = 0
  readonly #inner: Transport

  constructor(inner: Transport) {
    this.#inner = inner
  }
  get bufferedAmount(): number {
    return this.#inner.bufferedAmount
  }
  get connected(): boolean {
    return this.#inner.connected
  }
  now(): number {
    return this.#inner.now()
  }
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#inner.send(frame)
  }
  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    return this.#inner.ask(message)
  }
  listen(to: TransportEvents): void {
    this.#inner.listen({
      frame: (bytes) => {
        const own = new BitReader(bytes, 1)
        const start = own.varint() + bytes.length - own.remaining
        this.newest = readChunkHeader(new BitReader(bytes, start), Math.max(this.newest, 0)).tick
        this.newestAt = this.now()
      },
      tell: (message) => to.tell(message),
      status: (connected, reason) => to.status(connected, reason),
    })
  }
  close(): void {
    this.#inner.close()
  }
}
