// How often each symbol of a game's frames came, in each context: what a prior is made from, and measured by.

import type { GamePlan } from '../schema/game.ts'
import { bitsOf } from './entropy.ts'
import { modelsOf, RAW_BITS, ROW, symbolOf } from './model.ts'
import type { Prior } from './prior.ts'
import type { Scratch } from './scratch.ts'
import { SHAPE_BITS, shapeOf, shapeTables } from './shapes.ts'

/** So much stronger than all others together a value must be to be called usual. */
const USUAL_VOTES = 8

/** What was counted of a model, in order: of most contexts, and of most symbols of the others, there is none. */
export interface Seen {
  /** How many symbols the model has. */
  readonly symbols: number
  readonly sum: number
  readonly contexts: Int32Array
  /** By context in `contexts`, and one more: its first place in the two below. */
  readonly starts: Int32Array
  readonly symbol: Int32Array
  readonly count: Float64Array
}

/** How often each symbol came, by model and context. */
export class Counts {
  readonly plan: GamePlan
  /** By model, then context * symbols + symbol. */
  readonly of: readonly Uint32Array[]
  /** By model: what its residuals cost with the shapes that the frames said, in bits. */
  readonly shaped: Float64Array
  /** By model: among how many rows those that its residuals are of were looked for. */
  readonly rows: Float64Array
  readonly #symbols: readonly number[]
  readonly #votes = new Map<number, { value: number; lead: number }>()

  constructor(plan: GamePlan) {
    const { alphabets } = modelsOf(plan)
    this.plan = plan
    this.of = alphabets.map(({ contexts, symbols }) => new Uint32Array(contexts * symbols))
    this.shaped = new Float64Array(alphabets.length)
    this.rows = new Float64Array(alphabets.length)
    this.#symbols = alphabets.map(({ symbols }) => symbols)
  }

  add(model: number, context: number, symbol: number): void {
    this.of[model][context * this.#symbols[model] + symbol]++
  }

  seen(model: number): Seen {
    const own = this.of[model]
    const symbols = this.#symbols[model]
    const contexts: number[] = []
    const starts: number[] = []
    const symbol: number[] = []
    const count: number[] = []
    let sum = 0
    for (let at = 0, last = -1; at < own.length; at++) {
      if (own[at] === 0) continue
      const context = Math.floor(at / symbols)
      if (context !== last) {
        contexts.push(context)
        starts.push(symbol.length)
        last = context
      }
      symbol.push(at - context * symbols)
      count.push(own[at])
      sum += own[at]
    }
    starts.push(symbol.length)
    return {
      symbols,
      sum,
      contexts: Int32Array.from(contexts),
      starts: Int32Array.from(starts),
      symbol: Int32Array.from(symbol),
      count: Float64Array.from(count),
    }
  }

  /** The residuals of `n` of `rows` rows in a column, of which `coded` have a symbol, in the contexts that are in scratch. */
  column(
    model: number,
    residuals: Uint32Array,
    n: number,
    coded: number,
    rows: number,
    { context, sibling, groups }: Scratch
  ): void {
    this.rows[model] += rows
    const { entries, offsets } = shapeTables()
    const shape = shapeOf(residuals, n, coded)
    const last = offsets[shape + 1] - offsets[shape] - 1
    let bits = SHAPE_BITS
    for (let a = 0; a < n; a++) {
      if (coded < n && groups[a >> 3] === 0) continue
      const symbol = symbolOf(residuals[a])
      this.add(model, context[a] + sibling[a] * ROW, symbol)
      bits += bitsOf(entries[offsets[shape] + Math.min(symbol, last)])
    }
    this.shaped[model] += bits
  }

  /** Forgets new rows, but not how usual their values were. */
  forgetFresh(): void {
    for (const [m, { kind }] of modelsOf(this.plan).alphabets.entries()) if (kind === 'fresh') this.of[m].fill(0)
  }

  /** What all symbols take with a prior, in bits. */
  *bitsWith(prior: Prior): Generator<void, number> {
    let sum = 0
    for (const [m, { column }] of modelsOf(this.plan).alphabets.entries()) {
      yield
      const places = prior.places[m]
      if (!places) {
        sum += this.shaped[m]
        continue
      }
      const { contexts, starts, symbol, count } = this.seen(m)
      for (let i = 0; i < contexts.length; i++) {
        const first = places[contexts[i]] >> 8
        const last = places[contexts[i]] & 255
        for (let at = starts[i]; at < starts[i + 1]; at++) {
          const s = symbol[at]
          sum += count[at] * bitsOf(prior.tables.entries[first + Math.min(s, last)])
          // An escape's bits are more than the raw ones that it stands for.
          if (s > last) sum += count[at] * (column!.bits + 1 - RAW_BITS[s])
        }
      }
    }
    return sum
  }

  /** A new row's value. The commonest is found by majority vote (Robert Boyer and J Strother Moore, 1981). */
  vote(model: number, value: number): void {
    const vote = this.#votes.get(model)
    if (!vote) this.#votes.set(model, { value, lead: 1 })
    else if (vote.value === value) vote.lead++
    else if (--vote.lead < 0) this.#votes.set(model, { value, lead: 1 })
  }

  /** The usual value of new rows, if there is one. */
  usual(model: number): number | undefined {
    const vote = this.#votes.get(model)
    return vote && vote.lead > USUAL_VOTES ? vote.value : undefined
  }
}
