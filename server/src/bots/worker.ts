// A process of bots: whole clients, each joined as a page joins and drawing as a page draws, but to no screen. The command
// starts it, tells it what to play, and gets a report a second.

import { type AnyGame, TickwireError } from '@tickwire/engine'
import { type ClientMatch, connect } from '@tickwire/engine/client'
import { Random } from '@tickwire/engine/wire'
import { gameOf, importModule } from '../cli/load.ts'
import { now, systemClock } from '../host/loop.ts'
import { type BotInput, chanceOf, inputOf } from './input.ts'
import type { Report } from './summary.ts'

export interface Orders {
  readonly url: string
  readonly file: string
  readonly exported?: string
  readonly match: string
  readonly name: string
  /** The number of the first bot, and how many. */
  readonly first: number
  readonly count: number
  /** Milliseconds from one join to the next. */
  readonly every: number
  /** Frames a second. */
  readonly fps: number
  readonly seed: number
}
export type ToWorker = { readonly play: Orders } | { readonly report: true } | { readonly leave: true }
export type FromWorker =
  | { readonly joined: true }
  | { readonly refused: string }
  | { readonly report: Report }
  | { readonly failed: string }

const tell = (message: FromWorker): void => void process.send?.(message)

class Bot {
  readonly match: ClientMatch<AnyGame>
  readonly #interval: number
  readonly #period: number
  #due: number
  #cancel = (): void => {}
  /** Where the clock stood at tick 0, by the frame that came fastest. */
  #origin = Number.POSITIVE_INFINITY
  /** The shortest, ms. */
  #roundTrip = Number.POSITIVE_INFINITY
  #tick = 0
  #counted = 0
  #reconnects = 0
  #failure: string | undefined

  constructor(match: ClientMatch<AnyGame>, tickRate: number, fps: number) {
    this.match = match
    this.#interval = 1000 / tickRate
    this.#period = 1000 / fps
    this.#due = now()
    this.#next()
    match.onStatus((status) => {
      if (status === 'reconnecting') this.#reconnects++
    })
  }

  /** Each frame when it is due: bots keep the phases that they joined with. */
  #next(): void {
    this.#due = Math.max(this.#due + this.#period, now() - this.#period)
    this.#cancel = systemClock.wake(Math.max(0, this.#due - now()), () => {
      this.#frame()
      this.#next()
    })
  }

  #frame(): void {
    const at = now()
    try {
      this.match.frame(at)
    } catch (error) {
      this.#failure ??= String(error)
    }
    const tick = this.match.newest?.tick ?? 0
    if (tick <= this.#tick) return
    if (this.#tick === 0) this.#counted = tick - this.match.stats.skipped
    this.#tick = tick
    this.#origin = Math.min(this.#origin, at - tick * this.#interval)
    this.#roundTrip = Math.min(this.#roundTrip, this.match.stats.rtt)
  }

  /** How old the newest state is, ms: since its tick, as the fastest frame tells when that was. */
  get age(): number {
    return now() - this.#origin - this.#tick * this.#interval + this.#roundTrip / 2
  }
  /** Frames since this was asked last. */
  frames(): number {
    const counted = this.#tick - this.match.stats.skipped
    const frames = counted - this.#counted
    this.#counted = counted
    return Math.max(0, frames)
  }
  get hasState(): boolean {
    return this.#tick > 0
  }
  get reconnects(): number {
    return this.#reconnects
  }
  /** What a handler, or the game's own code, threw. */
  get failure(): string | undefined {
    return this.#failure
  }
  stop(): void {
    this.#cancel()
  }
}

const bots = new Set<Bot>()
const ended: Record<string, number> = {}
const refused: Record<string, number> = {}
let reconnects = 0
/** What a bot's frame threw whose match is over. */
let failure: string | undefined
let reportedAt = now()
let isLeaving = false

const count = (counts: Record<string, number>, reason: string): void => {
  counts[reason] = (counts[reason] ?? 0) + 1
}

async function play({ url, file, exported, match, name, first, count: many, every, fps, seed }: Orders): Promise<void> {
  const module = await importModule(file, 'tickwire-bots')
  const game = gameOf(module, file, exported)
  const makeInput = inputOf(game, module, file)
  for (let i = 0; i < many && !isLeaving; i++) {
    const began = now()
    try {
      await enter(game, makeInput(), { url, match, name: `${name} ${first + i}`, fps, seed: seed + first + i })
      tell({ joined: true })
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      count(refused, error.message)
      tell({ refused: error.message })
    }
    await new Promise<void>((resolve) => systemClock.wake(Math.max(0, began + every - now()), resolve))
  }
}

interface Entry {
  readonly url: string
  readonly match: string
  readonly name: string
  readonly fps: number
  readonly seed: number
}

async function enter(game: AnyGame, input: BotInput, { url, match, name, fps, seed }: Entry): Promise<void> {
  const random = chanceOf(new Random(seed))
  let joined: ClientMatch<AnyGame> | undefined
  joined = await connect(game, url, {
    match,
    name,
    // Before it is in nothing is asked for.
    input: () => input(joined?.newest?.tick ?? 0, random, joined!) as never,
  })
  const bot = new Bot(joined, game.tickRate, fps)
  bots.add(bot)
  void joined.ended.then((reason) => {
    bot.stop()
    bots.delete(bot)
    reconnects += bot.reconnects
    failure ??= bot.failure
    if (!isLeaving) count(ended, reason)
  })
}

function report(): Report {
  const playing = [...bots]
  const states = playing.filter(({ hasState }) => hasState)
  const at = now()
  const seconds = (at - reportedAt) / 1000
  reportedAt = at
  const threw = failure ?? playing.find((bot) => bot.failure !== undefined)?.failure
  if (threw !== undefined) throw new Error(`a bot's frame threw: ${threw}`)
  const sum = (of: (bot: Bot) => number) => playing.reduce((all, bot) => all + of(bot), 0)
  return {
    playing: playing.length,
    ages: states.map(({ age }) => age),
    rtts: states.map(({ match }) => match.stats.rtt),
    bytesIn: sum(({ match }) => match.stats.bytesIn),
    bytesOut: sum(({ match }) => match.stats.bytesOut),
    frames: sum((bot) => bot.frames()),
    seconds,
    refused: { ...refused },
    ended: { ...ended },
    reconnects: reconnects + sum((bot) => bot.reconnects),
  }
}

const fail = (error: unknown): void => tell({ failed: error instanceof Error ? error.message : String(error) })

// A terminal signals the whole group: the command says when to leave, and what came of it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
process.on('message', (message: ToWorker) => {
  if ('play' in message) play(message.play).catch(fail)
  else if ('report' in message)
    try {
      tell({ report: report() })
    } catch (error) {
      fail(error)
    }
  else {
    isLeaving = true
    void Promise.allSettled([...bots].map(({ match }) => match.leave())).then(() => process.disconnect())
  }
})
process.on('disconnect', () => process.exit())
