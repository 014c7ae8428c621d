// What each figure must be, by network: the lines of the table.

import type { ProfileName } from '@tickwire/engine/testing'
import type { Figures } from './figures.ts'

export interface Line {
  readonly title: string
  /** The bound as people read it. */
  bound(profile: ProfileName): string
  /** The figure as people read it. */
  figure(figures: Figures, profile: ProfileName): string
  /** How far it is past the bound; 0 or less: it is met. */
  excess(figures: Figures, profile: ProfileName): number
}

type Limits = { readonly [name in ProfileName]: number }

const limits = (lan: number, cable: number, wifi: number, fourG: number, bad: number): Limits => ({
  lan,
  cable,
  wifi,
  '4g': fourG,
  bad,
})

function atMost(title: string, digits: number, most: Limits, of: (figures: Figures) => number): Line {
  return {
    title,
    bound: (profile) => (most[profile] === 0 ? '0' : `≤ ${most[profile]}`),
    figure: (figures) => of(figures).toFixed(digits),
    excess: (figures, profile) => of(figures) - most[profile],
  }
}

const swing = limits(0.5, 1, 2, 5, 15)
/** On the worst network a picture may be older than what rewind() reaches. */
const hits = (figures: Figures, profile: ProfileName) => (profile === 'bad' ? figures.hitsWithin : figures.hits)

export const LINES: readonly Line[] = [
  {
    title: 'steady row: drawn speed, %, p1-p99',
    bound: (profile) => `${100 - swing[profile]}-${100 + swing[profile]}`,
    figure: ({ speedLow, speedHigh }) => `${speedLow.toFixed(1)}-${speedHigh.toFixed(1)}`,
    excess: ({ speedLow, speedHigh }, profile) => Math.max(100 - speedLow, speedHigh - 100) - swing[profile],
  },
  atMost('steady row: frames drawn backwards', 0, limits(0, 0, 0, 0, 0), ({ backwards }) => backwards),
  atMost('steering row: off by, units, p99', 3, limits(1 / 8, 1 / 8, 1 / 8, 1 / 4, 1 / 2), ({ steering }) => steering),
  atMost('starved frames, %', 2, limits(0, 0, 0.5, 4, 15), ({ starved }) => starved),
  atMost('delay beyond J, ticks, p50', 2, limits(1.5, 1.5, 2, 2.5, 3), ({ delay }) => delay),
  atMost('commands too late, %', 2, limits(0, 0, 0.1, 0.5, 2), ({ late }) => late),
  atMost('slack beyond J, ticks, p50', 2, limits(1, 1, 1, 1.5, 2), ({ slack }) => slack),
  atMost('corrections', 0, limits(0, 0, 0, 0, 0), ({ corrections }) => corrections),
  {
    title: 'shots that hit, %',
    bound: (profile) => (profile === 'bad' ? '100 (in bound)' : '100'),
    figure: (figures, profile) => hits(figures, profile).toFixed(1),
    excess: (figures, profile) => 100 - hits(figures, profile),
  },
]

/** Not a number is not met. */
export function isMet(line: Line, figures: Figures, profile: ProfileName): boolean {
  return line.excess(figures, profile) <= 1e-9
}
