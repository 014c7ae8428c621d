// Dev mode: finds a `move` that is no function of its row, its command and the world of the tick before, which a client
// can't predict. A few rows a tick, in turn, are moved again from a copy of what they were, with the same arguments: at
// once, which finds chance and counters, and half a second later, which finds clocks and what is read of other rows as
// they are. What settles otherwise, to the bit, is warned of once a field, with the first tick that it was seen at. That
// is a world apart: nothing of the match changes, unless `move` itself reaches out for it.

import {
  bornOfId,
  Copies,
  type GamePlan,
  Random,
  RowBase,
  type Table,
  type TablePlan,
  type Values,
} from '@tickwire/engine/wire'

/** A tick, shared among the kinds of entity that have a `move`. */
const ROWS = 8
const LATER_SECONDS = 0.5
const RULE =
  'it must read no clock, no chance, nothing that it keeps from call to call, and other rows only through its `world`'

/** What `move` is handed as its third argument. */
interface MoveContext {
  readonly dt: number
  readonly tick: number
  readonly state: unknown
  readonly world: unknown
  spawn(entity: string, values: Values): unknown
  emit(event: string, values: Values): unknown
}

/** What `move` spawned or emitted, as it was then. */
interface Made {
  readonly verb: 'spawned' | 'emitted'
  readonly name: string
  readonly values: Values
}

type Column = TablePlan['layout']['columns'][number]

/** One run of `move`, to be run again. */
interface Run {
  readonly plan: TablePlan
  readonly id: number
  readonly slot: number
  readonly before: RowCopy
  readonly command: object | undefined
  readonly context: MoveContext
  /** Settled. */
  readonly after: RowCopy
  readonly made: readonly Made[]
}

/** What came out otherwise; `first` and `again` for people to read. */
interface Divergence {
  readonly field: string
  readonly first: string
  readonly again: string
}

/** Whose turn it is among a table's rows. */
interface Turn {
  tick: number
  at: number
  from: number
}

export class MoveCheck {
  /** Set while rows are moved again: what `match.random()` gives then, so that the match's own numbers stay in order. */
  chance: Random | undefined
  readonly #warn: (message: string) => void
  readonly #random: Random = new Random(0)
  readonly #copies: readonly Copies[]
  readonly #turns: readonly Turn[]
  /** Of each table, a tick. */
  readonly #share: number
  readonly #said = new Set<string>()
  readonly #laterTicks: number
  /** By tick, the oldest first. */
  readonly #waiting: Run[][] = []
  #runs: Run[] = []

  constructor(plan: GamePlan, warn: (message: string) => void) {
    this.#warn = warn
    // A ref is compared by its id, whoever is still there.
    this.#copies = plan.tables.map(
      (table) =>
        new Copies(
          table,
          () => 0,
          () => {}
        )
    )
    this.#turns = plan.tables.map(() => ({ tick: -1, at: 0, from: 0 }))
    this.#share = Math.ceil(ROWS / plan.tables.filter(({ move }) => move).length)
    this.#laterTicks = Math.ceil(LATER_SECONDS * plan.game.tickRate)
  }

  /** Moves a live row with what `move` is `told`, and where it is its turn moves a copy of it again. @throws what `move` throws */
  move(table: Table, row: RowBase, command: object | undefined, told: object): void {
    const { plan } = table
    const context = told as MoveContext
    if (!this.#isDue(table, context.tick)) return void plan.move!(row, command, context)
    const slot = RowBase.slotOf(row)
    const before = new RowCopy(table, slot)
    const given = copyOf(command) as object | undefined
    const made: Made[] = []
    plan.move!(row, command, noting(made, context, context))
    const after = this.#settled(table, row, slot)
    if (!after) return
    const run = { plan, id: row.id, slot, before, command: given, context: { ...context }, after, made }
    this.#runs.push(run)
    const found = this.#again(run)
    if (!found.some(({ field }) => this.#isNews(plan, field))) return
    // What would be found later may have begun earlier.
    for (const old of this.#waiting.flat()) if (old.plan === plan) this.#report(old, this.#again(old))
    this.#report(run, found)
  }

  /** Ends a tick: what was moved half a second ago is moved again. */
  end(): void {
    this.#waiting.push(this.#runs)
    this.#runs = []
    if (this.#waiting.length > this.#laterTicks)
      for (const run of this.#waiting.shift()!) this.#report(run, this.#again(run))
  }

  #isDue({ plan, size }: Table, tick: number): boolean {
    const turn = this.#turns[plan.index]
    if (turn.tick !== tick) {
      turn.tick = tick
      turn.at = 0
      turn.from = size > this.#share ? (turn.from + this.#share) % size : 0
    }
    return (turn.at++ - turn.from + size) % size < this.#share
  }

  /** A live row as settling would leave it now; undefined for what can't be settled: the match ends of that. */
  #settled(table: Table, row: RowBase, slot: number): RowCopy | undefined {
    const own = this.#copies[table.plan.index]
    try {
      own.settle(own.take(table, slot, bornOfId(row.id)))
      return new RowCopy(own, slot)
    } catch {
      return undefined
    }
  }

  #again({ plan, id, slot, before, command, context, after, made }: Run): readonly Divergence[] {
    const table = this.#copies[plan.index]
    const row = table.take(before, slot, bornOfId(id))
    const madeAgain: Made[] = []
    this.chance = this.#random
    try {
      plan.move!(row, command, noting(madeAgain, context))
      table.settle(row)
    } catch (error) {
      return [{ field: 'an error', first: 'ended well', again: `threw: ${String(error)}` }]
    } finally {
      this.chance = undefined
    }
    return [...differences(after, table, slot), ...otherwise(made, madeAgain)]
  }

  #isNews(plan: TablePlan, field: string): boolean {
    return !this.#said.has(`${plan.name} ${field}`)
  }

  #report({ plan, context }: Run, found: readonly Divergence[]): void {
    for (const { field, first, again } of found) {
      if (!this.#isNews(plan, field)) continue
      this.#said.add(`${plan.name} ${field}`)
      const what = `at tick ${context.tick} it ${first}; run again from the same, it ${again}`
      this.#warn(
        `move.${plan.name} is no function of its row, command and world: ${what}. For clients to predict, ${RULE}`
      )
    }
  }
}

/** One row's values: the cells that it can be restored from. */
class RowCopy {
  readonly #numbers: Float64Array
  readonly #values: unknown[] = []

  constructor(table: Table | Copies, slot: number) {
    const { columns } = table.plan.layout
    const numbers = new Float64Array(columns.length)
    for (const { index, kind } of columns)
      if (kind === 'value') this.#values[index] = kept(table.readValue(index, slot))
      else numbers[index] = table.readNumber(index, slot)
    this.#numbers = numbers
  }
  readNumber(column: number): number {
    return this.#numbers[column]
  }
  readValue(column: number): unknown {
    return this.#values[column]
  }
  knows(): boolean {
    return true
  }
}

/** A row writes its list in place; text and data are replaced. */
function kept(value: unknown): unknown {
  return Array.isArray(value) ? [...value] : value
}

/** The settled values of a row that are not what they were; of a vector the first that isn't. */
function* differences(was: RowCopy, table: Copies, slot: number): Generator<Divergence> {
  let last = ''
  for (const column of table.plan.layout.columns) {
    const { index, kind, name, slot: field } = column
    const one = kind === 'value' ? was.readValue(index) : was.readNumber(index)
    const other = kind === 'value' ? table.readValue(index, slot) : table.readNumber(index, slot)
    if (isSame(one, other) || field.name === last) continue
    last = field.name
    const made = (value: unknown) => `made ${table.plan.name}.${name} ${shown(named(column, value))}`
    yield { field: last, first: made(one), again: made(other) }
  }
}

/** A flag's or a choice's number as the game has it. */
function named({ slot }: Column, value: unknown): unknown {
  const { kind, names } = slot.shape
  return kind === 'bool' ? value !== 0 : kind === 'oneOf' ? names[Number(value)] : value
}

/** What was spawned and emitted otherwise: how many of a name, or else in which field. */
function* otherwise(one: readonly Made[], other: readonly Made[]): Generator<Divergence> {
  if (one.length + other.length === 0) return
  const kinds = new Map([...one, ...other].map((made) => [`${made.verb} ${made.name}`, made]))
  for (const [kind, { verb, name }] of kinds) {
    const [a, b] = [one, other].map((all) => all.filter((made) => made.verb === verb && made.name === name))
    if (a.length !== b.length) {
      yield { field: kind, first: `${verb} ${a.length} '${name}'`, again: `${verb} ${b.length}` }
      continue
    }
    for (const [at, { values }] of a.entries())
      for (const field of new Set([...Object.keys(values), ...Object.keys(b[at].values)])) {
        if (isSame(values[field], b[at].values[field])) continue
        const made = (from: Values) => `${verb} '${name}' with ${field} ${shown(from[field])}`
        yield { field: `${kind} ${field}`, first: made(values), again: made(b[at].values) }
      }
  }
}

/** The context as `move` gets it, noting what it makes; `live` gets it, too. */
function noting(made: Made[], context: MoveContext, live?: MoveContext): MoveContext {
  const note = (verb: Made['verb'], name: string, values: Values): void => {
    made.push({ verb, name, values: copyOf(values) as Values })
  }
  return {
    ...context,
    spawn(entity, values) {
      note('spawned', entity, values)
      return live?.spawn(entity, values)
    },
    emit(event, values) {
      note('emitted', event, values)
      return live?.emit(event, values)
    },
  }
}

/** Frozen all the way down. What it inherits counts: a row's vector has accessors. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return Object.freeze(value.map(copyOf))
  if (value instanceof Uint8Array) return value.slice()
  const copy: Record<string, unknown> = {}
  for (const key in value) copy[key] = copyOf((value as Values)[key])
  return Object.freeze(copy)
}

/** To the bit. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null)
    return Object.is(one, other)
  const keys = Object.keys(one)
  if (keys.length !== Object.keys(other).length) return false
  return keys.every((key) => isSame((one as Values)[key], (other as Values)[key]))
}

function shown(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value))
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
