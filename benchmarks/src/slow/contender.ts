// A library that carries the arena from a server to clients over one HTTP server, ticks and all. The state that it sends
// says of which tick it is.

import type { Server as HttpServer } from 'node:http'

export interface HostOptions {
  /** Not listening yet. */
  readonly http: HttpServer
  /** Ships of the arena. All of them move every tick. */
  readonly rows: number
  /** Called when a tick's state is made, before anything is sent. */
  made(tick: number): void
  /** Tickwire: called for each command that arrives: its tick, and how many ticks after that tick it came. */
  arrived?(tick: number, late: number): void
  /** Tickwire: after so long without an acknowledgement a player is let go; its own default if left out. */
  readonly silentSeconds?: number
}
export interface Host {
  /** Bytes that the library keeps for its connections, all together; what their sockets hold comes on top. */
  waiting(): number
  /** Tickwire: players in the match. */
  players?(): number
  close(): Promise<void>
}

export interface ClientOptions {
  readonly port: number
  /** Over long-polling where the library has it. */
  readonly polling: boolean
  /** Called when the state of a tick is decoded, and can be read. */
  held(tick: number): void
  /** Called when the connection was lost: the client connects again by itself. */
  lost(): void
}
export interface Client {
  close(): void
}

export interface Contender {
  host(options: HostOptions): Promise<Host>
  /** Resolves once it is in. */
  client(options: ClientOptions): Promise<Client>
}
