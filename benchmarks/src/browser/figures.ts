// What the notes of a page come to: the lines of `bench feel` that can be told in a page.

import { type ProfileName, profiles } from '@tickwire/engine/testing'
import { TICK_RATE, WORLD } from '../../../demo-game/src/game.ts'
import { percentile } from '../feel/figures.ts'
import type { Notes, PageFrame, SeenShip } from './probe.ts'

const TICK_MS = 1000 / TICK_RATE

export interface PageFigures {
  /** Drawn speed of the other ship while it flies straight and fast, % of what its row says: 1st, 99th percentile. */
  readonly speedLow: number
  readonly speedHigh: number
  readonly backwards: number
  /** % of frames */
  readonly starved: number
  /** Ticks beyond J, median. */
  readonly delay: number
  readonly corrections: number
  /** Frames of straight flight that the speeds are of. */
  readonly steady: number
  /** Ticks that came merged with later ones, % of all. */
  readonly skipped: number
  readonly fps: number
  /** ms from one frame to the next, 99th percentile. */
  readonly interval: number
  /** Interpolation delay as the page says, ms, median. */
  readonly delayMs: number
  /** Of arrivals, ms. */
  readonly jitter: number
  readonly presses: number
  /** Presses that the first frame after them did not show. */
  readonly missed: number
  /** ms from the key to the end of the frame that shows it: median, 95th percentile. */
  readonly shown: number
  readonly shownLate: number
}

/** Of what happened from `from` on, ms of the page's clock. */
export function pageFigures(all: Notes, profile: ProfileName, from: number): PageFigures {
  const frames = all.frames.filter(({ at }) => at >= from)
  const arrivals = all.arrivals.filter(({ at }) => at >= from)
  const speeds: number[] = []
  let backwards = 0
  for (let i = 1; i < frames.length; i++) {
    const speed = drawnSpeed(frames[i - 1], frames[i])
    if (speed === undefined) continue
    speeds.push(speed)
    if (speed < 0) backwards++
  }
  const transits = transitsOf(arrivals)
  const jitter = jitterOf(transits, profile)
  const intervals = frames.slice(1).map(({ at }, i) => at - frames[i].at)
  const shown = pressesShown(all, from)
  const seconds = (frames[frames.length - 1].at - frames[0].at) / 1000
  return {
    speedLow: percentile(speeds, 0.01),
    speedHigh: percentile(speeds, 0.99),
    backwards,
    steady: speeds.length,
    starved: (100 * frames.filter(({ tick, newest }) => tick > newest).length) / frames.length,
    delay: percentile(delaysOf(frames, transits, jitter), 0.5),
    delayMs: percentile(
      frames.map(({ delay }) => delay),
      0.5
    ),
    corrections: frames[frames.length - 1].corrections - frames[0].corrections,
    skipped:
      (100 * (frames[frames.length - 1].skipped - frames[0].skipped)) /
      (frames[frames.length - 1].newest - frames[0].newest),
    fps: (frames.length - 1) / seconds,
    interval: percentile(intervals, 0.99),
    jitter,
    presses: shown.length,
    missed: shown.filter(({ frames }) => frames > 1).length,
    shown: percentile(
      shown.map(({ ms }) => ms),
      0.5
    ),
    shownLate: percentile(
      shown.map(({ ms }) => ms),
      0.95
    ),
  }
}

const FAST = 250
const STRAIGHT = 3 / 64
/** Away from walls, which turn it back. */
const INSIDE = 60

/** The way along its course over the way that its own velocity says, %; undefined where it does not fly straight and fast. */
function drawnSpeed(a: PageFrame, b: PageFrame): number | undefined {
  if (!a.other || !b.other || !isSteady(a.other) || !isSteady(b.other)) return undefined
  const [vx, vy] = [(a.other.vx + b.other.vx) / 2, (a.other.vy + b.other.vy) / 2]
  const way = (b.other.x - a.other.x) * vx + (b.other.y - a.other.y) * vy
  return (100_000 * way) / ((vx * vx + vy * vy) * (b.at - a.at))
}

function isSteady({ x, y, vx, vy, spin, thrust }: SeenShip): boolean {
  const isInside = Math.min(x, y, WORLD - x, WORLD - y) > INSIDE
  return isInside && thrust && Math.abs(spin) <= STRAIGHT && Math.hypot(vx, vy) > FAST
}

/** An arrival, and what it took more than the soonest of the seconds around it. */
interface Transit {
  readonly at: number
  readonly least: number
  readonly over: number
}
/** A server that is late for a while skips ticks: only near arrivals are compared. */
const NEAR_MS = 5000

function transitsOf(arrivals: Notes['arrivals']): Transit[] {
  let from = 0
  return arrivals.map(({ at, tick }, i) => {
    const took = at - tick * TICK_MS
    while (arrivals[from].at < at - NEAR_MS) from++
    let least = took
    for (let j = from; j <= i; j++) least = Math.min(least, arrivals[j].at - arrivals[j].tick * TICK_MS)
    return { at, least, over: took - least }
  })
}

/** The 95th percentile of what transits took beyond the least; those that only a stall explains apart. */
function jitterOf(transits: readonly Transit[], profile: ProfileName): number {
  const most = 2 * profiles[profile].down.jitter + 10
  return percentile(
    transits.map(({ over }) => over).filter((over) => over <= most),
    0.95
  )
}

/** Ticks by frame: the tick whose frame would arrive now after the least transit, less the tick drawn, less J. */
function delaysOf(frames: readonly PageFrame[], transits: readonly Transit[], jitter: number): number[] {
  let next = 0
  return frames.flatMap(({ at, tick }) => {
    while (next < transits.length && transits[next].at <= at) next++
    const { least } = transits[next - 1] ?? {}
    return least === undefined ? [] : [(at - least - jitter) / TICK_MS - tick]
  })
}

/** Turns of a ship that did not turn: how many frames and ms until its own page drew it turning. */
function pressesShown({ presses, frames }: Notes, from: number): { frames: number; ms: number }[] {
  return presses.flatMap(({ at, code }) => {
    if (at < from || !/^Arrow(Left|Right)$/.test(code)) return []
    const first = frames.findIndex(({ done }) => done > at)
    const before = frames[first - 1]?.own?.spin
    if (before === undefined || Math.abs(before) > STRAIGHT) return []
    const way = code === 'ArrowRight' ? 1 : -1
    const shows = frames.findIndex(({ own }, i) => i >= first && own && (own.spin - before) * way > 1 / 32)
    return shows < 0 ? [] : [{ frames: shows - first + 1, ms: frames[shows].done - at }]
  })
}
