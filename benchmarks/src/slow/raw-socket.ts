// Socket.IO by hand over a WebSocket, as little of it as joining takes: for clients that do what no client does. They answer
// pings, and once they read no more they say once a second that they live, without being asked.

import type { Transport, TransportEvents } from '@tickwire/engine/client'
import { WebSocket } from 'ws'
import { now } from '../clock.ts'

const ALIVE_MS = 1000
const PING = '2'
const PONG = '3'
const CONNECT = '40'
/** An event with an acknowledgement, and that acknowledgement, each with one attachment. */
const askOf = (id: number) => `451-${id}["tickwire:ask",{"_placeholder":true,"num":0}]`
const ANSWER = /^461-(\d+)/

export class RawSocket implements Transport {
  readonly #ws: WebSocket
  #alive: NodeJS.Timeout | undefined
  readonly #asked = new Map<number, (answer: Uint8Array) => void>()
  #nextId = 0
  #answering: number | undefined
  /** Attachments of other events: they are none of ours. */
  #owed = 0
  #to: TransportEvents | undefined

  private constructor(ws: WebSocket) {
    this.#ws = ws
    ws.on('message', (data, isBinary) => (isBinary ? this.#bytes(data as Buffer) : this.#text(String(data))))
    ws.on('close', () => {
      clearInterval(this.#alive)
      this.#to?.status(false, 'closed')
    })
    ws.on('error', () => {}) // 'close' follows
  }

  static open(port: number): Promise<RawSocket> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/socket.io/?EIO=4&transport=websocket`)
    return new Promise((resolve, reject) => {
      ws.once('error', reject)
      ws.once('open', () => ws.send(CONNECT))
      ws.on('message', function connected(data) {
        if (String(data) === PING) ws.send(PONG)
        if (!String(data).startsWith(CONNECT)) return
        ws.off('message', connected)
        resolve(new RawSocket(ws))
      })
    })
  }

  /** Reads nothing from now on. What it sends still goes. */
  stopReading(): void {
    this.#ws.pause()
    this.#alive ??= setInterval(() => this.connected && this.#ws.send(PONG), ALIVE_MS)
  }

  get connected(): boolean {
    return this.#ws.readyState === WebSocket.OPEN
  }
  get bufferedAmount(): number {
    return this.#ws.bufferedAmount
  }
  now(): number {
    return now()
  }
  send(frame: Uint8Array<ArrayBuffer>): void {
    this.#ws.send(frame)
  }
  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const id = this.#nextId++
    this.#ws.send(askOf(id))
    this.#ws.send(message)
    return new Promise((resolve) => this.#asked.set(id, resolve))
  }
  listen(to: TransportEvents): void {
    this.#to = to
  }
  close(): void {
    this.#ws.terminate()
  }

  #text(text: string): void {
    if (text === PING) return this.#ws.send(PONG)
    const answer = ANSWER.exec(text)
    if (answer) this.#answering = Number(answer[1])
    else if (text.startsWith('45')) this.#owed += Number.parseInt(text.slice(2), 10)
  }

  #bytes(bytes: Uint8Array): void {
    if (this.#answering !== undefined) {
      this.#asked.get(this.#answering)?.(bytes)
      this.#answering = undefined
    } else if (this.#owed > 0) this.#owed--
    else this.#to?.frame(bytes)
  }
}
