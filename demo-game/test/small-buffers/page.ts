// A page that plays, and that sends other things over the same connection until the browser has to hold them.

import { type ClientMatch, connect } from '@tickwire/engine/client'
import { Sender } from '../../../engine/src/client/sender.ts'
import { game } from './game.ts'

/** What the page saw over a while. */
export interface Seen {
  /** Frames drawn a second. */
  readonly fps: number
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
        watch(ms: number): Promise<Seen>
        /** Sends about so many bytes, unless some wait; returns how many. What one task sends counts as waiting until its end. */
        fill(most: number): number
        isFree(): boolean
      }
    | undefined
}

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
const draw = (now: number) => {
  match.frame(now)
  requestAnimationFrame(draw)
}
requestAnimationFrame(draw)

globalThis.small = {
  async watch(ms) {
    const began = performance.now()
    let [frames, congested, least, most] = [0, 0, Number.POSITIVE_INFINITY, 0]
    while (performance.now() - began < ms) {
      await new Promise(requestAnimationFrame)
      frames++
      const { bufferedAmount } = match.stats
      least = Math.min(least, bufferedAmount)
      most = Math.max(most, bufferedAmount)
      if (match.congested) congested++
    }
    return {
      fps: (frames * 1000) / (performance.now() - began),
      buffered: [least, most],
      congested: congested / frames,
      dropped: match.stats.dropped,
      status: match.status,
      tick: match.newest?.tick ?? 0,
      made: [...made],
    }
  },
  fill(most) {
    let sent = 0
    if (line && line.bufferedAmount === 0) for (; sent < most; sent += FILLER.length) line.send(FILLER)
    return sent
  },
  isFree: () => match.stats.bufferedAmount === 0 && !match.congested && match.status === 'playing',
}
