// The only timer of a server: one loop drives all matches, each at its own tick rate, and holds those rates to the
// clock (a stepper per match, see engine/src/time). A pass runs what is due and sleeps until something is due again,
// so sockets are served between passes. Matches take turns: each pass starts with another one, and one that has to
// catch up runs a tick when everybody has run theirs. An exception of a match never reaches the loop. What is left of a
// pass is for work that can wait.

import { Stepper } from '@tickwire/engine/wire'

/** Milliseconds, monotonic. */
export function now(): number {
  return performance.now()
}

/** Where the loop gets the time and its wake-up calls; tests have their own. */
export interface Clock {
  now(): number
  /** Calls `run` once, after `ms`. The result cancels it. */
  wake(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now,
  wake(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/** Calls `run` once all that the sockets have by now was read. */
export function afterTurn(run: () => void): void {
  setImmediate(run)
}

/** Waits for a promise to settle, whichever way, but no longer than `ms`. */
export async function settles(promise: Promise<unknown>, ms: number, clock: Clock = systemClock): Promise<void> {
  let cancel = (): void => {}
  const timeout = new Promise<void>((resolve) => {
    cancel = clock.wake(ms, resolve)
  })
  await Promise.race([promise.catch(() => {}), timeout])
  cancel()
}

/** Who looks on: what counts ticks, and what notices that one never ends. Must not throw. */
export interface Onlooker<M> {
  /** The loop is at work: at each pass. */
  alive?(): void
  /** A tick begins, */
  begins?(match: M): void
  /** and is over: how late it began, after it was due, and how long it took, both in ms. */
  ended?(match: M, late: number, took: number): void
}

/** What the loop knows of a match. */
export interface Ticking {
  readonly game: { readonly tickRate: number }
  /** Runs one tick. */
  step(): void
}

interface Due<M> {
  readonly match: M
  readonly ticks: number
  /** When the first of them was due, and how long after it the next is. */
  readonly at: number
  readonly interval: number
}

// A new match is noticed this soon even when nothing else is due.
const LONGEST_SLEEP_MS = 20
const MAX_CATCH_UP = 5
// A pass begins what can wait for so long, and no piece of it that may take until MARGIN before the next tick, or longer.
const MAX_IDLE_MS = 2
const MARGIN_MS = 1
// A piece is expected to take as long as the longest of late, of which each pass leaves so much; at least a millisecond.
const LEAST_PIECE_MS = 1
const PIECE_DECAY = 0.99

export class Loop<M extends Ticking> {
  readonly #matches: () => Iterable<M>
  readonly #failed: (match: M, error: unknown) => void
  readonly #idle: () => boolean
  readonly #clock: Clock
  readonly #onlooker: Onlooker<M>
  readonly #steppers = new WeakMap<M, Stepper>()
  #running = false
  #cancel = (): void => {}
  #turn = 0
  #piece = LEAST_PIECE_MS
  #overruns = 0
  #skipped = 0

  /**
   * @param matches those to drive; asked at every pass
   * @param failed told of what a match's tick threw; the loop goes on, even if this throws
   * @param idle does a piece of work while nothing is due; false: there is none left. Never throws.
   * @param onlooker is told of every pass and tick
   */
  constructor(
    matches: () => Iterable<M>,
    failed: (match: M, error: unknown) => void,
    idle: () => boolean = () => false,
    clock: Clock = systemClock,
    onlooker: Onlooker<M> = {}
  ) {
    this.#matches = matches
    this.#failed = failed
    this.#idle = idle
    this.#clock = clock
    this.#onlooker = onlooker
  }

  /** How many passes found a match more than one tick behind. */
  get overruns(): number {
    return this.#overruns
  }

  /** How many ticks were left out because a match was more than 5 behind. */
  get skipped(): number {
    return this.#skipped
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#cancel = this.#clock.wake(0, this.#pass)
  }

  /** No tick runs after this, except what is left of the pass that called it. */
  stop(): void {
    this.#running = false
    this.#cancel()
  }

  readonly #pass = (): void => {
    this.#onlooker.alive?.()
    const due: Due<M>[] = []
    const started = this.#clock.now()
    let next = started + LONGEST_SLEEP_MS
    for (const match of this.#matches()) {
      const stepper = this.#stepper(match)
      const ticks = this.#advance(stepper, started)
      const interval = 1000 / match.game.tickRate
      if (ticks > 0) due.push({ match, ticks, at: stepper.next - ticks * interval, interval })
      next = Math.min(next, stepper.next)
    }
    this.#run(due)
    if (!this.#running) return
    this.#useRest(next)
    this.#cancel() // a tick may have stopped and started the loop
    // Rounded up, as timers count whole ms: waking early would only mean waking twice.
    this.#cancel = this.#clock.wake(Math.max(0, Math.ceil(next - this.#clock.now())), this.#pass)
  }

  #run(due: readonly Due<M>[]): void {
    const first = this.#turn++
    const most = due.reduce((ticks, entry) => Math.max(ticks, entry.ticks), 0)
    if (most > 1) this.#overruns++
    for (let round = 0; round < most; round++) {
      for (let i = 0; i < due.length; i++) {
        const { match, ticks, at, interval } = due[(first + i) % due.length]
        if (round < ticks) this.#step(match, at + round * interval)
      }
    }
  }

  #useRest(next: number): void {
    // Also where none fits: what took long once need not do so again.
    this.#piece = Math.max(LEAST_PIECE_MS, this.#piece * PIECE_DECAY)
    let at = this.#clock.now()
    const end = at + MAX_IDLE_MS
    while (at < end && at + this.#piece + MARGIN_MS <= next && this.#idle()) {
      const started = at
      at = this.#clock.now()
      this.#piece = Math.max(this.#piece, at - started)
    }
  }

  #step(match: M, due: number): void {
    this.#onlooker.begins?.(match)
    const began = this.#clock.now()
    try {
      match.step()
    } catch (error) {
      this.#fail(match, error)
    }
    this.#onlooker.ended?.(match, began - due, this.#clock.now() - began)
  }

  #fail(match: M, error: unknown): void {
    try {
      this.#failed(match, error)
    } catch {
      // From here it would reach the timer, and end the process with every other match.
    }
  }

  #advance(stepper: Stepper, at: number): number {
    const before = stepper.skipped
    const ticks = stepper.advance(at)
    this.#skipped += stepper.skipped - before
    return ticks
  }

  #stepper(match: M): Stepper {
    let stepper = this.#steppers.get(match)
    if (!stepper) {
      stepper = new Stepper(match.game.tickRate, { maxCatchUp: MAX_CATCH_UP })
      this.#steppers.set(match, stepper)
    }
    return stepper
  }
}
