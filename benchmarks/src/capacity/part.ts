// What a part of `bench capacity` is, and what parts share.

import type { ContenderName } from '../arena/contenders.ts'
import type { Figure, Findings, Progress, Table } from '../benchmark.ts'

export interface Options {
  /** Those who are installed, of those who were asked for. */
  readonly contenders: readonly ContenderName[]
  /** Measured seconds of each turn. */
  readonly seconds: number
  readonly turns: number
  readonly players: number
  readonly rate: number
}
export interface Made {
  readonly method: Findings['method']
  readonly tables: readonly Table[]
  readonly figures?: readonly Figure[]
}
export interface Part {
  readonly name: string
  steps(options: Options): number
  run(options: Options, progress: Progress): Promise<Made>
}

/** Turns in which nobody is always first: A B C, C B A, … */
export function inTurns<T>(of: readonly T[], turn: number): readonly T[] {
  return turn % 2 === 0 ? of : [...of].reverse()
}
