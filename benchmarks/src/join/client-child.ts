// A player's process: it joins a server and says how long it took until there was something to draw.

import { connect } from '@tickwire/engine/client'
import type { JoinOptions } from '../arena/contender.ts'
import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { gameAt } from '../arena/game.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'

export interface Join extends JoinOptions {
  readonly contender: ContenderName
}
/** A page asks for a frame 60 times a second; here more often, so that the screen's own rhythm is not measured. */
const LOOK_MS = 2

const handlers = {
  /** Loads what it needs, as a page has once its scripts ran. */
  async load(contender: ContenderName): Promise<void> {
    await CONTENDERS[contender].load()
  },
  /** Milliseconds from the call that connects until its first state is drawn (Tickwire), or held (others). */
  async join({ contender, ...options }: Join): Promise<number> {
    return contender === 'tickwire' ? drawn(options) : held(contender, options)
  },
}
export type ClientHandlers = typeof handlers
answer(handlers)

/** As a game joins. */
async function drawn({ port, match: id, rate }: JoinOptions): Promise<number> {
  const game = gameAt(rate)
  const began = now()
  const match = await connect(game, `http://127.0.0.1:${port}`, { match: id, input: () => ({ press: 0 }) })
  for (;;) {
    match.frame(now())
    if ([...match.view.ship].some(({ x }) => Number.isFinite(x))) break
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  const took = now() - began
  await match.leave()
  return took
}

async function held(contender: ContenderName, options: JoinOptions): Promise<number> {
  const { bot } = await CONTENDERS[contender].load()
  const began = now()
  let took = 0
  const state = new Promise<void>((resolve) => {
    void bot(options, {
      held() {
        took ||= now() - began
        resolve()
      },
    }).then((player) => state.then(() => player.close()))
  })
  await state
  return took
}
