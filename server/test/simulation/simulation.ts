// One simulated server and its people, and what is known of both: the server's worlds by tick, its events, and what must
// hold at every tick. Whatever does not hold ends the simulation: fail() keeps the first, wherever it is called from, since
// a match survives what its parts throw.

import { Random, type VirtualClock } from '@tickwire/engine/testing'
import { type Prior, planOf, type SnapshotBase, type Values } from '@tickwire/engine/wire'
import type { EventLog } from '../../src/match/event-log.ts'
import type { PackedPrior } from '../../src/match/learner.ts'
import type { LiveMatch } from '../../src/match/match.ts'
import type { Player } from '../../src/match/rules.ts'
import type { Seat } from '../../src/match/seat.ts'
import type { Claim } from '../../src/match/seating.ts'
import { VirtualServer } from '../../src/testing/index.ts'
import type { Observer } from './observe.ts'
import { type Page, Person } from './person.ts'
import { copyOf } from './priors.ts'
import { Truth } from './truth.ts'
import { type Ledger, newLedger, rock, rockRules, type Sea, sea, seaRules } from './world.ts'

export const GRACE_SECONDS = 8
/** What may be kept for players, all of them. */
const MOST_EVENTS = 2000
const MOST_ANSWERS = 64
const MOST_BUFFERED = 64 * 1024

const NAMES = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus', 'hal']

/** What a simulation found. */
export class Failure extends Error {
  readonly seed: number

  constructor(seed: number, message: string) {
    super(`seed ${seed}: ${message}\nreplay it with: npm run soak -- simulation --seed ${seed} --seeds 1 --trace`)
    this.name = 'Failure'
    this.seed = seed
  }
}

/** An event of the match. */
export interface Told {
  readonly tick: number
  readonly kind: string
  readonly n: number
  readonly to: ReadonlySet<number> | undefined
  readonly owner: number | undefined
}

export interface UsedToken {
  readonly player: number
  readonly token: Uint8Array
}

export class Simulation implements Observer {
  readonly seed: number
  readonly random: Random
  readonly ledger: Ledger = newLedger()
  readonly server: VirtualServer<Sea>
  readonly match: LiveMatch<Sea>
  readonly people: Person[] = []
  readonly pages: Page[] = []
  readonly events: Told[] = []
  readonly handout: { current: PackedPrior | undefined; previous: Prior | undefined }
  readonly usedTokens: UsedToken[] = []
  readonly duplicates: 'newest' | 'refuse' | 'allow'
  /** Requests so far: each has a number. */
  asked = 0
  /** Pages may ask no more. */
  isOver = false
  failure: Error | undefined
  /** Snapshots of clients that were compared. */
  compared = 0
  /** While `keepsWorlds`: the live world at each tick, as the page's player may know it. */
  readonly worlds: Map<string, string> = new Map()
  keepsWorlds = false
  readonly #write: ((line: string) => void) | undefined
  readonly #truth = new Truth()
  /** By player: the newest snapshot that its client took. */
  readonly #held = new Map<number, SnapshotBase>()
  readonly #acks = new WeakMap<object, number>()
  /** By table and slot: the tick at which its last row was spawned, and whether that lives. */
  readonly #born: { ticks: number[]; lives: boolean[] }[] = []

  readonly #priors: readonly PackedPrior[]
  #handedOut = 0

  /** `priors`: to hand out, one after the other. */
  constructor(seed: number, priors: readonly PackedPrior[], write: ((line: string) => void) | undefined) {
    this.seed = seed
    this.#priors = priors
    this.#write = write
    this.random = new Random(seed)
    const chance = this.random.next()
    this.duplicates = chance < 0.8 ? 'newest' : chance < 0.9 ? 'refuse' : 'allow'
    const { duplicates } = this
    // With so little for each player its frames are merged all the time, and what a cut kept back takes seconds.
    const maxBytesPerSecond = this.random.next() < 0.3 ? 300 + this.random.next() * 900 : undefined
    const rules = seaRules(this.ledger, { graceSeconds: GRACE_SECONDS, duplicates, maxBytesPerSecond })
    this.handout = { current: undefined, previous: undefined }
    this.server = new VirtualServer(sea, rules, seed, { checks: false })
    this.server.lobby.host(rock, rockRules)
    this.match = this.server.lobby.open(sea)
  }

  get clock(): VirtualClock {
    return this.server.clock
  }

  trace(what: string): void {
    this.#write?.(`${(this.clock.now / 1000).toFixed(3).padStart(7)} s, tick ${this.match.tick}: ${what}`)
  }

  /** @throws always */
  fail(what: string): never {
    this.failure ??= new Failure(this.seed, what)
    this.trace(`FAILED: ${what}`)
    throw this.failure
  }

  /** Lets something happen meanwhile, and fails where it does. */
  run(happening: Promise<void>): void {
    happening.catch((error) => {
      this.failure ??=
        error instanceof Failure ? error : new Failure(this.seed, (error as Error).stack ?? String(error))
    })
  }

  passes(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.after(ms, resolve))
  }

  /** Until `ms` of the clock. @throws what fails meanwhile */
  async until(ms: number): Promise<void> {
    while (this.clock.now < ms) {
      try {
        await this.clock.run(Math.min(ms, this.clock.now + 200))
      } catch (error) {
        this.run(Promise.reject(error))
        await undefined
      }
      if (this.failure) throw this.failure
      if (this.match.ended !== undefined) this.fail(`the match ended: ${this.match.ended}`)
    }
  }

  newPerson(): Person {
    const person = new Person(this, NAMES[this.people.length], new Random(this.random.uint32()))
    this.people.push(person)
    return person
  }

  /** The server has a better prior for its frames. */
  handOut(): void {
    const { handout } = this
    handout.previous = handout.current?.prior
    handout.current = copyOf(this.#priors[this.#handedOut++ % this.#priors.length])
    this.trace(`a prior of epoch ${handout.current.prior.epoch} is handed out`)
  }

  /** Of a player who joined, or whose seat another page of theirs got. */
  firstEventOf(player: number): number {
    const joined = this.ledger.joined.get(player) ?? 0
    const first = this.events.findIndex(({ tick }) => tick >= joined)
    return first < 0 ? this.events.length : first
  }

  /** What a player's client holds. */
  heldBy(player: number): SnapshotBase | undefined {
    return this.#held.get(player)
  }

  /** More than one while a second page of the same person takes over. */
  pagesOf(player: number): Page[] {
    return this.pages.filter(({ id, match }) => id === player && match.status !== 'ended')
  }

  // --- As it is observed -------------------------------------------------------------------------------------------

  ticked(snapshot: SnapshotBase, seats: Iterable<Seat>, events: EventLog): void {
    if (snapshot.plan.game !== sea) return
    const players: number[] = []
    for (const seat of seats) {
      players.push(seat.player.id)
      this.#checkSeat(seat, snapshot.tick)
    }
    this.#truth.note(snapshot, players)
    this.#checkIds(snapshot)
    this.#checkSteps(snapshot)
    if (events.size > MOST_EVENTS) this.fail(`${events.size} events are kept, expected at most ${MOST_EVENTS}`)
    if (this.keepsWorlds)
      for (const { page } of this.people)
        if (page) this.worlds.set(`${snapshot.tick} ${page.id}`, worldOf(this.match.world as never, page.id))
  }

  emitted(tick: number, kind: string, values: Values, to: ReadonlySet<number> | undefined, owner?: number): void {
    this.events.push({ tick, kind, n: values.n as number, to, owner })
  }

  renewed(player: Player, tick: number): void {
    if (this.match.players.has(player)) this.ledger.joined.set(player.id, tick)
  }

  resumed({ player, token }: Claim): void {
    this.usedTokens.push({ player, token })
  }

  took(snapshot: SnapshotBase, keyframe: boolean): void {
    if (snapshot.plan.game !== sea) return
    const player = snapshot.viewer as number
    const damaged = this.pagesOf(player).find(({ isDamaged }) => isDamaged)
    this.#held.set(player, snapshot)
    this.compared++
    const difference = this.#truth.difference(snapshot, player)
    // What is damaged may also be overwritten before anybody could know.
    if (damaged && (keyframe || difference === undefined)) damaged.isDamaged = false
    else if (!damaged && difference !== undefined) {
      const [page] = this.pagesOf(player)
      this.fail(`${page ?? `player ${player}`} diverged: ${difference}`)
    }
  }

  // --- What must hold ----------------------------------------------------------------------------------------------

  #checkSeat(seat: Seat, tick: number): void {
    const who = `the seat of player ${seat.player.id}`
    const buffered = seat.connection?.bufferedAmount ?? 0
    if (seat.ack > tick) this.fail(`${who} acknowledged tick ${seat.ack}, which is not yet: it is ${tick}`)
    if (seat.ack < (this.#acks.get(seat.pace) ?? -1)) this.fail(`${who} acknowledged less than before`)
    this.#acks.set(seat.pace, seat.ack)
    if (seat.answers.size > MOST_ANSWERS) this.fail(`${who} keeps ${seat.answers.size} answers`)
    if (buffered > MOST_BUFFERED) this.fail(`${who} has ${buffered} bytes waiting`)
  }

  /** A row that is new was spawned now: a slot and a tick name one row for good. */
  #checkIds({ tick, tables }: SnapshotBase): void {
    for (const [at, { plan, cells }] of tables.entries()) {
      this.#born[at] ??= { ticks: [], lives: [] }
      const { ticks, lives } = this.#born[at]
      const { born, size } = cells
      for (let slot = 0; slot < Math.max(size, lives.length); slot++) {
        const spawned = slot < size ? born[slot] : -1
        if (spawned >= 0 && !(lives[slot] && ticks[slot] === spawned) && spawned <= (ticks[slot] ?? -1))
          this.fail(`tick ${tick}: the row of ${plan.name} in slot ${slot}, born at ${spawned}, is back`)
        lives[slot] = spawned >= 0
        if (spawned >= 0) ticks[slot] = spawned
      }
    }
  }

  /**
   * At the end, when all is well: each page holds the world that is there, row by row. False: one has no snapshot yet of
   * those worlds that are kept.
   */
  checkWorlds(): boolean {
    return this.people.every(({ page }) => {
      const held = page && this.heldBy(page.id)
      const expected = held && this.worlds.get(`${held.tick} ${page.id}`)
      if (expected === undefined) return false
      const is = worldOf(held as never, page!.id)
      if (is !== expected) this.fail(`${page} holds another world at tick ${held!.tick}: ${where(is, expected)}`)
      return true
    })
  }

  /** Who pulls a trigger once fires once. */
  checkPulls(): void {
    const pulled = new Map<number, number>()
    for (const { id, pulls } of this.pages) pulled.set(id, (pulled.get(id) ?? 0) + pulls)
    for (const [id, pulls] of pulled) {
      const seen = this.ledger.pulls.get(id) ?? 0
      if (seen > pulls) this.fail(`player ${id} pulled the trigger ${pulls} times, and the match saw ${seen}`)
    }
  }

  /** A ship moves once a tick. */
  #checkSteps({ tick, tables }: SnapshotBase): void {
    const { plan, cells } = tables[0]
    const { index } = plan.layout.columns.find(({ name }) => name === 'steps')!
    for (let slot = 0; slot < cells.size; slot++) {
      const born = cells.born[slot]
      const steps = cells.ints[index * cells.size + slot]
      if (born >= 0 && steps !== tick - born + 1)
        this.fail(`tick ${tick}: the ship in slot ${slot}, born at ${born}, moved ${steps} times`)
    }
  }
}

/** What a player may know of a world, row by row and field by field, as rules and pages read them. */
function worldOf(world: Readonly<Record<string, Iterable<Readonly<Record<string, unknown>>>>>, player: number): string {
  const lines: string[] = []
  for (const { name, layout } of planOf(sea).tables) {
    const shared = layout.fields.filter(({ name, audience }) => audience === 'all' && name[0] !== ' ')
    const owned = layout.fields.filter(({ audience }) => audience === 'owner')
    for (const row of world[name]) {
      const fields = row.owner === player ? [...shared, ...owned] : shared
      lines.push(`${name} ${row.id} of ${row.owner}: ${JSON.stringify(fields.map(({ name }) => row[name]))}`)
    }
  }
  const { phase, round } = (world as never as { state: Sea['state'] }).state
  lines.push(`state: ${phase} ${round}`)
  return lines.join('\n')
}

function where(is: string, expected: string): string {
  const [lines, others] = [is.split('\n'), expected.split('\n')]
  const at = lines.findIndex((line, at) => line !== others[at])
  return `${lines[at] ?? 'nothing more'}, expected ${others[at < 0 ? lines.length : at] ?? 'nothing more'}`
}
