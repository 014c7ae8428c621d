// A contender: one way of carrying the arena from a server to its players over real sockets, commands and all. Every one
// runs the same work (work.ts), sends each player the state of all ships each tick, and says of which tick a state is.

import type { Server as HttpServer } from 'node:http'
import type { Ship } from '../arena.ts'

export interface HostOptions {
  /** Not listening yet; the contender may make it listen, on any free port. */
  readonly http: HttpServer
  readonly matches: number
  /** Ships of each match, moving every tick; that of slot n is of the n-th player to join. At least its players. */
  readonly ships: number
  /** Ticks a second. */
  readonly rate: number
  readonly seed: number
  /** Called when a tick's state is made, before anything of it is settled, coded or sent. */
  made(match: number, tick: number): void
}
export interface Host {
  /** What players join: one name a match, in order. */
  readonly matches: readonly string[]
  close(): Promise<void>
}

/** A ship with the key that its player held last: 0 to 255. */
export interface SeenShip extends Ship {
  readonly press: number
}
/** A state that a client holds. Good until the client takes the next. */
export interface State {
  /** What is drawn may lie between two ticks. */
  readonly tick: number
  ship(slot: number): SeenShip | undefined
}
export interface JoinOptions {
  readonly port: number
  /** One of Host's names. */
  readonly match: string
  /** Ticks a second: so often it sends a command, each when it is due by the clock. */
  readonly rate: number
  /** Light ones ask before each command whether it is sent: they say nothing while others join. */
  readonly talks?: () => boolean
}
export interface Watcher {
  /** The state of a tick is decoded and can be read. */
  held(state: State): void
  /** Called 60 times a second with what a page shows then; the newest state where the library has no view of its own. */
  drawn?(state: State): void
}

/** A player with a whole client of its library, which decodes everything. */
export interface Bot {
  /** Whose ship is its own. */
  readonly slot: number
  /** Holds this value from now on: its next command carries it, and every one after. */
  press(value: number): void
  close(): void
}
/** A player who takes every frame and sends every command but decodes nothing: hundreds fit a process. */
export interface Light {
  close(): void
}

export interface Contender {
  host(options: HostOptions): Promise<Host>
  /** Resolves once it is in. */
  bot(options: JoinOptions, watcher: Watcher): Promise<Bot>
  light(options: JoinOptions): Promise<Light>
}
