// The contract that all sides import: entities, match state, command, events, requests, tick rate and `move`.
// defineGame() numbers everything in the order written and hashes it: two games with one hash speak the same wire.

import {
  type Command,
  checkNames,
  definitionOf,
  type Entity,
  type EntityOptions,
  type Event,
  type Only,
  type Request,
  recordLayout,
} from './entity.ts'
import { checkKnown, fail } from './errors.ts'
import { type FieldImpl, type Fields, type Frozen, int } from './field.ts'
import { Layout } from './layout.ts'
import type { Known, PlayerRef, ReservedTable, SeenTables, SpawnValues, WorldRow } from './row.ts'

export type Entities = Record<string, Entity>
export type Events = Record<string, Event>
export type Requests = Record<string, Request>

/** N comes first so that a long error opens with the game's name. */
export interface Game<
  N extends string,
  S extends object,
  E extends Entities,
  C extends object,
  V extends Events,
  R extends Requests,
  O extends object,
> {
  readonly name: N
  readonly tickRate: number
  /** Two games with one hash speak the same wire. */
  readonly hash: number
  readonly state: S
  readonly entities: E
  readonly command: C
  readonly events: V
  readonly requests: R
  readonly options: O
}
export type AnyGame = Game<string, any, any, any, any, any, any>
export type CommandOf<G extends AnyGame> = G['command']
export type EventName<G extends AnyGame> = keyof G['events'] & string
export type EventOf<G extends AnyGame, K extends EventName<G>> = G['events'][K]['values']

type SpawnOf<E> = E extends Entity<infer V, any, any, infer I> ? SpawnValues<V, I> : never

export interface MoveContext<E extends Entities, S, V extends Events = {}> {
  /** Seconds: one tick, or the part of one that is drawn ahead. */
  readonly dt: number
  readonly tick: number
  /**
   * The settled match state of the tick before, as every viewer may know it: without its `.only('server')` fields. Ahead
   * of the server it is that of the newest tick that came from it.
   */
  readonly state: { readonly [K in keyof S]: Frozen<S[K]> }
  /**
   * The settled world of the tick before, as every viewer may know it; read-only. Ahead of the server the rows that this
   * client predicts are as it predicted them, all others as they were in the newest tick that came.
   */
  readonly world: SeenTables<E>
  /**
   * Spawns a row that belongs to the moved row's owner. It appears when the tick ends, after every row moved: at the
   * client of an owner whose row is predicted at once, and there it goes on ahead of the server by its own `move`, or by
   * its rates if it has none. Where requests or timers spawn for players too, give their rows an entity of their own.
   */
  spawn<K extends keyof E & string>(entity: K, values: SpawnOf<E[K]>): void
  /** Something that everybody sees happen at this tick; the client of an owner whose row is predicted at once. */
  emit<K extends keyof V & string>(event: K, values: V[K]['values']): void
}
export type Moves<E extends Entities, C, S, V extends Events = {}> = {
  readonly [K in keyof E]?: E[K] extends Entity<infer Row, any, infer H, any, any, infer P>
    ? // `void | undefined` and not `void`: an async function fits void.
      (row: WorldRow<K, Known<Row, H>>, command: CommandFor<C, P>, context: MoveContext<E, S, V>) => void | undefined
    : never
}
/** Rows that everybody predicts may belong to nobody: then there is no command. */
type CommandFor<C, P> = 'everyone' extends P ? Readonly<C> | undefined : Readonly<C>
/** What everybody may know of the match state. */
export type PublicState<F extends Fields> = Known<{ [K in keyof F]: F[K]['zero'] }, Only<F, 'server'>>
export type CheckEntities<E extends Entities> = {
  [K in keyof E]: K extends ReservedTable
    ? `world.${K} is taken: choose another name for this entity`
    : [E[K]['refs']] extends [keyof E]
      ? unknown
      : `ref('${Exclude<E[K]['refs'], keyof E>}'): this game has no such entity`
}
export interface GameDefinition<
  N extends string,
  E extends Entities,
  F extends Fields,
  C extends object,
  V extends Events,
  R extends Requests,
  O extends Fields,
> {
  readonly name: N
  /** Ticks per second, 1 to 128. */
  readonly tickRate: number
  /** The match's own values, beside its rows. */
  readonly state?: F
  readonly entities: E & CheckEntities<E>
  readonly command?: Command<C>
  readonly events?: V
  readonly requests?: R
  /** What a match is created with; fixed for its life. */
  readonly options?: O
  /**
   * How a row moves in one tick: reads its own row, the command of the row's owner (of a row without one in a table
   * that everyone predicts, undefined; in others, the neutral one), and the world of the tick before;
   * writes its own row. Runs at the server for every row and, where the entity is predicted, ahead of it at the client.
   */
  readonly move?: Moves<NoInfer<E>, NoInfer<C>, PublicState<NoInfer<F>>, NoInfer<V>>
}

/** Anything with named fields, numbered. */
export interface Kind {
  readonly index: number
  readonly name: string
  readonly layout: Layout
}
/** A table's plan: column 0 is its rows' owner, the entity's own columns follow. */
export interface TablePlan extends Kind {
  readonly maxRows: number
  readonly predict: 'owner' | 'everyone' | 'none'
  readonly move: MoveFunction | undefined
  /** Columns that travel to everybody, in coding order. */
  readonly shared: readonly number[]
  /** Columns that travel to the row's owner only, in coding order. */
  readonly owned: readonly number[]
}
export type MoveFunction = (row: object, command: object | undefined, context: object) => void | undefined
/** The game as the rest of the engine reads it. */
export interface GamePlan {
  readonly game: AnyGame
  readonly tables: readonly TablePlan[]
  /** The match state: a table of one row that is always there. */
  readonly state: TablePlan
  readonly command: Layout
  readonly events: readonly Kind[]
  readonly requests: readonly (Kind & { readonly answer: Layout })[]
  readonly options: Layout
  readonly eventByName: ReadonlyMap<string, Kind>
  readonly requestByName: ReadonlyMap<string, Kind & { readonly answer: Layout }>
}

const plans = new WeakMap<object, GamePlan>()

/** The plan behind a game. @throws ERR_SCHEMA for anything that defineGame() did not return. */
export function planOf(game: AnyGame): GamePlan {
  return plans.get(game) ?? fail('ERR_SCHEMA', 'expected a game that defineGame() returned')
}

const PARTS = ['name', 'tickRate', 'state', 'entities', 'command', 'events', 'requests', 'options', 'move']
const MAX_TABLES = 62
/** Of a table, besides its owner column. */
const MAX_COLUMNS = 64
const MAX_PLAYER_ID = 65535
const RESERVED: readonly string[] = [
  'tick',
  'state',
  'hash',
  'snapshot',
  'tables',
  'plan',
  'viewer',
  'seen',
  'idOf',
  'cells',
  'take',
] satisfies ReservedTable[]
/** The hidden first column of every table. A leading space: no field is called that. */
const OWNER = ' owner'
const OWNER_FIELD = int(0, MAX_PLAYER_ID)

/**
 * Numbers a game's contract and hashes it.
 * @throws ERR_SCHEMA for a name that is taken, a ref to no entity, a `move` for none, or a tick rate outside 1 to 128.
 */
export function defineGame<
  const N extends string,
  E extends Entities,
  F extends Fields = {},
  C extends object = {},
  V extends Events = {},
  R extends Requests = {},
  O extends Fields = {},
>(
  game: GameDefinition<N, E, F, C, V, R, O>
): Game<N, { -readonly [K in keyof F]: F[K]['zero'] }, E, C, V, R, { readonly [K in keyof O]: O[K]['zero'] }> {
  checkKnown(game, PARTS, 'a game', 'ERR_SCHEMA')
  const { name, tickRate } = game
  if (typeof name !== 'string' || !/^[\w.-]{1,64}$/.test(name))
    fail('ERR_SCHEMA', `a game's name is 1 to 64 letters, digits, '_', '.' or '-', found '${name}'`)
  if (!(tickRate >= 1 && tickRate <= 128)) fail('ERR_SCHEMA', `tickRate ${tickRate}: expected 1 to 128`)
  const entities = Object.entries(game.entities as Entities)
  if (entities.length > MAX_TABLES) fail('ERR_SCHEMA', `${entities.length} entities: expected at most ${MAX_TABLES}`)
  const moves = (game.move ?? {}) as Record<string, MoveFunction | undefined>
  for (const moved of Object.keys(moves))
    if (!Object.hasOwn(game.entities, moved)) fail('ERR_SCHEMA', `move.${moved}: this game has no such entity`)
  const tables = entities.map(([key, made], index) => tableOf(key, made, index, moves[key]))
  const owner = (table: TablePlan) => table.layout.columns[0]
  const command = recordLayout('command', game.command ? definitionOf(game.command, 'command').fields : {})
  const kinds = (made: Record<string, object> = {}) =>
    Object.entries(made).map(([key, of], index) => ({
      index,
      name: key,
      layout: recordLayout(key, definitionOf(of, key).fields),
      answer: recordLayout(`${key} answer`, definitionOf(of, key).answer),
    }))
  const events = kinds(game.events)
  const requests = kinds(game.requests)
  checkNames(game.state ?? {})
  const state = planTable(
    'state',
    new Layout('state', { [OWNER]: OWNER_FIELD, ...game.state }),
    tables.length,
    {},
    undefined
  )
  for (const { name: key, audience } of state.layout.fields)
    if (audience === 'owner') fail('ERR_SCHEMA', `state.${key}: .only('owner'): nobody owns the match state`)
  const options = recordLayout('options', game.options ?? {})
  const records = [...events, ...requests, ...requests.map(({ answer }) => ({ layout: answer }))]
  for (const { layout } of [...tables, state, { layout: command }, ...records, { layout: options }])
    checkRefs(layout, game.entities)
  // Not `predict`, and not `move`: they say what a client draws ahead, and no byte depends on them.
  const hashed = [
    name,
    tickRate,
    tables.map((table) => [table.name, describe(table.layout), table.maxRows, owner(table).max]),
    describe(state.layout),
    describe(command),
    events.map((kind) => [kind.name, describe(kind.layout)]),
    requests.map((kind) => [kind.name, describe(kind.layout), describe(kind.answer)]),
    describe(options),
  ]
  const made = Object.freeze({
    name,
    tickRate,
    hash: hashText(JSON.stringify(hashed)),
    state: Object.freeze({ ...game.state }),
    entities: Object.freeze({ ...game.entities }),
    command: game.command ?? Object.freeze({}),
    events: Object.freeze({ ...game.events }),
    requests: Object.freeze({ ...game.requests }),
    options: Object.freeze({ ...game.options }),
  })
  plans.set(made, {
    game: made as unknown as AnyGame,
    tables,
    state,
    command,
    events,
    requests,
    options,
    eventByName: new Map(events.map((kind) => [kind.name, kind])),
    requestByName: new Map(requests.map((kind) => [kind.name, kind])),
  })
  return made as never
}

/** Checks a player reference. @throws ERR_USAGE */
export function playerId(player: PlayerRef | undefined): number {
  if (player === undefined) return 0
  const { id } = player
  if (!Number.isInteger(id) || id < 1 || id > MAX_PLAYER_ID)
    fail('ERR_USAGE', `owner ${String(id)}: expected a player, whose id is 1 to ${MAX_PLAYER_ID}`)
  return id
}

function tableOf(name: string, made: Entity, index: number, move: MoveFunction | undefined): TablePlan {
  if (RESERVED.includes(name)) fail('ERR_SCHEMA', `world.${name} is taken: choose another name for this entity`)
  const { fields, options } = definitionOf(made, `entities.${name}`)
  return planTable(name, new Layout(name, { [OWNER]: OWNER_FIELD, ...fields }, options.predictor), index, options, move)
}

function checkRefs(layout: Layout, entities: object): void {
  for (const { name, field, shape } of layout.fields) {
    const to = field.refTo ?? shape.item?.refTo
    if (to !== undefined && !Object.hasOwn(entities, to))
      fail('ERR_SCHEMA', `${layout.name}.${name}: ref('${to}'): this game has no such entity`)
  }
}

function planTable(
  name: string,
  layout: Layout,
  index: number,
  options: EntityOptions,
  move: MoveFunction | undefined
): TablePlan {
  const columns = layout.columns.length - 1
  if (columns > MAX_COLUMNS) fail('ERR_SCHEMA', `${name} has ${columns} columns: expected at most ${MAX_COLUMNS}`)
  // Nobody owns the match state.
  const first = name === 'state' ? 1 : 0
  const of = (audience: string) => layout.order.filter((at) => at >= first && layout.columns[at].audience === audience)
  const { maxRows = 65536, predict = 'none' } = options
  return { name, index, layout, maxRows, predict, move, shared: of('all'), owned: of('owner') }
}

/** Everything of a layout that both ends must agree on. */
function describe(layout: Layout): unknown {
  const one = (name: string, field: FieldImpl): unknown => [
    name,
    { ...field.shape, item: field.shape.item && one('', field.shape.item) },
    field.rateOf ?? null,
    field.audience,
    field.isLinear,
    field.zero ?? null,
  ]
  const fields = layout.fields.map((slot) => one(slot.name, slot.field))
  const { predictor } = layout
  return predictor ? [fields, predictor.version, predictor.order, Object.keys(predictor.columns)] : fields
}

/** FNV-1a over UTF-16 units, 32 bits (Fowler, Noll, Vo). */
/** A game's hash, as people read it. */
export function hex(hash: number): string {
  return hash.toString(16).padStart(8, '0')
}

function hashText(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
