// The only importer of socket.io-client: the Transport of a game over Socket.IO. WebSocket first, long-polling where
// that fails. Frames are written to the engine as one binary message each; control messages are ordinary events.
// A lost connection stays lost: whoever wants another opens another, by the Redial that is here, too.

import { io, type ManagerOptions, type SocketOptions } from 'socket.io-client'
import { type ErrorCode, fail, TickwireError } from '../schema/errors.ts'
import { ASK_EVENT, FIRST_ANSWER_EVENT, FIRST_ASK, TELL_EVENT } from '../wire/messages.ts'
import { FRAME_EVENT, parser } from '../wire/parser.ts'
import type { Redial, Transport, TransportEvents } from './transport.ts'

/** Of the two together: servers take messages of 4 KiB by default. */
const MAX_FIRST = 2048
const CONNECT_WITHIN_MS = 10_000
const ANSWER_WITHIN_MS = 10_000
const FRAME_WITHIN_MS = 250
/** A sign of life is noted this often. */
const SIGN_OF_LIFE_MS = 500

/** Socket.IO's own client options, except for its parser. */
export type IoOptions = Partial<Omit<ManagerOptions & SocketOptions, 'parser'>>

/** What the server's `authenticate` gets as `handshake.auth`. */
export type Auth = object | (() => object | Promise<object>)

type Socket = ReturnType<typeof io>
type Engine = Socket['io']['engine']

/**
 * Connects to a server; an empty `url` is the page's own origin. `first` is asked with the connection: its answer is that of
 * ask(), given the very same bytes. Where it is too large for that it is asked as any other. `meanwhile` is called once all that
 * is said first was said: what it does costs no time until the answer is here.
 * @throws ERR_ORIGIN where the server refuses this page, ERR_DISCONNECTED where no transport gets through to it, or it
 * does not answer, within 10 s (`timeout`, if given, in ms), ERR_REFUSED where its `authenticate` does, ERR_USAGE for an
 * impossible URL
 */
export async function openSocket(
  url: string | undefined,
  options: IoOptions = {},
  auth?: Auth,
  first?: Uint8Array<ArrayBuffer>,
  meanwhile?: () => void
): Promise<Transport> {
  const within = options.timeout ?? CONNECT_WITHIN_MS
  const given = typeof auth === 'function' ? await (auth as () => object | Promise<object>)() : auth
  const text = first && btoa(String.fromCharCode(...first))
  const isSmall = text !== undefined && text.length + JSON.stringify(given ?? {}).length < MAX_FIRST
  const asked = isSmall ? text : undefined
  const socket = io(originOf(url), {
    transports: ['websocket', 'polling'],
    tryAllTransports: true,
    reconnection: false,
    ...options,
    auth: asked === undefined ? { ...given } : { ...given, [FIRST_ASK]: asked },
    timeout: within,
    forceNew: true,
    autoConnect: true,
    parser,
  })
  return new Promise((resolve, reject) => {
    const giveUp = (error: Error) => {
      clearTimeout(timer)
      socket.off('disconnect', lose).disconnect()
      reject(refusal(error, url || `of this page, ${originOf(url)} (one elsewhere has to be named),`))
    }
    // Socket.IO's own timeout covers the transport, and not the answer to what is said over it.
    const timer = setTimeout(() => giveUp(new Error(`no answer within ${within} ms`)), within)
    // The transport was there, and is gone before the server let it in.
    const lose = (reason: string) => giveUp(new Error(reason))
    socket.once('disconnect', lose)
    let opened = performance.now()
    socket.io.once('open', () => {
      opened = performance.now()
      meanwhile?.()
    })
    socket.once('connect_error', giveUp)
    socket.once('connect', () => {
      clearTimeout(timer)
      socket.off('disconnect', lose)
      resolve(new SocketTransport(socket, performance.now() - opened, isSmall ? first : undefined))
    })
  })
}

/** Opens others like it, at once where the page comes back online. */
export function socketRedial(url: string | undefined, options: IoOptions = {}, auth?: Auth): Redial {
  return {
    async dial(delay, within) {
      await pause(delay)
      return openSocket(url, { ...options, timeout: Math.min(within, options.timeout ?? CONNECT_WITHIN_MS) }, auth)
    },
    random: Math.random,
  }
}

function pause(ms: number): Promise<void> {
  const page = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      page.removeEventListener?.('online', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    page.addEventListener?.('online', end)
  })
}

function originOf(url: string | undefined): string {
  const page = (globalThis as { readonly location?: { readonly href: string } }).location?.href
  if (!url && !page) fail('ERR_USAGE', "connect() needs the server's URL where there is no page")
  if (!URL.canParse(url ?? '', page))
    fail('ERR_USAGE', `'${url}' is no URL: expected one such as 'https://example.com'`)
  return new URL(url ?? '', page).origin
}

/** What stands behind a failed attempt: long-polling's request, whose answer may be ours. */
interface Failure extends Error {
  readonly context?: { readonly responseText?: unknown }
}

function refusal(error: Failure, url: string): TickwireError {
  const text = answerOf(error) ?? error.message
  const code = /\((ERR_[A-Z_]+)\)$/.exec(text)?.[1] as ErrorCode | undefined
  if (code) return new TickwireError(code, text.replace(` (${code})`, ''), { cause: error })
  return new TickwireError('ERR_DISCONNECTED', `the server ${url} could not be reached: ${text}`, { cause: error })
}

/** What the server answered instead of a connection. */
function answerOf({ context }: Failure): string | undefined {
  try {
    const { message } = JSON.parse(String(context?.responseText))
    return typeof message === 'string' ? message : undefined
  } catch {
    return undefined
  }
}

class SocketTransport implements Transport {
  readonly roundTrip: number
  readonly #socket: Socket
  readonly #first: { readonly message: Uint8Array; readonly answer: Promise<Uint8Array> } | undefined
  readonly #framed: Promise<void>
  #to: TransportEvents | undefined
  /** What came before anybody listened: the first frame may come with the connection. */
  #kept: ((to: TransportEvents) => void)[] = []

  /** `roundTrip`: what the handshake took; `first` went with it. */
  constructor(socket: Socket, roundTrip: number, first?: Uint8Array) {
    this.#socket = socket
    this.roundTrip = roundTrip
    if (first) this.#first = { message: first, answer: this.#firstAnswer() }
    this.#framed = new Promise((resolve) => {
      socket.once(FRAME_EVENT, () => resolve()).once('disconnect', () => resolve())
    })
    socket.on(FRAME_EVENT, (bytes: unknown) => {
      if (bytes instanceof Uint8Array) this.#give((to) => to.frame(bytes))
    })
    socket.on(TELL_EVENT, (message: unknown) => this.#give((to) => to.tell(bytesOf(message))))
    socket.on('disconnect', (reason) => this.#give((to) => to.status(false, reason)))
    putOffTimeout(socket.io.engine)
  }

  #give(event: (to: TransportEvents) => void): void {
    if (this.#to) event(this.#to)
    else this.#kept.push(event)
  }

  now(): number {
    return performance.now()
  }

  get connected(): boolean {
    return this.#socket.connected
  }

  get bufferedAmount(): number {
    const { engine } = this.#socket.io
    const { ws } = engine.transport as { readonly ws?: { readonly bufferedAmount: number } | null }
    // The engine empties its own buffer into the WebSocket at once: what is in it then is counted there already.
    if (ws) return ws.bufferedAmount
    let sum = 0
    for (const { data } of engine.writeBuffer) sum += data?.length ?? data?.byteLength ?? 0
    return sum
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (this.connected) this.#socket.io.engine.write(frame, { compress: false })
  }

  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    if (message === this.#first?.message) return this.#first.answer
    if (!this.connected) return Promise.reject(new TickwireError('ERR_DISCONNECTED', 'the connection is gone'))
    return new Promise((resolve, reject) => {
      const socket = this.#socket.compress(false).timeout(ANSWER_WITHIN_MS)
      socket.emit(ASK_EVENT, message, (error: Error | null, answer: unknown) => {
        if (!error) resolve(bytesOf(answer))
        else if (this.connected) reject(new TickwireError('ERR_TIMEOUT', `no answer within ${ANSWER_WITHIN_MS} ms`))
        else reject(new TickwireError('ERR_DISCONNECTED', 'the connection was lost before the answer came'))
      })
    })
  }

  #firstAnswer(): Promise<Uint8Array> {
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const refuse = (code: ErrorCode, reason: string) => reject(new TickwireError(code, reason))
      const timer = setTimeout(() => refuse('ERR_TIMEOUT', `no answer within ${ANSWER_WITHIN_MS} ms`), ANSWER_WITHIN_MS)
      this.#socket.once(FIRST_ANSWER_EVENT, (message: unknown) => {
        clearTimeout(timer)
        resolve(bytesOf(message))
      })
      this.#socket.once('disconnect', (why) => {
        clearTimeout(timer)
        refuse('ERR_DISCONNECTED', `the connection was lost before the answer came: ${why}`)
      })
    })
    answer.catch(() => {}) // whoever asks hears of it
    return answer
  }

  async framed(): Promise<void> {
    await Promise.race([this.#framed, pause(FRAME_WITHIN_MS)])
  }

  listen(to: TransportEvents): void {
    this.#to = to
    const kept = this.#kept
    this.#kept = []
    for (const event of kept) event(to)
  }

  close(): void {
    this.#socket.disconnect()
  }
}

/** Whatever arrives is a sign of life: engine.io counts pings alone, which wait behind frames where a line is slow. */
function putOffTimeout(engine: Engine): void {
  const { _resetPingTimeout: reset } = engine as unknown as { readonly _resetPingTimeout?: () => void }
  let last = performance.now()
  engine.on('packet', () => {
    const now = performance.now()
    if (Math.abs(now - last) < SIGN_OF_LIFE_MS) return
    last = now
    reset?.call(engine)
  })
}

/** Browsers deliver an ArrayBuffer, Node a Buffer; anything else is no message of ours and reads as an empty one. */
function bytesOf(value: unknown): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return value instanceof Uint8Array ? value : new Uint8Array(0)
}
