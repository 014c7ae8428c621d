// A seat: the right to a place in a match, which outlives a connection. It is 'joining' until its connection was told so,
// then 'playing', 'away' while the connection is lost, and in the end 'gone'. What a seat was sent last is what its next
// delta starts from.

import type { SnapshotBase, Values } from '@tickwire/engine/wire'
import { CommandBuffer } from './command-buffer.ts'
import type { Connection } from './connection.ts'
import { Handout } from './handout.ts'
import { Pace } from './pace.ts'
import type { Player } from './rules.ts'
import { SlackReport } from './slack.ts'
import type { Token } from './token.ts'

export type SeatState = 'joining' | 'playing' | 'away' | 'gone'

export interface SeatSetup {
  readonly player: Player
  /** Undefined: a bot's, with what it does. */
  readonly connection: Connection | undefined
  readonly input?: () => Values
  /** Undefined: the seat goes with its connection. */
  readonly token?: Token
  readonly neutral: Values
  readonly tickRate: number
  /** The match's. */
  readonly tick: number
}

export class Seat {
  readonly player: Player
  /** Undefined: a bot's, or its player is away. */
  connection: Connection | undefined
  readonly input: (() => Values) | undefined
  token: Token | undefined
  commands: CommandBuffer
  state: SeatState = 'joining'
  /** The tick at which its player went away. */
  awaySince = -1
  /** The last snapshot written to the connection, and the one written before it; undefined: a keyframe is due. */
  sent: SnapshotBase | undefined
  sentBefore: SnapshotBase | undefined
  /** What is on its way to it, and so when it takes the next frame. */
  pace: Pace
  /** When what it was sent has used up its budget, ms. */
  paidUntil: number = Number.NEGATIVE_INFINITY
  /** What its frames may be coded with. */
  handout: Handout = new Handout()
  /** Events up to this tick were written. */
  known: number
  /** The newest snapshot that the client says it received; before its first word, the one before it came. */
  ack: number
  /** Its screen when it gave the command that is being run, and the newest snapshot that it was drawn with; a bot sees the newest. */
  renderTick = -1
  held = -1
  slack: SlackReport
  /** The tick at which a keyframe was asked for last. */
  resyncedAt: number = Number.NEGATIVE_INFINITY
  /** Requests that wait for the next tick. */
  requests = 0
  /** Answers by request id, so that a repeated request does not run twice; those up to `answersFrom` were forgotten. */
  readonly answers: Map<number, Promise<Uint8Array<ArrayBuffer>>> = new Map()
  answersFrom = -1
  readonly #tickRate: number
  readonly #neutral: Values

  constructor({ player, connection, input, token, neutral, tickRate, tick }: SeatSetup) {
    this.player = player
    this.connection = connection
    this.input = input
    this.token = token
    this.commands = new CommandBuffer(neutral, tickRate)
    this.pace = new Pace(tickRate)
    this.slack = new SlackReport(tickRate)
    this.known = tick - 1
    this.ack = tick - 1
    this.#tickRate = tickRate
    this.#neutral = neutral
  }

  /** Another connection: nothing is on its way over it. */
  attach(connection: Connection): void {
    this.connection = connection
    this.pace = new Pace(this.#tickRate, this.pace)
    this.slack = new SlackReport(this.#tickRate, this.slack.newest)
    this.sentBefore = undefined
    this.resyncedAt = Number.NEGATIVE_INFINITY
  }

  /** A client that holds the snapshot of tick `have`: the next delta starts from it, and events come that it has not got. */
  holds(have: number, snapshot: SnapshotBase | undefined): void {
    this.sent = [this.sent, snapshot].find((one) => one?.tick === have)
    this.ack = Math.max(this.ack, have)
    this.known = this.ack
  }

  /** A client that holds nothing; events come from what was acknowledged on. */
  holdsNothing(): void {
    this.sent = undefined
    this.known = Math.min(this.known, this.ack)
  }

  /** The player's page is another one: it knows nothing, and counts its requests from the start. */
  renew(tick: number, token: Token | undefined): void {
    this.token = token
    this.state = 'joining'
    this.commands = new CommandBuffer(this.#neutral, this.#tickRate)
    this.pace = new Pace(this.#tickRate)
    this.slack = new SlackReport(this.#tickRate)
    this.sent = undefined
    this.known = tick - 1
    this.ack = tick - 1
    this.answers.clear()
    this.answersFrom = -1
  }
}
