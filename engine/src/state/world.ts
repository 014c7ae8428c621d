// The world: a game's tables, its match state and its tick, live. Plain reads and writes on rows; snapshot() settles
// every field to wire precision and freezes the result.

import { fail } from '../schema/errors.ts'
import { type AnyGame, planOf } from '../schema/game.ts'
import type { ReadTableOf, TableOf } from '../schema/row.ts'
import type { Resolve } from './settle.ts'
import { makeSnapshot, type Snapshot } from './snapshot.ts'
import { Table } from './table.ts'

export type World<G extends AnyGame> = { readonly [K in keyof G['entities']]: TableOf<K, G['entities'][K]> } & {
  /** The only time that state knows. */
  tick: number
  readonly state: G['state']
  /** Settles every field to wire precision, then freezes. @throws ERR_FIELD_VALUE */
  snapshot(): Snapshot<G>
}
/** The world of the past, as `match.rewind()` returns it: read-only. */
export type ReadWorld<G extends AnyGame> = { readonly [K in keyof G['entities']]: ReadTableOf<G['entities'][K]> } & {
  readonly tick: number
  readonly state: Readonly<G['state']>
}

export interface WorldOptions {
  /** Hears once a field when settling changes a value: clamped, cut. */
  readonly warn?: (message: string) => void
  /** Where refs point, if not into this world's own tables. */
  readonly resolve?: Resolve
}

// A class can't have members named by a type parameter, so the constructor is a value with a type of its own.
export interface WorldConstructor {
  new <G extends AnyGame>(game: G, options?: WorldOptions): World<G>
}

export class WorldBase {
  tick = 0
  /** The game's tables in its order, then the match state's. */
  readonly tables: readonly Table[]
  readonly #game: AnyGame

  constructor(game: AnyGame, options: WorldOptions = {}) {
    const plan = planOf(game)
    this.#game = game
    const own: Resolve = (entity, id) => this.tables[plan.tables.findIndex((one) => one.name === entity)].find(id)
    const warn = once(options.warn)
    this.tables = [...plan.tables, plan.state].map((table) => new Table(table, this, options.resolve ?? own, warn))
    this.#stateTable.single()
    for (const { name, index } of plan.tables)
      Object.defineProperty(this, name, { value: this.tables[index], enumerable: true })
  }

  get state(): object {
    return this.#stateTable.single()
  }
  get #stateTable(): Table {
    return this.tables[this.tables.length - 1]
  }

  snapshot(): object {
    const { tick } = this
    if (!Number.isInteger(tick) || tick < 0 || tick >= 2 ** 31)
      fail('ERR_USAGE', `world.tick is ${tick}: expected a whole number from 0 to 2^31 - 1`)
    return makeSnapshot(
      planOf(this.#game),
      tick,
      this.tables.map((table) => table.freeze()),
      'all'
    )
  }
}

export const World: WorldConstructor = WorldBase as unknown as WorldConstructor

/** Each field is warned of once: a rule that overshoots does so every tick. */
function once(warn: ((message: string) => void) | undefined): (message: string) => void {
  const said = new Set<string>()
  return (message) => {
    const field = message.slice(0, message.indexOf(' '))
    if (!warn || said.has(field)) return
    said.add(field)
    warn(message)
  }
}
