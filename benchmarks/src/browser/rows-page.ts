// In the page: a whole client that gets real frames of many rows, one a frame, and reads every field of every row.

import { type ClientMatch, connectOver, type Transport, type TransportEvents } from '@tickwire/engine/client'
import { arena } from '../arena.ts'

export interface Work {
  /** The answer to the join, and the frames, as base64. */
  readonly joined: string
  readonly frames: readonly string[]
}
/** ms of each step. */
export interface Timings {
  readonly decode: number[]
  readonly frame: number[]
  readonly read: number[]
}

class Replay {
  time = 0
  #match!: ClientMatch<typeof arena>
  #events!: TransportEvents
  #frames: Uint8Array[] = []
  #next = 0

  async join(work: Work): Promise<number> {
    this.#frames = work.frames.map(bytesOf)
    const transport: Transport = {
      now: () => this.time,
      bufferedAmount: 0,
      connected: true,
      send: () => {},
      ask: async () => bytesOf(work.joined),
      listen: (events) => {
        this.#events = events
      },
      close: () => {},
    }
    this.#match = await connectOver(transport, arena, { match: 'quick', input: () => ({}) as never })
    return this.#frames.length
  }

  get rows(): number {
    return this.#match.view.ship.size
  }

  /** Takes one frame, draws, reads. */
  step(timings?: Timings): number {
    this.time += 1000 / arena.tickRate
    const began = performance.now()
    this.#events.frame(this.#frames[this.#next++])
    const decoded = performance.now()
    this.#match.frame(this.time)
    const drawn = performance.now()
    let sum = 0
    for (const ship of this.#match.view.ship) sum += ship.x + ship.y + ship.vx + ship.vy + ship.heading + ship.hull
    const read = performance.now()
    timings?.decode.push(decoded - began)
    timings?.frame.push(drawn - decoded)
    timings?.read.push(read - drawn)
    return sum
  }
}

function bytesOf(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
}

declare global {
  var rows: {
    join(work: Work): Promise<number>
    /** So many steps, one in each of the screen's frames. */
    paced(steps: number): Promise<Timings>
    /** So many at once. */
    run(steps: number): { timings: Timings; rows: number; sum: number }
  }
}
const timings = (): Timings => ({ decode: [], frame: [], read: [] })
let replay: Replay

globalThis.rows = {
  join(work) {
    replay = new Replay()
    return replay.join(work)
  },
  paced(steps) {
    const made = timings()
    return new Promise((resolve) => {
      const next = () => {
        replay.step(made)
        if (made.decode.length < steps) requestAnimationFrame(next)
        else resolve(made)
      }
      requestAnimationFrame(next)
    })
  },
  run(steps) {
    const made = timings()
    let sum = 0
    for (let i = 0; i < steps; i++) sum += replay.step(made)
    return { timings: made, rows: replay.rows, sum }
  },
}
