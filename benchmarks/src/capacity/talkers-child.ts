// Light players of Tickwire who send commands, or none, as they are told.

import { tickwire } from '../arena/tickwire.ts'
import { answer } from '../child.ts'

let talking = false

const handlers = {
  async join({ port, match, rate, count }: { port: number; match: string; rate: number; count: number }) {
    const talks = () => talking
    for (let left = count; left > 0; left -= 20)
      await Promise.all(Array.from({ length: Math.min(20, left) }, () => tickwire.light({ port, match, rate, talks })))
  },
  talk(is: boolean): void {
    talking = is
  },
}
export type TalkersHandlers = typeof handlers
answer(handlers)
