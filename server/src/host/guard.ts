// What strangers may do: from which pages they may connect, and how much they may send. Pure: requests and times are
// arguments. Applied before anything is parsed: the origin at the handshake, the limits at each message of a transport.
// Whoever goes over a limit is slowed down first, and let go once that has lasted for too long. (What all connections of
// one address may do together: addresses.ts.)

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

/** What strangers may cost. A burst is what may have been saved up in silence, or in a stall. Finite numbers above 0. */
export interface Limits {
  /** Bytes of one message, before anything is parsed. `io.maxHttpBufferSize` in its place, if that is given. */
  readonly messageBytes: number
  /** Pieces that one message may come in: a piece costs more than its bytes. */
  readonly messageFragments: number
  /** Of one connection. Over it nothing is read for a while. */
  readonly messagesPerSecond: number
  readonly messageBurst: number
  readonly bytesPerSecond: number
  readonly byteBurst: number
  /** Seconds for which one connection may be slowed down, in sum, before it is ended; in ten, one is forgiven. */
  readonly throttleSeconds: number
  /** Control messages of one connection, of each kind: joining, leaving, pinging, and each of the game's requests. */
  readonly requestsPerSecond: number
  readonly requestBurst: number
  /** Bytes that may wait for one connection to read them, and how many while it is in no match. */
  readonly unreadBytes: number
  readonly unjoinedBytes: number
  /** Seconds from a transport's connection to its first namespace. */
  readonly connectSeconds: number
  /** Open connections of one address. */
  readonly socketsPerAddress: number
  /** New connections of one address. */
  readonly connectionsPerSecond: number
  readonly connectionBurst: number
  /** Joins of one address. */
  readonly joinsPerSecond: number
  readonly joinBurst: number
  /** For how long an address that went too far is refused at first, and at most: each time twice as long. */
  readonly penaltySeconds: number
  readonly longestPenaltySeconds: number
}

/**
 * A client at 60 Hz sends a third of the rates, and what a stall of 6 s held back fits the bursts. A school behind one
 * address fits those of addresses.
 */
export const DEFAULT_LIMITS: Limits = {
  messageBytes: 4096,
  messageFragments: 16,
  messagesPerSecond: 200,
  messageBurst: 400,
  bytesPerSecond: 128 * 1024,
  byteBurst: 512 * 1024,
  throttleSeconds: 5,
  requestsPerSecond: 20,
  requestBurst: 60,
  unreadBytes: 1024 * 1024,
  unjoinedBytes: 64 * 1024,
  connectSeconds: 5,
  socketsPerAddress: 64,
  connectionsPerSecond: 8,
  connectionBurst: 64,
  joinsPerSecond: 4,
  joinBurst: 64,
  penaltySeconds: 5,
  longestPenaltySeconds: 600,
}

/** All limits: the given ones, and defaults for the rest. @throws ERR_USAGE for one that is not a number above 0. */
export function limitsOf(given: Partial<Limits> = {}): Limits {
  const set = Object.entries(given).filter(([, value]) => value !== undefined)
  for (const [name, value] of set) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name))
      throw new TickwireError(
        'ERR_USAGE',
        `limits.${name} is none; there are ${Object.keys(DEFAULT_LIMITS).join(', ')}`
      )
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
    this.#refill(now)
    if (this.#tokens < amount) return false
    this.#tokens -= amount
    return true
  }

  /** Pays `amount`, on credit if need be: in how many ms that is paid back; 0 where nothing is owed. */
  owe(amount: number, now: number): number {
    this.#refill(now)
    this.#tokens -= amount
    return this.#tokens >= 0 ? 0 : -this.#tokens / this.#perMs
  }

  #refill(now: number): void {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs)
    this.#at = now
  }
}

const FORGIVEN_MS_PER_SECOND = 100

/** Counts what one connection sends against its limits. */
export class Meter {
  readonly #limits: Limits
  readonly #messages: TokenBucket
  readonly #bytes: TokenBucket
  /** Milliseconds of being slowed down that are left. */
  readonly #patience: TokenBucket
  #until = Number.NEGATIVE_INFINITY

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    this.#messages = new TokenBucket(limits.messagesPerSecond, limits.messageBurst, now)
    this.#bytes = new TokenBucket(limits.bytesPerSecond, limits.byteBurst, now)
    this.#patience = new TokenBucket(FORGIVEN_MS_PER_SECOND, limits.throttleSeconds * 1000, now)
  }

  /** Until when (ms) nothing more should be read; in the past where all is well. */
  get pausedUntil(): number {
    return this.#until
  }

  /**
   * Counts one message: undefined, or why it is too much (`ERR_RATE_LIMIT`). Where `mayPause`, what goes past a burst sets
   * `pausedUntil`, and only what that adds up to is too much.
   */
  count(bytes: number, now: number, mayPause: boolean = false): TickwireError | undefined {
    const messages = this.#messages.owe(1, now)
    const owed = Math.max(messages, this.#bytes.owe(bytes, now))
    if (owed === 0) return undefined
    const longer = now + owed - Math.max(this.#until, now)
    this.#until = Math.max(this.#until, now + owed)
    if (mayPause && (longer <= 0 || this.#patience.take(longer, now))) return undefined
    const { messagesPerSecond, messageBurst, bytesPerSecond, byteBurst } = this.#limits
    return messages === owed
      ? tooMuch('messages', messagesPerSecond, messageBurst)
      : tooMuch('bytes', bytesPerSecond, byteBurst)
  }

  /** Undefined, or why so many bytes that wait to be read are too many (`ERR_RATE_LIMIT`). */
  unread(bytes: number, most: number = this.#limits.unreadBytes): TickwireError | undefined {
    if (bytes <= most) return undefined
    return new TickwireError('ERR_RATE_LIMIT', `${bytes} bytes wait to be read; at most ${most} may`)
  }
}

// Socket.IO's packets of which a part is kept: CONNECT's data for good, a binary event or answer until its bytes are there.
const KEPT_PACKETS = '056'
const KEPT_ELEMENTS = 256

/**
 * Undefined, or why a packet of somebody who is in no match has too much in it (`ERR_MESSAGE`): an element takes twenty
 * times its two characters once it is parsed.
 */
export function tooRich(packet: string): TickwireError | undefined {
  if (packet.length < KEPT_ELEMENTS || !KEPT_PACKETS.includes(packet[0])) return undefined
  let elements = 0
  for (const char of packet) if (char === ',' || char === '[' || char === '{') elements++
  if (elements <= KEPT_ELEMENTS) return undefined
  return new TickwireError('ERR_MESSAGE', `a packet of ${elements} elements; at most ${KEPT_ELEMENTS} are taken`)
}

/** The refusal of what comes too fast. */
export function tooMuch(what: string, perSecond: number, burst: number): TickwireError {
  return new TickwireError(
    'ERR_RATE_LIMIT',
    `too many ${what}; at most ${perSecond} a second are taken, and ${burst} at once`
  )
}
