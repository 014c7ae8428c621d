// What the server answers over plain HTTP: `/healthz`, `/metrics` to those who may read it, and the files of one folder.
// Everything else is the app's.

import { statSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { TickwireError } from '@tickwire/engine'
import type { Registry } from 'prom-client'
import sirv from 'sirv'

/** Answers a request, or calls `next` and leaves it to somebody else. */
export type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/** The body of `/healthz`: status 200, or 503 once the server is closing. */
export interface Health {
  readonly ok: boolean
  readonly matches: number
  readonly players: number
  /** Seconds since createServer(). */
  readonly uptime: number
  /** Ticks left out because the process was too far behind. */
  readonly skippedTicks: number
  /** Times that a match was found more than one tick behind. */
  readonly overruns: number
  /** How often clients asked for a keyframe: they could not read a frame, or its state had another hash. */
  readonly unreadable: number
  readonly unsound: number
}

/** Who may read `/metrics`; nobody when left out, and then there is no such page. */
export interface MetricsPage {
  readonly registry: Registry
  readonly mayRead?: (request: IncomingMessage) => boolean
}

/**
 * @param folder of files to serve; @param changes whether they may change while it does
 * @throws ERR_USAGE when it is none.
 */
export function pages(health: () => Health, metrics: MetricsPage, folder?: string, changes: boolean = false): Handler {
  const files = folder === undefined ? undefined : serveFiles(folder, changes)
  const { registry, mayRead } = metrics
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next()
    const path = request.url?.split('?', 1)[0]
    if (path === '/healthz') return answer(response, health())
    if (path === '/metrics' && mayRead) return void show(response, registry, mayRead, request)
    return files ? files(request, response, next) : next()
  }
}

function answer(response: ServerResponse, health: Health): void {
  response.writeHead(health.ok ? 200 : 503, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(health)}\n`)
}

async function show(
  response: ServerResponse,
  registry: Registry,
  mayRead: NonNullable<MetricsPage['mayRead']>,
  request: IncomingMessage
): Promise<void> {
  try {
    if (!mayRead(request)) return void response.writeHead(403, { 'content-type': 'text/plain' }).end('Forbidden\n')
    const text = await registry.metrics()
    response.writeHead(200, { 'content-type': registry.contentType, 'cache-control': 'no-store' }).end(text)
  } catch {
    response.writeHead(500, { 'content-type': 'text/plain' }).end('Internal error\n')
  }
}

// Vite names what it puts in /assets/ after its content, so that such a file never changes.
function serveFiles(folder: string, changes: boolean): Handler {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new TickwireError('ERR_USAGE', `static is ${JSON.stringify(folder)}, which is not a folder; was it built?`)
  }
  const files = sirv(folder, {
    dev: changes,
    etag: true,
    gzip: true,
    brotli: true,
    setHeaders(response, pathname) {
      const fixed = pathname.startsWith('/assets/')
      response.setHeader('cache-control', fixed ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  // sirv throws on a range that ends before it starts, and leaves a file that can't be read unhandled: either would
  // end the process.
  return (request, response, next) => {
    if (!isRange(request.headers.range)) delete request.headers.range
    response.once('pipe', (file) => file.once('error', () => response.destroy()))
    files(request, response, next)
  }
}

function isRange(range = ''): boolean {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
  return from !== undefined && (to === '' || Number(from) <= Number(to))
}
