// Who comes and goes: takes seats, keeps those of players who are away, gives them back, and lets go of who is silent or
// was away for too long. Rules run at the start of a tick; what one of `away`, `back` and `leave` throws is warned of.

import type { AnyGame } from '@tickwire/engine'
import {
  type Answer,
  type EndCode,
  fail,
  type PlayerInfo,
  packTell,
  type Table,
  type Tell,
  type Values,
} from '@tickwire/engine/wire'
import type { Acts } from './acts.ts'
import type { Connection } from './connection.ts'
import type { Departed } from './departed.ts'
import { located, toldOf } from './describe.ts'
import type { EventLog } from './event-log.ts'
import { Handout } from './handout.ts'
import type { Learner } from './learner.ts'
import type { LiveMatch } from './match.ts'
import type { Past } from './past.ts'
import { heard } from './promised.ts'
import type { Identity, Player, Rules } from './rules.ts'
import { Seat } from './seat.ts'
import { Seats } from './seats.ts'
import { Token } from './token.ts'

/** Bytes of events that are kept for one who is slow to take them; more only for so long, ms. Who is away has no more. */
const MAX_KEPT_BYTES = 64 * 1024
const MAX_KEPT_MS = 1000
const SILENT_SECONDS = 10
const GRACE_SECONDS = 30

export interface SeatingSetup<G extends AnyGame> {
  readonly rules: Rules<G>
  readonly neutral: Values
  /** The match's, packed. */
  readonly options: () => Uint8Array
  readonly tables: readonly Table[]
  readonly acts: Acts
  readonly events: EventLog
  readonly past: Past
  readonly learner: Learner<G>
  readonly departed: Departed
  /** Left out: seats go with their connections. */
  readonly newToken?: () => Uint8Array<ArrayBuffer>
  readonly warn: (message: string) => void
  /** Dev mode: a player is told what `join` threw. */
  readonly isDev: boolean
}

/** What is said to get a seat back. */
export interface Claim {
  readonly player: number
  readonly token: Uint8Array
  /** The newest tick whose state the client holds; undefined: none. */
  readonly have?: number
}

export class Seating<G extends AnyGame> {
  readonly seats: Seats = new Seats()
  readonly #match: LiveMatch<G>
  readonly #setup: SeatingSetup<G>
  readonly #rules: Rules<G>
  readonly #graceSeconds: number
  /** The tick of a connection's last join: who comes and goes all the time bothers everybody. */
  readonly #lastJoins = new WeakMap<Connection, number>()
  /** Who came and went, for those who were told who was there before. */
  #changes: Tell[] = []
  #joining = 0

  constructor(match: LiveMatch<G>, setup: SeatingSetup<G>) {
    this.#match = match
    this.#setup = setup
    this.#rules = setup.rules
    this.#graceSeconds = setup.newToken ? (setup.rules.graceSeconds ?? GRACE_SECONDS) : 0
  }

  /** Whether there will be a seat for one more. */
  get hasRoom(): boolean {
    return this.seats.size + this.#joining < this.#match.capacity
  }

  /** As LiveMatch.join() */
  async join(name: string, connection: Connection, identity: Identity | undefined): Promise<Seat> {
    const { tick, game } = this.#match
    const last = this.#lastJoins.get(connection) ?? Number.NEGATIVE_INFINITY
    if (tick - last < game.tickRate) fail('ERR_RATE_LIMIT', 'joined a moment ago: wait a second')
    this.#lastJoins.set(connection, tick)
    this.#joining++
    return this.#setup.acts.add(() => {
      this.#joining--
      const same = identity && this.sameAs(identity.id)
      if (same) return this.#takeOver(same, connection)
      if (this.#match.locked) fail('ERR_MATCH_LOCKED', `match ${this.#match.id} takes no new players`)
      this.#checkFull()
      const id = this.seats.newId()
      const player = { id, name: name || `player ${id}`, bot: false, ...(identity && { identity }) }
      return this.#enter(player, connection, undefined)
    })
  }

  /** The seat that somebody who was authenticated has, where it may have but one. */
  sameAs(person: string): Seat | undefined {
    return this.#rules.duplicates === 'allow' ? undefined : this.seats.byIdentity(person)
  }

  addBot(name: string, input: (bot: Player) => Values): Player {
    this.#checkFull()
    const player = { id: this.seats.newId(), name, bot: true }
    return this.#enter(player, undefined, () => input(player)).player
  }

  /** As LiveMatch.admit() */
  admit(seat: Seat, connection: Connection): Answer {
    const { id, tick, ended } = this.#match
    if (seat.state === 'gone') fail(ended ? 'ERR_MATCH_ENDED' : 'ERR_REFUSED', ended ?? 'taken out while joining')
    if (seat.connection !== connection) fail('ERR_REPLACED', REPLACED)
    const { current } = this.#setup.learner
    seat.state = 'playing'
    seat.handout = new Handout(current?.prior)
    connection.enter(id)
    return {
      ok: 'join',
      match: id,
      player: infoOf(seat.player),
      players: this.#infos(),
      tick,
      options: this.#setup.options(),
      ...(current && { prior: current.bytes }),
      ...(seat.token && { token: seat.token.current, grace: Math.round(this.#graceSeconds * 1000) }),
    }
  }

  /** As LiveMatch.resume() */
  resume(claim: Claim, connection: Connection, identity: Identity | undefined): [Seat, Answer] | undefined {
    const { player, token, have } = claim
    const seat = this.seats.byId(player)
    if (!seat?.token?.accepts(token) || seat.player.identity?.id !== identity?.id || seat.state === 'joining')
      return undefined
    seat.token.rotate(token)
    const wasAway = seat.state === 'away'
    this.#hand(seat, connection)
    seat.state = 'playing'
    connection.enter(this.#match.id)
    if (have === undefined || have > this.#match.tick) seat.holdsNothing()
    else seat.holds(have, this.#setup.past.get(have))
    const { current } = this.#setup.learner
    const needsPrior = seat.handout.resume(current?.prior)
    if (wasAway) this.#later('back', seat)
    const { tick } = this.#match
    const prior = needsPrior && current ? { prior: current.bytes } : undefined
    return [seat, { ok: 'resume', token: seat.token.current, tick, players: this.#infos(), ...prior }]
  }

  /** The seat's connection is gone: its player is away, unless it can't come back. */
  lost(seat: Seat): void {
    if (seat.state === 'gone') return
    if (!seat.token || (seat.state === 'joining' && !seat.player.identity))
      return this.#setup.acts.later(() => this.leave(seat))
    seat.connection?.exit(this.#match.id)
    seat.connection = undefined
    seat.state = 'away'
    seat.awaySince = this.#match.tick
    this.#later('away', seat)
  }

  leave(seat: Seat): void {
    if (seat.state === 'gone') return
    this.#unseat(seat)
    this.#rule('leave', seat.player)
  }

  /** Takes a player out, and says why, now or when it comes back. */
  drop(seat: Seat, code: EndCode, reason: string): void {
    this.#dismiss(seat, code, reason)
    this.leave(seat)
  }

  /**
   * Who acknowledges nothing for so long is gone, whatever its transport says, and who was away; sooner if much is kept, as
   * for one whose budget carries less than its events.
   */
  sweep(now: number): void {
    const { silentSeconds = SILENT_SECONDS } = this.#rules
    const { tick, game } = this.#match
    for (const seat of this.seats) {
      if (seat.state === 'away') this.#sweepAway(seat)
      const { connection, known, pace } = seat
      if (!connection || seat.state !== 'playing') continue
      const silence = now - (pace.owesSince ?? now)
      // The last tick's frames go out with this one.
      const unsent = ((tick - 1 - known) * 1000) / game.tickRate
      if (silence >= silentSeconds * 1000)
        this.drop(seat, 'ERR_TIMEOUT', `nothing was acknowledged for ${silentSeconds} s`)
      else if (Math.max(silence, unsent) >= MAX_KEPT_MS && this.#keepsTooMuch(seat))
        this.drop(seat, 'ERR_CONGESTED', KEPT)
      // Who does not listen does not hang up either.
      if (seat.state !== 'playing') connection.close()
    }
  }

  /** To everybody who plays: who came and went since the last time. */
  tellChanges(): void {
    if (this.#changes.length === 0) return
    for (const change of this.#changes) {
      const packed = packTell(change)
      for (const seat of this.seats) if (seat.state === 'playing') seat.connection?.notify(packed)
    }
    this.#changes = []
  }

  /** Everybody is told why and let go. */
  close(reason: string): void {
    for (const seat of [...this.seats]) {
      this.#dismiss(seat, 'ENDED', reason)
      this.#unseat(seat)
    }
  }

  #checkFull(): void {
    const { id, capacity } = this.#match
    if (this.seats.size >= capacity) fail('ERR_MATCH_FULL', `match ${id} has all its ${capacity} seats taken`)
  }

  /** Takes a seat and runs the `join` rule; what that throws leaves nothing behind. */
  #enter(player: Player, connection: Connection | undefined, input: (() => Values) | undefined): Seat {
    const { neutral, tables, warn, isDev } = this.#setup
    const { tick, game } = this.#match
    const token = player.bot ? undefined : this.#newToken()
    const seat = new Seat({ player, connection, input, token, neutral, tick, tickRate: game.tickRate })
    this.seats.add(seat)
    this.#changes.push({ tell: 'joined', player: infoOf(player) })
    try {
      heard(this.#rules.join?.(this.#match, player), (error) => warn(`join of ${player.name}: ${located(error)}`))
    } catch (error) {
      this.#unseat(seat)
      for (const table of tables) for (const row of table.allOwnedBy(player)) table.despawn(row)
      warn(`join refused for ${player.name}: ${located(error)}`)
      throw toldOf(error, 'the rule join threw', isDev && !player.bot)
    }
    return seat
  }

  /** The same person joins again. */
  #takeOver(seat: Seat, connection: Connection): Seat {
    const wasAway = seat.state === 'away'
    if (this.#rules.duplicates === 'refuse' && !wasAway) fail('ERR_REFUSED', 'this player is in the match already')
    this.#hand(seat, connection)
    seat.renew(this.#match.tick, this.#newToken())
    if (wasAway) this.#rule('back', seat.player)
    return seat
  }

  /** Another connection gets the seat. */
  #hand(seat: Seat, connection: Connection): void {
    const last = seat.connection
    seat.attach(connection)
    if (!last || last === connection) return
    last.notify(packTell({ tell: 'end', code: 'ERR_REPLACED', reason: REPLACED }))
    last.exit(this.#match.id)
    last.close()
  }

  #unseat(seat: Seat): void {
    this.seats.remove(seat)
    this.#changes.push({ tell: 'left', id: seat.player.id })
    seat.connection?.exit(this.#match.id)
  }

  #dismiss({ connection, player, token }: Seat, code: EndCode, reason: string): void {
    connection?.notify(packTell({ tell: 'end', code, reason }))
    if (token) this.#setup.departed.add(this.#match.id, player.id, token, { code, reason })
  }

  #sweepAway(seat: Seat): void {
    const { tick, game } = this.#match
    if (tick - seat.awaySince > this.#graceSeconds * game.tickRate) this.drop(seat, 'ERR_SEAT_EXPIRED', 'seat expired')
    else if (this.#keepsTooMuch(seat)) this.drop(seat, 'ERR_CONGESTED', KEPT)
  }

  #keepsTooMuch({ known, ack }: Seat): boolean {
    return this.#setup.events.bytesSince(Math.min(known, ack)) > MAX_KEPT_BYTES
  }

  #later(rule: 'away' | 'back', seat: Seat): void {
    this.#setup.acts.later(() => seat.state !== 'gone' && this.#rule(rule, seat.player))
  }

  #rule(name: 'away' | 'back' | 'leave', player: Player): void {
    const failed = (error: unknown) => this.#setup.warn(`${name} of ${player.name}: ${located(error)}`)
    try {
      heard(this.#rules[name]?.(this.#match, player), failed)
    } catch (error) {
      failed(error)
    }
  }

  #newToken(): Token | undefined {
    const { newToken } = this.#setup
    return newToken && this.#graceSeconds > 0 ? new Token(newToken) : undefined
  }

  #infos(): PlayerInfo[] {
    return Array.from(this.seats.players, infoOf)
  }
}

const REPLACED = 'the same player plays on elsewhere'
const KEPT = `more than ${MAX_KEPT_BYTES} bytes of events wait to be taken`

/** What others may know. */
function infoOf({ id, name, bot }: Player): PlayerInfo {
  return { id, name, bot }
}
