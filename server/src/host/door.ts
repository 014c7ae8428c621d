// The handshake: whether a connection is let in at all, by the page it comes from and by what its address did before.
// A refusal is status 403 and the error as JSON, over WebSocket and long-polling alike.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { TickwireError } from '@tickwire/engine'
import type { ServerOptions } from 'socket.io'
import { type Addresses, addressOf } from './addresses.ts'
import type { OriginRule } from './guard.ts'
import { now } from './loop.ts'

type AllowRequest = NonNullable<ServerOptions['allowRequest']>

export interface DoorOptions {
  readonly origins: OriginRule
  readonly addresses: Addresses
  /** Trusted proxies in front. */
  readonly trustProxy: number
  /** The user's own rule, asked last. */
  readonly users?: AllowRequest
  /** Why all are refused, or undefined. */
  readonly closing: () => TickwireError | undefined
  readonly refused: (refusal: TickwireError) => void
}

/** The `allowRequest` of Socket.IO. */
export function door({ origins, addresses, trustProxy, users, closing, refused }: DoorOptions): AllowRequest {
  const refusalOf = (request: IncomingMessage): TickwireError | undefined => {
    try {
      return closing() ?? addresses.connects(addressOf(request, trustProxy), now()) ?? origins(request)
    } catch (error) {
      return new TickwireError('ERR_ORIGIN', `the function given as origins threw ${String(error)}`)
    }
  }
  return (request, decide) => {
    const refusal = refusalOf(request)
    if (!refusal) return users ? users(request, decide) : decide(null, true)
    refused(refusal)
    sendRefusal(request, refusal)
    decide(refusal.message, false)
  }
}

// engine.io answers a long-polling request with status 403 and JSON; the page may read it, to tell its developer. To a
// WebSocket handshake it would answer 400 and plain text, so that one is answered here, and engine.io hangs up.
function sendRefusal(request: IncomingMessage, refusal: TickwireError): void {
  const { res } = request as IncomingMessage & { readonly res?: ServerResponse }
  if (res) {
    res.setHeader('access-control-allow-origin', request.headers.origin ?? '*')
    return
  }
  const body = JSON.stringify({ code: 4, message: refusal.message })
  request.socket.end(
    'HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-type: application/json\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  )
}

/** Long-polling of an allowed page on another origin. Not `cors`: that is a middleware, which turns WebTransport off. */
export function letPageRead(headers: Record<string, unknown>, request: IncomingMessage): void {
  const { origin } = request.headers
  if (origin === undefined) return
  headers['access-control-allow-origin'] = origin
  headers.vary = 'origin'
}
