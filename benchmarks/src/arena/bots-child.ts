// A process of players: whole ones, whose states are noted and compared with the truth, and light ones.

import { answer } from '../child.ts'
import { now } from '../clock.ts'
import type { Bot, Light, State } from './contender.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import { errorOf, Work } from './work.ts'

export interface Crowd {
  readonly contender: ContenderName
  readonly port: number
  readonly match: string
  /** Its number: what the server calls it. */
  readonly index: number
  readonly rate: number
  readonly count: number
}
/** What whole players were sent since mark(): `at[i]`, in ms, is when one held tick `tick[i]` of match `match[i]`. */
export interface Held {
  readonly match: readonly number[]
  readonly tick: readonly number[]
  readonly at: readonly number[]
}
export interface Truth {
  readonly contender: ContenderName
  readonly ships: number
  readonly rate: number
  readonly seed: number
}

let isTalking = false
const talks = (): boolean => isTalking
let bots: Bot[] = []
let lights: Light[] = []
let newest: (State | undefined)[] = []
let held: { match: number[]; tick: number[]; at: number[] } = { match: [], tick: [], at: [] }

const handlers = {
  now: (): number => now(),
  /** More whole players join, one after the other; their slots. */
  async join({ contender, index, count, ...options }: Crowd): Promise<number[]> {
    const { bot } = await CONTENDERS[contender].load()
    const slots: number[] = []
    const states = newest
    for (let i = 0; i < count; i++) {
      const at = states.push(undefined) - 1
      const joined = await bot(options, {
        held(state) {
          if (states !== newest) return // of a run that is over
          states[at] = state
          held.match.push(index)
          held.tick.push(state.tick)
          held.at.push(now())
        },
      })
      bots.push(joined)
      slots.push(joined.slot)
    }
    return slots
  },
  /** More light ones, some at a time: all at once would wait for each other. */
  async fill({ contender, count, ...options }: Crowd): Promise<void> {
    const { light } = await CONTENDERS[contender].load()
    for (let left = count; left > 0; left -= 20)
      lights.push(
        ...(await Promise.all(Array.from({ length: Math.min(left, 20) }, () => light({ ...options, talks }))))
      )
  },
  /** From now on light ones send their commands. */
  talk(): void {
    isTalking = true
  },
  /** Each whole player holds this value from now on. */
  press(value: number): void {
    for (const bot of bots) bot.press(value)
  },
  mark(): void {
    held = { match: [], tick: [], at: [] }
  },
  held: (): Held => held,
  /**
   * Compares what each whole player holds now with the simulation at that tick.
   * @returns the largest error, in multiples of what the format allows: at most 1 where all is well
   */
  check({ contender, ships, rate, seed }: Truth): number {
    const { precision } = CONTENDERS[contender]
    const works = new Map<number, Work>()
    let most = 0
    for (const state of newest) {
      if (!state) throw new Error('a player holds no state')
      let work = works.get(state.tick)
      if (!work) {
        work = new Work(ships, seed, rate)
        while (work.tick < state.tick) work.step()
        works.set(state.tick, work)
      }
      for (const [slot, truth] of work.ships.entries()) {
        const ship = state.ship(slot)
        if (!ship) throw new Error(`a player holds no ship ${slot} at tick ${state.tick}`)
        most = Math.max(most, errorOf(ship, truth, precision))
      }
    }
    return most
  },
  /** The keys that the newest state of the first whole player shows, by slot. */
  presses: (slots: readonly number[]): (number | undefined)[] => slots.map((slot) => newest[0]?.ship(slot)?.press),
  leave(): void {
    for (const bot of bots) bot.close()
    for (const light of lights) light.close()
    bots = []
    lights = []
    newest = []
    isTalking = false
  },
}
export type BotsHandlers = typeof handlers
answer(handlers)
