// What all connections of one address may do together: how many there are, how many come, how many join, and for how
// long it is refused after it went too far, each time twice as long. Pure: addresses and times are arguments. An IPv6
// address stands for its /64, since whoever has one has all of those. The machine's own addresses are not limited:
// behind a proxy that `trustProxy` doesn't mention, everybody would share one.

import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { TickwireError } from '@tickwire/engine'
import { type Limits, TokenBucket, tooMuch } from './guard.ts'

const ADDRESSES_REMEMBERED = 10_000
const FORGETTING_LOOKS = 8
// An HTTP server's connections are more than its sockets: polls, pages, what has not said anything yet.
const TCP_PER_SOCKET = 4
// So many refusals an address is told; then its connections are dropped as they come.
const ANSWERS_PER_SECOND = 2
const ANSWERS_AT_ONCE = 8
// A penalty is forgotten after so many times its length.
const FORGOTTEN_AFTER = 10

/**
 * Whose request it is: the address that `hops` trusted proxies say, read from the right, as each adds the address that
 * it was called from. What stands further left anybody may have written.
 */
export function addressOf(request: IncomingMessage, hops: number): string {
  const own = plain(request.socket.remoteAddress ?? '')
  if (hops === 0) return own
  const header = request.headers['x-forwarded-for']
  const said = (Array.isArray(header) ? header.join(',') : (header ?? '')).split(',').slice(-hops).map(plain)
  // Fewer than there are proxies: the leftmost that is an address at all.
  return said.find((address) => isIP(address) > 0) ?? own
}

// Without what some proxies write around it: a port, brackets; and IPv4 as such where it was mapped into IPv6.
function plain(address: string): string {
  const bare = address.trim().replace(/^\[(.+)\](:\d+)?$/, '$1')
  const mapped = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)(?::\d+)?$/i.exec(bare)
  return mapped ? mapped[1] : bare.replace(/%.*$/, '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

/** Of an IPv6 address its first 64 bits, without leading zeros; others as they are. */
export function network(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = tail ? Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0') : []
  const groups = [...head, ...zeros, ...(tail ?? [])].slice(0, 4)
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')
}

interface Address {
  /** TCP connections, and Socket.IO's, that are open. */
  tcp: number
  sockets: number
  readonly connections: TokenBucket
  readonly joins: TokenBucket
  readonly answers: TokenBucket
  refusedUntil: number
  penaltyMs: number
}

export class Addresses {
  readonly #limits: Limits
  /** The one that was heard of last is the last one. */
  readonly #known = new Map<string, Address>()
  #penalties = 0

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** How many penalties there were. */
  get penalties(): number {
    return this.#penalties
  }

  /** How many addresses are refused at `now`. Counts them. */
  refused(now: number): number {
    let count = 0
    for (const { refusedUntil } of this.#known.values()) if (refusedUntil > now) count++
    return count
  }

  /** Counts a TCP connection; false: drop it, unread. What is true is to be given back by hungUp(). */
  calls(address: string, now: number): boolean {
    const entry = this.#entry(address, now)
    if (!entry) return true
    if (entry.refusedUntil > now && !entry.answers.take(1, now)) return false
    if (entry.tcp >= this.#limits.socketsPerAddress * TCP_PER_SOCKET) return false
    entry.tcp++
    return true
  }

  hungUp(address: string, now: number): void {
    const entry = this.#entry(address, now)
    if (entry) entry.tcp = Math.max(0, entry.tcp - 1)
  }

  /** Whether one more may connect: undefined, or why not (`ERR_RATE_LIMIT`). */
  connects(address: string, now: number): TickwireError | undefined {
    const entry = this.#entry(address, now)
    if (!entry) return undefined
    if (entry.refusedUntil > now) {
      const seconds = Math.ceil((entry.refusedUntil - now) / 1000)
      return new TickwireError('ERR_RATE_LIMIT', `this address went over a limit: it is refused for ${seconds} s`)
    }
    const refusal = this.#tooMany(entry, now)
    // Who goes on in spite of the answers is refused without any.
    if (refusal && !entry.answers.take(1, now)) this.penalise(address, now)
    return refusal
  }

  /** Counts a connection that was let in; closed() gives it back. */
  opened(address: string, now: number): void {
    const entry = this.#entry(address, now)
    if (entry) entry.sockets++
  }

  closed(address: string, now: number): void {
    const entry = this.#entry(address, now)
    if (entry) entry.sockets = Math.max(0, entry.sockets - 1)
  }

  /** Whether one more may join: undefined, or why not (`ERR_RATE_LIMIT`). */
  joins(address: string, now: number): TickwireError | undefined {
    const entry = this.#entry(address, now)
    if (!entry || entry.joins.take(1, now)) return undefined
    return tooMuch('joins from this address', this.#limits.joinsPerSecond, this.#limits.joinBurst)
  }

  /** Refuses an address for a while: twice as long as the last time, unless that is long ago. */
  penalise(address: string, now: number): void {
    const entry = this.#entry(address, now)
    if (!entry || entry.refusedUntil > now) return
    const { penaltySeconds, longestPenaltySeconds } = this.#limits
    const isForgotten = now - entry.refusedUntil > entry.penaltyMs * FORGOTTEN_AFTER
    const next = isForgotten ? penaltySeconds * 1000 : entry.penaltyMs * 2
    entry.penaltyMs = Math.min(next, longestPenaltySeconds * 1000)
    entry.refusedUntil = now + entry.penaltyMs
    this.#penalties++
  }

  #tooMany(entry: Address, now: number): TickwireError | undefined {
    const { socketsPerAddress, connectionsPerSecond, connectionBurst } = this.#limits
    if (entry.sockets >= socketsPerAddress)
      return new TickwireError(
        'ERR_RATE_LIMIT',
        `this address has ${entry.sockets} connections; at most ${socketsPerAddress} are taken`
      )
    if (entry.connections.take(1, now)) return undefined
    return tooMuch('connections from this address', connectionsPerSecond, connectionBurst)
  }

  /** Undefined for the machine itself, and for what has no address. */
  #entry(address: string, now: number): Address | undefined {
    const bare = plain(address)
    if (bare === '' || isLoopback(bare)) return undefined
    const from = network(bare)
    const entry = this.#known.get(from) ?? this.#newcomer(now)
    this.#known.delete(from)
    this.#known.set(from, entry)
    if (this.#known.size > ADDRESSES_REMEMBERED) this.#forget(now)
    return entry
  }

  #newcomer(now: number): Address {
    const { connectionsPerSecond, connectionBurst, joinsPerSecond, joinBurst } = this.#limits
    return {
      tcp: 0,
      sockets: 0,
      connections: new TokenBucket(connectionsPerSecond, connectionBurst, now),
      joins: new TokenBucket(joinsPerSecond, joinBurst, now),
      answers: new TokenBucket(ANSWERS_PER_SECOND, ANSWERS_AT_ONCE, now),
      refusedUntil: Number.NEGATIVE_INFINITY,
      penaltyMs: 0,
    }
  }

  // Who has something open, or is refused, is not forgotten: it was heard of last, in a manner of speaking. Of many that are
  // refused the oldest is, after all.
  #forget(now: number): void {
    for (let looks = FORGETTING_LOOKS; looks > 0; looks--) {
      const [[from, entry]] = this.#known
      this.#known.delete(from)
      const isOpen = entry.tcp > 0 || entry.sockets > 0
      if (!isOpen && (entry.refusedUntil <= now || looks === 1)) return
      this.#known.set(from, entry)
    }
  }
}

/** Attempts at a secret: each address has its own, so that no stranger can use up somebody else's. */
export class Attempts {
  readonly #perSecond: number
  readonly #burst: number
  /** The one that tried last is the last one. */
  readonly #buckets = new Map<string, TokenBucket>()

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond
    this.#burst = burst
  }

  /** Pays for an attempt, or returns false. */
  take(address: string, now: number): boolean {
    const from = network(address)
    const bucket = this.#buckets.get(from) ?? new TokenBucket(this.#perSecond, this.#burst, now)
    this.#buckets.delete(from)
    this.#buckets.set(from, bucket)
    const [oldest] = this.#buckets.keys()
    if (this.#buckets.size > ADDRESSES_REMEMBERED) this.#buckets.delete(oldest)
    return bucket.take(1, now)
  }
}
