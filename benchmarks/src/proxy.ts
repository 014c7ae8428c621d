// A slow line between clients and a server: a TCP proxy that needs no rights. Every connection has a line of its own, each
// way with its latency, jitter, stalls and rate (shaper.ts). While a line is full its sender's socket is not read, so that
// back-pressure goes on into that sender's kernel; a receiver that does not read holds its line up in the same way. What
// the two kernels buffer by themselves on loopback comes on top.

import { createServer, type Server, type Socket, connect as toServer } from 'node:net'
import { type LinkProfile, type ProfileName, profiles, Random } from '@tickwire/engine/testing'
import { now } from './clock.ts'
import { Shaper } from './shaper.ts'

export type Way = 'up' | 'down' | 'both'

export interface ProxyOptions {
  /** The server's port on this machine. */
  readonly to: number
  /** Where clients connect; any free one if left out. */
  readonly port?: number
  /** A network, or its name; without delay or bound if left out. */
  readonly profile?: ProfileName | LinkProfile
  /** Bytes a second each way of each connection; no bound if left out. */
  readonly rate?: number
  /** Bytes that each way of a connection holds before it stops reading; 64 KiB if left out. */
  readonly queue?: number
  readonly seed?: number
}

const CLEAN: LinkProfile = { up: { latency: 0, jitter: 0 }, down: { latency: 0, jitter: 0 } }
/** So little that a socket which is not to be read is not read ahead, and a full one says so. */
const BUFFERS = { highWaterMark: 1024, writableHighWaterMark: 1024, readableHighWaterMark: 1024 }

export class ShapingProxy {
  /** Bytes taken in so far, all connections together. */
  readonly taken: Record<'up' | 'down', number> = { up: 0, down: 0 }
  readonly #to: number
  readonly #queue: number | undefined
  readonly #random: Random
  readonly #server: Server
  readonly #lines = new Set<Line>()
  #profile: LinkProfile
  readonly #paused = new Set<Way>()

  constructor({ to, profile = CLEAN, rate, queue, seed = 1 }: ProxyOptions) {
    this.#to = to
    this.#queue = queue
    this.#random = new Random(seed)
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile
    if (rate !== undefined) this.setRate(rate)
    this.#server = createServer({ ...BUFFERS, allowHalfOpen: true, noDelay: true }, (client) => this.#join(client))
  }

  /** Starts taking connections. */
  static async start(options: ProxyOptions): Promise<ShapingProxy> {
    const proxy = new ShapingProxy(options)
    await new Promise<void>((resolve, reject) => {
      proxy.#server.once('error', reject).listen(options.port ?? 0, resolve)
    })
    return proxy
  }

  get port(): number {
    return (this.#server.address() as { readonly port: number }).port
  }

  /** Another network from now on. Its rate is its own: set it anew where it has none. */
  shape(profile: ProfileName | LinkProfile): void {
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile
    for (const { way, shaper } of this.#lines) shaper.shape(this.#profile[way], now())
    this.#wake()
  }

  /** Bytes a second from now on; undefined: no bound. */
  setRate(bandwidth: number | undefined, way: Way = 'both'): void {
    const { up, down } = this.#profile
    this.shape({
      up: way === 'down' ? up : { ...up, bandwidth },
      down: way === 'up' ? down : { ...down, bandwidth },
    })
  }

  /** Nothing passes until resume(), on new connections neither. */
  pause(way: Way = 'both'): void {
    for (const one of ways(way)) this.#paused.add(one)
    for (const line of this.#lines) if (this.#paused.has(line.way)) line.shaper.pause(now())
  }

  /** What was under way arrives at once, the rest at its rate. */
  resume(way: Way = 'both'): void {
    for (const one of ways(way)) this.#paused.delete(one)
    for (const line of this.#lines) if (!this.#paused.has(line.way)) line.shaper.resume(now())
    this.#wake()
  }

  /** Breaks all connections, both ends told at once (pause() tells nobody). New ones go through. */
  cut(): void {
    for (const line of [...this.#lines]) line.break()
  }

  async close(): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #join(client: Socket): void {
    const server = toServer({ port: this.#to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true, ...BUFFERS })
    this.#add('up', client, server)
    this.#add('down', server, client)
  }

  #add(way: 'up' | 'down', from: Socket, to: Socket): void {
    const shaper = new Shaper(this.#profile[way], new Random(this.#random.uint32()), this.#queue)
    if (this.#paused.has(way)) shaper.pause(now())
    const line = new Line(way, from, to, shaper, (bytes) => {
      this.taken[way] += bytes
    })
    this.#lines.add(line)
    to.once('close', () => this.#lines.delete(line))
    // Without an end the connection broke; with one, what is under way still arrives.
    from.once('close', () => from.readableEnded || line.break())
  }

  #wake(): void {
    for (const line of this.#lines) line.run()
  }
}

function ways(way: Way): ('up' | 'down')[] {
  return way === 'both' ? ['up', 'down'] : [way]
}

/** One way of one connection. */
class Line {
  readonly way: 'up' | 'down'
  readonly shaper: Shaper
  readonly #from: Socket
  readonly #to: Socket
  #blocked = false
  #cancel: () => void = () => {}

  constructor(way: 'up' | 'down', from: Socket, to: Socket, shaper: Shaper, taken: (bytes: number) => void) {
    this.way = way
    this.shaper = shaper
    this.#from = from
    this.#to = to
    from.on('data', (bytes) => {
      taken(bytes.length)
      shaper.push(bytes, now())
      this.run()
    })
    from.on('end', () => {
      shaper.push(new Uint8Array(0), now())
      this.run()
    })
    from.on('error', () => {}) // 'close' follows
    to.on('drain', () => {
      this.#blocked = false
      this.run()
    })
  }

  /** Hands over what is due, and comes back when more is. */
  run(): void {
    this.#cancel()
    if (this.#to.destroyed) return
    while (!this.#blocked) {
      const bytes = this.shaper.take(now())
      if (bytes === undefined) break
      if (bytes.length === 0) this.#to.end()
      else this.#blocked = !this.#to.write(bytes)
    }
    if (this.shaper.full) this.#from.pause()
    else if (this.#from.isPaused()) this.#from.resume()
    if (!this.#blocked && Number.isFinite(this.shaper.nextAt))
      this.#cancel = alarm(this.shaper.nextAt, () => this.run())
  }

  break(): void {
    this.#cancel()
    for (const socket of [this.#from, this.#to]) socket.destroy()
  }
}

/** Calls `act` at `due` ms of now(): to within what a turn of the event loop takes, where timers know whole ms only. */
function alarm(due: number, act: () => void): () => void {
  let cancel = () => {}
  const wait = () => {
    const left = due - now()
    if (left <= 0) act()
    else if (left < 1) {
      const turn = setImmediate(wait)
      cancel = () => clearImmediate(turn)
    } else {
      const timer = setTimeout(wait, Math.floor(left))
      cancel = () => clearTimeout(timer)
    }
  }
  const turn = setImmediate(wait)
  cancel = () => clearImmediate(turn)
  return () => cancel()
}
