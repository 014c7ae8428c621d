// Which tick a command is stamped with: the server's tick as this client sees it, plus a lead, so that the command is
// there just before its tick runs. The lead starts from the round trip and follows the slack that the server reports.
//
// What holds: no tick is stamped twice and none after a later one; the lead bends by at most 5 % of the time that
// passes, and jumps only where it is half a second off; at most 5 ticks are caught up with in one call, what is more
// is left out (the server repeats the last command for it, or takes a neutral one).

import { msToTicks } from '../time/tick.ts'

/** Ticks by which commands should be early at least, and at most. */
const LEAST_SLACK = 1
const MOST_SLACK = 2
/** Ticks added to the round trip before the server has told anything. */
const FIRST_MARGIN = 2
const MAX_SLEW = 0.05
const JUMP_MS = 500
const MAX_CATCH_UP = 5
/** A report covers half a second and is a round trip old: for so long after a change it may be about what was before. */
const SETTLE_MS = 1500
/** A pause between two calls that leaves out ticks, or soon would. */
const GAP_MS = 250
/** One report changes the lead by at most this much: what a stall held back is no measure of the route. */
const MAX_STEP_MS = 250

export class CommandClock {
  /** How far ahead of the server's tick commands are stamped, in ticks. */
  lead: number
  /** The newest tick that was stamped, or -1. */
  newest = -1
  readonly #rate: number
  #target: number
  #slack: number | undefined
  #isFresh = false
  #reading = 0
  #last: number | undefined
  #gapAt = 0
  #steeredAt = 0

  /** @param tickRate ticks a second; @param roundTrip in ms */
  constructor(tickRate: number, roundTrip: number) {
    this.#rate = tickRate
    this.lead = msToTicks(roundTrip, tickRate) + FIRST_MARGIN
    this.#target = this.lead
  }

  /** How much of the tick after `newest` has passed, 0 to 1. */
  get fraction(): number {
    return this.newest < 0 ? 0 : Math.min(this.#reading - this.newest, 1)
  }

  /** The server says by how many ticks the newest command came early, at the least, in the last half second. */
  report(slack: number): void {
    this.#slack = slack
    this.#isFresh = true
  }

  /** How many ticks came due by `now` (ms): those up to `newest`, 0 to 5. `serverTick` is the server's as seen here. */
  advance(now: number, serverTick: number): number {
    const isFirst = this.#last === undefined
    const elapsed = isFirst ? 0 : Math.max(0, now - this.#last!)
    this.#last = now
    this.#slew(now, elapsed)
    this.#reading = Math.max(this.#reading, serverTick + this.lead)
    const tick = Math.floor(this.#reading)
    const due = this.newest < 0 ? 1 : tick - this.newest
    this.newest = tick
    if (isFirst || elapsed > GAP_MS || due > MAX_CATCH_UP) this.#gapAt = now
    this.#steer(now)
    return Math.min(due, MAX_CATCH_UP)
  }

  #steer(now: number): void {
    const slack = this.#slack
    // What was measured while nothing was stamped says nothing about the route.
    if (slack === undefined || now - this.#gapAt < SETTLE_MS) return
    const off = slack < LEAST_SLACK ? LEAST_SLACK - slack : slack > MOST_SLACK ? MOST_SLACK - slack : 0
    const isSettled = now - this.#steeredAt >= SETTLE_MS
    // A report holds until the next one. Commands that come late are worth a second look before all has settled.
    if (off === 0 || !(isSettled || (off > 0 && this.#isFresh))) return
    this.#isFresh = false
    this.#steeredAt = now
    const most = msToTicks(MAX_STEP_MS, this.#rate)
    if (off > 0) this.#target = Math.max(this.#target, this.lead + Math.min(off, most))
    else this.#target = this.lead + Math.max(off, -most)
  }

  #slew(now: number, elapsed: number): void {
    const off = this.#target - this.lead
    if (off === 0) return
    this.#steeredAt = now
    const most = msToTicks(elapsed, this.#rate) * MAX_SLEW
    if (Math.abs(off) <= most || Math.abs(off) > msToTicks(JUMP_MS, this.#rate)) this.lead = this.#target
    else this.lead += Math.sign(off) * most
  }
}
