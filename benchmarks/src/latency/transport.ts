// The two halves that each transport of the latency benchmark has, and what they report to.

import type { LatencyGame } from './game.ts'

/** What is measured of a tick at the server: its rules are done, nothing is settled, encoded or written yet. */
export type TickEnded = (tick: number) => void

export interface Host {
  readonly port: number
  close(): Promise<void>
}
export type StartHost = (game: LatencyGame, players: number, ended: TickEnded) => Promise<Host>

/** A state that a client has decoded. */
export interface Decoded {
  readonly tick: number
  readonly ship: {
    get(id: number): { readonly press: number } | undefined
    [Symbol.iterator](): Iterator<{ readonly id: number; readonly player: number }>
  }
}
export interface Bot {
  /** The player number that its ship carries. */
  readonly player: number
  /** Holds this value from now on, in every command. */
  press(value: number): void
  close(): void
}
export type ConnectBot = (game: LatencyGame, port: number, decoded: (state: Decoded) => void) => Promise<Bot>
