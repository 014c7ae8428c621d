// A part of `bench codec`: tables of its own, run after the other parts.

import type { Variant } from '../arena.ts'
import type { Progress, Table } from '../benchmark.ts'

/** The options of `bench codec`; each part reads those that concern it. */
export interface Options {
  readonly entities: number
  readonly ticks: number
  readonly rounds: number
  readonly seed: number
  readonly variant: Variant
  /** Where the recordings of cubes are. */
  readonly data: string
  /** So many frames of each are coded, at most. */
  readonly frames: number
}

export interface Part {
  readonly name: string
  /** How many steps of progress it makes. */
  steps(options: Options): number
  run(options: Options, progress: Progress): Promise<Made>
}
export interface Made {
  readonly tables: readonly Table[]
  readonly method: readonly string[]
}
