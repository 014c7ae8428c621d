// From counts of a server's process to what a tick costs. Other work on the machine can only add to a figure: slices of a
// second are taken, and the least of them counts.

import type { Counts } from '../arena/server-child.ts'
import { spread } from '../statistics.ts'

/** Of the ticks of all matches together: what one takes. */
export interface Cost {
  /** ms of processor time: in the program, in the system, and both. */
  readonly user: number
  readonly system: number
  readonly cpu: number
  /** Bytes written and read. */
  readonly written: number
  readonly read: number
  /** How many there were a second. Where some are missing, each had more commands to take. */
  readonly ticks: number
}

/** What a tick took between each two counts. Slices without a tick are left out. */
export function costsOf(counts: readonly Counts[]): Cost[] {
  return counts.slice(1).flatMap((to, i) => {
    const from = counts[i]
    const ticks = to.ticks - from.ticks
    if (ticks === 0) return []
    const user = (to.user - from.user) / ticks
    const system = (to.system - from.system) / ticks
    const written = (to.written - from.written) / ticks
    const perSecond = (1000 * ticks) / (to.at - from.at)
    return [{ user, system, cpu: user + system, written, read: (to.read - from.read) / ticks, ticks: perSecond }]
  })
}

/** The slice that took the least. @throws RangeError of none */
export function leastOf<C extends { readonly cpu: number }>(costs: readonly C[]): C {
  if (costs.length === 0) throw new RangeError('not a single tick was made while it was measured')
  return costs.reduce((least, cost) => (cost.cpu < least.cpu ? cost : least))
}

/** Of several turns: the least slice of all, and by how much the least of each turn differ, in ms; of one its halves. */
export interface Turns {
  readonly least: Cost
  /** NaN of a single slice. */
  readonly noise: number
}
export function turnsOf(turns: readonly (readonly Cost[])[]): Turns {
  if (turns.length === 1) return { least: leastOf(turns[0]), noise: leastValue(turns[0].map(({ cpu }) => cpu)).noise }
  const leasts = turns.map(leastOf)
  return { least: leastOf(leasts), noise: spread(leasts.map(({ cpu }) => cpu)) }
}

export interface Least {
  readonly least: number
  /** NaN: it is not known. */
  readonly noise: number
}
export interface Ratio {
  readonly value: number
  readonly noise: number
}

/** The quotient of two figures, and its noise from theirs: relative ones add up. */
export function ratioOf(of: Turns, to: Turns): Ratio {
  return quotient({ least: of.least.cpu, noise: of.noise }, { least: to.least.cpu, noise: to.noise })
}
export function quotient(of: Least, to: Least): Ratio {
  const value = of.least / to.least
  return { value, noise: value * (of.noise / of.least + to.noise / to.least) }
}

/** The least of values taken one after the other, and half of what the least of their first and second half differ by. */
export function leastValue(values: readonly number[]): Least {
  const half = Math.ceil(values.length / 2)
  const halves = [values.slice(0, half), values.slice(half)].filter(({ length }) => length > 0)
  return { least: Math.min(...values), noise: spread(halves.map((part) => Math.min(...part))) }
}

/** A noise in other units, as a table's cell. */
export function noiseCell(noise: number, by: number = 1): number | null {
  return Number.isNaN(noise) ? null : noise * by
}
