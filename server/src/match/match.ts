// One match: acts (joins, leaves, requests) -> timers -> commands -> move -> rules -> settle -> snapshot -> outbound,
// once a tick, in that order. No clock, no sockets: step() is one tick, connections are handed in. What a rule throws
// in `tick` or `move` ends this match and nothing else; what it throws in `join`, `leave` or a request refuses that act.

import type { AnyGame } from '@tickwire/engine'
import {
  type Answer,
  type CommandRun,
  fail,
  type GamePlan,
  neutralRecord,
  packRecord,
  planOf,
  Random,
  type ReadWorld,
  RecordingWriter,
  type Snapshot,
  type SnapshotBase,
  settleRecord,
  type Table,
  TickwireError,
  type Values,
  type World,
  WorldBase,
} from '@tickwire/engine/wire'
import { Acts } from './acts.ts'
import type { Given } from './command-buffer.ts'
import type { Connection } from './connection.ts'
import { Departed } from './departed.ts'
import { clipped, describe, located } from './describe.ts'
import { EventLog, MAX_EVENTS_A_TICK } from './event-log.ts'
import { Learner } from './learner.ts'
import { MoveCheck } from './move-check.ts'
import { Movement } from './movement.ts'
import { settleName } from './names.ts'
import { Outbound } from './outbound.ts'
import { Past } from './past.ts'
import { heard } from './promised.ts'
import { Requests } from './requests.ts'
import { Rewind } from './rewind.ts'
import type { EmitOptions, Identity, Match, Player, Rules } from './rules.ts'
import type { Seat } from './seat.ts'
import { type Claim, Seating } from './seating.ts'
import type { Seats } from './seats.ts'
import { Timers } from './timers.ts'

/** What a client can't use: a frame (or a prior) that it can't read, or a state with another hash than its frame says. */
export type Trouble = 'unreadable' | 'unsound'

/** Snapshots are kept for so long: what rewind() looks back on, and a delta starts from after a cut. So many at least. */
const HISTORY_SECONDS = 2
const MIN_HISTORY = 32

/** Seats of a match whose rules name no number. */
export const DEFAULT_CAPACITY = 16

export interface MatchSetup<G extends AnyGame> {
  readonly id: string
  readonly game: G
  readonly rules: Rules<G>
  /** Settled. */
  readonly options: Values
  /** A whole number: `match.random()` follows from it. */
  readonly seed: number
  /** What all matches of the game share; left out, the match has one of its own. */
  readonly learner?: Learner<G>
  readonly warn: (message: string) => void
  /** ms of any steady clock: how early commands are there is told more finely with it than in ticks. */
  readonly now?: () => number
  /** Dev mode: warns of a `move` that clients can't predict, and tells clients what a rule threw. */
  readonly checks?: boolean
  /** Makes 16 bytes that nobody can guess. Left out: seats don't outlive their connections. */
  readonly newToken?: () => Uint8Array<ArrayBuffer>
  /** What all matches of a lobby share. */
  readonly departed?: Departed
}

export class LiveMatch<G extends AnyGame = AnyGame> implements Match<G> {
  readonly id: string
  readonly game: G
  readonly options: G['options']
  readonly world: World<G>
  readonly capacity: number
  locked = false
  /** Why the match is over, or undefined. */
  ended: string | undefined
  /** How often clients could not use what they got, by their own word. */
  readonly troubles: Record<Trouble, number> = { unreadable: 0, unsound: 0 }
  readonly #rules: Rules<G>
  readonly #plan: GamePlan
  readonly #warn: (message: string) => void
  readonly #now: () => number
  readonly #tables: readonly Table[]
  readonly #random: Random
  readonly #seating: Seating<G>
  readonly #seats: Seats
  readonly #requests: Requests<G>
  readonly #events = new EventLog()
  readonly #past: Past
  readonly #outbound: Outbound<G>
  readonly #rewind: Rewind
  readonly #check: MoveCheck | undefined
  readonly #movement: Movement
  readonly #neutral: Values
  readonly #commands = new Map<Player, Values>()
  readonly #emptyTicks: number
  readonly #acts = new Acts()
  readonly #timers = new Timers()
  #record: ((snapshot: Snapshot<G>) => void) | undefined
  #started = false
  #emptyFor = 0
  #isStepping = false
  #isActing = false

  constructor(setup: MatchSetup<G>) {
    const { id, game, rules, options, seed, warn, now, learner = new Learner(game), checks = false } = setup
    this.id = id
    this.game = game
    this.options = options as G['options']
    this.capacity = rules.capacity ?? DEFAULT_CAPACITY
    this.#rules = rules
    this.#plan = planOf(game)
    this.#warn = (message) => warn(`match ${id}: ${message}`)
    const world = new WorldBase(game, { warn: this.#warn })
    this.world = world as never as World<G>
    this.#tables = world.tables
    this.#random = new Random(seed)
    this.#now = now ?? (() => (this.tick * 1000) / game.tickRate)
    this.#past = new Past(this.#plan, Math.max(MIN_HISTORY, Math.ceil(HISTORY_SECONDS * game.tickRate)))
    this.#outbound = new Outbound(learner, rules)
    this.#rewind = new Rewind(this.#plan, this.#past)
    this.#check = checks ? new MoveCheck(this.#plan, this.#warn) : undefined
    this.#neutral = neutralRecord(this.#plan.command)
    this.#emptyTicks = (rules.emptySeconds ?? 10) * game.tickRate
    this.#requests = new Requests(this, this.#plan, rules, this.#acts, this.#warn, checks)
    this.#seating = new Seating(this, {
      rules,
      learner,
      newToken: setup.newToken,
      departed: setup.departed ?? new Departed(),
      neutral: this.#neutral,
      options: () => packRecord(this.#plan.options, options, 'ERR_FIELD_VALUE'),
      tables: this.#tables,
      acts: this.#acts,
      events: this.#events,
      past: this.#past,
      warn: this.#warn,
      isDev: checks,
    })
    this.#seats = this.#seating.seats
    this.#movement = new Movement({
      plan: this.#plan,
      tables: this.#tables,
      neutral: this.#neutral,
      check: this.#check,
      playerOf: (id) => this.#seats.byId(id)?.player,
      emit: (event, values, owner) => this.#emit(event, values, undefined, owner),
    })
  }

  get state(): G['state'] {
    return this.world.state
  }
  get players(): ReadonlySet<Player> {
    return this.#seats.players
  }
  get tick(): number {
    return this.world.tick
  }
  random(): number {
    return (this.#check?.chance ?? this.#random).next()
  }

  after(ticks: number, act: () => void): () => void {
    if (!Number.isInteger(ticks) || ticks < 1) fail('ERR_USAGE', `after(${ticks}): expected 1 or more whole ticks`)
    return this.#timers.at(this.tick + ticks, () => heard(act(), this.#fail))
  }

  rewind(player: Player): ReadWorld<G> {
    const seat = this.#seats.of(player) ?? fail('ERR_USAGE', `rewind: player ${player.id} is not in this match`)
    return this.#rewind.of(seat) as never as ReadWorld<G>
  }

  emit<K extends keyof G['events'] & string>(
    event: K,
    values: G['events'][K]['values'],
    { to }: EmitOptions = {}
  ): void {
    const ids = to === undefined ? undefined : new Set(Array.from(Symbol.iterator in to ? to : [to], ({ id }) => id))
    this.#emit(event, values as Values, ids, undefined)
  }

  #emit(event: string, values: Values, to: ReadonlySet<number> | undefined, owner: number | undefined): void {
    const kind =
      this.#plan.eventByName.get(event) ?? fail('ERR_USAGE', `emit('${event}'): the game declares no such event`)
    const settled = settleRecord(kind.layout, values, 'ERR_FIELD_VALUE')
    // Between two ticks the frame of the last one is out already: it happens in the next.
    const tick = this.#isStepping ? this.tick : this.tick + 1
    if (this.#events.add(tick, kind, settled, to, owner)) return
    const excess = `more than ${MAX_EVENTS_A_TICK} events in a tick: '${event}' is dropped`
    if (this.#isActing) fail('ERR_RATE_LIMIT', excess)
    this.#warn(excess)
  }

  kick(player: Player, reason: string): void {
    const seat = this.#seats.of(player)
    if (seat) this.#seating.drop(seat, 'KICKED', clipped(reason))
  }

  end(reason: string): void {
    this.ended ??= clipped(reason)
    if (!this.#isStepping) this.#close(this.ended)
  }

  addBot(input: (bot: Player) => G['command'], name = 'bot'): Player {
    return this.#seating.addBot(settleName(name), (bot) =>
      settleRecord(this.#plan.command, input(bot) as Values, 'ERR_FIELD_VALUE')
    )
  }

  // --- What the session of a connection calls ----------------------------------------------------------------------

  /** Whether a new player would get a seat. */
  get open(): boolean {
    return this.ended === undefined && !this.locked && this.#seating.hasRoom
  }

  /** Whether somebody who was authenticated comes back to a seat by joining. */
  expects(person: string): boolean {
    return this.ended === undefined && this.#seating.sameAs(person) !== undefined
  }

  /**
   * Takes a seat at the start of the next tick, or the one that the same person has. The connection gets no frame before
   * admit().
   * @throws ERR_MATCH_FULL, ERR_MATCH_LOCKED, ERR_MATCH_ENDED, ERR_RATE_LIMIT, ERR_REFUSED, and what the `join` rule throws
   */
  join(name: string, connection: Connection, identity?: Identity): Promise<Seat> {
    return this.#seating.join(name, connection, identity)
  }

  /** The connection knows that it is in: from the next tick on it gets frames. @throws ERR_REPLACED, and where it is out */
  admit(seat: Seat, connection: Connection): Answer {
    return this.#seating.admit(seat, connection)
  }

  /** The answer to joining is on its way: the newest state follows it, which else the next tick would bring. */
  greet(seat: Seat): void {
    const snapshot = this.#past.get(this.tick)
    if (snapshot) this.#outbound.greet(seat, snapshot, this.#events, this.#now())
  }

  /**
   * Another connection takes a player's seat, and gets frames from the next tick on; the one that had it, if it is still
   * there, ends with ERR_REPLACED. Undefined: the claim is not good for any seat, and nothing happened.
   */
  resume(claim: Claim, connection: Connection, identity?: Identity): [Seat, Answer] | undefined {
    return this.#seating.resume(claim, connection, identity)
  }

  /** The seat's connection is gone: its player is away, for so long as the rules say. */
  lost(seat: Seat): void {
    this.#seating.lost(seat)
  }

  leave(seat: Seat): Promise<void> {
    return this.#acts.add(() => this.#seating.leave(seat))
  }

  /** @throws ERR_COMMAND_TICK */
  commands(seat: Seat, run: CommandRun): void {
    const now = this.#now()
    const { tick } = this
    const { ack, arrivedAt, asks, first, commands } = run
    if (ack <= tick) {
      seat.ack = Math.max(seat.ack, ack)
      seat.pace.acked(ack, arrivedAt, now)
    }
    try {
      seat.commands.put(run, tick)
    } catch (error) {
      seat.slack.refused()
      throw error
    }
    if (commands.length > 0) seat.slack.arrived(first, first + commands.length - 1, now, asks)
  }

  /** The client can't use what it got: its next frame is a keyframe, twice a second at most. */
  resync(seat: Seat, why: Trouble): void {
    if (this.tick - seat.resyncedAt < this.game.tickRate / 2) return
    seat.resyncedAt = this.tick
    this.#note(why, seat, `a frame was ${why}: a keyframe follows`)
    seat.handout.distrust()
    seat.pace.forget()
    seat.sentBefore = undefined
    // What it got since then it could not read, events included.
    seat.holdsNothing()
  }

  /** The client's answer to the prior it was handed: the epoch, or 0 if it can't read it. */
  learned(seat: Seat, epoch: number): void {
    if (!seat.handout.answer(epoch)) this.#note('unreadable', seat, 'a prior was unreadable')
  }

  /** Runs a request at the start of the next tick; the answer is due once that tick's frames are written. */
  request(seat: Seat, id: number, name: string, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    return this.#requests.ask(seat, id, name, packed)
  }

  // --- The tick ----------------------------------------------------------------------------------------------------

  /** One tick. Never throws: what goes wrong ends the match. */
  step(): void {
    if (this.ended !== undefined) return
    this.#isStepping = true
    try {
      this.#step()
    } catch (error) {
      this.#fail(error)
    }
    this.#isStepping = false
    if (this.ended !== undefined) this.#close(this.ended)
    else this.#acts.answer()
  }

  #step(): void {
    ;(this.world as { tick: number }).tick++
    if (!this.#started) {
      this.#started = true
      const record = this.#rules.record?.(this)
      const recording = record && new RecordingWriter(this.game)
      if (record && recording) this.#record = (snapshot) => record(recording.add(snapshot))
      heard(this.#rules.start?.(this), this.#fail)
    }
    this.#isActing = true
    this.#acts.run()
    this.#isActing = false
    this.#seating.sweep(this.#now())
    this.#timers.run(this.tick)
    this.#takeCommands()
    this.#movement.run(this.tick, this.#past.get(this.tick - 1), this.#commands)
    heard(this.#rules.tick?.(this, this.#commands as never), this.#fail)
    const snapshot = this.world.snapshot() as never as SnapshotBase
    this.#past.add(snapshot)
    this.#record?.(snapshot as never as Snapshot<G>)
    this.#seating.tellChanges()
    this.#outbound.flush(snapshot, this.#seats, this.#events, this.#now())
    this.#emptyFor = this.#seats.people === 0 ? this.#emptyFor + 1 : 0
    if (this.#emptyFor > this.#emptyTicks) this.end('everybody left')
  }

  #takeCommands(): void {
    const { tick } = this
    for (const seat of this.#seats) {
      if (seat.input) {
        const command = seat.input()
        if (seat.state !== 'gone') this.#commands.set(seat.player, command)
        continue
      }
      const given: Given = seat.commands.take(tick)
      seat.renderTick = given.renderTick
      seat.held = given.drawn
      this.#commands.set(seat.player, given.command)
    }
    // All who have a seat have one now. Not cleared before: a map that was is made anew, and grows anew.
    if (this.#commands.size === this.#seats.size) return
    for (const player of this.#commands.keys()) if (!this.#seats.players.has(player)) this.#commands.delete(player)
  }

  readonly #fail = (error: unknown): void => {
    const failed = `the game failed at tick ${this.tick}`
    this.#warn(`${failed}: ${located(error)}`)
    // An error of another's may hold secrets: clients read it in dev mode alone.
    this.end(this.#check || error instanceof TickwireError ? `${failed}: ${describe(error)}` : failed)
  }

  /** Counts what a client says, and warns of the first. */
  #note(trouble: Trouble, { player }: Seat, what: string): void {
    if (this.troubles[trouble]++ === 0) this.#warn(`${player.name} says that ${what}; more of it is counted`)
  }

  /** Everybody is told why and let go; what waits is refused. */
  #close(reason: string): void {
    this.#seating.close(reason)
    this.#acts.close(reason)
  }
}
