// The HTTP server under the sockets: its limits, how it listens, and who answers a request.

import type { Server as HttpServer, IncomingMessage, RequestListener, ServerOptions, ServerResponse } from 'node:http'
import { TickwireError } from '@tickwire/engine'
import type { Handler } from './pages.ts'

// Of an HTTP server of our own: what a request's head may have, and how long it and the whole may take to come.
export const HTTP_LIMITS: ServerOptions = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
}

export function listen(http: HttpServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      reject(error.code === 'EADDRINUSE' ? portInUse(port, error) : error)
    }
    http.once('error', failed)
    http.listen(port, () => {
      http.off('error', failed)
      resolve()
    })
  })
}

function portInUse(port: number, cause: Error): TickwireError {
  return new TickwireError(
    'ERR_PORT_IN_USE',
    `port ${port} is taken by another process; stop that one, or choose another port, as in createServer({ port: ` +
      `${port === 65535 ? 3000 : port + 1} })`,
    { cause }
  )
}

// Comes before all listeners, those too that are added later: what is answered here or by Socket.IO (which listens by
// now) reaches no other, since two answers to one request end the process.
export function intercept(http: HttpServer, ioPath: string, handler: Handler): void {
  const emit = http.emit as (event: string | symbol, ...args: unknown[]) => boolean
  const listeners = http.listeners('request') as RequestListener[]
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (isUnder(ioPath, request.url)) for (const listener of listeners) listener.call(http, request, response)
    else handler(request, response, () => emit.call(http, 'request', request, response))
  }
  http.emit = (event: string | symbol, ...args: unknown[]): boolean => {
    if (event !== 'request') return emit.call(http, event, ...args)
    answer(...(args as Parameters<typeof answer>))
    return true
  }
}

function isUnder(path: string, url = ''): boolean {
  return url.startsWith(path) && /^([/?]|$)/.test(url.slice(path.length))
}

export const notFound: RequestListener = (_request, response) => {
  response.writeHead(404, { 'content-type': 'text/plain' })
  response.end('Not found\n')
}
