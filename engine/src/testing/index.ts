// Whole matches in memory: a virtual clock, seeded chance, and networks as bad as you like.

export { Random } from '../state/random.ts'
export { VirtualClock } from './clock.ts'
export { type Link, type LinkEnd, type LinkOptions, type LinkProfile, link, type PathProfile } from './link.ts'
export { type ProfileName, profiles, roundTrip } from './profiles.ts'
export { type ConnectionHandlers, type LinkConnection, linkConnection, linkTransport } from './transport.ts'
