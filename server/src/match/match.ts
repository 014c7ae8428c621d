// One match: acts (joins, leaves, requests) -> timers -> commands -> move -> rules -> settle -> snapshot -> outbound,
// once a tick, in that order. No clock, no sockets: step() is one tick, connections are handed in. What a rule throws
// in `tick` or `move` ends this match and nothing else; what it throws in `join`, `leave` or a request refuses that act.

import type { AnyGame } from '@tickwire/engine'
import {
  type Answer,
  type CommandRun,
  errorAnswer,
  fail,
  type GamePlan,
  History,
  neutralRecord,
  packAnswer,
  packRecord,
  packTell,
  planOf,
  Random,
  type ReadWorld,
  RecordingWriter,
  type RowBase,
  type Snapshot,
  type SnapshotBase,
  settleRecord,
  type Table,
  type Tell,
  TickwireError,
  unpackRecord,
  type Values,
  type World,
  WorldBase,
} from '@tickwire/engine/wire'
import { Acts } from './acts.ts'
import { CommandBuffer, type Given } from './command-buffer.ts'
import type { Connection } from './connection.ts'
import { EventLog, MAX_EVENTS_A_TICK } from './event-log.ts'
import { Handout } from './handout.ts'
import { Learner } from './learner.ts'
import { settleName } from './names.ts'
import { Outbound } from './outbound.ts'
import { Rewind } from './rewind.ts'
import type { EmitOptions, Match, Player, Rules } from './rules.ts'
import { type Seat, Seats } from './seats.ts'
import { SlackReport } from './slack.ts'
import { Timers } from './timers.ts'

/** What a client can't use: a frame (or a prior) that it can't read, or a state with another hash than its frame says. */
export type Trouble = 'unreadable' | 'unsound'

/** Snapshots kept: what rewind() can look back on. */
const HISTORY = 128
/** Answers a seat remembers, so that a request that is asked again is answered again and not run again. */
const MAX_ANSWERS = 64
/** A player's requests a tick; more are refused. */
const MAX_REQUESTS = 16
/** Events kept for those who are slow to take them; past it the slowest is let go. */
const MAX_KEPT_EVENTS = 16384
const MAX_SILENT_SECONDS = 15

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
  readonly #seats = new Seats()
  readonly #events = new EventLog()
  readonly #history = new History<SnapshotBase>(HISTORY)
  readonly #learner: Learner<G>
  readonly #outbound: Outbound<G>
  readonly #rewind: Rewind
  readonly #neutral: Values
  readonly #commands = new Map<Player, Values>()
  /** The tick of a connection's last join: who comes and goes all the time bothers everybody. */
  readonly #lastJoins = new WeakMap<Connection, number>()
  readonly #emptyTicks: number
  readonly #acts = new Acts()
  readonly #timers = new Timers()
  #record: ((snapshot: Snapshot<G>) => void) | undefined
  #started = false
  #emptyFor = 0
  /** Who came and went, for those who were told who was there before. */
  #changes: Tell[] = []
  #isStepping = false
  #isActing = false
  #joining = 0

  constructor(setup: MatchSetup<G>) {
    const { id, game, rules, options, seed, warn, now, learner = new Learner(game) } = setup
    this.id = id
    this.game = game
    this.options = options as G['options']
    this.capacity = rules.capacity ?? 16
    this.#rules = rules
    this.#plan = planOf(game)
    this.#warn = (message) => warn(`match ${id}: ${message}`)
    const world = new WorldBase(game, { warn: this.#warn })
    this.world = world as never as World<G>
    this.#tables = world.tables
    this.#random = new Random(seed)
    this.#learner = learner
    this.#now = now ?? (() => (this.tick * 1000) / game.tickRate)
    this.#outbound = new Outbound(game, learner)
    this.#rewind = new Rewind(this.#plan, this.#history)
    this.#neutral = neutralRecord(this.#plan.command)
    this.#emptyTicks = (rules.emptySeconds ?? 10) * game.tickRate
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
    return this.#random.next()
  }

  after(ticks: number, act: () => void): () => void {
    if (!Number.isInteger(ticks) || ticks < 1) fail('ERR_USAGE', `after(${ticks}): expected 1 or more whole ticks`)
    return this.#timers.at(this.tick + ticks, act)
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
    const kind =
      this.#plan.eventByName.get(event) ?? fail('ERR_USAGE', `emit('${event}'): the game declares no such event`)
    const settled = settleRecord(kind.layout, values as Values, 'ERR_FIELD_VALUE')
    const ids = to === undefined ? undefined : new Set(Array.from(Symbol.iterator in to ? to : [to], ({ id }) => id))
    // Between two ticks the frame of the last one is out already: it happens in the next.
    const tick = this.#isStepping ? this.tick : this.tick + 1
    if (this.#events.add(tick, kind, settled, ids)) return
    const excess = `more than ${MAX_EVENTS_A_TICK} events in a tick: '${event}' is dropped`
    if (this.#isActing) fail('ERR_RATE_LIMIT', excess)
    this.#warn(excess)
  }

  kick(player: Player, reason: string): void {
    const seat = this.#seats.of(player)
    if (!seat) return
    this.#tell(seat, { tell: 'end', code: 'KICKED', reason })
    this.#leave(seat)
  }

  end(reason: string): void {
    this.ended ??= reason
    if (!this.#isStepping) this.#close(this.ended)
  }

  addBot(input: (bot: Player) => G['command'], name = 'bot'): Player {
    if (this.#seats.size >= this.capacity)
      fail('ERR_MATCH_FULL', `match ${this.id} has all its ${this.capacity} seats taken`)
    const player = { id: this.#seats.newId(), name: settleName(name), bot: true }
    const give = () => settleRecord(this.#plan.command, input(player) as Values, 'ERR_FIELD_VALUE')
    return this.#enter(player, undefined, give).player
  }

  // --- What the session of a connection calls ----------------------------------------------------------------------

  /** Whether a new player would get a seat. */
  get open(): boolean {
    return this.ended === undefined && !this.locked && this.#seats.size + this.#joining < this.capacity
  }

  /**
   * Takes a seat at the start of the next tick. The connection gets no frame before admit().
   * @throws ERR_MATCH_FULL, ERR_MATCH_LOCKED, ERR_MATCH_ENDED, ERR_RATE_LIMIT, and what the `join` rule throws
   */
  async join(name: string, connection: Connection): Promise<Seat> {
    const last = this.#lastJoins.get(connection) ?? Number.NEGATIVE_INFINITY
    if (this.tick - last < this.game.tickRate) fail('ERR_RATE_LIMIT', 'joined a moment ago: wait a second')
    this.#lastJoins.set(connection, this.tick)
    this.#joining++
    return this.#acts.add(() => {
      this.#joining--
      if (this.locked) fail('ERR_MATCH_LOCKED', `match ${this.id} takes no new players`)
      if (this.#seats.size >= this.capacity)
        fail('ERR_MATCH_FULL', `match ${this.id} has all its ${this.capacity} seats taken`)
      const id = this.#seats.newId()
      const player = { id, name: name || `player ${id}`, bot: false }
      return this.#enter(player, connection, undefined)
    })
  }

  /** The connection knows that it is in: from the next tick on it gets frames. */
  admit(seat: Seat): Answer {
    if (seat.state === 'gone')
      fail(this.ended ? 'ERR_MATCH_ENDED' : 'ERR_REFUSED', this.ended ?? 'taken out while joining')
    const { current } = this.#learner
    seat.state = 'playing'
    seat.handout = new Handout(current?.prior)
    seat.connection?.enter(this.id)
    return {
      ok: 'join',
      match: this.id,
      player: seat.player,
      players: [...this.players],
      tick: this.tick,
      options: packRecord(this.#plan.options, this.options as Values, 'ERR_FIELD_VALUE'),
      ...(current && { prior: current.bytes }),
    }
  }

  leave(seat: Seat): Promise<void> {
    return this.#acts.add(() => this.#leave(seat))
  }

  /** @throws ERR_COMMAND_TICK */
  commands(seat: Seat, run: CommandRun): void {
    if (run.ack <= this.tick) seat.ack = Math.max(seat.ack, run.ack)
    seat.commands.put(run, this.tick)
    if (run.commands.length > 0) seat.slack.arrived(run.first, run.first + run.commands.length - 1, this.#now())
  }

  /** The client can't use what it got: its next frame is a keyframe, twice a second at most. */
  resync(seat: Seat, why: Trouble): void {
    if (this.tick - seat.resyncedAt < this.game.tickRate / 2) return
    seat.resyncedAt = this.tick
    this.#note(why, seat, `a frame was ${why}: a keyframe follows`)
    seat.handout.distrust()
    seat.sent = undefined
    seat.sentBefore = undefined
    // What it got since then it could not read, events included.
    seat.known = Math.min(seat.known, seat.ack)
  }

  /** The client's answer to the prior it was handed: the epoch, or 0 if it can't read it. */
  learned(seat: Seat, epoch: number): void {
    if (!seat.handout.answer(epoch)) this.#note('unreadable', seat, 'a prior was unreadable')
  }

  /** Runs a request at the start of the next tick; the answer is due once that tick's frames are written. */
  request(seat: Seat, id: number, name: string, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const known = seat.answers.get(id)
    if (known) return known
    seat.requests++
    const answer = this.#replyTo(seat, name, packed)
    seat.answers.set(id, answer)
    for (const oldest of seat.answers.keys()) if (seat.answers.size > MAX_ANSWERS) seat.answers.delete(oldest)
    return answer
  }

  // --- The tick ----------------------------------------------------------------------------------------------------

  /** One tick. Never throws: what goes wrong ends the match. */
  step(): void {
    if (this.ended !== undefined) return
    this.#isStepping = true
    try {
      this.#step()
    } catch (error) {
      this.end(`the game failed at tick ${this.tick}: ${describe(error)}`)
      this.#warn(this.ended!)
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
      this.#rules.start?.(this)
    }
    this.#isActing = true
    this.#acts.run()
    this.#isActing = false
    this.#timers.run(this.tick)
    this.#takeCommands()
    this.#move()
    this.#rules.tick?.(this, this.#commands as never)
    const snapshot = this.world.snapshot() as never as SnapshotBase
    this.#history.set(snapshot.tick, snapshot)
    this.#record?.(snapshot as never as Snapshot<G>)
    this.#tellChanges()
    this.#outbound.flush(snapshot, this.#seats, this.#events, this.#now())
    this.#dropSilent()
    this.#emptyFor = this.#seats.people === 0 ? this.#emptyFor + 1 : 0
    if (this.#emptyFor > this.#emptyTicks) this.end('everybody left')
  }

  /** Who acknowledges nothing for so long is gone, whatever its transport says; sooner if much is kept for it. */
  #dropSilent(): void {
    const patience = this.#events.size > MAX_KEPT_EVENTS ? 1 : MAX_SILENT_SECONDS
    const bound = this.tick - patience * this.game.tickRate
    for (const seat of this.#seats) {
      if (!seat.connection || seat.state !== 'playing' || seat.ack >= bound) continue
      this.#tell(seat, { tell: 'end', code: 'ERR_TIMEOUT', reason: `nothing was acknowledged for ${patience} s` })
      this.#leave(seat)
    }
  }

  #takeCommands(): void {
    this.#commands.clear()
    for (const seat of this.#seats) {
      if (seat.input) {
        const command = seat.input()
        if (seat.state !== 'gone') this.#commands.set(seat.player, command)
        continue
      }
      const given: Given = seat.commands.take(this.tick)
      seat.renderTick = given.renderTick
      seat.held = given.ack
      this.#commands.set(seat.player, given.command)
    }
  }

  #move(): void {
    const seen = this.#history.get(this.tick - 1)?.seen ?? emptyWorld(this.#plan)
    const spawns: (() => void)[] = []
    const context = {
      dt: 1 / this.game.tickRate,
      tick: this.tick,
      state: seen.state,
      world: seen,
      spawn: undefined as unknown,
      emit: (event: string, values: Values) => this.emit(event as never, values as never),
    }
    for (const table of this.#tables) {
      const { move } = table.plan
      if (!move) continue
      for (const row of table) {
        const owner = this.#playerOf(row)
        context.spawn = (entity: string, values: Values) => spawns.push(() => this.#spawn(entity, values, owner))
        move(row, (owner && this.#commands.get(owner)) ?? this.#neutral, context)
      }
    }
    for (const spawn of spawns) spawn()
  }

  #spawn(entity: string, values: Values, owner: Player | undefined): void {
    const table = this.#tables.find((one) => one.plan.name === entity && one.plan !== this.#plan.state)
    if (!table) fail('ERR_USAGE', `spawn('${entity}'): the game has no such entity`)
    table.spawn(values, owner)
  }

  #playerOf(row: RowBase): Player | undefined {
    const id = row.owner
    if (id === undefined) return undefined
    return this.#seats.byId(id)?.player
  }

  // --- Seats -------------------------------------------------------------------------------------------------------

  #seat(player: Player, connection: Connection | undefined, input: (() => Values) | undefined): Seat {
    const seat: Seat = {
      player,
      connection,
      input,
      commands: new CommandBuffer(this.#neutral, this.game.tickRate),
      state: 'joining',
      sent: undefined,
      sentBefore: undefined,
      handout: new Handout(),
      known: this.tick - 1,
      ack: this.tick - 1,
      renderTick: -1,
      held: -1,
      resyncedAt: Number.NEGATIVE_INFINITY,
      requests: 0,
      slack: new SlackReport(this.game.tickRate),
      answers: new Map(),
    }
    this.#seats.add(seat)
    this.#changes.push({ tell: 'joined', player })
    return seat
  }

  /** Takes a seat and runs the `join` rule; what that throws leaves nothing behind. */
  #enter(player: Player, connection: Connection | undefined, input: (() => Values) | undefined): Seat {
    const seat = this.#seat(player, connection, input)
    try {
      this.#rules.join?.(this, player)
    } catch (error) {
      this.#unseat(seat)
      for (const table of this.#tables) for (const row of table.allOwnedBy(player)) table.despawn(row)
      this.#warn(`join refused for ${player.name}: ${describe(error)}`)
      throw error
    }
    return seat
  }

  #unseat(seat: Seat): void {
    this.#seats.remove(seat)
    this.#changes.push({ tell: 'left', id: seat.player.id })
    seat.connection?.exit(this.id)
  }

  #leave(seat: Seat): void {
    if (seat.state === 'gone') return
    this.#unseat(seat)
    try {
      this.#rules.leave?.(this, seat.player)
    } catch (error) {
      this.#warn(`leave of ${seat.player.name}: ${describe(error)}`)
    }
  }

  async #replyTo(seat: Seat, name: string, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    try {
      const values = await this.#acts.add(() => this.#request(seat, name, packed))
      return packAnswer({ ok: 'request', tick: this.tick, values })
    } catch (error) {
      if (!(error instanceof TickwireError)) this.#warn(`request ${name} refused: ${describe(error)}`)
      return packAnswer(errorAnswer(error))
    }
  }

  #request(seat: Seat, name: string, packed: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const kind = this.#plan.requestByName.get(name)
    const rule = (this.#rules.requests as Record<string, RequestRule> | undefined)?.[name]
    if (!kind || !rule) fail('ERR_REQUEST', `request '${name}': the game answers no such request`)
    if (seat.state === 'gone') fail('ERR_NOT_JOINED', 'the player is not in the match any more')
    if (seat.requests-- > MAX_REQUESTS) fail('ERR_RATE_LIMIT', `more than ${MAX_REQUESTS} requests in a tick`)
    const pack = (values: Values) => packRecord(kind.answer, values, 'ERR_REQUEST')
    const values = rule(this as never, seat.player, unpackRecord(kind.layout, packed, 'ERR_REQUEST'))
    return isPromise(values) ? values.then(pack) : pack(values)
  }

  /** Counts what a client says, and warns of the first. */
  #note(trouble: Trouble, { player }: Seat, what: string): void {
    if (this.troubles[trouble]++ === 0) this.#warn(`${player.name} says that ${what}; more of it is counted`)
  }

  #tell(seat: Seat, tell: Tell): void {
    seat.connection?.notify(packTell(tell))
  }

  #tellChanges(): void {
    for (const change of this.#changes) {
      const packed = packTell(change)
      for (const seat of this.#seats) if (seat.state === 'playing') seat.connection?.notify(packed)
    }
    this.#changes = []
  }

  /** Everybody is told why and let go; what waits is refused. */
  #close(reason: string): void {
    for (const seat of [...this.#seats]) {
      this.#tell(seat, { tell: 'end', code: 'ENDED', reason })
      this.#unseat(seat)
    }
    this.#acts.close(reason)
  }
}

type RequestRule = (match: never, player: Player, ask: Values) => Values | Promise<Values>

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === 'function'
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const empties = new WeakMap<GamePlan, SnapshotBase>()
/** Before the first tick there is nothing to see. */
function emptyWorld(plan: GamePlan): SnapshotBase {
  const empty = empties.get(plan) ?? (new WorldBase(plan.game).snapshot() as SnapshotBase)
  empties.set(plan, empty)
  return empty.seen
}
