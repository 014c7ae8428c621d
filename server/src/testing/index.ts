// Whole matches without sockets or waiting: a game's rules over networks as bad as you like, the same way every time.

export {
  type DrawOptions,
  type GivenCommand,
  type VirtualClient,
  VirtualServer,
} from './virtual.ts'
