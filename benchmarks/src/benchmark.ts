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
export interface Findings {
  /** What was run, as the options say it. */
  readonly parameters: Readonly<Record<string, string | number | readonly number[]>>
  /** How it was measured, one sentence or two each. */
  readonly method: readonly string[]
  readonly tables: readonly Table[]
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
  run(options: any, progress: Progress): Promise<Findings>
}
