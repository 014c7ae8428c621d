// createServer(): one process's host of matches. Listens or attaches, hosts games, drives their matches, shuts down.

import { randomBytes, randomInt } from 'node:crypto'
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http'
import type { Socket as TcpSocket } from 'node:net'
import { type AnyGame, TickwireError } from '@tickwire/engine'
import type { Registry } from 'prom-client'
import type { Server as Io } from 'socket.io'
import { Lobby } from '../match/lobby.ts'
import type { LiveMatch } from '../match/match.ts'
import type { RemoteMatch } from '../match/remote.ts'
import type { Match, RulesOf } from '../match/rules.ts'
import { Session } from '../match/session.ts'
import { TOKEN_BYTES } from '../match/token.ts'
import { administer } from './admin.ts'
import { HTTP_LIMITS, intercept, listen, notFound } from './http.ts'
import { LongTicks } from './long-ticks.ts'
import { Loop, now, settles, systemClock } from './loop.ts'
import { Metrics, type Present } from './metrics.ts'
import { checkOptions, type ServerOptions } from './options.ts'
import { type Health, pages } from './pages.ts'
import { Sockets } from './socket.ts'
import { Threads } from './threads.ts'
import { bounded } from './warnings.ts'
import { Watchdog } from './watchdog.ts'

/** A match as `server.matches` lists it. */
export interface MatchListing {
  readonly id: string
  /** The game's name. */
  readonly game: string
  readonly players: number
  readonly capacity: number
  readonly locked: boolean
  /** How often its clients could not use what they got, by their own word: a frame, or the hash of its state. */
  readonly troubles: { readonly unreadable: number; readonly unsound: number }
}

/** A match in a thread: what can be known and done of it from outside. Each as of a moment ago. */
export type ThreadedMatch = Pick<RemoteMatch, 'id' | 'players' | 'capacity' | 'locked' | 'ended' | 'end'>

export interface Server {
  /** The whole of Socket.IO. A match is a room; its id is the room's name. */
  readonly io: Io
  /** The port that is listened on, in fact. @throws ERR_USAGE while none is. */
  readonly port: number
  /**
   * What the server counts, for Prometheus: a registry of its own, `await server.metrics.metrics()` as text. Those of Node
   * are added by prom-client's `collectDefaultMetrics({ register: server.metrics })`.
   */
  readonly metrics: Registry
  /** The matches that are running, as of now. */
  readonly matches: readonly MatchListing[]
  /**
   * Lets players create and join matches of `game`.
   * @throws ERR_USAGE for rules that can't be; ERR_SCHEMA_MISMATCH, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED for a `prior`
   * that is none of this game's
   */
  host<G extends AnyGame>(game: G, rules: RulesOf<G>): void
  /**
   * As host(), for rules that are heavy or may fail: each match runs in a thread of its own, and what goes wrong there ends
   * that match and nothing else: a loop for ever (after 1.5 s), an exception, a promise that is rejected, process.exit(),
   * too much memory. `module` exports `game` and `rules`, and is loaded by each thread anew:
   * `new URL('./rules.js', import.meta.url)`. A thread is no sandbox: its rules can do whatever the process may.
   * listen() throws ERR_USAGE for a module that can't be loaded or lacks something, ERR_SCHEMA_MISMATCH for one of another
   * game, and what host() throws.
   * @throws ERR_USAGE for a game that is hosted already
   */
  hostInThreads(game: AnyGame, module: URL): void
  /**
   * Opens a match of a hosted game, for players to join.
   * @throws ERR_GAME_UNKNOWN; ERR_USAGE for one that is hosted in threads: openInThread() opens those
   */
  open<G extends AnyGame>(game: G, options?: Partial<G['options']>): Match<G>
  /** The same for a game that is hosted in threads. @throws ERR_GAME_UNKNOWN, ERR_USAGE, ERR_RATE_LIMIT past `threads.most` */
  openInThread<G extends AnyGame>(game: G, options?: Partial<G['options']>): ThreadedMatch
  /**
   * The tables that the game's frames are coded with by now, learned from its matches: save them, and give them to
   * `host()` as `prior` next time. Undefined where nothing is learned that is worth it. @throws ERR_GAME_UNKNOWN
   */
  prior(game: AnyGame): Uint8Array | undefined
  /**
   * Starts the matches, and opens the port; with `{ http }` that is yours to do.
   * @throws ERR_PORT_IN_USE, and what the system says otherwise
   */
  listen(): Promise<void>
  /**
   * Ends all matches with a reason, then all connections, then the HTTP server, a given one too. Every client hears why,
   * with the code `ENDED`; it takes 2 s at most, and a moment where all listen. Once is enough.
   */
  close(reason?: string): Promise<void>
}

const DEFAULT_PORT = 3000
const SIGNALS = ['SIGTERM', 'SIGINT'] as const
// How long connections may take to read that it is over, and then to hang up.
const GRACE_MS = 1000
// After a signal the process exits, whatever holds it up.
const EXIT_MS = 8000

/** @throws ERR_USAGE for options that can't be. */
export function createServer(options: ServerOptions = {}): Server {
  checkOptions(options)
  return new Host(options)
}

class Host implements Server {
  readonly io: Io
  readonly #http: HttpServer
  readonly #ownPort: number | undefined
  readonly #signals: boolean
  readonly #metrics = new Metrics(() => this.#present())
  readonly #watchdog: Watchdog<LiveMatch> | undefined
  readonly #warn: (message: string) => void
  readonly #started = now()
  readonly #lobby: Lobby
  readonly #threads: Threads
  readonly #sockets: Sockets
  readonly #loop: Loop<LiveMatch>
  readonly #longTicks = new LongTicks()
  readonly #tcp = new Set<TcpSocket>()
  #closed: Promise<void> | undefined

  constructor(options: ServerOptions) {
    const write = options.warn ?? console.warn
    const warner = () => bounded(write, now, () => this.#metrics.warningsOmitted++)
    this.#warn = warner()
    this.#signals = options.signals ?? !('http' in options || 'app' in options)
    if (options.watchdog ?? this.#signals) this.#watchdog = new Watchdog(this.#warn)
    this.#ownPort = 'http' in options ? undefined : checkPort(options.port ?? DEFAULT_PORT)
    const checks = options.checks ?? process.env.NODE_ENV !== 'production'
    this.#threads = new Threads({
      options: options.threads,
      checks,
      warn: this.#warn,
      ticked: ({ id, game }, tick, late, took) => this.#ticked({ id, game, tick }, late, took),
    })
    this.#lobby = new Lobby({
      now,
      seed: () => randomInt(2 ** 32),
      newId,
      newToken: () => new Uint8Array(randomBytes(TOKEN_BYTES)),
      warn: this.#warn,
      checks,
      maxMatches: checkMatches(options.maxMatches),
    })
    this.#loop = new Loop(
      () => this.#running(),
      (match, error) => this.#failed(match, error),
      () => this.#lobby.learn(),
      systemClock,
      {
        alive: () => this.#alive(),
        // A match's first tick makes its world: that may take as long as what is outside of any match.
        begins: (match) => {
          if (match.tick > 0) this.#watchdog?.begins(match)
        },
        ended: (match, late, took) => {
          this.#watchdog?.ended()
          this.#ticked(match, late, took)
        },
      }
    )
    this.#http =
      'http' in options ? options.http : createHttpServer(HTTP_LIMITS, 'app' in options ? options.app : notFound)
    this.#http.on('connection', (socket) => this.#track(socket))
    const metricsPage = { registry: this.metrics, mayRead: options.metricsPage }
    const handler = pages(() => this.#health(), metricsPage, options.static, checks)
    this.#sockets = new Sockets(
      this.#http,
      { ...options, warn: warner(), metrics: this.#metrics },
      (connection, identity) => new Session(connection, this.#lobby, identity)
    )
    this.io = this.#sockets.io
    intercept(this.#http, this.io.path(), handler)
    if (options.admin) administer(this.io, options.admin)
  }

  get port(): number {
    const address = this.#http.address()
    if (address && typeof address === 'object') return address.port
    throw new TickwireError('ERR_USAGE', 'no port is listened on; await server.listen() first')
  }

  get metrics(): Registry {
    return this.#metrics.registry
  }

  get matches(): readonly MatchListing[] {
    const running = this.#lobby.all.filter(({ ended }) => ended === undefined)
    return running.map(({ id, game, players, capacity, locked, troubles }) => {
      return { id, game: game.name, players: players.size, capacity, locked, troubles: { ...troubles } }
    })
  }

  host<G extends AnyGame>(game: G, rules: RulesOf<G>): void {
    this.#lobby.host(game, rules)
  }

  hostInThreads(game: AnyGame, module: URL): void {
    this.#lobby.hostElsewhere(game, () => this.#threads.host(game, module))
  }

  open<G extends AnyGame>(game: G, options?: Partial<G['options']>): Match<G> {
    return this.#lobby.open(game, options)
  }

  openInThread<G extends AnyGame>(game: G, options?: Partial<G['options']>): ThreadedMatch {
    return this.#lobby.openRemote(game, options)
  }

  prior(game: AnyGame): Uint8Array | undefined {
    return this.#lobby.prior(game)
  }

  async listen(): Promise<void> {
    if (this.#closed) throw new TickwireError('ERR_USAGE', 'this server was closed; create another one')
    await this.#threads.ready()
    if (this.#ownPort !== undefined && !this.#http.listening) await listen(this.#http, this.#ownPort)
    if (this.#signals) for (const signal of SIGNALS) process.once(signal, this.#onSignal)
    await this.#watchdog?.start()
    if (!this.#closed) this.#loop.start()
  }

  close(reason: string = 'the server is closing'): Promise<void> {
    this.#closed ??= this.#shutDown(reason)
    return this.#closed
  }

  async #shutDown(reason: string): Promise<void> {
    for (const signal of SIGNALS) process.off(signal, this.#onSignal)
    this.#loop.stop()
    this.#watchdog?.stop()
    this.#sockets.dismiss(reason)
    this.#lobby.close(reason)
    const threads = this.#threads.close()
    await settles(this.#sockets.drain(), GRACE_MS)
    const closed = this.io.close()
    await settles(closed, GRACE_MS)
    for (const socket of this.#tcp) socket.destroy()
    await closed
    await settles(threads, GRACE_MS)
  }

  // Others may be waiting for the signal too; then it is for them to exit.
  readonly #onSignal = (signal: NodeJS.Signals): void => {
    void settles(this.close(), EXIT_MS).then(() => {
      if (process.listenerCount(signal) === 0) process.exit()
    })
  }

  #alive(): void {
    this.#watchdog?.alive()
    this.#threads.look(now())
  }

  #running(): Iterable<LiveMatch> {
    this.#lobby.sweep()
    return this.#lobby.matches
  }

  #ticked(match: Pick<LiveMatch, 'id' | 'game' | 'tick'>, late: number, took: number): void {
    this.#metrics.ticked(late, took)
    const budget = 1000 / match.game.tickRate
    if (took <= budget) return
    this.#metrics.overBudget++
    const told = this.#longTicks.note(
      { match: `match ${match.id} (${match.game.name})`, tick: match.tick, took, budget },
      now()
    )
    if (told) this.#warn(told)
  }

  #failed(match: LiveMatch, error: unknown): void {
    this.#warn(`match ${match.id} failed: ${String(error)}`)
    match.end('error')
  }

  #lag(): { skippedTicks: number; overruns: number } {
    const { overruns, skipped } = this.#threads
    return { skippedTicks: this.#loop.skipped + skipped, overruns: this.#loop.overruns + overruns }
  }

  #health(): Health {
    const matches = this.matches
    return {
      ok: this.#closed === undefined,
      matches: matches.length,
      players: matches.reduce((sum, match) => sum + match.players, 0),
      uptime: Math.round(now() - this.#started) / 1000,
      ...this.#lag(),
      ...this.#lobby.troubles,
    }
  }

  #present(): Present {
    const games = new Map<string, { matches: number; players: number }>()
    for (const { game, players } of this.#lobby.all) {
      const { matches, players: before } = games.get(game.name) ?? { matches: 0, players: 0 }
      games.set(game.name, { matches: matches + 1, players: before + players.size })
    }
    return {
      games,
      sockets: this.io.engine.clientsCount,
      refusedAddresses: this.#sockets.addresses.refused(now()),
      penalties: this.#sockets.addresses.penalties,
      ...this.#lag(),
      ...this.#lobby.troubles,
    }
  }

  #track(socket: TcpSocket): void {
    if (!this.#sockets.admits(socket.remoteAddress, (hungUp) => socket.once('close', hungUp))) {
      this.#metrics.dropped++
      socket.destroy()
      return
    }
    this.#tcp.add(socket)
    socket.once('close', () => this.#tcp.delete(socket))
  }
}

function newId(): string {
  return randomBytes(6).toString('base64url')
}

function checkPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new TickwireError('ERR_USAGE', `port is ${port}; a whole number from 0 to 65535 is expected`)
}

function checkMatches(most: number | undefined): number | undefined {
  if (most === undefined || (Number.isInteger(most) && most > 0)) return most
  throw new TickwireError('ERR_USAGE', `maxMatches is ${most}; a whole number above 0 is expected`)
}
