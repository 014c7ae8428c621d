// A match as a player's page has it: what arrives becomes history, what is pressed becomes commands, and frame() puts
// both on the screen. It has no timer: it works when a frame is drawn and when a message arrives, so that a hidden tab
// goes on acknowledging.

import { type ErrorCode, fail, TickwireError } from '../schema/errors.ts'
import type { AnyGame, GamePlan } from '../schema/game.ts'
import { planOf } from '../schema/game.ts'
import type { PlayerRef } from '../schema/row.ts'
import { ServerClock } from '../time/server-clock.ts'
import { ticksToMs } from '../time/tick.ts'
import { type Answer, type PlayerInfo, packAsk, unpackAnswer, unpackTell } from '../wire/messages.ts'
import { packRecord, unpackRecord, type Values } from '../wire/record.ts'
import { CommandClock } from './command-clock.ts'
import { EventQueue } from './event-queue.ts'
import { Handlers } from './handlers.ts'
import { Input } from './input.ts'
import { Interpolator } from './interpolator.ts'
import type { Line } from './line.ts'
import { Predictor } from './predictor.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'
import { View, type ViewOwn, type ViewTableOf } from './view.ts'

const PING_MS = 1000
/** Slack is told in sixteenths of a tick. */
const SLACK_UNIT = 16
/** frame() may be given another clock's time; where it strays from ours by more than this it is read anew. */
const STRAY_MS = 250
/** Without frames for so long the server's tick is not guessed on. */
const MAX_GUESS_TICKS_MS = 1000
/** A page that asked for no frame for so long is hidden: its events don't wait for one. */
const HIDDEN_MS = 1000

export type MatchStatus = 'playing' | 'reconnecting' | 'ended'

/** Read at any time; destructure it for a picture of now. */
export interface Stats {
  /** Round trip in ms, of pings, smoothed. */
  readonly rtt: number
  /** How much later than the fastest frames arrive, ms, 95th percentile. */
  readonly jitter: number
  /** How far what is drawn of others trails the server, ms. */
  readonly delay: number
  /** How far ahead of the server commands are stamped, ticks. */
  readonly lead: number
  /** Bytes in the last second, without what the transport adds. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** How often the server's word changed what was predicted. */
  readonly corrections: number
  /** Ticks of the server that came merged with later ones, because the connection took less. */
  readonly skipped: number
  /** Commands that the connection never took. */
  readonly dropped: number
  /** Bytes that the connection has not taken yet. */
  readonly bufferedAmount: number
  /** True while commands wait for the connection to drain. */
  readonly congested: boolean
  /** How often a frame was of no use and a keyframe had to be asked for. */
  readonly resyncs: number
  /** Which of the server's tables frames are coded with: 0 the generic ones, 1 to 3 (they go round) learned ones. */
  readonly epoch: number
}

export interface ClientMatch<G extends AnyGame> {
  readonly id: string
  /** What the match was created with. */
  readonly options: G['options']
  /** What to draw; as frame() left it. */
  // Written out rather than `View<G>`, `EventName<G>`: an error then names the tables and events, not the whole game.
  readonly view: { readonly [K in keyof G['entities']]: ViewTableOf<G['entities'][K]> } & ViewOwn<G['state']>
  /** `view.state`. */
  readonly state: Readonly<G['state']>
  /** This player. */
  readonly me: PlayerInfo
  /** The same. */
  readonly player: PlayerRef & PlayerInfo
  /** Everybody in the match, by id. */
  readonly players: ReadonlyMap<number, PlayerInfo>
  readonly status: MatchStatus
  readonly stats: Stats
  /** The reason, once the match is over for this player. */
  readonly ended: Promise<string>
  /**
   * What ended it, once it is over: 'ENDED' by the rules, 'KICKED', 'LEFT' of one's own accord, ERR_DISCONNECTED, or the
   * code of what the server refused, such as ERR_RATE_LIMIT.
   */
  readonly endCode: string | undefined
  /**
   * Advances to `now` (ms of any steady clock, as requestAnimationFrame gives it): reads the input, predicts, draws the
   * view, delivers events. @throws what `move`, `input` or a handler throws
   */
  frame(now: number): void
  /**
   * Calls `handler` when the tick at which the event happened is drawn: each once, in order. While nothing is drawn (a
   * hidden tab) it is called when that tick would be; what it throws then comes out of the next frame().
   * @returns what ends it
   */
  on<K extends keyof G['events'] & string>(
    event: K,
    handler: (values: Readonly<G['events'][K]['values']>) => void
  ): () => void
  onStatus(handler: (status: MatchStatus) => void): () => void
  /**
   * Calls `handler` when the server refuses something that this client sent, and the match goes on: ERR_COMMAND_TICK for
   * commands stamped for a tick too far away. What it throws comes out of the next frame(). @returns what ends it
   */
  onError(handler: (error: TickwireError) => void): () => void
  /**
   * Asks the match; resolves once the state that the answer belongs to is here.
   * Rejects with ERR_REQUEST for what the game does not declare, ERR_REFUSED or a code of the game's, ERR_MATCH_ENDED,
   * ERR_DISCONNECTED, ERR_TIMEOUT.
   */
  request<K extends keyof G['requests'] & string>(
    name: K,
    ask: G['requests'][K]['ask']
  ): Promise<G['requests'][K]['answer']>
  /** Gives the seat back. Resolves once the server knows, or can't be reached. */
  leave(): Promise<void>
}

export type Joined = Extract<Answer, { ok: 'join' }>

/** What is known once the server said yes. */
export interface Seat<G extends AnyGame> {
  readonly game: G
  readonly line: Line
  readonly joined: Joined
  /** ms */
  readonly roundTrip: number
  readonly input: () => G['command']
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
  readonly #events = new EventQueue()
  readonly #statusHandlers = new Handlers<MatchStatus>()
  readonly #errorHandlers = new Handlers<TickwireError>()
  /** Requests whose answer is here, and whose tick is not. */
  #waiting: { readonly tick: number; readonly resolve: () => void; readonly reject: (error: Error) => void }[] = []
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
  #roundTrip: number
  #pingDue: number
  #lastRequest = 0

  constructor({ game, line, joined, roundTrip, input }: Seat<G>) {
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
    this.#predictor = new Predictor(plan, this.me.id, (tick) => this.#sender.atOrBefore(tick))
    this.#interpolator = new Interpolator(tickRate)
    this.#view = new View(plan, this.me.id)
    this.view = this.#view.public as ClientMatch<G>['view']
    this.#input = new Input(plan.command, input as () => Values)
    this.#serverClock = new ServerClock(tickRate)
    this.#commandClock = new CommandClock(tickRate, roundTrip)
    this.#roundTrip = roundTrip
    this.#pingDue = line.now() + PING_MS
    this.#drawnAt = line.now()
    this.ended = new Promise((resolve) => {
      this.#end = resolve
    })
    this.stats = this.#statistics()
    if (joined.prior) this.#receiver.learn(joined.prior)
    line.listen({
      frame: (bytes) => this.#receive(bytes),
      tell: (message) => this.#hear(message),
      status: (connected) => {
        if (!connected) this.#finish('ERR_DISCONNECTED', 'connection lost')
      },
    })
  }

  get player(): PlayerInfo {
    return this.me
  }
  get state(): Readonly<G['state']> {
    return this.view.state
  }

  frame(now: number): void {
    if (this.status === 'ended') return
    const time = this.#localTime(now)
    this.#drawnAt = this.#line.now()
    this.#ping()
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
    this.#sender.acknowledge(snapshot.tick, this.#renderTick)
    this.#renderTick = this.#interpolator.renderTick(serverTick, snapshot.tick, this.#serverClock.jitter, time)
    const own = this.#predictor.draw(this.#commandClock.fraction, this.#input.command, time)
    this.#view.update(history, this.#renderTick, own)
    this.#drawnWith = snapshot.tick
    this.#events.deliver(this.#renderTick)
    const failure = this.#failure
    this.#failure = undefined
    if (failure) throw failure.error
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
    const values = packRecord(kind.layout, ask as Values, 'ERR_REQUEST')
    this.#lastRequest++
    const answer = unpackAnswer(await this.#line.ask(packAsk({ ask: 'request', id: this.#lastRequest, name, values })))
    if (answer.ok !== 'request') fail('ERR_MESSAGE', `an answer to '${answer.ok}': expected one to request '${name}'`)
    const answered = unpackRecord(kind.answer, answer.values, 'ERR_MESSAGE')
    await this.#holds(answer.tick)
    return answered
  }

  async leave(): Promise<void> {
    if (this.status === 'ended') return
    try {
      await this.#line.ask(packAsk({ ask: 'leave' }))
    } catch {
      // Unreachable: the seat is given up there, too.
    }
    this.#finish('LEFT', 'left')
  }

  // --- What arrives ------------------------------------------------------------------------------------------------

  #receive(bytes: Uint8Array): void {
    if (this.status === 'ended') return
    const now = this.#line.now()
    const frame = this.#receiver.take(bytes, now)
    if (!frame) return
    const { tick } = frame.snapshot
    this.#serverClock.observe(tick, now)
    if (frame.slack !== undefined) this.#commandClock.report(frame.slack / SLACK_UNIT)
    this.#events.push(frame.events)
    const due = this.#waiting.filter((one) => one.tick <= tick)
    this.#waiting = this.#waiting.filter((one) => one.tick > tick)
    for (const { resolve } of due) resolve()
    this.#sender.acknowledge(tick, this.#renderTick)
    this.#ping()
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

  #holds(tick: number): Promise<void> {
    if (this.#receiver.history.newest >= tick) return Promise.resolve()
    if (this.status === 'ended') return Promise.reject(over('ERR_MATCH_ENDED'))
    return new Promise((resolve, reject) => this.#waiting.push({ tick, resolve, reject }))
  }

  #finish(code: string, reason: string): void {
    if (this.status === 'ended') return
    this.status = 'ended'
    this.endCode = code
    for (const { reject } of this.#waiting) reject(over('ERR_MATCH_ENDED'))
    this.#waiting = []
    this.#line.close()
    this.#end(reason)
    this.#statusHandlers.call('ended')
  }

  // --- Time --------------------------------------------------------------------------------------------------------

  /** `now` of the caller's clock on the transport's. */
  #localTime(now: number): number {
    const real = this.#line.now()
    if (this.#offset === undefined || Math.abs(now + this.#offset - real) > STRAY_MS) this.#offset = real - now
    return now + this.#offset
  }

  #serverTick(time: number): number {
    const { newest } = this.#receiver.history
    return Math.min(this.#serverClock.tickAt(time), newest + (MAX_GUESS_TICKS_MS * this.#plan.game.tickRate) / 1000)
  }

  /** Once a second, whenever something happens anyway. */
  #ping(): void {
    const began = this.#line.now()
    if (began < this.#pingDue || this.#line.bufferedAmount > 0) return
    this.#pingDue = began + PING_MS
    this.#line.ask(packAsk({ ask: 'ping' })).then(
      () => {
        this.#roundTrip += (this.#line.now() - began - this.#roundTrip) / 4
      },
      () => {} // the connection's end is told by itself
    )
  }

  /** What handlers throw is nothing to whoever brought the message: it comes out of the next frame(). */
  #safely(act: () => void): void {
    try {
      act()
    } catch (error) {
      this.#failure ??= { error }
    }
  }

  #statistics(): Stats {
    const match = this
    return {
      get rtt() {
        return match.#roundTrip
      },
      get jitter() {
        return match.#serverClock.jitter
      },
      get delay() {
        return ticksToMs(match.#interpolator.delay, match.#plan.game.tickRate)
      },
      get lead() {
        return match.#commandClock.lead
      },
      get bytesIn() {
        return match.#line.bytesIn
      },
      get bytesOut() {
        return match.#line.bytesOut
      },
      get corrections() {
        return match.#predictor.corrections
      },
      get skipped() {
        return match.#receiver.skipped
      },
      get dropped() {
        return match.#sender.dropped
      },
      get bufferedAmount() {
        return match.#line.bufferedAmount
      },
      get congested() {
        return match.#sender.congested
      },
      get resyncs() {
        return match.#receiver.resyncs
      },
      get epoch() {
        return match.#receiver.epoch
      },
    }
  }
}

function over(code: ErrorCode): TickwireError {
  return new TickwireError(code, 'the match ended before the answer took effect')
}
