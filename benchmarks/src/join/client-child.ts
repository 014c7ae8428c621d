// A process of players that join as pages do. Of one it says how long it took until there was something to draw.

import { connect } from '@tickwire/engine/client'
import type { JoinOptions } from '../arena/contender.ts'
import { CONTENDERS, type ContenderName } from '../arena/contenders.ts'
import { gameAt } from '../arena/game.ts'
import { answer } from '../child.ts'
import { every, now } from '../clock.ts'

export interface Join extends JoinOptions {
  readonly contender: ContenderName
}
export interface Fill extends Join {
  readonly count: number
}
/** Who is in. */
interface Player {
  /** ms from the call that connects until its first state is drawn (Tickwire), or held (others). */
  readonly took: number
  leave(): unknown
}
/** A page asks for a frame 60 times a second; here more often, so that the screen's own rhythm is not measured. */
const LOOK_MS = 2
let players: Player[] = []

const handlers = {
  /** Loads what it needs, as a page has once its scripts ran. */
  async load(contender: ContenderName): Promise<void> {
    await CONTENDERS[contender].load()
  },
  /** One joins, and leaves. Milliseconds. */
  async join(options: Join): Promise<number> {
    const { took, leave } = await enter(options)
    await leave()
    return took
  },
  /** So many join at once, and stay. */
  async fill({ count, ...options }: Fill): Promise<void> {
    players.push(...(await Promise.all(Array.from({ length: count }, () => enter(options)))))
  },
  async leave(): Promise<void> {
    const all = players
    players = []
    await Promise.all(all.map(({ leave }) => leave()))
  },
}
export type ClientHandlers = typeof handlers
answer(handlers)

function enter({ contender, ...options }: Join): Promise<Player> {
  return contender === 'tickwire' ? drawn(options) : held(contender, options)
}

/** As a game joins. */
async function drawn({ port, match: id, rate }: JoinOptions): Promise<Player> {
  const game = gameAt(rate)
  const began = now()
  const match = await connect(game, `http://127.0.0.1:${port}`, { match: id, input: () => ({ press: 0 }) })
  for (;;) {
    match.frame(now())
    if ([...match.view.ship].some(({ x }) => Number.isFinite(x))) break
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  const took = now() - began
  const stop = every(1000 / rate, () => match.frame(now()))
  return {
    took,
    leave() {
      stop()
      return match.leave()
    },
  }
}

async function held(contender: ContenderName, options: JoinOptions): Promise<Player> {
  const { bot } = await CONTENDERS[contender].load()
  const began = now()
  let took = 0
  let onState = (): void => {}
  const state = new Promise<void>((resolve) => {
    onState = resolve
  })
  const player = await bot(options, {
    held() {
      took ||= now() - began
      onState()
    },
  })
  await state
  return { took, leave: () => player.close() }
}
