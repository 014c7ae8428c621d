// What a game's author writes against: the rules of a match, the match that they are handed, and its players.

import type { AnyGame, PlayerRef } from '@tickwire/engine'
import type { ReadWorld, World } from '@tickwire/engine/wire'

/** Who somebody is, as `authenticate` says. */
export interface Identity {
  /** The same whenever and wherever this person connects. */
  readonly id: string
  /** The player's name, whatever the client asks for; at most 32 characters. Left out: the client's. */
  readonly name?: string
  /** Whatever the rules want to know. No client sees it. */
  readonly data?: unknown
}

/** A participant. The object is the same for as long as the player is in the match, whatever becomes of connections. */
export interface Player extends PlayerRef {
  /** 1 to 65,535, unique in its match. */
  readonly id: number
  readonly name: string
  readonly bot: boolean
  /** What `authenticate` said of it; undefined without that, and for bots. No client sees it. */
  readonly identity?: Identity
}

export interface EmitOptions {
  /** Who gets it; everybody, if left out. */
  readonly to?: Player | Iterable<Player>
}

export interface Match<G extends AnyGame> {
  readonly id: string
  readonly game: G
  /** What the match was created with. */
  readonly options: G['options']
  readonly world: World<G>
  /** `world.tick`: the one that is being run, or was last. */
  readonly tick: number
  /** `world.state`. */
  readonly state: G['state']
  readonly players: ReadonlySet<Player>
  readonly capacity: number
  /** True: nobody new comes in. */
  locked: boolean
  /** The next number in [0, 1) of the match's own seeded generator. */
  random(): number
  /** Runs `act` at the start of the tick that is `ticks` from now (1 or more). Returns what cancels it. */
  after(ticks: number, act: () => void): () => void
  /**
   * The world as this player saw it when it gave the command that is being run: read-only, sampled at the render tick
   * of its screen, at most 400 ms back, never later than the newest snapshot it acknowledged. Valid until the next call.
   */
  rewind(player: Player): ReadWorld<G>
  /** Something that happens at this tick. @throws ERR_USAGE for an event that the game does not declare */
  emit<K extends keyof G['events'] & string>(event: K, values: G['events'][K]['values'], options?: EmitOptions): void
  /** Takes a player out; its client is told why, in at most 1,000 characters. */
  kick(player: Player, reason: string): void
  /** Ends the match, within a tick after it; every client is told why. */
  end(reason: string): void
  /** Seats a player whose commands `input` gives, once a tick; the `join` rule runs for it. @throws ERR_MATCH_FULL */
  addBot(input: (bot: Player) => G['command'], name?: string): Player
}

/**
 * How a game is played. What rules keep outside of `match`, in variables of their module, all matches of a process share;
 * with `server.hostInThreads()` each match has its own.
 */
export interface Rules<G extends AnyGame> {
  /** Seats, bots included; 1 to 2,000. Default 16. */
  readonly capacity?: number
  /** Seconds for which a match without people is kept. Default 10. */
  readonly emptySeconds?: number
  /**
   * Seconds for which the seat of a player whose connection is lost is kept: its client comes back to it by itself. Default
   * 30; with 0 the seat goes with the connection.
   */
  readonly graceSeconds?: number
  /**
   * The same person (`identity.id`) joins a match that it is in already. 'newest', the default: the new page plays on with
   * the seat, the old one ends with ERR_REPLACED. 'refuse': ERR_REFUSED, unless it is away. 'allow': another seat.
   */
  readonly duplicates?: 'newest' | 'refuse' | 'allow'
  /**
   * Seconds after which a player whose client acknowledges nothing is let go, though its connection may live: its client
   * ends with ERR_TIMEOUT. Default 10.
   */
  readonly silentSeconds?: number
  /**
   * Bytes of frames a second that a player may cost on average, above 0; what the transport adds is not counted. Past it
   * frames are merged, as on a link of that rate: where rows take K bytes, and events E bytes a second, one comes every
   * K / (budget - E) seconds. Give a keyframe and a second of events at least: a screen without a frame for a second
   * stands. Events are kept until everybody is past them: a player ends with ERR_CONGESTED that lacks a second of them or
   * more, and 64 KiB of the match's, whoever they are for. Left out: what its link carries.
   */
  readonly maxBytesPerSecond?: number
  /** The same for the whole match: each player may cost an equal part. */
  readonly maxMatchBytesPerSecond?: number
  /**
   * What `server.prior(game)` gave, of another run: frames are small from the first one on. Made for this very schema. It
   * is a start: a better one is learned where there is one.
   */
  readonly prior?: Uint8Array
  /**
   * Called once a match. What it returns gets the match's recording after every tick, bytes to append to a file:
   * `readRecording` and `tickwire-train` read it. A throw ends this match.
   */
  readonly record?: (match: Match<G>) => (bytes: Uint8Array<ArrayBuffer>) => void
  readonly start?: (match: Match<G>) => void | undefined
  /** A throw refuses the player and nothing else. Throw a TickwireError to say why. */
  readonly join?: (match: Match<G>, player: Player) => void | undefined
  /** The connection was lost. Until it is back the player stays in `match.players`, and its commands are neutral. */
  readonly away?: (match: Match<G>, player: Player) => void | undefined
  /** It is back. */
  readonly back?: (match: Match<G>, player: Player) => void | undefined
  /** The player is out: it left, was taken out, or was away for longer than `graceSeconds`. */
  readonly leave?: (match: Match<G>, player: Player) => void | undefined
  /** After every row's `move`; one command for each player. A throw ends this match. */
  readonly tick?: (match: Match<G>, commands: ReadonlyMap<Player, Readonly<G['command']>>) => void | undefined
  /** Run at the start of a tick; a throw or a rejection refuses that request. */
  readonly requests?: {
    readonly [K in keyof G['requests']]: (
      match: Match<G>,
      player: Player,
      ask: G['requests'][K]['ask']
    ) => G['requests'][K]['answer'] | Promise<G['requests'][K]['answer']>
  }
}

/** What a game owes the server: its rules, with `requests` if it declares any. */
export type RulesOf<G extends AnyGame> = Rules<G> & (keyof G['requests'] extends never ? unknown : RequiredRequests<G>)
interface RequiredRequests<G extends AnyGame> {
  readonly requests: NonNullable<Rules<G>['requests']>
}
