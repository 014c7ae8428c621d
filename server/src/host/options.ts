// What createServer() takes: how a host is reached, who may come, what strangers may cost. What it does not know it refuses.

import type { Server as HttpServer, IncomingMessage, RequestListener } from 'node:http'
import { checkKnown } from '@tickwire/engine/wire'
import type { AdminOptions } from './admin.ts'
import type { Authenticate } from './authenticate.ts'
import type { Limits, Origins } from './guard.ts'
import type { IoOptions } from './socket.ts'
import type { ThreadOptions } from './threads.ts'

interface CommonOptions {
  /** Socket.IO's own options, passed through. */
  readonly io?: IoOptions
  /** Which pages may connect. The server's own origin and localhost by default. */
  readonly origins?: Origins
  /** What strangers may cost; all on by default, and generous. The README has the table. Finite numbers above 0. */
  readonly limits?: Partial<Limits>
  /**
   * How many proxies in front add to `x-forwarded-for`, as `limits` by address need to know; 0 by default. Nobody else may
   * reach the port then.
   */
  readonly trustProxy?: number
  /**
   * Says who is on a connection, from what the client gave as `auth`; without it nobody knows. Called once a connection,
   * before anything else is heard from it. What it throws refuses the connection, with ERR_REFUSED: throw a TickwireError to
   * say why. `connectSeconds` bounds it, too.
   */
  readonly authenticate?: Authenticate
  /** Most matches at once; 1,000 by default. */
  readonly maxMatches?: number
  /** What the threads of hostInThreads() may have. */
  readonly threads?: ThreadOptions
  /** A folder of files to serve. In dev mode (`checks`) what is put there later is served, too. */
  readonly static?: string
  /** Opens the namespace `/admin` for Socket.IO's admin UI. List the UI's origin in `origins`. */
  readonly admin?: AdminOptions
  /** Shut down cleanly on SIGTERM and SIGINT, and exit then, within 10 s. True for `{ port }`, else false. */
  readonly signals?: boolean
  /**
   * End the process (by SIGKILL; 137 in a shell) when a rule does not come back for 1.5 s, and name its match on the error
   * stream. As `signals` by default: a supervisor starts it anew.
   */
  readonly watchdog?: boolean
  /** Who may read the page `/metrics`; left out, there is none. */
  readonly metricsPage?: (request: IncomingMessage) => boolean
  /**
   * Dev mode. Watches for mistakes that a running game hides, and warns of them: a `move` that no client can predict, which
   * costs a part of each tick; and tells clients what a rule threw that ended their match, or refused a join or a request.
   * True by default, unless NODE_ENV is 'production'.
   */
  readonly checks?: boolean
  /** Where warnings go; `console.warn` by default. One line each; in a flood some are counted instead. */
  readonly warn?: (message: string) => void
}

/**
 * `port`: opens it (0 to 65535; 0 takes any free one). `http`: attaches to a server that you listen with yourself.
 * `app`: serves an Express app, or any request listener, on `port` (3000 by default).
 */
export type ServerOptions = CommonOptions &
  (
    | { readonly port?: number }
    | { readonly http: HttpServer }
    | { readonly app: RequestListener; readonly port?: number }
  )

const KNOWN: readonly (keyof CommonOptions | 'port' | 'http' | 'app')[] = [
  'port',
  'http',
  'app',
  'io',
  'origins',
  'limits',
  'trustProxy',
  'authenticate',
  'maxMatches',
  'threads',
  'static',
  'admin',
  'signals',
  'watchdog',
  'metricsPage',
  'checks',
  'warn',
]

/** @throws ERR_USAGE for one that is misspelt */
export function checkOptions(options: ServerOptions): void {
  checkKnown(options, KNOWN, 'a server', 'ERR_USAGE')
}
