// A server in a few lines, for tests of the client: one match, one player, no rules but those given. It steps a world
// by the game's own `move` and writes real frames over one end of a link.

import { TickwireError } from '../src/schema/errors.ts'
import type { AnyGame } from '../src/schema/game.ts'
import { type LinkConnection, type LinkEnd, linkConnection } from '../src/testing/index.ts'
import {
  type Answer,
  type Ask,
  type CommandRun,
  errorAnswer,
  FRAME_KIND,
  FrameWriter,
  type GamePlan,
  kindOf,
  neutralRecord,
  packAnswer,
  packRecord,
  packTell,
  planOf,
  type RowBase,
  readCommands,
  type SnapshotBase,
  type Tell,
  unpackAsk,
  unpackRecord,
  type Values,
  type WireEvent,
  WorldBase,
} from '../src/wire/index.ts'

export interface FakeRules {
  /** ms, steady: without it commands are early by whole ticks. */
  readonly now?: () => number
  readonly options?: Values
  /** Called when the player joins; a throw refuses it. */
  readonly join?: (server: FakeServer, ask: Ask & { ask: 'join' }) => void
  /** After `move`, each tick. */
  readonly tick?: (server: FakeServer) => void
  readonly request?: (name: string, values: Values) => Values
  /** The last word on a frame before it is sent. */
  readonly spoil?: (frame: Uint8Array<ArrayBuffer>, tick: number) => Uint8Array<ArrayBuffer>
}

export const PLAYER = 7

export class FakeServer {
  readonly plan: GamePlan
  readonly world: WorldBase
  /** What the client sent: runs as they came, and the reasons of resyncs. */
  readonly runs: CommandRun[] = []
  readonly resyncs: number[] = []
  /** Every snapshot, by tick. */
  readonly snapshots: SnapshotBase[] = []
  /** Ticks that ran without a command of their own, once there had been one. */
  missed = 0
  readonly #rules: FakeRules
  readonly #writer: FrameWriter<AnyGame>
  readonly #connection: LinkConnection
  readonly #commands = new Map<number, Values>()
  #command: Values
  #newest = -1
  #steppedAt = 0
  readonly #events: WireEvent[] = []
  /** Events up to this tick were sent. */
  #known = -1
  #ack = -1
  #answers: (() => void)[] = []
  #isIn = false
  #sent: SnapshotBase | undefined
  #before: SnapshotBase | undefined
  #leastSlack = Number.POSITIVE_INFINITY

  constructor(game: AnyGame, end: LinkEnd, rules: FakeRules = {}) {
    this.plan = planOf(game)
    this.#rules = rules
    this.world = new WorldBase(game)
    this.#writer = new FrameWriter(game)
    this.#command = neutralRecord(this.plan.command)
    this.#connection = linkConnection(end, {
      frame: (bytes) => this.#frame(bytes),
      ask: (bytes) => this.#ask(unpackAsk(bytes)),
      closed() {},
    })
  }

  emit(name: string, values: Values): void {
    const kind = this.plan.eventByName.get(name)!
    this.#events.push({ tick: this.world.tick, kind, values, after: 0 })
  }

  tell(tell: Tell): void {
    this.#connection.notify(packTell(tell))
  }

  row(table: string): RowBase | undefined {
    return this.world.tables.find(({ plan }) => plan.name === table)!.ownedBy({ id: PLAYER })
  }

  step(): void {
    const { world, plan } = this
    world.tick++
    const given = this.#commands.get(world.tick)
    if (given) this.#command = given
    else if (this.#newest >= 0) this.missed++
    const seen = this.snapshots.at(-1)?.seen
    const context = {
      dt: 1 / plan.game.tickRate,
      tick: world.tick,
      state: seen?.state,
      world: seen,
      spawn() {},
      emit() {},
    }
    for (const table of world.tables)
      for (const row of table) if (table.plan.move && seen) table.plan.move(row, this.#command, context)
    this.#rules.tick?.(this)
    this.#steppedAt = this.#now
    const snapshot = world.snapshot() as SnapshotBase
    this.snapshots.push(snapshot)
    if (this.#isIn) this.#send(snapshot)
    for (const answer of this.#answers.splice(0)) answer()
  }

  #send(snapshot: SnapshotBase): void {
    const slack = this.#slack(snapshot.tick)
    const events = this.#events.filter(({ tick }) => tick > this.#known)
    this.#known = snapshot.tick
    const bytes = this.#writer.shared(snapshot, this.#sent, this.#before, events)
    const head = this.#writer.head({
      player: PLAYER,
      snapshot,
      baseline: this.#sent,
      slack,
      events: [],
    })
    this.#before = this.#sent && snapshot.tick - this.#sent.tick === 1 ? this.#sent : undefined
    this.#sent = snapshot
    const whole = head ? Uint8Array.of(...head, ...bytes.subarray(2)) : bytes
    this.#connection.sendFrame({ bytes: this.#rules.spoil?.(whole, snapshot.tick) ?? whole })
  }

  get #now(): number {
    return this.#rules.now?.() ?? (this.world.tick * 1000) / this.plan.game.tickRate
  }

  /** The least of each half second, in sixteenths of a tick. */
  #slack(tick: number): number | undefined {
    if (tick % (this.plan.game.tickRate / 2) !== 0 || this.#leastSlack === Number.POSITIVE_INFINITY) return undefined
    const least = Math.max(-128, Math.min(127, Math.round(16 * this.#leastSlack)))
    this.#leastSlack = Number.POSITIVE_INFINITY
    return least
  }

  #frame(bytes: Uint8Array): void {
    if (kindOf(bytes) === 'resync') {
      this.resyncs.push(bytes[1])
      this.#sent = undefined
      this.#before = undefined
      // What was sent since may not have been read.
      this.#known = this.#ack
      return
    }
    if (bytes[0] !== FRAME_KIND.commands) throw new Error(`kind ${bytes[0]}`)
    const run = readCommands(bytes, this.plan.command, this.world.tick)
    this.runs.push(run)
    this.#ack = run.ack
    for (const [at, command] of run.commands.entries()) {
      this.#commands.set(run.first + at, command)
      this.#newest = Math.max(this.#newest, run.first + at)
    }
    if (run.commands.length === 0) return
    const passed = ((this.#now - this.#steppedAt) * this.plan.game.tickRate) / 1000
    this.#leastSlack = Math.min(this.#leastSlack, this.#newest - this.world.tick - passed)
  }

  async #ask(ask: Ask): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return packAnswer(await this.#answer(ask))
    } catch (error) {
      return packAnswer(errorAnswer(error))
    }
  }

  async #answer(ask: Ask): Promise<Answer> {
    switch (ask.ask) {
      case 'ping':
      case 'leave':
        return { ok: ask.ask }
      case 'join': {
        await this.#tickDone()
        this.#rules.join?.(this, ask)
        this.#isIn = true
        this.#known = this.world.tick
        const me = { id: PLAYER, name: ask.name, bot: false }
        const options = packRecord(this.plan.options, this.#rules.options ?? {}, 'ERR_FIELD_VALUE')
        return { ok: 'join', match: 'm1', player: me, players: [me], tick: this.world.tick, options }
      }
      case 'resume':
        throw new TickwireError('ERR_SEAT', 'this server keeps none')
      case 'request': {
        const kind = this.plan.requestByName.get(ask.name)!
        const values = this.#rules.request!(ask.name, unpackRecord(kind.layout, ask.values, 'ERR_REQUEST'))
        await this.#tickDone()
        return { ok: 'request', tick: this.world.tick, values: packRecord(kind.answer, values, 'ERR_REQUEST') }
      }
    }
  }

  #tickDone(): Promise<void> {
    return new Promise((resolve) => this.#answers.push(resolve))
  }
}
