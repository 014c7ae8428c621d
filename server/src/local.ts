// Offline play: a game's matches inside the page that plays them. The same match, session and client as online; in
// between, instead of sockets, function calls. No timers: whoever draws frames calls advance().

import type { AnyGame } from '@tickwire/engine'
import type { Transport, TransportEvents } from '@tickwire/engine/client'
import { SHARED_PREFIX, Stepper } from '@tickwire/engine/wire'
import type { Connection } from './match/connection.ts'
import { Lobby } from './match/lobby.ts'
import type { LiveMatch } from './match/match.ts'
import type { RulesOf } from './match/rules.ts'
import { Session } from './match/session.ts'

export interface LocalOptions {
  /** A whole number: `match.random()` follows from it. */
  readonly seed: number
  /** Milliseconds, monotonic: `() => performance.now()`. */
  readonly now: () => number
  readonly warn?: (message: string) => void
  /** As createServer() has it, here false by default: `import.meta.env.DEV` says it in Vite. */
  readonly checks?: boolean
}

export interface LocalServer {
  /** Runs the ticks that are due at `now` (ms). */
  advance(now: number): void
  /** A connection to it, for the client's `connectOver()`. */
  connect(): Transport
}

/** A server without sockets, for one game: offline play, tutorials, tests. */
export function createLocalServer<G extends AnyGame>(game: G, rules: RulesOf<G>, options: LocalOptions): LocalServer {
  const { seed, now, warn = () => {}, checks } = options
  const steppers = new Map<LiveMatch, Stepper>()
  let opened = 0
  const lobby = new Lobby({
    now,
    seed: () => seed + opened,
    newId: () => `local-${++opened}`,
    warn,
    checks,
    opened: (match) => steppers.set(match, new Stepper(game.tickRate)),
  })
  lobby.host(game, rules)
  return {
    advance(at) {
      for (const [match, stepper] of steppers) {
        for (let due = stepper.advance(at); due > 0; due--) match.step()
        if (match.ended !== undefined) steppers.delete(match)
      }
      lobby.sweep()
    },
    connect: () => localTransport(lobby, now),
  }
}

function localTransport(lobby: Lobby, now: () => number): Transport {
  let events: TransportEvents | undefined
  let connected = true
  const connection: Connection = {
    bufferedAmount: 0,
    sendFrame: (shared, head) => events?.frame(head ? joined(head, shared.bytes) : shared.bytes),
    notify: (message) => events?.tell(message),
    enter: () => {},
    exit: () => {},
    close: () => drop('closed by the server'),
  }
  const session = new Session(connection, lobby)
  const drop = (reason: string): void => {
    if (!connected) return
    connected = false
    session.closed()
    events?.status(false, reason)
  }
  return {
    now,
    bufferedAmount: 0,
    get connected() {
      return connected
    },
    send: (frame) => session.frame(frame),
    ask: (message) => session.ask(message),
    listen(to) {
      events = to
      to.status(true, 'connected')
    },
    close: () => drop('closed'),
  }
}

/** A head of one's own stands in place of the prefix of a frame without a private chunk. */
function joined(head: Uint8Array, shared: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + shared.length - SHARED_PREFIX)
  whole.set(head)
  whole.set(shared.subarray(SHARED_PREFIX), head.length)
  return whole
}
