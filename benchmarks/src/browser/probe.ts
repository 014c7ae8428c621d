// Put into the demo's own page: notes, of every frame that it draws, what a person would have seen. It needs two things
// that a page does not give away, the ticks that arrived and the moment after frame(), and takes both from within.

import type { ArenaMatch } from '../../../demo-game/src/client/match.ts'
import { Receiver } from '../../../engine/src/client/receiver.ts'

/** A ship as it was drawn. */
export interface SeenShip {
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
  readonly spin: number
  readonly thrust: boolean
}
export interface PageFrame {
  /** What frame() was given, and when it was done, ms of the page's clock. */
  readonly at: number
  readonly done: number
  readonly tick: number
  /** The newest tick that had arrived. */
  readonly newest: number
  readonly own: SeenShip | undefined
  readonly other: SeenShip | undefined
  /** ms */
  readonly delay: number
  readonly corrections: number
  readonly skipped: number
}
export interface Notes {
  readonly frames: PageFrame[]
  /** When which tick arrived. */
  readonly arrivals: { readonly at: number; readonly tick: number }[]
  /** Keys that went down, ms of the page's clock. */
  readonly presses: { readonly at: number; readonly code: string }[]
}
declare global {
  var notes: Notes
}

globalThis.notes = { frames: [], arrivals: [], presses: [] }
let newest = -1

const { take } = Receiver.prototype
Receiver.prototype.take = function (bytes, now) {
  const frame = take.call(this, bytes, now)
  if (frame) {
    newest = frame.snapshot.tick
    notes.arrivals.push({ at: performance.now(), tick: newest })
  }
  return frame
}

addEventListener(
  'keydown',
  ({ code, repeat }) => {
    if (!repeat) notes.presses.push({ at: performance.now(), code })
  },
  { capture: true }
)

let current: ArenaMatch | undefined
Object.defineProperty(globalThis, 'match', {
  get: () => current,
  set: (match: ArenaMatch) => {
    current = match
    const draw = match.frame.bind(match)
    match.frame = (now) => {
      draw(now)
      const { view, stats, me } = match
      let other: SeenShip | undefined
      for (const ship of view.ship) if (ship.owner !== me.id) other = look(ship)
      const own = view.ship.mine && look(view.ship.mine)
      const { delay, corrections, skipped } = stats
      notes.frames.push({
        at: now,
        done: performance.now(),
        tick: view.tick,
        newest,
        own,
        other,
        delay,
        corrections,
        skipped,
      })
    }
  },
})

function look({ x, y, vx, vy, spin, thrust }: SeenShip): SeenShip {
  return { x, y, vx, vy, spin, thrust }
}
