// What the main thread and the thread of a match say to each other. The main thread has the sockets, the thread the match;
// a `line` is the number of one connection. Each message is copied on its way, so neither side sees the other write.

import type { MessagePort } from 'node:worker_threads'
import type { ErrorCode, Values } from '@tickwire/engine/wire'
import type { Identity } from '../match/rules.ts'

/** What a thread starts with. */
export interface ThreadSetup {
  readonly port: MessagePort
  /** Of its heartbeat. */
  readonly memory: SharedArrayBuffer
  /** The address of the module that exports `game` and `rules`. */
  readonly module: string
  readonly name: string
  readonly hash: number
  /** Left out: it only looks whether the module is fit to be hosted, and says so. */
  readonly match?: {
    readonly id: string
    readonly options: Values
    readonly seed: number
    readonly checks: boolean
    readonly prior: Uint8Array | undefined
  }
}

export type ToThread =
  | { readonly to: 'open'; readonly line: number; readonly identity: Identity | undefined }
  | { readonly to: 'frame'; readonly line: number; readonly bytes: Uint8Array }
  | { readonly to: 'ask'; readonly line: number; readonly id: number; readonly bytes: Uint8Array }
  /** How the transport stands (Connection's `bufferedAmount` and `isPolled`), where that is not as was said last. */
  | { readonly to: 'stands'; readonly line: number; readonly bytes: number; readonly isPolled: boolean | undefined }
  | { readonly to: 'close'; readonly line: number; readonly forGood: boolean }
  | { readonly to: 'end'; readonly reason: string }

/** What the lobby knows of a match. */
export interface Status {
  readonly players: number
  readonly open: boolean
  readonly locked: boolean
  readonly unreadable: number
  readonly unsound: number
}

export type FromThread =
  | { readonly did: 'ready'; readonly capacity: number }
  /** It never will be. */
  | { readonly did: 'fail'; readonly code: ErrorCode; readonly reason: string }
  | ({ readonly did: 'change' } & Status)
  /** The people who have a seat and come back to it by joining. */
  | { readonly did: 'expect'; readonly people: readonly string[] }
  | { readonly did: 'tick'; readonly tick: number; readonly late: number; readonly took: number }
  /** Of the loop since the last time: its passes that were behind, and ticks that it left out. */
  | { readonly did: 'lag'; readonly overruns: number; readonly skipped: number }
  | Frames
  | { readonly did: 'notify'; readonly line: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly did: 'enter' | 'exit' | 'close'; readonly line: number }
  | { readonly did: 'answer'; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly did: 'warn'; readonly text: string }
  | { readonly did: 'learn'; readonly prior: Uint8Array<ArrayBuffer> }
  /** The match is over and all is said. */
  | { readonly did: 'finish'; readonly reason: string }

/** One shared chunk for all `lines`; each one's head has its length in `sizes`, 0 for none, and they lie in `heads` in turn. */
export interface Frames {
  readonly did: 'frames'
  readonly shared: Uint8Array<ArrayBuffer>
  readonly lines: readonly number[]
  readonly sizes: readonly number[]
  readonly heads: Uint8Array<ArrayBuffer>
}
