// The requests of a match's players: each runs once, at the start of a tick, and is answered once that tick's frames are
// written. One that is asked again, because its answer may have been lost, is answered again and not run again.

import type { AnyGame } from '@tickwire/engine'
import {
  errorAnswer,
  fail,
  type GamePlan,
  packAnswer,
  packRecord,
  TickwireError,
  unpackRecord,
  type Values,
} from '@tickwire/engine/wire'
import type { Acts } from './acts.ts'
import { located, toldOf } from './describe.ts'
import type { Match, Player, Rules } from './rules.ts'
import type { Seat } from './seat.ts'

/** Answers that a seat remembers. */
const MAX_ANSWERS = 64
/** A player's requests a tick; more are refused. */
const MAX_REQUESTS = 16

type RequestRule = (match: never, player: Player, ask: Values) => Values | Promise<Values>

export class Requests<G extends AnyGame> {
  readonly #match: Match<G> & { readonly tick: number }
  readonly #plan: GamePlan
  readonly #rules: Rules<G>
  readonly #acts: Acts
  readonly #warn: (message: string) => void
  readonly #isDev: boolean

  constructor(
    match: Match<G> & { readonly tick: number },
    plan: GamePlan,
    rules: Rules<G>,
    acts: Acts,
    warn: (message: string) => void,
    isDev: boolean
  ) {
    this.#match = match
    this.#plan = plan
    this.#rules = rules
    this.#acts = acts
    this.#warn = warn
    this.#isDev = isDev
  }

  /** The answer, packed; a refusal is one. */
  ask(seat: Seat, id: number, name: string, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    const known = seat.answers.get(id)
    if (known) return known
    if (id <= seat.answersFrom) return Promise.resolve(packAnswer(errorAnswer(forgotten(id))))
    seat.requests++
    const answer = this.#answer(seat, name, packed)
    seat.answers.set(id, answer)
    for (const oldest of seat.answers.keys()) {
      if (seat.answers.size <= MAX_ANSWERS) break
      seat.answers.delete(oldest)
      seat.answersFrom = Math.max(seat.answersFrom, oldest)
    }
    return answer
  }

  async #answer(seat: Seat, name: string, packed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
    // What a rule does after a pause is in the frame of the tick that follows.
    let after = 0
    try {
      const values = await this.#acts.add(() => {
        const values = this.#run(seat, name, packed)
        if (isPromise(values)) after = 1
        return values
      })
      return packAnswer({ ok: 'request', tick: this.#match.tick + after, values })
    } catch (error) {
      const failed = `the handler of request '${name}' threw`
      if (!(error instanceof TickwireError)) this.#warn(`${failed}: ${located(error)}`)
      return packAnswer(errorAnswer(toldOf(error, failed, this.#isDev)))
    }
  }

  #run(seat: Seat, name: string, packed: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const isTooMany = seat.requests-- > MAX_REQUESTS
    const kind = this.#plan.requestByName.get(name)
    const rule = (this.#rules.requests as Record<string, RequestRule> | undefined)?.[name]
    if (!kind || !rule) fail('ERR_REQUEST', `request '${name}': the game answers no such request`)
    if (seat.state === 'gone') fail('ERR_NOT_JOINED', 'the player is not in the match any more')
    if (isTooMany) fail('ERR_RATE_LIMIT', `more than ${MAX_REQUESTS} requests in a tick`)
    const pack = (values: Values) => packRecord(kind.answer, values, 'ERR_REQUEST')
    const values = rule(this.#match as never, seat.player, unpackRecord(kind.layout, packed, 'ERR_REQUEST'))
    return isPromise(values) ? values.then(pack) : pack(values)
  }
}

function forgotten(id: number): TickwireError {
  return new TickwireError('ERR_REQUEST', `request ${id}: later ones are answered, and its answer is not kept any more`)
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as { then?: unknown }).then === 'function'
}
