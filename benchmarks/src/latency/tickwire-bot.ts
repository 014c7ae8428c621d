// A player of Tickwire's, as a page has it: connect(), and frame() 60 times a second.

import { connect } from '@tickwire/engine/client'
// The moment at which a state is decoded is nothing that a game can see: it is taken where it happens.
import { Receiver } from '../../../engine/src/client/receiver.ts'
import { every, now } from '../clock.ts'
import type { ConnectBot, Watcher } from './transport.ts'

const FRAME_MS = 1000 / 60

/** Who hears of decoded states, by player. */
const watchers = new Map<unknown, Watcher>()
const { take } = Receiver.prototype
Receiver.prototype.take = function (bytes, at) {
  const frame = take.call(this, bytes, at)
  if (frame) watchers.get(frame.snapshot.viewer)?.decoded(frame.snapshot as never)
  return frame
}

export const connectTickwireBot: ConnectBot = async (game, port, watcher) => {
  let press = 0
  const match = await connect(game, `http://127.0.0.1:${port}`, { match: 'quick', input: () => ({ press }) })
  const player = match.me.id
  watchers.set(player, watcher)
  const stop = every(FRAME_MS, () => {
    match.frame(now())
    watcher.drawn(match.view)
  })
  return {
    player,
    press(value) {
      press = value
    },
    close() {
      stop()
      watchers.delete(player)
      void match.leave()
    },
  }
}
