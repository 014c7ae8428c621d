// A page that plays, and that sends other things over the same connection until the browser has to hold them.

import { type ClientMatch, connect } from '@tickwire/engine/client'
import { Sender } from '../../../engine/src/client/sender.ts'
import { game } from './game.ts'

/** What the page saw over a while. */
export interface Seen {
  /** `match.stats.bufferedAmount`, the least and the most. */
  readonly buffered: readonly [number, number]
  /** How often commands waited, of all frames. */
  readonly congested: number
  readonly dropped: number
  readonly status: string
  /** The newest tick held. */
  readonly tick: number
  /** The ticks for which it made commands, so far. */
  readonly made: readonly number[]
}
declare global {
  var small:
    | {
        /** Looks on while so many frames are drawn. */
        watch(frames: number): Promise<Seen>
        /**
         * Sends about so many bytes, unless some wait, and waits until some frames were drawn; returns how many. What one task
         * sends counts as waiting until its end.
         */
        fill(most: number): Promise<number>
        isFree(): boolean
      }
    | undefined
}

/** Frames from one look to the next: the parts of a browser hand on what they hold for a while. */
const BETWEEN = 3
const FILLER = `42["fill","${'x'.repeat(3000)}"]`

let line: WebSocket | undefined
const { send } = WebSocket.prototype
WebSocket.prototype.send = function (data) {
  line = this
  send.call(this, data)
}

// A page that is not drawn makes none for some ticks.
const made: number[] = []
const { add } = Sender.prototype
Sender.prototype.add = function (tick, command) {
  made.push(tick)
  add.call(this, tick, command)
}

let presses = 0
const match: ClientMatch<typeof game> = await connect(game, '', {
  match: 'quick',
  input: () => ({ press: presses++ & 255 }),
})
// What connect() rehearsed with is nobody's.
made.length = 0
const draw = (now: number) => {
  match.frame(now)
  requestAnimationFrame(draw)
}
requestAnimationFrame(draw)

globalThis.small = {
  async watch(frames) {
    let [congested, least, most] = [0, Number.POSITIVE_INFINITY, 0]
    for (let frame = 0; frame < frames; frame++) {
      await new Promise(requestAnimationFrame)
      const { bufferedAmount } = match.stats
      least = Math.min(least, bufferedAmount)
      most = Math.max(most, bufferedAmount)
      if (match.congested) congested++
    }
    return {
      buffered: [least, most],
      congested: congested / frames,
      dropped: match.stats.dropped,
      status: match.status,
      tick: match.newest?.tick ?? 0,
      made: [...made],
    }
  },
  async fill(most) {
    let sent = 0
    if (line && line.bufferedAmount === 0) for (; sent < most; sent += FILLER.length) line.send(FILLER)
    for (let frame = 0; frame < BETWEEN; frame++) await new Promise(requestAnimationFrame)
    return sent
  },
  isFree: () => match.stats.bufferedAmount === 0 && !match.congested && match.status === 'playing',
}
