// What a benchmark is to the command line, and what it hands back: tables whose rows are data, and the method in words.

import type { Option } from 'commander'

export interface Column {
  readonly key: string
  readonly title: string
  /** Digits after the point; 0 when left out. */
  readonly digits?: number
}
export interface Table {
  readonly title: string
  readonly columns: readonly Column[]
  readonly rows: readonly Readonly<Record<string, string | number | null>>[]
}
/** One number that says something by itself, by which two runs are compared. */
export interface Figure {
  /** What it is of, unique in its benchmark: `arena, 200 players at 60 Hz: server CPU / Colyseus`. */
  readonly name: string
  readonly value: number
  /** `x` of a ratio. */
  readonly unit: string
  /** Half of the distance between the least and the largest of its repeats, in `unit`; left out, or NaN: it was taken once. */
  readonly noise?: number
  /** What it must be, in `unit`; neither: it is only looked at. */
  readonly most?: number
  readonly least?: number
}
/** Lines over one x. */
export interface Plot {
  readonly title: string
  /** What x and y are, with their unit: `players`, `p99 ms`. */
  readonly x: string
  readonly y: string
  /** y on a log scale. */
  readonly log?: boolean
  /** Points in rising x. */
  readonly lines: readonly { readonly label: string; readonly points: readonly (readonly [number, number | null])[] }[]
}

export interface Findings {
  /** What was run, as the options say it. */
  readonly parameters: Readonly<Record<string, string | number | readonly number[]>>
  /** How it was measured, one sentence or two each. */
  readonly method: readonly string[]
  readonly tables: readonly Table[]
  /** What stands in the summary, with bounds and noise; left out: every number of the tables is compared as it is. */
  readonly figures?: readonly Figure[]
  readonly plots?: readonly Plot[]
}

export interface Progress {
  /** How many steps there will be. */
  total(steps: number): void
  /** One step is done; `what` comes next. */
  step(what?: string): void
}

export interface Benchmark {
  readonly name: string
  readonly summary: string
  readonly options: readonly Option[]
  /** Takes part in the run of everything, with these options instead of its defaults: about a minute each. */
  readonly inAll?: Readonly<Record<string, unknown>>
  run(options: any, progress: Progress): Promise<Findings>
}
