// Authoritative matches in fixed ticks, on Socket.IO: what a game's server imports.

export type { BotInput } from './bots/input.ts'
export type { AdminOptions } from './host/admin.ts'
export type { Authenticate, Handshake } from './host/authenticate.ts'
export type { Limits, Origins } from './host/guard.ts'
export type { ServerOptions } from './host/options.ts'
export { createServer, type MatchListing, type Server, type ThreadedMatch } from './host/server.ts'
export type { IoOptions } from './host/socket.ts'
export type { ThreadOptions } from './host/threads.ts'
export type { EmitOptions, Identity, Match, Player, Rules, RulesOf } from './match/rules.ts'
