// The browser client: joins a match, predicts, interpolates, and says what to draw.

export type { PlayerInfo } from '../wire/messages.ts'
export { type ConnectOptions, connect, connectOver, type MatchOptions } from './connect.ts'
export type { ClientMatch, MatchStatus, Stats } from './match.ts'
export { type IoOptions, openSocket } from './socket.ts'
export type { Transport, TransportEvents } from './transport.ts'
export type { ViewOwn, ViewTable, ViewTableOf, Why } from './view.ts'
