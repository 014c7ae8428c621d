// A player without a screen: it draws a match at a frame rate, under the virtual clock, and notes frame by frame what a
// person would have seen. `delay` and `lead` are the client's own word; all else is seen from outside.

import type { VirtualClock } from './clock.ts'
import type { LinkTransport } from './transport.ts'

/** What it needs of a `ClientMatch`. */
export interface Playable {
  readonly view: { readonly tick: number }
  readonly stats: { readonly delay: number; readonly lead: number; readonly corrections: number }
  frame(now: number): void
}

/** One frame as it was drawn. */
export interface DrawnFrame<Seen> {
  /** ms of the virtual clock */
  readonly at: number
  /** The tick on the screen, with its fraction. */
  readonly tick: number
  /** The newest tick whose state had arrived; -1 before the first. */
  readonly newest: number
  /** No state of the tick on the screen, nor of a later one, had arrived: rows went on by their rates, or stood. */
  readonly starved: boolean
  /** `stats.delay`: how far the tick on the screen is meant to trail the server's, ms. */
  readonly delay: number
  /** `stats.lead`, ticks */
  readonly lead: number
  /** How often in this frame the server's word changed what had been predicted. */
  readonly corrections: number
  /** What `onFrame` returned. */
  readonly seen: Seen
}

export interface PlayerOptions<M, Seen> {
  /** Frames a second; 60 by default, 0 for none. */
  readonly fps?: number
  /** Called after each frame; returns what to note of it. Copy what is read: a row is the same object in every frame. */
  readonly onFrame: (match: M) => Seen
}

export class HeadlessPlayer<M extends Playable, Seen> {
  readonly match: M
  /** Every frame that was drawn, in order. */
  readonly frames: DrawnFrame<Seen>[] = []
  readonly #clock: VirtualClock
  readonly #transport: Pick<LinkTransport, 'now' | 'arrivals'>
  readonly #onFrame: (match: M) => Seen
  #corrections: number
  #end: () => void = () => {}

  /** Draws from now on a match that was joined over `transport`; frames are given the transport's time. */
  constructor(
    clock: VirtualClock,
    transport: Pick<LinkTransport, 'now' | 'arrivals'>,
    match: M,
    options: PlayerOptions<M, Seen>
  ) {
    this.match = match
    this.#clock = clock
    this.#transport = transport
    this.#onFrame = options.onFrame
    this.#corrections = match.stats.corrections
    this.draw(options.fps ?? 60)
  }

  /** Draws so many frames a second from now on, the first after one interval; 0: none, as in a hidden tab. */
  draw(fps: number): void {
    this.#end()
    this.#end = fps > 0 ? this.#clock.every(1000 / fps, () => this.#frame()) : () => {}
  }

  #frame(): void {
    const { match } = this
    match.frame(this.#transport.now())
    const { delay, lead, corrections } = match.stats
    const { tick } = match.view
    const newest = this.#transport.arrivals.at(-1)?.tick ?? -1
    this.frames.push({
      at: this.#clock.now,
      tick,
      newest,
      starved: tick > newest,
      delay,
      lead,
      corrections: corrections - this.#corrections,
      seen: this.#onFrame(match),
    })
    this.#corrections = corrections
  }
}
