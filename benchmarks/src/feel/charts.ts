// A stretch of play as columns of numbers to plot: what a person can look at where the table says that something is off.

import type { Notes, Stage } from './play.ts'

export interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}
export interface Chart {
  readonly title: string
  /** What the values are in. */
  readonly unit: string
  /** Seconds, rising. */
  readonly time: readonly number[]
  readonly series: readonly Series[]
}

/** Of the frames drawn from `from` to `to`, ms; times count from `from`. */
export function chartsOf({ rate, origin, path }: Stage, notes: Notes, from: number, to: number): Chart[] {
  const frames = notes.frames.filter(({ at }) => at >= from && at < to)
  const commands = notes.commands.filter(({ at }) => at >= from && at < to)
  const interval = 1000 / rate
  const time = frames.map(({ at }) => rounded((at - from) / 1000))
  const each = (label: string, of: (frame: (typeof frames)[number], at: number) => number | null): Series => ({
    label,
    values: frames.map((frame, at) => rounded(of(frame, at))),
  })
  const pace = (at: number) => (frames[at].at - frames[at - 1].at) / 1000
  return [
    {
      title: 'A steering row, across',
      unit: 'units',
      time,
      series: [
        each('true, now', ({ at }) => path((at - origin) / 1000).x),
        each('true, at the tick drawn', ({ tick }) => path(tick / rate).x),
        each('drawn', ({ seen }) => seen.targetX),
      ],
    },
    {
      title: 'A row at a steady speed',
      unit: 'units/s',
      time,
      series: [
        each('drawn', ({ seen }, at) => (at === 0 ? null : (seen.steady - frames[at - 1].seen.steady) / pace(at))),
      ],
    },
    {
      title: 'Others are drawn behind the server by',
      unit: 'ms',
      time,
      series: [
        each('drawn', ({ at, tick }) => at - origin - tick * interval),
        each('starved', ({ at, tick, starved }) => (starved ? at - origin - tick * interval : null)),
        each("the client's delay", ({ delay }) => delay),
      ],
    },
    { title: 'Lead', unit: 'ticks', time, series: [each('lead', ({ lead }) => lead)] },
    {
      title: 'Slack of commands',
      unit: 'ticks',
      time: commands.map(({ at }) => rounded((at - from) / 1000)),
      series: [
        { label: 'slack', values: commands.map(({ slack }) => rounded(slack)) },
        {
          label: 'held back by a stall',
          values: commands.map(({ slack, stalled }) => (stalled ? rounded(slack) : null)),
        },
      ],
    },
    {
      title: 'Own ship: its way in a frame beyond its speed, and corrections',
      unit: 'units',
      time,
      series: [
        each('beyond its speed', ({ seen }, at) => {
          if (at === 0) return null
          const last = frames[at - 1].seen
          return Math.hypot(seen.x - last.x - seen.vx * pace(at), seen.y - last.y - seen.vy * pace(at))
        }),
        each('correction', ({ corrections }) => (corrections > 0 ? 0 : null)),
      ],
    },
  ]
}

/** Four digits behind the point say enough, and keep the page small. */
function rounded(value: number): number
function rounded(value: number | null): number | null
function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Math.round(value * 1e4) / 1e4
}
