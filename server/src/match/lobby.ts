// Hosts games; finds, creates and lists their matches. Knows no sockets and no clock: whoever owns the lobby steps its
// matches, each at its game's tick rate, calls sweep() to forget those that are over, and learn() when there is time.
// A game's matches run here, or all of them elsewhere (remote.ts).

import type { AnyGame } from '@tickwire/engine'
import {
  checkKnown,
  type ErrorCode,
  fail,
  hex,
  planOf,
  settleRecord,
  TickwireError,
  unpackRecord,
  type Values,
} from '@tickwire/engine/wire'
import { Departed, type Departure } from './departed.ts'
import { Learner } from './learner.ts'
import { DEFAULT_CAPACITY, LiveMatch, type Trouble } from './match.ts'
import type { Elsewhere, RemoteMatch } from './remote.ts'
import type { Rules } from './rules.ts'

export interface LobbyOptions {
  /** A whole number for each new match's generator. */
  readonly seed: () => number
  /** A match's id: short, hard to guess. */
  readonly newId: () => string
  readonly warn: (message: string) => void
  /** ms of any steady clock; as a match has it. */
  readonly now?: () => number
  /** Dev mode; as a match has it. */
  readonly checks?: boolean
  /** Makes 16 bytes that nobody can guess; as a match has it. */
  readonly newToken?: () => Uint8Array<ArrayBuffer>
  /** Most matches at once. Default 1,000. */
  readonly maxMatches?: number
  /** Hears of every new match, before its first tick. */
  readonly opened?: (match: LiveMatch) => void
}

/** The list of players goes to each who joins, in one message. */
const MAX_CAPACITY = 2000
const MAX_GRACE_SECONDS = 86_400

const CALLED = ['start', 'join', 'away', 'back', 'leave', 'tick', 'record'] as const
const RULES: readonly (keyof Rules<AnyGame>)[] = [
  ...CALLED,
  'requests',
  'capacity',
  'emptySeconds',
  'graceSeconds',
  'duplicates',
  'silentSeconds',
  'maxBytesPerSecond',
  'maxMatchBytesPerSecond',
  'prior',
]

/** What a player asks for. */
export type Wanted = string | Uint8Array

interface Here {
  readonly game: AnyGame
  readonly rules: Rules<AnyGame>
  readonly learner: Learner
}

type Hosted = Here | { readonly game: AnyGame; readonly elsewhere: Elsewhere }

/** What has a session: one that runs here, or elsewhere. */
export type AnyMatch = LiveMatch | RemoteMatch

export class Lobby {
  readonly #options: LobbyOptions
  readonly #games = new Map<string, Hosted>()
  readonly #matches = new Map<string, LiveMatch>()
  readonly #remote = new Map<string, RemoteMatch>()
  readonly #departed = new Departed()
  /** Games whose turn it is to learn, the next one first; without those whose learning failed. */
  readonly #learning: Here[] = []
  /** Of the matches that were forgotten. */
  readonly #troubles: Record<Trouble, number> = { unreadable: 0, unsound: 0 }

  constructor(options: LobbyOptions) {
    this.#options = options
  }

  /** All matches that run here and are not over. */
  get matches(): Iterable<LiveMatch> {
    return this.#matches.values()
  }
  /** With those that run elsewhere. */
  get all(): readonly AnyMatch[] {
    return [...this.#matches.values(), ...this.#remote.values()]
  }
  get size(): number {
    return this.#matches.size + this.#remote.size
  }

  /** How often clients could not use what they got, in all matches so far. */
  get troubles(): Readonly<Record<Trouble, number>> {
    const sum = { ...this.#troubles }
    for (const { troubles } of this.all) addUp(sum, troubles)
    return sum
  }

  /**
   * @throws ERR_USAGE for a second game of one name, and for a capacity that cannot be; ERR_SCHEMA_MISMATCH,
   * ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED for a prior that is none of this game's
   */
  host<G extends AnyGame>(game: G, rules: Rules<G>): void {
    this.#checkNew(game)
    checkKnown(rules, RULES, 'a match', 'ERR_USAGE')
    for (const name of CALLED)
      if (rules[name] !== undefined && typeof rules[name] !== 'function')
        fail('ERR_USAGE', `${name}: ${String(rules[name])}: expected a function`)
    const { capacity = DEFAULT_CAPACITY, graceSeconds = 0 } = rules
    if (!Number.isInteger(capacity) || capacity < 1 || capacity > MAX_CAPACITY)
      fail('ERR_USAGE', `capacity: ${capacity}: expected 1 to ${MAX_CAPACITY}`)
    for (const name of ['silentSeconds', 'maxBytesPerSecond', 'maxMatchBytesPerSecond'] as const) {
      const value = rules[name] ?? 1
      if (!(value > 0 && value < Number.POSITIVE_INFINITY))
        fail('ERR_USAGE', `${name}: ${value}: expected a finite number above 0`)
    }
    if (!(graceSeconds >= 0 && graceSeconds <= MAX_GRACE_SECONDS))
      fail('ERR_USAGE', `graceSeconds: ${graceSeconds}: expected 0 to ${MAX_GRACE_SECONDS}`)
    for (const name of Object.keys(game.requests))
      if (!(rules.requests as Record<string, unknown> | undefined)?.[name])
        fail('ERR_USAGE', `the game declares the request '${name}': its rules owe requests.${name}`)
    const learner = new Learner<AnyGame>(game, rules.prior)
    const hosted = { game, rules: rules as never as Rules<AnyGame>, learner }
    this.#games.set(game.name, hosted)
    this.#learning.push(hosted)
  }

  /** As host(), of a game whose matches run elsewhere: its rules are checked there. @throws ERR_USAGE */
  hostElsewhere(game: AnyGame, at: () => Elsewhere): void {
    this.#checkNew(game)
    this.#games.set(game.name, { game, elsewhere: at() })
  }

  /**
   * Opens a match. @throws ERR_GAME_UNKNOWN, ERR_FIELD_VALUE for options the schema does not allow, ERR_RATE_LIMIT past
   * maxMatches, ERR_USAGE for a game whose matches run elsewhere
   */
  open<G extends AnyGame>(game: G, options: Partial<G['options']> = {}): LiveMatch<G> {
    const hosted = this.#hosted(game.name)
    if ('elsewhere' in hosted) fail('ERR_USAGE', `the matches of '${game.name}' run in threads: use openInThread()`)
    return this.#open(hosted, options as Values, 'ERR_FIELD_VALUE') as LiveMatch as never as LiveMatch<G>
  }

  /** The same elsewhere. @throws as open(); ERR_USAGE for a game whose matches run here */
  openRemote(game: AnyGame, options: Values = {}): RemoteMatch {
    const hosted = this.#hosted(game.name)
    if (!('elsewhere' in hosted)) fail('ERR_USAGE', `the matches of '${game.name}' run in no threads: use open()`)
    return this.#open(hosted, options, 'ERR_FIELD_VALUE') as RemoteMatch
  }

  /**
   * The match that a joining player asked for; 'quick' is the one in which the same person has a seat, any that is open, or a
   * new one. Opens one only if it `mayOpen`.
   * @throws ERR_GAME_UNKNOWN, ERR_SCHEMA_MISMATCH, ERR_MATCH_UNKNOWN, ERR_MESSAGE, ERR_RATE_LIMIT
   */
  find(
    name: string,
    schema: number,
    wanted: Wanted,
    mayOpen: boolean,
    person?: string
  ): { match: AnyMatch; isNew: boolean } {
    const hosted = this.#hostedAs(name, schema)
    const { game } = hosted
    const open = (options: Values) => {
      if (!mayOpen) fail('ERR_RATE_LIMIT', 'this connection opened several matches already: they must be over first')
      return { match: this.#open(hosted, options, 'ERR_MESSAGE'), isNew: true }
    }
    if (typeof wanted !== 'string') return open(unpackRecord(planOf(game).options, wanted, 'ERR_MESSAGE'))
    if (wanted === 'quick') {
      for (const match of this.#of(hosted))
        if (match.game === game && person !== undefined && match.expects(person)) return { match, isNew: false }
      for (const match of this.#of(hosted)) if (match.game === game && match.open) return { match, isNew: false }
      return open({})
    }
    const match = this.#byId(wanted)
    if (!match || match.game !== game)
      fail('ERR_MATCH_UNKNOWN', `no match '${wanted.slice(0, 64)}': it is over, or never was`)
    return { match, isNew: false }
  }

  /** The running match that somebody means to come back to. @throws ERR_GAME_UNKNOWN, ERR_SCHEMA_MISMATCH */
  running(name: string, schema: number, id: string): AnyMatch | undefined {
    const { game } = this.#hostedAs(name, schema)
    const match = this.#byId(id)
    return match?.game === game && match.ended === undefined ? match : undefined
  }

  /** Why a seat went, if `token` is the one that it had. */
  departure(match: string, player: number, token: Uint8Array): Departure | undefined {
    if (this.#remote.has(match)) this.sweep()
    return this.#departed.find(match, player, token)
  }

  /** Forgets matches that are over. */
  sweep(): void {
    for (const match of this.#matches.values()) if (match.ended !== undefined) this.#forget(match)
    for (const match of this.#remote.values()) if (match.ended !== undefined) this.#forget(match)
  }

  /**
   * Works for a millisecond or so at the tables that frames are coded with: between ticks, while nothing is due. Games
   * take turns. False: there is nothing to do before the next tick.
   */
  learn(): boolean {
    for (let games = this.#learning.length; games > 0; games--) {
      const hosted = this.#learning.shift()!
      try {
        const worked = hosted.learner.work()
        this.#learning.push(hosted)
        if (worked) return true
      } catch (error) {
        this.#options.warn(`learning for '${hosted.game.name}' failed, and ends: ${String(error)}`)
      }
    }
    return false
  }

  /** The prior that a hosted game's frames are coded with, packed; undefined: the generic one. @throws ERR_GAME_UNKNOWN */
  prior(game: AnyGame): Uint8Array<ArrayBuffer> | undefined {
    const hosted = this.#hosted(game.name)
    return ('elsewhere' in hosted ? hosted.elsewhere.prior : hosted.learner.current?.bytes)?.slice()
  }

  /** Ends all matches with a reason that their players see. */
  close(reason: string): void {
    for (const match of this.all) match.end(reason)
    this.sweep()
  }

  #forget({ id, ended = '', troubles }: AnyMatch): void {
    addUp(this.#troubles, troubles)
    this.#matches.delete(id)
    // Its seats are not known here: whoever comes back to one of them hears this.
    if (this.#remote.delete(id)) this.#departed.addAll(id, { code: 'ENDED', reason: ended })
  }

  #of(hosted: Hosted): Iterable<AnyMatch> {
    return 'elsewhere' in hosted ? this.#remote.values() : this.#matches.values()
  }

  #byId(id: string): AnyMatch | undefined {
    return this.#matches.get(id) ?? this.#remote.get(id)
  }

  #checkNew(game: AnyGame): void {
    planOf(game)
    if (this.#games.has(game.name)) fail('ERR_USAGE', `a game called '${game.name}' is hosted already`)
  }

  #hosted(name: string): Hosted {
    const known = [...this.#games.keys()].join(', ')
    return (
      this.#games.get(name) ?? fail('ERR_GAME_UNKNOWN', `no game '${name.slice(0, 64)}': this server hosts ${known}`)
    )
  }

  #hostedAs(name: string, schema: number): Hosted {
    const hosted = this.#hosted(name)
    const { hash } = hosted.game
    if (hash === schema) return hosted
    throw new TickwireError(
      'ERR_SCHEMA_MISMATCH',
      `this client was built from schema ${hex(schema)} of '${name}', the server from ${hex(hash)}: reload the page, or restart the server, whichever is older`
    )
  }

  #open(hosted: Hosted, options: Values, code: ErrorCode): AnyMatch {
    const { game } = hosted
    const { seed, newId, warn, now, checks, newToken, maxMatches = 1000, opened } = this.#options
    if (this.size >= maxMatches) fail('ERR_RATE_LIMIT', `${maxMatches} matches are open: expected fewer`)
    const layout = planOf(game).options
    const zeros = Object.fromEntries(layout.fields.map(({ name, field }) => [name, field.zero]))
    const settled = settleRecord(layout, { ...zeros, ...options }, code)
    const id = newId()
    const departed = this.#departed
    const frozen = Object.freeze(settled)
    if ('elsewhere' in hosted) {
      const remote = hosted.elsewhere.open({ id, game, options: frozen, seed: seed() })
      this.#remote.set(id, remote)
      return remote
    }
    const { rules, learner } = hosted
    const setup = { id, game, rules, options: frozen, seed: seed(), learner, warn, now, checks, newToken, departed }
    const match = new LiveMatch(setup)
    this.#matches.set(match.id, match)
    opened?.(match)
    return match
  }
}

function addUp(sum: Record<Trouble, number>, more: Readonly<Record<Trouble, number>>): void {
  sum.unreadable += more.unreadable
  sum.unsound += more.unsound
}
