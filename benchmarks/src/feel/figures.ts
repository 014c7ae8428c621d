// The figures of one player over a part of its play.

import { STEADY_SPEED, TARGET_RADIUS } from './game.ts'
import type { Notes, Stage } from './play.ts'

export interface Figures {
  /** Drawn speed of the steady row, % of its true speed, frame by frame: 1st and 99th percentile. */
  readonly speedLow: number
  readonly speedHigh: number
  /** Frames in which the steady row was drawn behind where it was before. */
  readonly backwards: number
  /** From where the target was drawn to where it was at the tick drawn, units: 99th percentile; of frames that are neither starved nor eased back. */
  readonly steering: number
  /** % of frames */
  readonly starved: number
  /** Ticks, beyond J: median. */
  readonly delay: number
  /** Commands that came too late, stalls apart, %. */
  readonly late: number
  /** Ticks, beyond J: median. */
  readonly slack: number
  /** In frames whose snapshots brought no tick that a late command of this player's changed. */
  readonly corrections: number
  /** % of all shots; of those whose picture was within the bound of rewind(). */
  readonly hits: number
  readonly hitsWithin: number

  /** Corrections where a command was late. */
  readonly excused: number
  /** % of shots whose picture was older than the bound when they were judged. */
  readonly beyond: number
  /** As `steering`, eased frames included. */
  readonly steeringEased: number
  /** What the target was moved by from one frame to the next, less its own way: the largest, units. */
  readonly leap: number
  /** Shots that the server never judged. */
  readonly lost: number
  readonly shots: number
  /** From the shot to the middle of the rewound target, units, of shots not beyond: 99th percentile. */
  readonly missedBy: number
  /** Commands that came too late because of a stall, % of all. */
  readonly stalledLate: number
  /** From least transit, ms: median. */
  readonly trail: number
  /** J of each way, ms. */
  readonly jitterDown: number
  readonly jitterUp: number
}

/** How far back match.rewind() looks, ms. */
const REWIND_MS = 400
/** A shot may take so long to its verdict. */
const VERDICT_MS = 3000
/** For so long after a starved frame what is drawn is eased back to the truth. */
const EASED_MS = 250

/** Of the frames drawn from `from` to `to` (ms), the commands that arrived and the shots that were fired then. */
export function figuresOf(stage: Stage, notes: Notes, from: number, to: number): Figures {
  const { rate, origin, path } = stage
  const interval = 1000 / rate
  const within = (at: number) => at >= from && at < to
  const frames = notes.frames.filter(({ at }) => within(at))
  const commands = notes.commands.filter(({ at }) => within(at))

  // Of the whole play: the path is the same all along.
  const down = transits(notes.arrivals)
  const up = transits(notes.commands)

  const speeds: number[] = []
  for (let i = 1; i < frames.length; i++)
    speeds.push(
      ((frames[i].seen.steady - frames[i - 1].seen.steady) * 100_000) /
        (STEADY_SPEED * (frames[i].at - frames[i - 1].at))
    )
  const off = frames.map(({ tick, seen }) => {
    const { x, y } = path(tick / rate)
    return { x: seen.targetX - x, y: seen.targetY - y }
  })
  const leaps = off.slice(1).map(({ x, y }, at) => Math.hypot(x - off[at].x, y - off[at].y))
  let starvedAt = Number.NEGATIVE_INFINITY
  const isTrue = frames.map(({ at, starved }) => {
    if (starved) starvedAt = at
    return at - starvedAt > EASED_MS
  })
  const distances = (which: (at: number) => boolean) =>
    off.filter((_, at) => which(at)).map(({ x, y }) => Math.hypot(x, y))
  const delays = frames.map(({ at, tick }) => (at - origin - down.least - down.jitter) / interval - tick)

  const free = commands.filter(({ stalled }) => !stalled)
  const isLate = ({ slack }: { readonly slack: number }) => slack <= 0
  const { corrections, excused } = correctionsOf(notes, from, to)

  const shots = notes.shots.filter(({ at }) => at >= from && at < to - VERDICT_MS)
  const judged = shots.flatMap(({ tick, verdict }) => (verdict ? [{ ...verdict, seen: tick }] : []))
  const inBound = judged.filter(({ tick, seen }) => (tick - seen) * interval <= REWIND_MS)
  const isHit = ({ distance }: { readonly distance: number }) => distance <= TARGET_RADIUS
  const lost = shots.length - judged.length

  return {
    speedLow: percentile(speeds, 0.01),
    speedHigh: percentile(speeds, 0.99),
    backwards: speeds.filter((speed) => speed < -1e-6).length,
    steering: percentile(
      distances((at) => isTrue[at]),
      0.99
    ),
    starved: share(frames.filter(({ starved }) => starved).length, frames.length),
    delay: percentile(delays, 0.5),
    late: share(free.filter(isLate).length, free.length),
    slack:
      percentile(
        free.map(({ slack }) => slack),
        0.5
      ) -
      up.jitter / interval,
    corrections,
    hits: share(judged.filter(isHit).length, shots.length),
    hitsWithin: share(inBound.filter(isHit).length, inBound.length + lost),
    excused,
    beyond: share(judged.length - inBound.length, shots.length),
    steeringEased: percentile(
      distances((at) => !frames[at].starved),
      0.99
    ),
    leap: leaps.reduce((most, leap) => Math.max(most, leap), 0),
    lost,
    shots: shots.length,
    missedBy: percentile(
      inBound.map(({ distance }) => distance),
      0.99
    ),
    stalledLate: share(commands.filter((command) => command.stalled && isLate(command)).length, commands.length),
    trail: (percentile(delays, 0.5) + down.jitter / interval) * interval,
    jitterDown: down.jitter,
    jitterUp: up.jitter,
  }
}

/** The least transit, and how far the 95th percentile is beyond it, ms; stalls apart. */
function transits(passages: readonly { readonly sentAt: number; readonly at: number; readonly stalled: boolean }[]): {
  least: number
  jitter: number
} {
  const times = passages.flatMap(({ sentAt, at, stalled }) => (stalled ? [] : [at - sentAt]))
  const least = percentile(times, 0)
  return { least, jitter: percentile(times, 0.95) - least }
}

/**
 * A correction is excused where the server ran a tick without this player's command, which came later, and where it ran
 * the next tick after that one came, or the one after: what was pressed in a late command counts there, in the latter where
 * the former has a press of its own. So is one of a tick whose command was still under way when the play ended.
 */
function correctionsOf(
  { frames, commands }: Notes,
  from: number,
  to: number
): { corrections: number; excused: number } {
  const late = new Set<number>()
  let known = 0
  for (const { tick, slack } of commands) {
    known = Math.max(known, tick)
    if (slack > 0) continue
    const next = tick + Math.floor(-slack) + 1
    late
      .add(tick)
      .add(next)
      .add(next + 1)
  }
  let corrections = 0
  let excused = 0
  for (let i = 1; i < frames.length; i++) {
    const { at, newest, corrections: made } = frames[i]
    if (made === 0 || at < from || at >= to) continue
    let isExcused = newest > known
    for (let tick = frames[i - 1].newest + 1; tick <= newest; tick++) isExcused ||= late.has(tick)
    if (isExcused) excused += made
    else corrections += made
  }
  return { corrections, excused }
}

/** In per cent; 0 of nothing. */
function share(part: number, whole: number): number {
  return whole === 0 ? 0 : (100 * part) / whole
}

/** The smallest value that at least that share of all are at most; NaN of none. */
export function percentile(values: readonly number[], at: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil(at * sorted.length) - 1)] ?? Number.NaN
}
