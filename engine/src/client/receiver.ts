// Frames into history. A frame that cannot be read, or whose state has another hash than it says, changes nothing: it is
// counted, a keyframe is asked for once, and deltas are ignored until it comes. take() never throws.
// A page that slept takes what waited for it at once, undrawn, and is current: the server stops sending to who does not
// acknowledge, so that this is a few frames, and reading these costs less than a keyframe, and no round trip.

import type { AnyGame } from '../schema/game.ts'
import { History } from '../state/history.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { FrameReader, type StateFrame, type WireEvent } from '../wire/frames.ts'
import { FRAME_KIND, kindOf, RESYNC_REASON } from '../wire/kinds.ts'
import { Prior } from '../wire/prior.ts'

/** Snapshots held; the server's deltas reach no further back. */
const HELD = 128
/** A keyframe that has not come after so many ms is asked for again. */
const ASK_AGAIN_MS = 3000

export class Receiver<G extends AnyGame> {
  readonly history: History<SnapshotBase> = new History<SnapshotBase>(HELD)
  /** How often a keyframe had to be asked for. */
  resyncs = 0
  /** Ticks of the server that no frame came for by itself: the connection took less than it was meant to. */
  skipped = 0
  /** Of the prior that the newest frame was coded with; 0: the generic one. */
  epoch = 0
  readonly #game: G
  readonly #reader: FrameReader<G>
  readonly #player: number
  readonly #send: (frame: Uint8Array<ArrayBuffer>) => void
  /** When a keyframe was asked for that has not come yet. */
  #askedAt: number | undefined

  /** `send` sends a resync or a learned frame. */
  constructor(game: G, player: number, send: (frame: Uint8Array<ArrayBuffer>) => void) {
    this.#game = game
    this.#reader = new FrameReader(game)
    this.#player = player
    this.#send = send
  }

  /** The newest tick that deltas may start from; undefined: none may. */
  get have(): number | undefined {
    const { newest } = this.history
    return this.#askedAt === undefined && newest >= 0 ? newest : undefined
  }

  /** Takes a frame that arrived at `now` (ms). Returns what it holds, or undefined where it is of no use. */
  take(bytes: Uint8Array, now: number): StateFrame | undefined {
    const { newest } = this.history
    let frame: StateFrame | undefined
    try {
      if (kindOf(bytes) === 'state') frame = this.#reader.read(bytes, this.#player, Math.max(newest, 0), this.#held)
    } catch {
      // Whatever was wrong with it, the cure is the same.
    }
    if (!frame?.sound) {
      this.#resync(frame ? RESYNC_REASON.unsound : RESYNC_REASON.unreadable, now)
      return undefined
    }
    const { snapshot, events } = frame
    if (snapshot.tick <= newest) return undefined
    this.#askedAt = undefined
    if (newest >= 0) this.skipped += snapshot.tick - newest - 1
    this.epoch = frame.epoch
    this.history.set(snapshot.tick, snapshot)
    // After a resync the server tells again what it can't know to have arrived.
    return { ...frame, events: events.filter((event: WireEvent) => event.tick > newest) }
  }

  /** Takes a prior that the server hands out, and answers. One that can't be read changes nothing. */
  learn(bytes: Uint8Array): void {
    let epoch = 0
    try {
      const prior = Prior.unpack(this.#game, bytes)
      this.#reader.learn(prior)
      epoch = prior.epoch
    } catch {
      // Told so, the server goes on as before.
    }
    this.#send(Uint8Array.of(FRAME_KIND.learned, epoch))
  }

  /** While a keyframe is awaited nothing counts as held, so that a delta cannot be read. */
  readonly #held = (tick: number): SnapshotBase | undefined =>
    this.#askedAt === undefined ? this.history.get(tick) : undefined

  #resync(reason: number, now: number): void {
    if (this.#askedAt !== undefined && now - this.#askedAt < ASK_AGAIN_MS) return
    this.#askedAt = now
    this.resyncs++
    this.#send(Uint8Array.of(FRAME_KIND.resync, reason))
  }
}
