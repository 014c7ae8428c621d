// A player of Tickwire's, as a page has it: connect(), and frame() 60 times a second.

import { connect } from '@tickwire/engine/client'
// The moment at which a state is decoded is nothing that a game can see: it is taken where it happens.
import { Receiver } from '../../../engine/src/client/receiver.ts'
import { every, now } from '../clock.ts'
import type { ConnectBot, Decoded } from './transport.ts'

const FRAME_MS = 1000 / 60

/** Who hears of decoded states, by player. */
const listeners = new Map<unknown, (state: Decoded) => void>()
const { take } = Receiver.prototype
Receiver.prototype.take = function (bytes, at) {
  const frame = take.call(this, bytes, at)
  if (frame) listeners.get(frame.snapshot.viewer)?.(frame.snapshot as never)
  return frame
}

export const connectTickwireBot: ConnectBot = async (game, port, decoded) => {
  let press = 0
  const match = await connect(game, `http://127.0.0.1:${port}`, { match: 'quick', input: () => ({ press }) })
  listeners.set(match.me.id, decoded)
  const stop = every(FRAME_MS, () => match.frame(now()))
  return {
    player: match.me.id,
    press(value) {
      press = value
    },
    close() {
      stop()
      listeners.delete(match.me.id)
      void match.leave()
    },
  }
}
