// A process whose only work is ticks: of the host's loop, or of one setInterval a match. It notes when each began.

import { Loop } from '../../../server/src/host/loop.ts'
import { answer } from '../child.ts'
import { now } from '../clock.ts'

export type Driver = 'loop' | 'interval'
export interface Drive {
  readonly driver: Driver
  /** Ticks a second. */
  readonly rate: number
  readonly matches: number
  /** Milliseconds that each tick takes. */
  readonly work: number
  readonly seconds: number
}
/** `at[i]`, in ms, is when the ticks of match i began. */
export interface Driven {
  readonly at: readonly (readonly number[])[]
  /** Milliseconds of processor time a second. */
  readonly cpu: number
}

const handlers = {
  async drive({ driver, rate, matches, work, seconds }: Drive): Promise<Driven> {
    const all = Array.from({ length: matches }, () => {
      const at: number[] = []
      const step = () => {
        at.push(now())
        busy(work)
      }
      return { game: { tickRate: rate }, at, step }
    })
    const used = process.cpuUsage()
    const end = start(driver, all)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    end()
    const { user, system } = process.cpuUsage(used)
    return { at: all.map(({ at }) => at), cpu: (user + system) / 1000 / seconds }
  },
}
export type LoopHandlers = typeof handlers
answer(handlers)

interface Match {
  readonly game: { readonly tickRate: number }
  step(): void
}

function start(driver: Driver, matches: readonly Match[]): () => void {
  if (driver === 'loop') {
    const loop = new Loop(
      () => matches,
      (_, error) => {
        throw error
      }
    )
    loop.start()
    return () => loop.stop()
  }
  const timers = matches.map(({ game, step }) => setInterval(step, 1000 / game.tickRate))
  return () => timers.forEach(clearInterval)
}

function busy(ms: number): void {
  const end = now() + ms
  while (now() < end);
}
