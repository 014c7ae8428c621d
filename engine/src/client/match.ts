// A match as a player's page has it: what arrives becomes history, what is pressed becomes commands, and frame() puts
// both on the screen. It has no timer: it works when a frame is drawn and when a message arrives, so that a hidden tab
// goes on acknowledging.

import { fail, TickwireError } from '../schema/errors.ts'
import type { AnyGame, GamePlan } from '../schema/game.ts'
import { planOf } from '../schema/game.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { ServerClock } from '../time/server-clock.ts'
import { ticksToMs } from '../time/tick.ts'
import { PROTOCOL_VERSION } from '../wire/kinds.ts'
import { type Answer, type PlayerInfo, packAsk, unpackTell } from '../wire/messages.ts'
import { unpackRecord, type Values } from '../wire/record.ts'
import type { ClientMatch, MatchStatus, NewestWorld } from './client-match.ts'
import { CommandClock } from './command-clock.ts'
import { EventQueue } from './event-queue.ts'
import { Handlers } from './handlers.ts'
import { Input } from './input.ts'
import { Interpolator } from './interpolator.ts'
import type { Line } from './line.ts'
import { Predictor } from './predictor.ts'
import { Receiver } from './receiver.ts'
import { type Resumed, reconnect } from './reconnect.ts'
import { Requests } from './requests.ts'
import { RoundTrip } from './round-trip.ts'
import { Sender } from './sender.ts'
import { type Stats, statsOf } from './stats.ts'
import type { Redial, TransportEvents } from './transport.ts'
import { View } from './view.ts'

/** Slack is told in sixteenths of a tick. */
const SLACK_UNIT = 16
/** frame() may be given another clock's time; where it strays from ours by more than this it is read anew. */
const STRAY_MS = 250
/** By so much a frame that clock may run apart from ours. */
const DRIFT_MS = 0.01
/** Without frames for so long the server's tick is not guessed on. */
const MAX_GUESS_TICKS_MS = 1000
/** A page that asked for no frame for so long is hidden: its events don't wait for one. */
const HIDDEN_MS = 1000

export type Joined = Extract<Answer, { ok: 'join' }>

/** What is known once the server said yes. */
export interface Seat<G extends AnyGame> {
  readonly game: G
  readonly line: Line
  readonly joined: Joined
  /** ms */
  readonly roundTrip: number
  readonly input: () => G['command']
  /** Snapshots that are held from the start: a rehearsal's. */
  readonly held?: readonly SnapshotBase[]
  /** Left out: with its connection it is over. */
  readonly redial?: Redial
}

export class JoinedMatch<G extends AnyGame> implements ClientMatch<G> {
  readonly id: string
  readonly options: G['options']
  readonly view: ClientMatch<G>['view']
  readonly me: PlayerInfo
  readonly players: Map<number, PlayerInfo> = new Map()
  readonly stats: Stats
  readonly ended: Promise<string>
  status: MatchStatus = 'playing'
  endCode: string | undefined
  readonly #plan: GamePlan
  readonly #line: Line
  readonly #receiver: Receiver<G>
  readonly #sender: Sender
  readonly #predictor: Predictor
  readonly #interpolator: Interpolator
  readonly #view: View
  readonly #input: Input
  readonly #serverClock: ServerClock
  readonly #commandClock: CommandClock
  readonly #events: EventQueue
  readonly #statusHandlers = new Handlers<MatchStatus>()
  readonly #errorHandlers = new Handlers<TickwireError>()
  readonly #requests: Requests
  readonly #roundTrip: RoundTrip
  readonly #redial: Redial | undefined
  /** With which the seat is resumed, and for how long it is kept, ms; undefined: it goes with the connection. */
  #token: Uint8Array | undefined
  readonly #grace: number
  #end: (reason: string) => void = () => {}
  /** When frame() was called last. */
  #drawnAt: number
  /** What a handler threw outside of frame(). */
  #failure: { readonly error: unknown } | undefined
  #offset: number | undefined
  #renderTick = -1
  /** The newest snapshot when the screen was drawn. */
  #drawnWith = -1
  /** The tick of the snapshot that the prediction started from. */
  #reconciled = -1

  constructor({ game, line, joined, roundTrip, input, held = [], redial }: Seat<G>) {
    const plan = planOf(game)
    const { tickRate } = game
    this.id = joined.match
    this.options = unpackRecord(plan.options, joined.options, 'ERR_MESSAGE')
    this.me = joined.player
    for (const player of joined.players) this.players.set(player.id, player)
    this.#plan = plan
    this.#line = line
    this.#receiver = new Receiver(game, this.me.id, (frame) => line.send(frame))
    this.#sender = new Sender(line, plan.command)
    this.#events = new EventQueue(this.me.id)
    this.#predictor = new Predictor(
      plan,
      this.me.id,
      (tick) => this.#sender.atOrBefore(tick),
      (...event) => this.#events.predict(...event)
    )
    this.#interpolator = new Interpolator(tickRate)
    this.#view = new View(plan, this.me.id)
    this.view = this.#view.public as ClientMatch<G>['view']
    this.#input = new Input(plan.command, input as () => Values)
    this.#serverClock = new ServerClock(tickRate)
    this.#commandClock = new CommandClock(tickRate, roundTrip)
    this.#roundTrip = new RoundTrip(line, roundTrip)
    this.#requests = new Requests(line)
    this.#redial = redial
    this.#token = joined.token
    this.#grace = joined.grace ?? 0
    this.#drawnAt = line.now()
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.stats = statsOf({
      tickRate,
      line,
      roundTrip: this.#roundTrip,
      serverClock: this.#serverClock,
      interpolator: this.#interpolator,
      commandClock: this.#commandClock,
      predictor: this.#predictor,
      receiver: this.#receiver,
      sender: this.#sender,
    })
    for (const snapshot of held) this.#receiver.history.set(snapshot.tick, snapshot)
    if (joined.prior) this.#receiver.learn(joined.prior)
    line.listen(this.#heard)
  }

  get player(): PlayerInfo {
    return this.me
  }
  get state(): Readonly<G['state']> {
    return this.view.state
  }
  get congested(): boolean {
    return this.#sender.congested
  }
  get newest(): NewestWorld<G> | undefined {
    const { history } = this.#receiver
    return history.get(history.newest)?.seen as NewestWorld<G> | undefined
  }

  frame(now: number): void {
    if (this.status === 'ended') return this.#throwFailure()
    const time = this.#localTime(now)
    this.#drawnAt = this.#line.now()
    if (!this.#sender.isSlow) this.#roundTrip.measure()
    this.#input.sample(this.#renderTick, this.#drawnWith)
    const { history } = this.#receiver
    const snapshot = history.get(history.newest)
    if (!snapshot) return
    const serverTick = this.#serverTick(time)
    if (snapshot.tick !== this.#reconciled) this.#predictor.reconcile(snapshot)
    this.#reconciled = snapshot.tick
    for (let due = this.#commandClock.advance(time, serverTick); due > 0; due--)
      this.#sender.add(this.#commandClock.newest - due + 1, this.#input.take())
    this.#predictor.advance(this.#commandClock.newest)
    this.#sender.flush(this.#input.held, this.#input.seen)
    // After a stall there are no commands until the clock has found itself, and no frames without a word from here.
    this.#sender.acknowledge(this.#renderTick)
    this.#renderTick = this.#interpolator.renderTick(serverTick, snapshot.tick, this.#serverClock.jitter, time)
    const own = this.#predictor.draw(this.#commandClock.fraction, this.#input.command, time)
    this.#view.update(history, this.#renderTick, own)
    this.#drawnWith = snapshot.tick
    // Where all that is held is later than the render tick, that is on the screen.
    this.#events.deliver(Math.max(this.#renderTick, this.view.tick))
    this.#throwFailure()
  }

  on<K extends keyof G['events'] & string>(
    event: K,
    handler: (values: Readonly<G['events'][K]['values']>) => void
  ): () => void {
    if (!this.#plan.eventByName.has(event))
      fail('ERR_USAGE', `on('${event}'): ${this.#plan.game.name} declares no such event`)
    return this.#events.on(event, handler as (values: Values) => void)
  }

  onStatus(handler: (status: MatchStatus) => void): () => void {
    return this.#statusHandlers.add(handler)
  }

  onError(handler: (error: TickwireError) => void): () => void {
    return this.#errorHandlers.add(handler)
  }

  async request<K extends keyof G['requests'] & string>(
    name: K,
    ask: G['requests'][K]['ask']
  ): Promise<G['requests'][K]['answer']> {
    if (this.status === 'ended') fail('ERR_MATCH_ENDED', `request '${name}': the match is over for this player`)
    const kind =
      this.#plan.requestByName.get(name) ??
      fail('ERR_REQUEST', `request '${name}': ${this.#plan.game.name} declares no such request`)
    return this.#requests.ask(kind, ask as Values)
  }

  async leave(): Promise<void> {
    if (this.status === 'ended') return
    try {
      if (!this.#line.isLost) await this.#line.ask(packAsk({ ask: 'leave' }))
    } catch {
      // Unreachable: the seat is given up there, too.
    }
    this.#finish('LEFT', 'left')
  }

  // --- The connection ----------------------------------------------------------------------------------------------

  readonly #heard: TransportEvents = {
    frame: (bytes) => this.#receive(bytes),
    tell: (message) => this.#hear(message),
    status: (connected) => {
      if (!connected) void this.#reconnect()
    },
  }

  /** The connection is lost: gets another one, with the same seat, or ends. */
  async #reconnect(): Promise<void> {
    if (this.status === 'ended') return
    if (!this.#redial || !this.#token) return this.#finish('ERR_DISCONNECTED', 'connection lost')
    this.#line.drop()
    this.#setStatus('reconnecting')
    try {
      this.#resume(await reconnect(this.#line, this.#redial, () => this.#claim(), this.#grace))
    } catch (error) {
      const { code, reason } = error as TickwireError
      this.#finish(code, reason)
    }
  }

  /** What asks for the seat. */
  #claim(): Uint8Array<ArrayBuffer> {
    const { name, hash } = this.#plan.game
    const { have } = this.#receiver
    return packAsk({
      ask: 'resume',
      version: PROTOCOL_VERSION,
      game: name,
      schema: hash,
      match: this.id,
      player: this.me.id,
      token: this.#token!,
      ...(have === undefined ? undefined : { have }),
    })
  }

  #resume({ token, players, prior }: Resumed): void {
    if (this.status === 'ended') return
    this.#token = token
    this.players.clear()
    for (const player of players) this.players.set(player.id, player)
    this.#line.restored()
    this.#sender.resumed()
    if (prior) this.#receiver.learn(prior)
    this.#requests.resume()
    this.#input.take() // pressed while the screen stood still: not meant for what it shows next
    this.#setStatus('playing')
    this.#line.listen(this.#heard)
  }

  #setStatus(status: MatchStatus): void {
    this.status = status
    this.#safely(() => this.#statusHandlers.call(status))
  }

  // --- What arrives ------------------------------------------------------------------------------------------------

  #receive(bytes: Uint8Array): void {
    if (this.status === 'ended') return
    const now = this.#line.now()
    const frame = this.#receiver.take(bytes, now)
    if (!frame) return
    const { tick } = frame.snapshot
    this.#serverClock.observe(tick, now)
    if (frame.slack !== undefined) this.#commandClock.report(frame.slack / SLACK_UNIT, tick, frame.got)
    if (frame.got !== undefined) {
      const isLate = frame.got < tick
      this.#sender.told(frame.got, this.#roundTrip.ms, ticksToMs(tick, this.#plan.game.tickRate), isLate)
      if (isLate && !this.#sender.isSlow) this.#commandClock.late(frame.got, tick)
    }
    this.#predictor.meet(frame.snapshot)
    this.#events.push(frame.events, tick)
    this.#requests.received(tick)
    this.#sender.received(tick, now)
    this.#sender.acknowledge(this.#renderTick)
    if (!this.#sender.isSlow) this.#roundTrip.measure()
    // Nothing is drawn: events happen at their time all the same, so that there is no backlog to come back to.
    if (now - this.#drawnAt > HIDDEN_MS)
      this.#safely(() => this.#events.deliver(this.#serverTick(now) - this.#interpolator.delay))
  }

  #hear(message: Uint8Array): void {
    try {
      const tell = unpackTell(message)
      switch (tell.tell) {
        case 'joined':
          this.players.set(tell.player.id, tell.player)
          break
        case 'left':
          this.players.delete(tell.id)
          break
        case 'prior':
          this.#receiver.learn(tell.prior)
          break
        case 'refused':
          this.#safely(() => this.#errorHandlers.call(new TickwireError(tell.code, tell.reason)))
          break
        case 'end':
          this.#finish(tell.code, tell.reason)
      }
    } catch {
      // Of a later version, or damaged: nothing that this client could act on.
    }
  }

  #finish(code: string, reason: string): void {
    if (this.status === 'ended') return
    this.status = 'ended'
    this.endCode = code
    this.#requests.end()
    this.#line.close()
    this.#end(reason)
    this.#safely(() => this.#statusHandlers.call('ended'))
  }

  // --- Time --------------------------------------------------------------------------------------------------------

  /**
   * `now` of the caller's clock on the transport's. A frame is called at its time or later, the first one much later on a
   * page that is busy: so the least that they were apart says how the clocks differ.
   */
  #localTime(now: number): number {
    const apart = this.#line.now() - now
    const offset = this.#offset ?? apart
    this.#offset = Math.abs(apart - offset) > STRAY_MS ? apart : Math.min(apart, offset + DRIFT_MS)
    return now + this.#offset
  }

  #serverTick(time: number): number {
    const { newest } = this.#receiver.history
    return Math.min(this.#serverClock.tickAt(time), newest + (MAX_GUESS_TICKS_MS * this.#plan.game.tickRate) / 1000)
  }

  /** What handlers throw is nothing to whoever brought the message: it comes out of the next frame(). */
  #safely(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #throwFailure(): void {
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
  }
}
