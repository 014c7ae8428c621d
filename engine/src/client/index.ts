// The browser client: joins a match, predicts, interpolates, and says what to draw.

export type { PlayerInfo } from '../wire/messages.ts'
export type { ClientMatch, MatchStatus, NewestWorld } from './client-match.ts'
export { type ConnectOptions, connect, connectOver, type MatchOptions } from './connect.ts'
export { reloadOnce } from './reload.ts'
export { type Auth, type IoOptions, openSocket } from './socket.ts'
export type { Stats } from './stats.ts'
export type { Redial, Transport, TransportEvents } from './transport.ts'
export type { ViewOwn, ViewTable, ViewTableOf, Why } from './view.ts'
