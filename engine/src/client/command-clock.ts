// Which tick a command is stamped with: the server's tick as this client sees it, plus a lead, so that the command is
// there just before its tick runs. The lead starts from the round trip and follows the slack that the server reports.
//
// A command is stamped in the first frame after its tick came due, so that its lag behind it wanders through the whole
// length of a frame as frames drift through ticks, and falls by all of it at once. What is steered is therefore the slack
// that a lag of a whole frame would leave: then the lead stands still, however frames drift. A frame that the page missed
// takes its own slack, and no more.
//
// Reports are for what changes slowly. Where a way becomes longer at once, all commands come late, and the server says of
// each which it was. That is known to the tick, whatever the lead has become since: the clock runs twice as fast until
// what is missing is made good.
//
// What holds: no tick is stamped twice and none after a later one; the lead bends by at most 5 % of the time that
// passes, 20 % while it is far too short or long, as fast as time while all comes late (which is of no use); it is never
// longer than 1.5 s, or than what a server takes; at most 5 ticks are caught up with in one call, what is more is left out
// (the server repeats the last command for it, or takes a neutral one).

import { msToTicks } from '../time/tick.ts'
import { Lateness } from './lateness.ts'

/**
 * So many ms should be left of the least slack of half a second after a lag of a whole frame; it is left alone within
 * these.
 */
const AIM_MS = 7
const LEAST_MS = 3
const MOST_MS = 11
/** What may be given back is what all of the last reports had: two seconds' worth. */
const REPORTS = 4
/** Ticks added to the round trip before the server has told anything. */
const FIRST_MARGIN = 2
const MAX_SLEW = 0.05
const MAX_PACE = 0.2
const MAX_RUSH = 1
/** The longest lead, ms and ticks: a server refuses what is 128 ticks ahead of it. */
const MAX_LEAD_MS = 1500
const MAX_LEAD = 96
/** What made commands late makes frames late, too, which the server's tick follows for so long: stamps don't follow that. */
const FOLLOW_MS = 15_000
/** What is too short is made good in about so many ms, at the pace allowed, and what is too long in so many. */
const GROWTH_MS = 1000
const SHRINK_MS = 5000
const MAX_CATCH_UP = 5
/** A report covers half a second and is a round trip old: for so long after a change it may be about what was before. */
const SETTLE_MS = 1000
/** A pause between two calls that leaves out ticks, or soon would. */
const GAP_MS = 250
/** The length of a frame follows what is seen by so much of the difference; one of more than twice that was missed. */
const FRAME_GAIN = 1 / 16
const MISSED = 2
/** A report reaches no further, ticks. */
const MOST_REPORTED = 127 / 16
/** Ticks by which a report is rounded: where they are long, what is left alone is wider than that. */
const REPORT_STEP = 1 / 16
/** Ticks whose lag is remembered: more than half a second's, a round trip ago. */
const MEMORY = 256
/** One report lengthens the lead by at most this much: what a stall held back is no measure of the route. */
const MAX_STEP_MS = 250

export class CommandClock {
  /** How far ahead of the server's tick commands are stamped, in ticks. */
  lead: number
  /** The newest tick that was stamped, or -1. */
  newest = -1
  readonly #rate: number
  readonly #settle: number
  /** Ticks. */
  readonly #most: number
  #target: number
  /** Those since the lead last changed. */
  #reports: number[] = []
  #reading = 0
  #last = 0
  /** Reports before it are about what is not so any more. */
  #settledAt = Number.NEGATIVE_INFINITY
  /** Ms. */
  #frame = 0
  /** By tick, modulo MEMORY: how much of it had passed when it was stamped. */
  readonly #lags = new Float64Array(MEMORY)
  /** And when that was, ms. */
  readonly #stampedAt = new Float64Array(MEMORY)
  /** Up to this tick that is by a clock that was another. */
  #setAfter = -1
  readonly #lateness: Lateness
  #isRushing = false
  /** Until then frames that come later are followed; and the server's tick of the last call. */
  #followedAt = Number.NEGATIVE_INFINITY
  #serverTick = 0

  /** @param tickRate ticks a second; @param roundTrip in ms */
  constructor(tickRate: number, roundTrip: number) {
    this.#rate = tickRate
    this.#settle = SETTLE_MS + roundTrip
    this.#lateness = new Lateness(tickRate)
    this.#most = Math.min(MAX_LEAD, msToTicks(MAX_LEAD_MS, tickRate))
    this.lead = Math.min(this.#most, msToTicks(roundTrip, tickRate) + FIRST_MARGIN)
    this.#target = this.lead
  }

  /** How much of the tick after `newest` has passed, 0 to 1. */
  get fraction(): number {
    return this.newest < 0 ? 0 : Math.min(this.#reading - this.newest, 1)
  }

  /**
   * The server says with `tick` by how many ticks commands came early, at the least, in the last half second, up to 7.9; with
   * more it says for which tick the newest was.
   */
  report(told: number, tick: number, got?: number): void {
    if (this.#last < this.#settledAt) return
    const isMore = told >= MOST_REPORTED && got !== undefined
    const slack = isMore ? Math.max(told, got - tick - 1) : told
    const lag = this.#lagOf(tick - Math.ceil(this.#rate / 2), tick + Math.max(0, Math.ceil(slack)) + 1)
    const left = slack + lag - msToTicks(this.#frame, this.#rate)
    this.#reports.push(left)
    if (this.#reports.length > REPORTS) this.#reports.shift()
    const least = Math.min(...this.#reports)
    const aim = this.#ticks(AIM_MS, 2)
    if (left < this.#ticks(LEAST_MS, 1)) this.#steer(aim - left)
    else if (this.#reports.length === REPORTS && least > this.#ticks(MOST_MS, 3)) this.#steer(aim - least)
  }

  /** The server says with `tick` that the newest command that came was for `got`, which had run. */
  late(got: number, tick: number): void {
    if (got > this.newest || got <= Math.max(this.#setAfter, this.newest - MEMORY) || tick <= got) return
    // It came between this tick and the one before: stamped for that it would have been in time.
    const phase = this.#lateness.came(tick - 0.5 - msToTicks(this.#stampedAt[got % MEMORY], this.#rate), tick)
    if (phase === undefined) return
    const missing = phase - (this.#reading - msToTicks(this.#last, this.#rate)) + msToTicks(this.#frame, this.#rate)
    if (missing <= this.#target - this.lead) return
    this.#target = Math.min(this.#most, this.lead + missing + this.#ticks(AIM_MS, 2))
    this.#isRushing = true
    this.#followedAt = this.#last + FOLLOW_MS
    this.#forget(this.#last)
  }

  /** How many ticks came due by `now` (ms): those up to `newest`, 0 to 5. `serverTick` is the server's as seen here. */
  advance(now: number, serverTick: number): number {
    const isFirst = this.newest < 0
    // A clock that was set back is a pause, too.
    const elapsed = isFirst ? 0 : now < this.#last ? GAP_MS + 1 : now - this.#last
    this.#last = now
    this.#follow(now, elapsed, serverTick)
    this.#slew(now, elapsed)
    this.#reading = Math.max(this.#reading, serverTick + this.lead)
    const tick = Math.floor(this.#reading)
    const due = isFirst ? 1 : tick - this.newest
    if (elapsed > GAP_MS) {
      this.#setAfter = this.newest
      this.#followedAt = Number.NEGATIVE_INFINITY
    }
    this.newest = tick
    for (let one = tick - Math.min(due, MAX_CATCH_UP) + 1; one <= tick; one++) {
      this.#lags[one % MEMORY] = this.#reading - one
      this.#stampedAt[one % MEMORY] = now
    }
    if (elapsed > 0 && elapsed <= GAP_MS) this.#time(elapsed)
    // What was measured while nothing was stamped says nothing about the route.
    if (isFirst || elapsed > GAP_MS || due > MAX_CATCH_UP) this.#forget(now)
    return Math.min(due, MAX_CATCH_UP)
  }

  /** Where the server's tick is found to be earlier, as frames come later, commands need not be later. */
  #follow(now: number, elapsed: number, serverTick: number): void {
    const nominal = msToTicks(elapsed, this.#rate)
    const behind = nominal - (serverTick - this.#serverTick)
    this.#serverTick = serverTick
    if (now > this.#followedAt || behind <= 0 || behind > nominal / 2 || this.lead + behind > this.#most) return
    this.lead += behind
    this.#target += behind
  }

  #steer(off: number): void {
    this.#target = Math.min(this.#most, this.lead + Math.min(off, msToTicks(MAX_STEP_MS, this.#rate)))
    this.#forget(this.#last)
  }

  /** So many ms in ticks, and no fewer than so many steps of a report. */
  #ticks(ms: number, steps: number): number {
    return Math.max(msToTicks(ms, this.#rate), steps * REPORT_STEP)
  }

  #time(elapsed: number): void {
    if (this.#frame === 0) this.#frame = elapsed
    else this.#frame += (Math.min(elapsed, MISSED * this.#frame) - this.#frame) * FRAME_GAIN
  }

  /** The longest lag of the ticks from `first` to `last`. */
  #lagOf(first: number, last: number): number {
    let most = 0
    for (let tick = Math.max(0, first); tick <= Math.min(last, this.newest); tick++)
      most = Math.max(most, this.#lags[tick % MEMORY])
    return most
  }

  #forget(now: number): void {
    this.#reports = []
    this.#settledAt = now + this.#settle
  }

  #slew(now: number, elapsed: number): void {
    const off = this.#target - this.lead
    if (off === 0) return
    const within = msToTicks(off > 0 ? GROWTH_MS : SHRINK_MS, this.#rate)
    const pace = this.#isRushing && off > 0 ? MAX_RUSH : Math.min(MAX_PACE, Math.abs(off) / within)
    const most = msToTicks(elapsed, this.#rate) * Math.max(MAX_SLEW, pace)
    this.#isRushing &&= off > most
    if (Math.abs(off) <= most) this.lead = this.#target
    else this.lead += Math.sign(off) * most
    this.#forget(now)
  }
}
