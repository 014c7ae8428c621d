// Networks by name, as the figures of `bench -- feel` use them. Round trips in ms; each way takes half of it, and half
// of its jitter.

import type { LinkProfile, PathProfile } from './link.ts'

export type ProfileName = 'lan' | 'cable' | 'wifi' | '4g' | 'bad'

export const profiles: { readonly [name in ProfileName]: LinkProfile } = {
  lan: roundTrip(2, 0),
  cable: roundTrip(30, 5),
  wifi: roundTrip(40, 20),
  '4g': roundTrip(80, 30, { every: 5000, lasts: 250 }),
  bad: roundTrip(150, 60, { every: 2000, lasts: 450 }),
}

/** The same both ways: a round trip of `rtt` ms, give or take `jitter`. */
export function roundTrip(rtt: number, jitter: number, stall?: PathProfile['stall']): LinkProfile {
  const path = { latency: rtt / 2, jitter: jitter / 2, stall }
  return { up: path, down: path }
}
