// A seeded network in memory: two ends, each way reliable and in order as TCP is, with delay, jitter, stalls, a bound
// on bytes a second, and cuts. What loss does over TCP shows as a stall: nothing arrives, then everything at once.
//
// A message handed to send() is immutable for good, as for a real socket that still has it queued. By default a link
// holds callers to that: it compares at delivery what it was given with what it was given then, and throws.

import { fail } from '../schema/errors.ts'
import { Random } from '../state/random.ts'
import type { VirtualClock } from './clock.ts'

/** One way through the network. */
export interface PathProfile {
  /** The mean delay, ms. */
  readonly latency: number
  /** The delay varies uniformly by so many ms to either side, 0 to `latency`. */
  readonly jitter: number
  /** For `lasts` of each `every` ms nothing arrives; where in each is by the seed. */
  readonly stall?: { readonly every: number; readonly lasts: number }
  /** Bytes a second, without overheads; no bound if left out. */
  readonly bandwidth?: number
  /** Bytes that may wait for the bandwidth unseen, as in a kernel: `bufferedAmount` counts what is past them. Default 0. */
  readonly buffer?: number
}

/** Both ways: `up` is from the client to the server. */
export interface LinkProfile {
  readonly up: PathProfile
  readonly down: PathProfile
}

export interface LinkOptions {
  /** Throws out of the clock's run() if a message was changed between send() and delivery. True by default; if false
   * the change arrives. */
  readonly checkAliasing?: boolean
}

/** How a message came through. */
export interface Passage {
  /** When it was sent, ms of the clock; it arrives at the clock's `now`. */
  readonly sentAt: number
  /** A stall held it back, or what was sent before it. */
  readonly stalled: boolean
}

/** One of the two that a link connects. */
export interface LinkEnd {
  /** A message arrived, whole; the bytes are the receiver's own. */
  onmessage: (bytes: Uint8Array<ArrayBuffer>) => void
  /** The connection is gone: called once, after all that arrived, whoever closed it. */
  onclose: (reason: string) => void
  /** A probe of the other end arrived. */
  onprobe: () => void
  /** Bytes sent that wait for the link's bandwidth. */
  readonly bufferedAmount: number
  /** Of the message that arrived last, the one being delivered included; undefined before the first. */
  readonly passage: Passage | undefined
  /** Sends one message: its parts, one after the other. After the end it goes nowhere. */
  send(...parts: readonly Uint8Array[]): void
  /** Sends a sign of life: it takes the way of a message, but no bandwidth and no chance, and nothing else is later for it. */
  probe(): void
  /** Ends the connection once everything sent has arrived. From now on nothing arrives here. */
  close(): void
}

export interface Link {
  readonly client: LinkEnd
  readonly server: LinkEnd
  /** When the last stall() is over, either way: ms of the clock. */
  readonly heldUntil: number
  /** Changes the network. What is under way already keeps the time of its arrival. */
  shape(profile: LinkProfile): void
  /** Nothing arrives for so long, then everything does at once. */
  stall(ms: number, way?: 'up' | 'down' | 'both'): void
  /** Loses what is under way, and all that is sent from now on. Who does not notice is left half-open, unaware. */
  cut(noticedBy?: 'client' | 'server' | 'both' | 'nobody'): void
}

/** Connects two ends at once; `random` decides on jitter and on when stalls are. */
export function link(clock: VirtualClock, random: Random, profile: LinkProfile, options: LinkOptions = {}): Link {
  const checkAliasing = options.checkAliasing ?? true
  const up = new Path(clock, random, profile.up, checkAliasing)
  const down = new Path(clock, random, profile.down, checkAliasing)
  const client = new End(clock, up)
  const server = new End(clock, down)
  up.receiver = server
  down.receiver = client
  return {
    client,
    server,
    get heldUntil() {
      return Math.max(up.heldUntil, down.heldUntil)
    },
    shape(profile) {
      up.profile = profile.up
      down.profile = profile.down
    },
    stall(ms, way = 'both') {
      if (way !== 'down') up.hold(clock.now + ms)
      if (way !== 'up') down.hold(clock.now + ms)
    },
    cut(noticedBy = 'both') {
      up.cut()
      down.cut()
      if (noticedBy === 'client' || noticedBy === 'both') client.lose('cut')
      if (noticedBy === 'server' || noticedBy === 'both') server.lose('cut')
    },
  }
}

class End implements LinkEnd {
  onmessage: (bytes: Uint8Array<ArrayBuffer>) => void = () => {}
  onclose: (reason: string) => void = () => {}
  onprobe: () => void = () => {}
  passage: Passage | undefined
  readonly #clock: VirtualClock
  readonly #out: Path
  #open = true

  constructor(clock: VirtualClock, out: Path) {
    this.#clock = clock
    this.#out = out
  }

  get bufferedAmount(): number {
    return this.#out.bufferedAmount
  }

  send(...parts: readonly Uint8Array[]): void {
    if (this.#open) this.#out.send(parts)
  }

  probe(): void {
    if (this.#open) this.#out.probe()
  }

  close(): void {
    if (this.#open) this.#out.send(undefined)
    this.lose('closed here')
  }

  lose(reason: string): void {
    if (!this.#open) return
    this.#open = false
    this.#clock.after(0, () => this.onclose(reason))
  }

  probed(): void {
    if (this.#open) this.onprobe()
  }

  /** What arrives: a message, or the other end's close. */
  receive(bytes: Uint8Array<ArrayBuffer> | undefined, passage: Passage): void {
    if (bytes === undefined) this.lose('closed by the other end')
    else if (this.#open) {
      this.passage = passage
      this.onmessage(bytes)
    }
  }
}

/** What is on its way: a message, or, without parts, the sender's close. */
interface Parcel {
  readonly parts: readonly Uint8Array[] | undefined
  readonly size: number
  readonly sentAt: number
  stalled: boolean
  /** As it was when it was sent, to compare; then it is what arrives. */
  readonly sent: Uint8Array<ArrayBuffer> | undefined
}

class Path {
  profile: PathProfile
  receiver: End | undefined
  heldUntil: number = Number.NEGATIVE_INFINITY
  readonly #clock: VirtualClock
  /** Bytes that wait for the bandwidth. */
  #waiting = 0
  readonly #random: Random
  readonly #checkAliasing: boolean
  /** Where in the rhythm of its stalls it started, 0 to 1. */
  readonly #phase: number
  /** Waiting for the bandwidth; the first is being sent. */
  #queue: Parcel[] = []
  /** Under way, in order. For each there is one event of the clock that delivers the first. */
  #flying: Parcel[] = []
  #lastArrival = 0
  #lastStalled = false
  #cut = false

  constructor(clock: VirtualClock, random: Random, profile: PathProfile, checkAliasing: boolean) {
    this.#clock = clock
    this.#random = new Random(random.uint32()) // its own: traffic the other way changes nothing here
    this.#checkAliasing = checkAliasing
    this.#phase = this.#random.next()
    this.profile = profile
  }

  get bufferedAmount(): number {
    return Math.max(0, this.#waiting - (this.profile.buffer ?? 0))
  }

  send(parts: readonly Uint8Array[] | undefined): void {
    if (this.#cut) return
    let size = 0
    for (const part of parts ?? []) size += part.length
    const sent = this.#checkAliasing && parts !== undefined ? join(parts) : undefined
    this.#queue.push({ parts, size, sentAt: this.#clock.now, stalled: false, sent })
    this.#waiting += size
    if (this.#queue.length === 1) this.#transmit()
  }

  probe(): void {
    if (this.#cut) return
    const alone = Math.max(this.#clock.now + this.profile.latency, this.#lastArrival)
    this.#clock.at(this.#afterStall(alone), () => this.#probed())
  }

  #probed(): void {
    if (this.#cut) return
    if (this.#clock.now < this.heldUntil) this.#clock.at(this.heldUntil, () => this.#probed())
    else this.receiver?.probed()
  }

  hold(until: number): void {
    this.heldUntil = Math.max(this.heldUntil, until)
  }

  cut(): void {
    this.#cut = true
    this.#queue = []
    this.#flying = []
    this.#waiting = 0
  }

  #transmit(): void {
    const { bandwidth } = this.profile
    if (bandwidth === undefined) this.#depart()
    else this.#clock.after((this.#queue[0].size * 1000) / bandwidth, () => this.#depart())
  }

  #depart(): void {
    const parcel = this.#queue.shift()
    if (parcel === undefined) return // cut meanwhile
    this.#waiting -= parcel.size
    const { latency, jitter } = this.profile
    const alone = this.#clock.now + latency + jitter * (2 * this.#random.next() - 1)
    const inOrder = Math.max(alone, this.#lastArrival)
    const arrival = this.#afterStall(inOrder)
    parcel.stalled = arrival > inOrder || (this.#lastStalled && alone < this.#lastArrival)
    this.#lastArrival = arrival
    this.#lastStalled = parcel.stalled
    this.#flying.push(parcel)
    this.#clock.at(this.#lastArrival, () => this.#deliver())
    if (this.#queue.length > 0) this.#transmit()
  }

  /** `time`, or the end of the stall that it falls into. */
  #afterStall(time: number): number {
    const { stall } = this.profile
    if (stall === undefined) return time
    const into = (time + this.#phase * stall.every) % stall.every
    return into < stall.lasts ? time - into + stall.lasts : time
  }

  #deliver(): void {
    if (this.#clock.now < this.heldUntil) {
      this.#clock.at(this.heldUntil, () => this.#deliver())
      return
    }
    const parcel = this.#flying.shift()
    if (parcel === undefined) return // cut meanwhile
    const { parts, sent } = parcel
    if (parts !== undefined && sent !== undefined) checkUnchanged(parts, sent)
    const bytes = sent ?? (parts && join(parts))
    // What arrives at the very end of a hold waited for it.
    const stalled = parcel.stalled || this.#clock.now === this.heldUntil
    this.receiver?.receive(bytes, { sentAt: parcel.sentAt, stalled })
  }
}

function checkUnchanged(parts: readonly Uint8Array[], sent: Uint8Array): void {
  let at = 0
  for (const part of parts)
    for (let i = 0; i < part.length; i++, at++)
      if (part[i] !== sent[at])
        fail(
          'ERR_USAGE',
          `a message was changed after it was sent: byte ${at} of ${sent.length} is ${part[i]} and was ${sent[at]}; expected it to be immutable`
        )
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let size = 0
  for (const part of parts) size += part.length
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
