// What the latency benchmark is asked for, and what it keeps of each contender.

import type { ProfileName } from '@tickwire/engine/testing'
import { build, type Histogram } from 'hdr-histogram-js'
import type { ContenderName } from '../arena/contenders.ts'

export interface Options {
  readonly rate: readonly number[]
  readonly players: readonly number[]
  readonly matches: number
  readonly profile?: ProfileName
  readonly seconds: number
  readonly slices: number
  readonly probes: number
  readonly peers?: boolean
}
/** Seconds from connected to measured. */
export const WARM_UP = 1.5

export const FIGURES = ['state', 'age', 'own', 'press', 'screen'] as const
export type FigureName = (typeof FIGURES)[number]

/** What is known of one contender at one rate and number of players. */
export class Cell {
  readonly contender: ContenderName
  readonly rate: number
  readonly players: number
  /** Microseconds: all of them, and by slice. */
  readonly all: Readonly<Record<FigureName, Histogram>> = histograms()
  readonly slices: Readonly<Record<FigureName, Histogram>>[] = []
  frames = 0
  framesDue = 0
  cpu = 0
  seconds = 0

  constructor(contender: ContenderName, rate: number, players: number) {
    this.contender = contender
    this.rate = rate
    this.players = players
  }
}

export function histograms(): Record<FigureName, Histogram> {
  const made = () =>
    build({ lowestDiscernibleValue: 1, highestTrackableValue: 60e6, numberOfSignificantValueDigits: 3 })
  return Object.fromEntries(FIGURES.map((name) => [name, made()])) as Record<FigureName, Histogram>
}
