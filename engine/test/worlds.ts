// Games drawn at random, and worlds of them in which everything happens: what the property tests run on.

import fc from 'fast-check'
import { entity } from '../src/schema/entity.ts'
import { TickwireError } from '../src/schema/errors.ts'
import {
  angle,
  bool,
  data,
  type Field,
  type FieldImpl,
  type Fields,
  int,
  list,
  oneOf,
  quat,
  ranged,
  ref,
  text,
  tick,
  vec2,
  vec3,
} from '../src/schema/field.ts'
import { type AnyGame, defineGame } from '../src/schema/game.ts'
import { Layout } from '../src/schema/layout.ts'
import { unpackValue } from '../src/schema/packed.ts'
import type { ColumnPredictor, Predictor } from '../src/schema/predictor.ts'
import { isRotation } from '../src/schema/rotation.ts'
import { Random } from '../src/state/random.ts'
import type { RowBase } from '../src/state/row.ts'
import { makeSnapshot, type Snapshot, type SnapshotBase, type Viewer } from '../src/state/snapshot.ts'
import type { FrozenCells, Table } from '../src/state/table.ts'
import { WorldBase } from '../src/state/world.ts'

const PLAYERS = 4
const NAMES = ['a', 'b', 'c', 'd'] as const

// --- Schemas ---------------------------------------------------------------------------------------------------------

const small = fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 2, max: 5000 }))
const large = fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 }), fc.constantFrom(1, 2 ** 20, 2 ** 31 - 1))
const number = fc.oneof(
  fc.oneof(small, large).map(([min, span]) => int(min, min + span)),
  fc.tuple(small, fc.constantFrom(1, 0.5, 0.1, 1 / 256, 3.75)).map(([[min, steps], step]) => {
    return ranged(min, min + steps * step, step)
  }),
  fc.constant(ranged(-1000, 1000, 2000 / (2 ** 31 - 2))),
  fc.integer({ min: 1, max: 24 }).map(angle)
)
const oneName = fc.constantFrom(
  oneOf('a'),
  oneOf('a', 'b', 'c'),
  oneOf('x', ...Array.from({ length: 300 }, (_, i) => `${i}`))
)
const words = fc.integer({ min: 1, max: 12 }).map(text)
const link = fc.constantFrom(...NAMES).map((name) => ref(name))
const item = fc.oneof(
  number,
  fc.constant(bool),
  oneName,
  words,
  link,
  number.map(vec2),
  number.map(vec3),
  fc.constant(tick())
)
const numeric = fc.oneof(number, fc.constant(tick()), number.map(vec2), number.map(vec3))
const anyField: fc.Arbitrary<Field> = fc.oneof(
  { arbitrary: numeric, weight: 6 },
  fc.constant(bool),
  oneName,
  words,
  link,
  fc.integer({ min: 4, max: 20 }).map(quat),
  fc.tuple(item, fc.integer({ min: 1, max: 5 })).map(([of, length]) => list(of as Field, length)),
  fc.integer({ min: 16, max: 48 }).map((length) => data(length))
)
const drawn = fc.record({
  field: anyField,
  rated: fc.boolean(),
  linear: fc.boolean(),
  audience: fc.constantFrom('all', 'all', 'all', 'owner', 'server'),
  defaulted: fc.boolean(),
})

/** Fields by name; each may name a later one of its kind as its rate. */
function fieldsOf(all: readonly (typeof drawn extends fc.Arbitrary<infer T> ? T : never)[], owned: boolean): Fields {
  const fields: Fields = {}
  const audiences = all.map(({ audience }) => (audience === 'owner' && !owned ? 'all' : audience))
  const kindOf = (field: Field) => (field as never as FieldImpl).shape.kind
  const group = (field: Field) => {
    const kind = kindOf(field)
    return kind === 'int' || kind === 'ranged' || kind === 'angle' || kind === 'tick' ? 'number' : kind
  }
  all.forEach((one, at) => {
    let field = one.field as never as FieldImpl
    if (one.linear) field = field.linear()
    if (one.defaulted && kindOf(one.field) === 'text') field = field.default('x')
    else if (one.defaulted) field = field.default(field.zero)
    const isNumeric = ['number', 'vec2', 'vec3'].includes(group(one.field))
    const rate = all.findIndex(
      (other, to) =>
        to > at &&
        group(other.field) === group(one.field) &&
        (audiences[to] === 'all' || audiences[to] === audiences[at])
    )
    if (one.rated && isNumeric && rate >= 0) field = field.rate(`f${rate}`)
    if (audiences[at] !== 'all') field = field.only(audiences[at] as 'owner')
    fields[`f${at}`] = withDefault(field)
  })
  return fields
}

/** A default that its bounds allow, where zero is not one. */
function withDefault(field: FieldImpl): FieldImpl {
  const { kind, item: component } = field.shape
  if (!field.optional || (kind !== 'vec2' && kind !== 'vec3')) return field
  const value = component!.zero
  return field.default({ x: value, y: value, z: value })
}

/** What a predictor may say. */
const within = (sixteenths: number): number => (sixteenths << 1) >> 1

/** Ways to foresee a column, none of them well: both ends must get the same, that is all. `earlier`: a column coded before. */
const FORESIGHTS: readonly ((column: string, earlier: string | undefined) => ColumnPredictor)[] = [
  (column) => (rows, out) => {
    const base = rows.base(column)
    for (let i = 0; i < rows.count; i++) {
      const slot = rows.slots[i]
      out[i] = within(16 * base[slot] + ((slot * 7 + rows.ticks * 5) & 31) - 16)
    }
  },
  (column) => (rows, out) => {
    const [base, before] = [rows.base(column), rows.before(column)]
    for (let i = 0; i < rows.count; i++) {
      const slot = rows.slots[i]
      const step = before && rows.wasBefore(slot) ? (base[slot] - before[slot]) / rows.ticksBefore : 0
      out[i] = within(Math.round(16 * (base[slot] + step * rows.ticks)))
    }
  },
  (column, earlier) => (rows, out) => {
    const base = rows.base(column)
    const other = earlier === undefined ? base : rows.now(earlier)
    for (let i = 0; i < rows.count; i++) out[i] = within(16 * base[rows.slots[i]] + 3 * other[rows.slots[i]])
  },
  // Every third row, the others are held.
  () => (rows, out) => {
    for (let i = 0; i < rows.count; i += 3) out[i] = within(rows.slots[i] * 20)
  },
]

/** A predictor of some of the columns that it may predict, in some order. */
function predictorOf(fields: Fields, seed: number): Predictor {
  const random = new Random(seed)
  const order: string[] = []
  const columns: Record<string, ColumnPredictor> = {}
  for (const { name, kind, audience, rate } of new Layout('drawn', fields).columns) {
    if (kind !== 'number' || audience !== 'all') continue
    const isForeseen = random.next() < 0.6
    // What is coded early needs its rate earlier still, unless the game foresees it.
    if ((isForeseen || rate < 0) && random.next() < 0.7)
      order.splice(Math.floor(random.next() * (order.length + 1)), 0, name)
    if (isForeseen) columns[name] = FORESIGHTS[Math.floor(random.next() * FORESIGHTS.length)](name, undefined)
  }
  for (const [place, name] of order.entries())
    if (name in columns && place > 0 && random.next() < 0.5) columns[name] = FORESIGHTS[2](name, order[place - 1])
  return { version: seed, order, columns }
}

/** Games of one to four tables, any fields, any tick rate; some foresee columns themselves. */
export const anyGame: fc.Arbitrary<AnyGame> = fc
  .record({
    tables: fc.array(
      fc.record({
        fields: fc.array(drawn, { maxLength: 6 }),
        maxRows: fc.constantFrom(1, 5, 100, 65536),
        foresight: fc.option(fc.nat(), { nil: undefined, freq: 2 }),
      }),
      {
        minLength: 4,
        maxLength: 4,
      }
    ),
    state: fc.array(drawn, { maxLength: 3 }),
    tickRate: fc.constantFrom(1, 20, 30, 60, 128),
  })
  .map(({ tables, state, tickRate }) =>
    defineGame({
      name: 'drawn',
      tickRate,
      state: fieldsOf(state, false),
      entities: Object.fromEntries(
        tables.map(({ fields: all, maxRows, foresight }, at) => {
          const fields = fieldsOf(all, true)
          const predictor = foresight === undefined ? undefined : predictorOf(fields, foresight)
          return [NAMES[at], entity(fields as never, { maxRows, predictor })]
        })
      ) as never,
    })
  )

// --- Worlds ----------------------------------------------------------------------------------------------------------

/** A world that changes by chance: rows come, go, move, change hands. */
export class Churn {
  readonly world: WorldBase
  readonly #random: Random
  readonly #crowd: number

  /** `crowd`: rows that each table has from its first tick on, where it takes so many. `world`: one that somebody else steps. */
  constructor(game: AnyGame, seed: number, crowd = 0, world = new WorldBase(game)) {
    this.world = world
    this.#random = new Random(seed)
    this.#crowd = crowd
  }

  get tables(): readonly Table[] {
    return this.world.tables.slice(0, -1)
  }

  /** One tick of it; `calm` from 0 (everything changes) to 1 (hardly anything). */
  step(ticks = 1, calm = 0.5): SnapshotBase {
    this.world.tick += ticks
    this.stir(calm)
    return this.world.snapshot() as SnapshotBase
  }

  /** What happens in a tick. */
  stir(calm: number): void {
    for (const table of this.tables) {
      while (table.size < Math.min(this.#crowd, table.plan.maxRows)) if (!this.#spawn(table)) break
      if (this.#chance(0.7 - calm * 0.6)) for (let i = this.#below(4); i > 0; i--) this.#spawn(table)
      for (const row of table) {
        if (this.#chance(0.15 * (1 - calm))) table.despawn(row)
        else if (this.#chance(0.1 * (1 - calm))) table.give(row, this.#player())
        else if (this.#chance(1 - calm)) this.#write(row, table, calm)
      }
    }
    const state = this.world.tables.at(-1)!
    if (this.#chance(1 - calm)) this.#write(this.world.state as RowBase, state, calm)
  }

  /** Draws those values anew that `isDrawn` names. */
  redraw(isDrawn: (row: RowBase, audience: FieldImpl['audience']) => boolean): void {
    for (const table of this.world.tables)
      for (const row of table)
        for (const { name, field } of table.plan.layout.fields)
          if (name[0] !== ' ' && isDrawn(row, field.audience))
            (row as never as Record<string, unknown>)[name] = this.#value(field, undefined)
  }

  /** False where there is no room. */
  #spawn(table: Table): boolean {
    if (table.size >= Math.max(40, this.#crowd)) return false
    const values: Record<string, unknown> = {}
    for (const { name, field } of table.plan.layout.fields)
      if (name[0] !== ' ' && !(field.optional && this.#chance(0.5))) values[name] = this.#value(field, undefined)
    try {
      table.spawn(values, this.#player())
      return true
    } catch (error) {
      // Slots of rows that went in this very tick are not free yet.
      if (!(error instanceof TickwireError) || error.code !== 'ERR_TABLE_FULL') throw error
      return false
    }
  }

  #write(row: RowBase, table: Table, calm: number): void {
    for (const { name, field } of table.plan.layout.fields)
      if (name[0] !== ' ' && this.#chance(1 - calm * 0.8)) {
        const of = row as never as Record<string, unknown>
        of[name] = this.#value(field, of[name])
      }
  }

  #value(field: FieldImpl, last: unknown): unknown {
    const { shape } = field
    switch (shape.kind) {
      case 'int':
      case 'ranged':
      case 'angle':
      case 'tick': {
        const end = shape.min + shape.max * shape.step
        // Small steps, most of the time; sometimes the ends, and past them.
        if (typeof last === 'number' && this.#chance(0.7)) return last + (this.#random.next() - 0.5) * 20 * shape.step
        if (this.#chance(0.2)) return this.#pick([shape.min, end, end + 1, shape.min - 1])
        return shape.min + this.#random.next() * (end - shape.min)
      }
      case 'bool':
        return this.#chance(0.5)
      case 'oneOf':
        return this.#pick(shape.names)
      case 'text':
        return this.#pick(['', 'a', 'zoë', '日本語', '😀😀', 'x'.repeat(40), '\ud800'])
      case 'ref': {
        const rows = [...this.tables.find(({ plan }) => plan.name === shape.refTo)!]
        return this.#chance(0.3) || rows.length === 0 ? undefined : this.#pick(rows).id
      }
      case 'vec2':
      case 'vec3': {
        const from = last as Record<string, number> | undefined
        return Object.fromEntries(['x', 'y', 'z'].map((part) => [part, this.#value(shape.item!, from?.[part])]))
      }
      case 'quat': {
        const from = (last ?? { x: 0, y: 0, z: 0, w: 1 }) as Record<string, number>
        const by = this.#pick([0.05, 1])
        return Object.fromEntries(
          ['x', 'y', 'z', 'w'].map((part) => [part, from[part] + (this.#random.next() - 0.5) * by])
        )
      }
      case 'list':
        return Array.from({ length: this.#below(shape.maxLength + 2) }, () => this.#value(shape.item!, undefined))
      case 'data':
        return this.#pick([null, true, 1.5, 'text', [1, [2]], { a: { b: null } }, new Uint8Array([1, 2, 3])])
    }
  }

  #player(): { id: number } | undefined {
    const id = this.#below(PLAYERS + 1)
    return id === 0 ? undefined : { id }
  }
  #chance(of: number): boolean {
    return this.#random.next() < of
  }
  #below(end: number): number {
    return Math.floor(this.#random.next() * end)
  }
  #pick<T>(from: readonly T[]): T {
    return from[this.#below(from.length)]
  }
}

// --- Comparing -------------------------------------------------------------------------------------------------------

export const outer = (snapshot: SnapshotBase | undefined): Snapshot<AnyGame> => snapshot as never
export const inner = (snapshot: Snapshot<AnyGame>): SnapshotBase => snapshot as never

/** The same snapshot as somebody else sees it. */
export function seenBy(snapshot: SnapshotBase, viewer: Viewer): SnapshotBase {
  const { plan, tick, tables } = snapshot
  return makeSnapshot(
    plan,
    tick,
    tables.map(({ cells }) => cells),
    viewer
  )
}

/** All that the wire carries of a snapshot; `player` sees its own owner columns, 'wire' everybody's, 'shared' none. */
export function content(snapshot: SnapshotBase, viewer: 'wire' | 'shared' | number): unknown {
  return snapshot.tables.map(({ plan, cells }) => {
    const rows: unknown[] = []
    for (let slot = 0; slot < cells.size; slot++) {
      if (cells.born[slot] < 0) continue
      const isOwn = viewer === 'wire' || (cells.ints[slot] === viewer && plan !== snapshot.plan.state)
      const columns = isOwn ? [...plan.shared, ...plan.owned] : plan.shared
      const values = columns.map((index) => {
        const { kind, name } = plan.layout.columns[index]
        if (kind !== 'value') return [name, cells.ints[index * cells.size + slot]]
        const { bytes, value } = cells.packed[index][slot]
        return [name, [...bytes], value]
      })
      rows.push([slot, cells.born[slot], values])
    }
    return [plan.name, cells.count, rows]
  })
}

/** A copy of everything that a snapshot is made of, to see later that nothing touched it. */
export function frozenCopy(snapshot: SnapshotBase | undefined): unknown {
  return snapshot && structuredClone(snapshot.tables.map(({ cells }) => cells) as FrozenCells[])
}

/** Throws unless every value of every live row is one that the schema allows, and every row can be read. */
export function checkWithin(snapshot: SnapshotBase): void {
  for (const table of snapshot.tables) {
    const { plan, cells } = table
    let count = 0
    for (let slot = 0; slot < cells.size; slot++) {
      if (cells.born[slot] < 0) continue
      count++
      if (cells.born[slot] > snapshot.tick) throw new Error('spawned in the future')
      for (const column of plan.layout.columns) {
        const q = cells.ints[column.index * cells.size + slot]
        if (q < 0 || q > column.max) throw new Error(`${column.name} at step ${q}`)
        if (column.kind === 'quat' && column.index === column.slot.column) {
          const [a, b, c] = [1, 2, 3].map((part) => cells.ints[(column.index + part) * cells.size + slot])
          if (!isRotation(a, b, c, column.slot.shape.max)) throw new Error(`${column.name} is no rotation`)
        }
        if (column.kind !== 'value') continue
        const { bytes } = cells.packed[column.index][slot]
        unpackValue(column.slot.field, bytes, 'ERR_FRAME_INVALID', column.name)
      }
      JSON.stringify(table.at(slot))
    }
    if (count !== cells.count || cells.size > plan.maxRows) throw new Error('the rows do not add up')
  }
}
