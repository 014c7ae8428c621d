// One run of one contender: a fresh server, whole players in one process, light ones in another, all of them in and warm.

import { Child } from '../child.ts'
import { agreement } from '../clock.ts'
import type { BotsHandlers } from './bots-child.ts'
import type { ContenderName } from './contenders.ts'
import type { Counts, ServerHandlers } from './server-child.ts'

export interface StageOptions {
  readonly contender: ContenderName
  readonly matches: number
  readonly ships: number
  readonly rate: number
  readonly seed?: number
  /** Players of each match that decode everything; the others don't. */
  readonly whole: number
  readonly light: number
  /** Whole players only in so many matches; in the others they are light. All, if left out. */
  readonly watched?: number
  /** Seconds of play before anything is measured. */
  readonly warmUp?: number
}

/** Two processes of players, begun when they are needed. They outlive runs, and hold nothing of one once it is over. */
export class Players {
  #whole: Child<BotsHandlers> | undefined
  #light: Child<BotsHandlers> | undefined

  get whole(): Child<BotsHandlers> {
    this.#whole ??= new Child(new URL('./bots-child.ts', import.meta.url))
    return this.#whole
  }
  get light(): Child<BotsHandlers> {
    this.#light ??= new Child(new URL('./bots-child.ts', import.meta.url))
    return this.#light
  }
  async leave(): Promise<void> {
    await Promise.all([this.#whole?.ask('leave'), this.#light?.ask('leave')])
  }
  stop(): void {
    this.#whole?.stop()
    this.#light?.stop()
  }
}

const WARM_UP = 1.5
/** Matches that are joined side by side. */
const AT_ONCE = 10

export class Stage {
  readonly server: Child<ServerHandlers> = new Child(new URL('./server-child.ts', import.meta.url), { built: true })
  readonly players: Players
  port = 0
  matches: readonly string[] = []

  constructor(players: Players) {
    this.players = players
  }

  async open(options: StageOptions): Promise<void> {
    const { contender, matches, ships, rate, seed = 1, whole, light, watched = matches, warmUp = WARM_UP } = options
    await agreement(() => this.server.ask('now'), 3)
    const started = await this.server.ask('start', { contender, matches, ships, rate, seed })
    this.port = started.port
    this.matches = started.matches
    const join = async (index: number): Promise<void> => {
      const crowd = { contender, port: started.port, match: started.matches[index], index, rate }
      const seen = index < watched ? whole : 0
      if (seen > 0) await this.players.whole.ask('join', { ...crowd, count: seen })
      const others = light + whole - seen
      if (others > 0) await this.players.light.ask('fill', { ...crowd, count: others })
    }
    for (let first = 0; first < matches; first += AT_ONCE)
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, matches - first) }, (_, i) => join(first + i)))
    if (light + whole * (matches - Math.min(watched, matches)) > 0) await this.players.light.ask('talk')
    await wait(warmUp)
  }

  async close(): Promise<void> {
    await this.players.leave()
    this.server.stop()
  }
}

/** A run on a stage of its own. */
export async function staged<T>(
  players: Players,
  options: StageOptions,
  act: (stage: Stage) => Promise<T>
): Promise<T> {
  const stage = new Stage(players)
  try {
    await stage.open(options)
    return await act(stage)
  } finally {
    await stage.close()
  }
}

export function wait(seconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

/** What happened between two counts, a second where nothing else is said. */
export interface Usage {
  /** Milliseconds of processor time a second. */
  readonly user: number
  readonly system: number
  readonly cpu: number
  /** Ticks a second, of all matches together. */
  readonly ticks: number
  readonly written: number
  readonly read: number
}
export function usageOf(from: Counts, to: Counts): Usage {
  const seconds = (to.at - from.at) / 1000
  const user = (to.user - from.user) / seconds
  const system = (to.system - from.system) / seconds
  return {
    user,
    system,
    cpu: user + system,
    ticks: (to.ticks - from.ticks) / seconds,
    written: (to.written - from.written) / seconds,
    read: (to.read - from.read) / seconds,
  }
}
