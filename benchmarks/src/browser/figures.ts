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

/**
 * Of what happened from `from` on, ms of the page's clock. `began`: when the server began each tick, ms of any clock that
 * runs as fast: what the server is late by is not the network's.
 */
export function pageFigures(all: Notes, profile: ProfileName, from: number, began: readonly number[]): PageFigures {
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
  const transits = arrivals.map(({ at, tick }) => at - began[tick])
  const least = Math.min(...transits)
  const jitter = percentile(withoutStalls(arrivals, transits, profile), 0.95) - least
  const intervals = frames.slice(1).map(({ at }, i) => at - frames[i].at)
  const shown = pressesShown(all, from)
  const seconds = (frames[frames.length - 1].at - frames[0].at) / 1000
  return {
    speedLow: percentile(speeds, 0.01),
    speedHigh: percentile(speeds, 0.99),
    backwards,
    steady: speeds.length,
    starved: (100 * frames.filter(({ tick, newest }) => tick > newest).length) / frames.length,
    delay: percentile(
      frames.map(({ at, tick }) => (at - least - jitter - beganAt(began, tick)) / TICK_MS),
      0.5
    ),
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

/** Nothing came for this share of a stall, or longer: that was one. */
const STALL_SHARE = 0.6
/** ms between arrivals that come together. */
const TOGETHER_MS = 4

/** The transits of arrivals that no stall of the network held up. */
function withoutStalls(arrivals: Notes['arrivals'], transits: readonly number[], profile: ProfileName): number[] {
  const { stall } = profiles[profile].down
  let isStalled = false
  return transits.filter((_, i) => {
    const gap = i === 0 ? 0 : arrivals[i].at - arrivals[i - 1].at
    isStalled = stall !== undefined && (gap >= STALL_SHARE * stall.lasts || (isStalled && gap < TOGETHER_MS))
    return !isStalled
  })
}

/** When a tick and its fraction was at the server. */
function beganAt(began: readonly number[], tick: number): number {
  const whole = Math.floor(tick)
  return began[whole] + (tick - whole) * ((began[whole + 1] ?? began[whole] + TICK_MS) - began[whole])
}

export interface ServerFigures {
  /** Ticks that began later than half a tick after they were due, % of all. */
  readonly late: number
  /** ms a second that the server's ticks fell behind for good, since it leaves out what it can't catch up. */
  readonly lost: number
}

/** `began`: when each tick began, ms, of the play alone. */
export function serverFigures(began: readonly number[]): ServerFigures {
  const [first] = began
  const last = began[began.length - 1]
  const behind = began.map((at, i) => at - first - i * TICK_MS)
  // On time is who is as far behind an even pace as the soonest of those to come: what is lost is lost.
  const late = behind.filter((by, i) => by - Math.min(...behind.slice(i, i + TICK_RATE)) > TICK_MS / 2)
  return {
    late: (100 * late.length) / began.length,
    lost: (1000 * (last - first - (began.length - 1) * TICK_MS)) / (last - first),
  }
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
