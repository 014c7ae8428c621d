// One person who plays: at one page after another, over a network of their own. What they see and hear is checked as it
// comes: snapshots by the simulation, events and answers here. A page that ends must end for a reason that was given; the
// person then joins anew.

import type { ClientMatch } from '@tickwire/engine/client'
import { type LinkProfile, type Random, roundTrip } from '@tickwire/engine/testing'
import { TickwireError } from '@tickwire/engine/wire'
import type { Identity } from '../../src/match/rules.ts'
import type { VirtualClient } from '../../src/testing/index.ts'
import type { Simulation } from './simulation.ts'
import type { RequestName, Sea } from './world.ts'

/** Of an outage, or several in a row, that a seat may not outlive: less than the grace, as it is noticed at other times. */
const SEAT_MAY_GO_MS = 7000
/** Two outages with less between them are one. */
const CLOSE_MS = 2000
/** An event of a tick on the screen is heard within so long. */
const OVERDUE_MS = 500
/** Slow ones mostly: a page takes in all that comes, however seldom it draws. */
const frameRate = (random: Random): number => (random.next() < 0.03 ? 30 : 3 + Math.floor(random.next() * 3))
/** Why a join may fail where the network does, or the rules. */
const PASSING = ['ERR_TIMEOUT', 'ERR_DISCONNECTED', 'ERR_REFUSED', 'ERR_REPLACED']
const FAILING: readonly RequestName[] = ['refuse', 'fail', 'reject']

export class Person {
  readonly name: string
  readonly identity: Identity | undefined
  readonly random: Random
  readonly sim: Simulation
  readonly fps: number
  /** The network; that of connections to come, too. */
  readonly profile: { up: LinkProfile['up']; down: LinkProfile['down'] }
  /** By how much the machine's clock is off, ms. */
  skew = 0
  /** The one that plays, or is on its way to. */
  page: Page | undefined
  isJoining = false
  /** ms of the clock */
  hiddenUntil = 0
  /** Since its network was cut last nothing else was out. */
  undisturbed = false
  readonly #outages: { from: number; to: number }[] = []

  constructor(sim: Simulation, name: string, random: Random) {
    this.sim = sim
    this.name = name
    this.random = random
    this.identity = random.next() < 0.5 ? { id: name } : undefined
    this.fps = frameRate(random)
    this.profile = { ...roundTrip(10 + random.next() * 120, random.next() * 10) }
  }

  get isBack(): boolean {
    return this.page?.isCurrent ?? false
  }

  describe(): string {
    if (!this.page) return `${this.name}, who is ${this.isJoining ? 'joining' : 'out'}`
    const { match, isDamaged } = this.page
    return `${this.page}, who is ${match.status}${isDamaged ? ' with damaged memory' : ''}, and has tick ${match.newest?.tick}`
  }

  shape({ up, down }: LinkProfile): void {
    Object.assign(this.profile, { up, down })
    this.page?.client.link.shape(this.profile)
  }

  /** The page draws nothing for so long; nor do pages that come meanwhile. */
  hide(ms: number): void {
    const { clock } = this.sim
    this.hiddenUntil = Math.max(this.hiddenUntil, clock.now + ms)
    this.page?.client.player.draw(0)
    clock.after(ms, () => this.page && this.page.match.status !== 'ended' && this.page.client.player.draw(this.fps))
  }

  /** The network, or the machine, does not work for so long. */
  out(ms: number): void {
    this.undisturbed = false
    const { now } = this.sim.clock
    const last = this.#outages.at(-1)
    if (last && now - last.to < CLOSE_MS) last.to = Math.max(last.to, now + ms)
    else this.#outages.push({ from: now, to: now + ms })
  }

  /** Whether anything was out since then. */
  wasOutSince(ms: number): boolean {
    return this.#outages.some(({ to }) => to > ms)
  }

  get seatMayGo(): boolean {
    return this.#outages.some(({ from, to }) => to - from >= SEAT_MAY_GO_MS)
  }

  /** Joins until it is in. `isSecond`: though a page of the same person plays. */
  async join(isSecond = false): Promise<void> {
    if (this.isJoining || (this.page && !isSecond)) return
    this.isJoining = true
    const { sim } = this
    const page = new Page(this)
    try {
      page.open(
        await sim.server.connect(
          { match: sim.match.id, name: this.name, input: page.input },
          {
            profile: this.profile,
            identity: this.identity,
            fps: this.fps,
            now: () => sim.clock.now + this.skew,
            onFrame: page.drawn,
          }
        )
      )
      this.page = page
      if (this.hiddenUntil > sim.clock.now) page.client.player.draw(0)
      sim.trace(`${page} joined`)
    } catch (error) {
      const { code } = error as TickwireError
      sim.trace(`${this.name} can't join: ${(error as Error).message}`)
      if (!(error instanceof TickwireError) || !PASSING.includes(code)) sim.fail(`${this.name} can't join: ${error}`)
    }
    this.isJoining = false
    this.#comeBack()
  }

  ended(page: Page): void {
    if (this.page === page) this.page = undefined
    this.#comeBack()
  }

  #comeBack(): void {
    if (!this.page) this.sim.clock.after(100 + this.random.next() * 900, () => this.sim.run(this.join()))
  }
}

interface Asked {
  readonly name: RequestName
  readonly n: number
  readonly at: number
  isDone: boolean
}

export class Page {
  readonly person: Person
  client!: VirtualClient<Sea>
  /** The player's. */
  id = 0
  /** How often it pulled the trigger. */
  pulls = 0
  /** What may end it. */
  readonly mayEnd: Set<string> = new Set()
  /** Its memory was damaged, and that is not yet put right. */
  isDamaged = false
  #wasDamaged = false
  resumedAt = 0
  readonly #asked: Asked[] = []
  /** Into the match's events: the first that it has not heard. */
  #next = 0
  #overdueSince: number | undefined
  #isFiring = false
  #go = { turn: 0, go: false }

  constructor(person: Person) {
    this.person = person
  }

  damage(): void {
    this.isDamaged = true
    this.#wasDamaged = true
  }

  get match(): ClientMatch<Sea> {
    return this.client.match
  }

  toString(): string {
    return `${this.person.name} (player ${this.id})`
  }

  open(client: VirtualClient<Sea>): void {
    const { sim } = this.person
    this.client = client
    const { match } = client
    this.id = match.me.id
    this.#next = sim.firstEventOf(this.id)
    match.on('boom', ({ n }) => this.#heard('boom', n))
    match.on('secret', ({ n }) => this.#heard('secret', n))
    match.on('fired', ({ n, by }) => by !== this.id && this.#heard('fired', n))
    match.onStatus((status) => {
      sim.trace(`${this} is ${status}${status === 'ended' ? `: ${match.endCode}` : ''}`)
      if (status === 'playing') this.resumedAt = sim.clock.now
      if (status === 'ended') this.#ended(match.endCode!)
    })
    sim.pages.push(this)
    if (match.status === 'ended') this.#ended(match.endCode!)
    else this.#keepAsking()
  }

  /** It plays, has what there is, and knows who is there. */
  get isCurrent(): boolean {
    const { match } = this
    const { tick, players } = this.person.sim.match
    return (
      Array.from(players, ({ id }) => id).join() === [...match.players.keys()].join() &&
      match.status === 'playing' &&
      !this.isDamaged &&
      (match.newest?.tick ?? -1) >= tick - 12 &&
      match.view.tick >= tick - 24 &&
      (this.client.commands.at(-1)?.tick ?? -1) >= tick - 5
    )
  }

  readonly input = (): Sea['command'] => {
    const { random } = this.person
    if (random.next() < 0.1) this.#go = { turn: Math.floor(random.next() * 3) - 1, go: random.next() < 0.5 }
    // Never for long: what is held down over a stall is let go of and pulled again at the server.
    const fire = !this.#isFiring && random.next() < 0.3
    if (fire) this.pulls++
    this.#isFiring = fire
    return { ...this.#go, fire }
  }

  /** After each frame that was drawn: what happened up to the tick on the screen was heard. */
  readonly drawn = ({ view, newest, status }: ClientMatch<Sea>): void => {
    if (status === 'ended' || !newest) return
    const due = this.#due()
    const { sim } = this.person
    const isOverdue = due !== undefined && due.tick <= Math.min(view.tick, newest.tick)
    this.#overdueSince = isOverdue ? (this.#overdueSince ?? sim.clock.now) : undefined
    if (isOverdue && sim.clock.now - this.#overdueSince! > OVERDUE_MS)
      sim.fail(`${this}: at ${view.tick.toFixed(2)} it has not heard ${due.kind} ${due.n} of tick ${due.tick}`)
  }

  /** Frames are unreadable or unsound only where memory was damaged. */
  checkResyncs(): void {
    const { resyncs } = this.match.stats
    if (resyncs > 0 && !this.#wasDamaged)
      this.person.sim.fail(`${this} asked for ${resyncs} keyframes, without a reason`)
  }

  /** At the end: nothing is left unanswered. */
  checkAnswers(before: number): void {
    const open = this.#asked.find(({ isDone, at }) => !isDone && at < before)
    if (open) this.person.sim.fail(`${this}: request ${open.name} ${open.n} of ${open.at} ms was never answered`)
  }

  #ended(code: string): void {
    const { person } = this
    const { ended } = person.sim.match
    if (ended !== undefined) person.sim.fail(`the match ended: ${ended}`)
    const isOutage = code === 'ERR_SEAT_EXPIRED' || code === 'ERR_TIMEOUT'
    if (!this.mayEnd.has(code) && !(isOutage && person.seatMayGo))
      person.sim.fail(`${this} ended with ${code}, which nothing was the reason for`)
    this.client.player.draw(0)
    person.ended(this)
  }

  /** The first event that it is to hear and has not. */
  #due() {
    const { events } = this.person.sim
    for (; this.#next < events.length; this.#next++) {
      const event = events[this.#next]
      if (event.owner !== this.id && (event.to === undefined || event.to.has(this.id))) return event
    }
    return undefined
  }

  #heard(kind: string, n: number): void {
    const due = this.#due()
    if (due?.kind !== kind || due.n !== n)
      this.person.sim.fail(
        `${this} heard ${kind} ${n}, expected ${due ? `${due.kind} ${due.n} of tick ${due.tick}` : 'nothing'}`
      )
    this.#next++
  }

  #keepAsking(): void {
    const { sim, random } = this.person
    sim.clock.after(400 + random.next() * 2000, () => {
      if (this.match.status === 'ended' || sim.isOver) return
      const isFailing = random.next() < 0.1
      const name = isFailing ? FAILING[Math.floor(random.next() * 3)] : random.next() < 0.3 ? 'later' : 'add'
      sim.run(this.#ask(name))
      this.#keepAsking()
    })
  }

  async #ask(name: RequestName): Promise<void> {
    const { sim } = this.person
    const asked = { name, n: ++sim.asked, at: sim.clock.now, isDone: false }
    this.#asked.push(asked)
    let outcome: string
    try {
      const answer = await this.match.request(name, { n: asked.n })
      outcome = 'n' in answer && answer.n === asked.n ? 'answered' : `answered ${JSON.stringify(answer)}`
    } catch (error) {
      outcome = (error as TickwireError).code ?? String(error)
    }
    asked.isDone = true
    const ran = sim.ledger.ran.get(asked.n) ?? 0
    const isOver = this.match.status === 'ended' && (outcome === 'ERR_MATCH_ENDED' || outcome === 'ERR_DISCONNECTED')
    const expected = name === 'add' || name === 'later' ? 'answered' : 'ERR_REFUSED'
    if (ran > 1 || (!isOver && (outcome !== expected || ran !== 1)))
      sim.fail(`${this}: request ${name} ${asked.n} ran ${ran} times: ${outcome}, expected ${expected} after one`)
  }
}
