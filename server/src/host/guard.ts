// What strangers may do: from which pages they may connect, and how much they may send. Pure: requests and times are
// arguments. Applied before anything is parsed: the origin at the handshake, the limits at each message of a transport.

import type { IncomingMessage } from 'node:http'
import { TickwireError } from '@tickwire/engine'

/**
 * Which pages may connect: origins such as `'https://example.com'` (the server's own is always allowed), `'*'` for
 * all, or a function that decides. Without it: the server's own origin, and any port of localhost.
 */
export type Origins = '*' | readonly string[] | ((origin: string, request: IncomingMessage) => boolean)

/** Decides on a handshake: undefined to let it in, or why not. */
export type OriginRule = (request: IncomingMessage) => TickwireError | undefined

/**
 * The rule for `origins`. A request without an Origin header doesn't come from a page and is let in: the header keeps
 * other people's pages from using a visitor's browser, and proves nothing about anybody else.
 * @throws ERR_USAGE for an entry that is not an origin.
 */
export function originRule(origins?: Origins): OriginRule {
  const allows = permission(origins)
  return (request) => {
    const { origin } = request.headers
    if (origin === undefined || allows(origin, request)) return undefined
    return new TickwireError(
      'ERR_ORIGIN',
      `pages of ${JSON.stringify(origin)} may not connect to this server; allow them with ` +
        `createServer({ origins: [${JSON.stringify(origin)}] })`
    )
  }
}

function permission(origins?: Origins): (origin: string, request: IncomingMessage) => boolean {
  if (origins === '*') return () => true
  if (typeof origins === 'function') return origins
  if (origins === undefined) return (origin, request) => isOwn(origin, request) || isLocal(origin)
  const listed = new Set(origins)
  for (const origin of listed) checkOrigin(origin)
  return (origin, request) => listed.has(origin) || isOwn(origin, request)
}

function checkOrigin(origin: string): void {
  if (origin === 'null' || (URL.canParse(origin) && new URL(origin).origin === origin)) return
  throw new TickwireError(
    'ERR_USAGE',
    `origins holds ${JSON.stringify(origin)}; an origin is written like "https://example.com"`
  )
}

// The scheme is left out: behind a proxy that ends TLS the page's is https and the request's is http.
function isOwn(origin: string, request: IncomingMessage): boolean {
  return URL.canParse(origin) && new URL(origin).host === request.headers.host
}

function isLocal(origin: string): boolean {
  if (!URL.canParse(origin)) return false
  const { hostname } = new URL(origin)
  return /^(localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}

/** What one connection may cost. A burst is what it may have saved up while it was silent, or stalled. */
export interface Limits {
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
  /** Bytes that may wait for it to read them. */
  readonly unreadBytes: number
}

/** Three times what a client at 60 Hz sends; a burst carries the backlog of a connection that stalled for 6 s. */
export const DEFAULT_LIMITS: Limits = {
  messagesPerSecond: 200,
  messageBurst: 400,
  bytesPerSecond: 128 * 1024,
  byteBurst: 512 * 1024,
  unreadBytes: 1024 * 1024,
}

/** All limits: the given ones, and defaults for the rest. @throws ERR_USAGE for one that is not a number above 0. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    if (Number.isFinite(value) && value > 0) continue
    throw new TickwireError('ERR_USAGE', `limits.${name} is ${value}; a finite number above 0 is expected`)
  }
  return { ...DEFAULT_LIMITS, ...Object.fromEntries(set) }
}

/** Something that refills at a steady rate up to a burst, and from which acts are paid. */
export class TokenBucket {
  readonly #perMs: number
  readonly #burst: number
  #tokens: number
  #at: number

  /** @param now in ms, like every time here. It starts full. */
  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
    this.#at = now
  }

  /** Pays `amount`, or returns false and takes nothing. */
  take(amount: number, now: number): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs)
    this.#at = now
    if (this.#tokens < amount) return false
    this.#tokens -= amount
    return true
  }
}

/** Counts what one connection sends against its limits. */
export class Meter {
  readonly #limits: Limits
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    this.#messages = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now)
    this.#bytes = new TokenBucket(limits.bytesPerSecond, limits.byteBurst, now)
  }

  /** Counts one message: undefined, or why it is too much (`ERR_RATE_LIMIT`). */
  count(bytes: number, now: number): TickwireError | undefined {
    const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = this.#limits
    if (!this.#messages.take(1, now)) {
      return new TickwireError(
        'ERR_RATE_LIMIT',
        `too many messages; at most ${messagesPerSecond} a second are taken, and ${messageBurst} at once`
      )
    }
    if (!this.#bytes.take(bytes, now)) {
      return new TickwireError(
        'ERR_RATE_LIMIT',
        `too many bytes; at most ${bytesPerSecond} a second are taken, and ${byteBurst} at once`
      )
    }
    return undefined
  }

  /** Undefined, or why so many bytes that wait to be read are too many (`ERR_RATE_LIMIT`). */
  unread(bytes: number): TickwireError | undefined {
    const { unreadBytes } = this.#limits
    if (bytes <= unreadBytes) return undefined
    return new TickwireError('ERR_RATE_LIMIT', `${bytes} bytes wait to be read; at most ${unreadBytes} may`)
  }
}

const ADDRESSES_REMEMBERED = 10_000

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

// Of an IPv6 address its first 64 bits: whoever has one address has all of those.
function network(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address
  const [head, tail] = address.split('::').map((part) => part.split(':').filter(Boolean))
  const zeros = tail ? Array<string>(Math.max(0, 8 - head.length - tail.length)).fill('0') : []
  return [...head, ...zeros, ...(tail ?? [])].slice(0, 4).join(':')
}
