// A whole server and its clients under the virtual clock: the lobby's matches are stepped at their tick rate, each
// client sits behind a seeded link and draws at its own frame rate. Tests and the long runs use it.

import type { AnyGame } from '@tickwire/engine'
import { type ClientMatch, type ConnectOptions, connectOver } from '@tickwire/engine/client'
import {
  type Link,
  type LinkProfile,
  link,
  linkConnection,
  linkTransport,
  Random,
  VirtualClock,
} from '@tickwire/engine/testing'
import { Lobby } from '../src/match/lobby.ts'
import type { LiveMatch } from '../src/match/match.ts'
import type { Rules } from '../src/match/rules.ts'
import { Session } from '../src/match/session.ts'

export const CLEAN: LinkProfile = { down: { latency: 20, jitter: 0 }, up: { latency: 20, jitter: 0 } }

export interface VirtualClient<G extends AnyGame> {
  readonly match: ClientMatch<G>
  readonly link: Link
  /** Every message that arrived at the client, in order. */
  readonly received: Uint8Array[]
}

export interface DrawOptions<G extends AnyGame> {
  readonly profile?: LinkProfile
  readonly fps?: number
  /** Called after each frame was drawn. */
  readonly onFrame?: (match: ClientMatch<G>) => void
}

export class VirtualServer<G extends AnyGame> {
  readonly clock = new VirtualClock()
  readonly lobby: Lobby
  readonly warnings: string[] = []
  readonly #random: Random
  readonly #game: G

  constructor(game: G, rules: Rules<G>, seed = 1) {
    this.#game = game
    this.#random = new Random(seed)
    let opened = 0
    this.lobby = new Lobby({
      seed: () => seed + opened,
      newId: () => `m${++opened}`,
      warn: (message) => this.warnings.push(message),
      opened: (match) => this.drive(match),
    })
    this.lobby.host(game, rules)
  }

  /** Steps a match at its tick rate until it is over. */
  drive(match: LiveMatch): void {
    const stop = this.clock.every(1000 / match.game.tickRate, () => {
      match.step()
      if (match.ended === undefined) return
      stop()
      this.lobby.sweep()
    })
  }

  /** A raw connection: the client's end of a link with a session behind the other. */
  dial(profile: LinkProfile = CLEAN): Link {
    const wire = link(this.clock, this.#random, profile)
    let session: Session
    const connection = linkConnection(wire.server, {
      frame: (bytes) => session.frame(bytes),
      ask: (bytes) => session.ask(bytes),
      closed: () => session.closed(),
    })
    session = new Session(connection, this.lobby)
    return wire
  }

  /** Joins over a link and draws `fps` frames a second from then on. */
  async join(
    options: ConnectOptions<G>,
    { profile = CLEAN, fps = 60, onFrame }: DrawOptions<G> = {}
  ): Promise<VirtualClient<G>> {
    const wire = this.dial(profile)
    const received: Uint8Array[] = []
    const joining = connectOver(linkTransport(wire.client, this.clock), this.#game, options)
    const pass = wire.client.onmessage!
    wire.client.onmessage = (message) => {
      received.push(message.slice())
      pass(message)
    }
    let match: ClientMatch<G> | undefined
    let failed: unknown
    joining.then(
      (made) => {
        match = made
      },
      (error: unknown) => {
        failed = error
      }
    )
    for (let waited = 0; !match && !failed && waited < 20_000; waited += 10) await this.run(10)
    if (!match) throw failed ?? new Error('the join was not answered')
    const joined = match
    this.clock.every(1000 / fps, () => {
      joined.frame(this.clock.now)
      onFrame?.(joined)
    })
    return { match: joined, link: wire, received }
  }

  /** Lets `ms` pass. */
  run(ms: number): Promise<void> {
    return this.clock.run(this.clock.now + ms)
  }
}
