// Whole matches in memory: a virtual clock, seeded chance, networks as bad as you like, and players without a screen.

export { Random } from '../state/random.ts'
export { VirtualClock } from './clock.ts'
export {
  type Link,
  type LinkEnd,
  type LinkOptions,
  type LinkProfile,
  link,
  type Passage,
  type PathProfile,
} from './link.ts'
export { type DrawnFrame, HeadlessPlayer, type Playable, type PlayerOptions } from './player.ts'
export { type ProfileName, profiles, roundTrip } from './profiles.ts'
export {
  type Arrival,
  type ConnectionHandlers,
  type LinkConnection,
  type LinkTransport,
  linkConnection,
  linkTransport,
} from './transport.ts'
