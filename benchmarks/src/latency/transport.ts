// The two halves that each transport of the latency benchmark has, and what they report to.

import type { LatencyGame } from './game.ts'

/** What is measured of a tick at the server: its rules are done, nothing is settled, encoded or written yet. */
export type TickEnded = (tick: number) => void

export interface Host {
  readonly port: number
  close(): Promise<void>
}
export type StartHost = (game: LatencyGame, players: number, ended: TickEnded) => Promise<Host>

/** A state that a client has decoded, or drawn. */
export interface State {
  readonly tick: number
  readonly ship: {
    get(id: number): { readonly press: number } | undefined
    [Symbol.iterator](): Iterator<{ readonly id: number; readonly player: number }>
  }
}
export interface Watcher {
  decoded(state: State): void
  /** A frame was drawn; never called by a client that draws nothing. */
  drawn(state: State): void
}
export interface Bot {
  /** The player number that its ship carries. */
  readonly player: number
  /** Holds this value from now on, in every command. */
  press(value: number): void
  close(): void
}
/** A player who is measured: a client as games have it. */
export type ConnectBot = (game: LatencyGame, port: number, watcher: Watcher) => Promise<Bot>
/** A player who is only there, at the least cost to the machine that also measures. */
export type ConnectExtra = (game: LatencyGame, port: number) => Promise<{ close(): void }>
