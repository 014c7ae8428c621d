// The process of those who only play: a few to each match, each from an address of its own.

import { type ClientMatch, connect } from '@tickwire/engine/client'
import { answer } from '../child.ts'
import { every } from '../clock.ts'
import { game } from './game.ts'

let matches: ClientMatch<typeof game>[] = []
let stop = (): void => {}

const handlers = {
  async play({ port, ids, each }: { port: number; ids: readonly string[]; each: number }): Promise<void> {
    const seats = ids.flatMap((id) => Array<string>(each).fill(id))
    for (const [i, match] of seats.entries()) {
      const io = { extraHeaders: { 'x-forwarded-for': `10.0.0.${i + 1}` } }
      matches.push(await connect(game, `http://127.0.0.1:${port}`, { match, input: () => ({ go: 1 }), io }))
    }
    stop = every(1000 / 60, () => {
      for (const match of matches) match.frame(performance.now())
    })
  },
  /** How many are still in. */
  playing: (): number => matches.filter(({ status }) => status === 'playing').length,
  async leave(): Promise<void> {
    stop()
    await Promise.allSettled(matches.map((match) => match.leave()))
    matches = []
  },
}
export type PlayersHandlers = typeof handlers
answer(handlers)
