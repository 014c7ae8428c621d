// A whole server and its clients under the virtual clock: the lobby's matches are stepped at their tick rate, each
// client sits behind a seeded link and draws at its own frame rate. Ten minutes of play take seconds, and the same seed
// is the same play.

import type { AnyGame } from '@tickwire/engine'
import { type ClientMatch, connectOver, type MatchOptions, type Redial } from '@tickwire/engine/client'
import {
  type Arrival,
  HeadlessPlayer,
  type Link,
  type LinkProfile,
  type LinkTransport,
  link,
  linkConnection,
  linkTransport,
  type Passage,
  Random,
  roundTrip,
  VirtualClock,
} from '@tickwire/engine/testing'
import { FRAME_KIND, planOf, readCommands, TickwireError } from '@tickwire/engine/wire'
import { Lobby } from '../match/lobby.ts'
import type { LiveMatch } from '../match/match.ts'
import type { Identity, Rules } from '../match/rules.ts'
import { Session } from '../match/session.ts'
import { TOKEN_BYTES } from '../match/token.ts'

const CLEAN = roundTrip(40, 0)

/** Of learning, after a tick: what a real server finds the time for. */
const PIECES = 20

/** Until a connection is there: round trips. */
const HANDSHAKES = 2

export interface VirtualClient<G extends AnyGame, Seen = unknown> {
  readonly match: ClientMatch<G>
  /** The connection that there is, or was last. */
  readonly link: Link
  /** Draws the match, and has noted every frame. */
  readonly player: HeadlessPlayer<ClientMatch<G>, Seen>
  readonly transport: LinkTransport
  /** Every message that arrived at the client, in order. */
  readonly received: Uint8Array[]
  /** Every command as it came to the server, in order. */
  readonly commands: readonly GivenCommand[]
  /** The network is gone for `ms`, and with it the connection; who does not notice is unaware, until it misses signs of life. */
  cut(ms: number, noticedBy?: Parameters<Link['cut']>[0]): void
  /** The page stands still for `ms`, as one does that a phone has put away: it draws, answers and connects only then. */
  freeze(ms: number): void
}

/** One tick's command at the server. */
export interface GivenCommand {
  readonly tick: number
  /** When it was sent and when it came, ms of the clock. */
  readonly sentAt: number
  readonly at: number
  /** By how many ticks that was before its tick ran, fractions included; 0 or less: too late. */
  readonly slack: number
  /** A stall held it back. */
  readonly stalled: boolean
}

export interface DrawOptions<G extends AnyGame, Seen = unknown> {
  /** The network; a clean round trip of 40 ms by default. */
  readonly profile?: LinkProfile
  /** Who the player is, as `authenticate` would say. */
  readonly identity?: Identity
  /** The connection, if it was made before by dial(). */
  readonly wire?: Link
  /** Frames a second; 60 by default. */
  readonly fps?: number
  /** The clock of the player's machine, ms: by default the virtual one. */
  readonly now?: () => number
  /** Called after each frame was drawn; what it returns is noted with the frame. */
  readonly onFrame?: (match: ClientMatch<G>) => Seen
}

export class VirtualServer<G extends AnyGame> {
  readonly clock: VirtualClock = new VirtualClock()
  readonly lobby: Lobby
  readonly warnings: string[] = []
  readonly #random: Random
  /** Of what must not change the networks' chance: tokens, and the pauses of who connects anew. */
  readonly #chance: Random
  readonly #game: G
  /** When each match ran its last tick. */
  readonly #steppedAt = new Map<LiveMatch, number>()
  readonly #taps = new Map<Link, (frame: Uint8Array, passage: Passage) => void>()

  /**
   * `seed`, a whole number: chance in the rules and in every network follows from it. `checks`, as createServer() has it:
   * `warnings` tells of a `move` that no client can predict.
   */
  constructor(game: G, rules: Rules<G>, seed = 1, { checks = true }: { readonly checks?: boolean } = {}) {
    this.#game = game
    this.#random = new Random(seed)
    this.#chance = new Random(~seed)
    let opened = 0
    this.lobby = new Lobby({
      now: () => this.clock.now,
      seed: () => seed + opened,
      newId: () => `m${++opened}`,
      warn: (message) => this.warnings.push(message),
      checks,
      newToken: () => Uint8Array.from({ length: TOKEN_BYTES }, () => this.#chance.next() * 256),
      opened: (match) => this.drive(match),
    })
    this.lobby.host(game, rules)
  }

  /** Steps a match at its tick rate until it is over. */
  drive(match: LiveMatch): void {
    const stop = this.clock.every(1000 / match.game.tickRate, () => {
      match.step()
      this.#steppedAt.set(match, this.clock.now)
      for (let pieces = 0; pieces < PIECES && this.lobby.learn(); pieces++);
      if (match.ended === undefined) return
      stop()
      this.#steppedAt.delete(match)
      this.lobby.sweep()
    })
  }

  /** A raw connection: the client's end of a link with a session behind the other. */
  dial(profile: LinkProfile = CLEAN, identity?: Identity): Link {
    const wire = link(this.clock, this.#random, profile)
    let session: Session
    const handlers = {
      frame: (bytes: Uint8Array<ArrayBuffer>) => {
        this.#taps.get(wire)?.(bytes, wire.server.passage!)
        session.frame(bytes)
      },
      ask: (bytes: Uint8Array<ArrayBuffer>) => session.ask(bytes),
      answered: (bytes: Uint8Array<ArrayBuffer>) => session.answered(bytes),
      closed: () => session.closed(),
    }
    session = new Session(linkConnection(wire.server, handlers, this.clock), this.lobby, identity)
    return wire
  }

  /**
   * Joins over a link and draws `fps` frames a second from then on. A connection that is lost is replaced by others, over
   * links of the same profile. Time passes until it is in. @throws as connectOver()
   */
  join<Seen = undefined>(options: MatchOptions<G>, draw?: DrawOptions<G, Seen>): Promise<VirtualClient<G, Seen>> {
    return this.#await(this.connect(options, draw))
  }

  /** The same for what happens while time passes: it is in a while after run() goes on. */
  async connect<Seen = undefined>(
    options: MatchOptions<G>,
    { profile = CLEAN, identity, wire, fps = 60, now, onFrame }: DrawOptions<G, Seen> = {}
  ): Promise<VirtualClient<G, Seen>> {
    const received: Uint8Array[] = []
    const commands: GivenCommand[] = []
    const arrivals: Arrival[] = []
    let live: LiveMatch | undefined
    let current: Link
    let transport: LinkTransport
    const over = (wire: Link): LinkTransport => {
      current = wire
      transport = linkTransport(wire.client, this.clock, now, arrivals)
      const pass = wire.client.onmessage
      wire.client.onmessage = (message) => {
        received.push(message)
        pass(message)
      }
      this.#taps.set(wire, (frame, passage) => live && this.#note(live, frame, passage, commands))
      return transport
    }
    let downUntil = 0
    let frozenUntil = 0
    const handshake = HANDSHAKES * (profile.up.latency + profile.down.latency)
    const redial: Redial = {
      dial: async (delay, within) => {
        await this.#passes(delay)
        if (this.clock.now < frozenUntil) await this.#passes(frozenUntil - this.clock.now)
        // A stall is one of the network: what is sent is there later, or given up before.
        const stalled = Math.max(0, current.heldUntil - this.clock.now)
        await this.#passes(Math.min(stalled, within))
        if (this.clock.now >= downUntil) await this.#passes(handshake)
        if (this.clock.now < downUntil || stalled > within)
          throw new TickwireError('ERR_DISCONNECTED', 'there is no network')
        this.#taps.delete(current)
        return over(this.dial(profile, identity))
      },
      random: () => this.#chance.next(),
    }
    const match = await connectOver(over(wire ?? this.dial(profile, identity)), this.#game, options, redial)
    live = [...this.lobby.matches].find(({ id }) => id === match.id) as LiveMatch | undefined
    const look = onFrame ?? ((() => undefined) as () => Seen)
    const player = new HeadlessPlayer(this.clock, { now: () => transport.now(), arrivals }, match, {
      fps,
      onFrame: look,
    })
    return {
      match,
      player,
      received,
      commands,
      get link() {
        return current
      },
      get transport() {
        return transport
      },
      cut: (ms, noticedBy) => {
        downUntil = this.clock.now + ms
        current.cut(noticedBy)
      },
      freeze: (ms) => {
        frozenUntil = this.clock.now + ms
        current.stall(ms)
        player.draw(0)
        this.clock.at(frozenUntil, () => player.draw(fps))
      },
    }
  }

  /** Lets `ms` pass. */
  run(ms: number): Promise<void> {
    return this.clock.run(this.clock.now + ms)
  }

  #passes(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve))
  }

  async #await<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    promise.then(settle, settle)
    // It does: a transport gives up on an answer after a while, in virtual time.
    while (!settled) await this.run(10)
    return promise
  }

  #note(match: LiveMatch, frame: Uint8Array, { sentAt, stalled }: Passage, commands: GivenCommand[]): void {
    if (frame[0] !== FRAME_KIND.commands) return
    const { now } = this.clock
    const { command } = planOf(this.#game)
    const run = readCommands(frame, command, match.tick)
    const passed = ((now - (this.#steppedAt.get(match) ?? now)) * this.#game.tickRate) / 1000
    for (let tick = run.first; tick < run.first + run.commands.length; tick++)
      commands.push({ tick, sentAt, at: now, slack: tick - match.tick - passed, stalled })
  }
}
