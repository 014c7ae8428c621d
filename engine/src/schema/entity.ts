// Named fields and their options: what a row of an entity, a command, an event or a request is made of.

import { checkKnown, fail } from './errors.ts'
import type { Audience, Field, Fields, RefField, Vec2, Vec3 } from './field.ts'
import { Layout, maxBits } from './layout.ts'
import type { Predictor } from './predictor.ts'

/** V the row's values; Own and Hidden the names behind `.only('owner')` and `.only('server')`; Init what `spawn` may leave out; Refs the entities it points to; P who predicts it. */
export interface Entity<
  V extends object = any,
  Own extends PropertyKey = any,
  Hidden extends PropertyKey = any,
  Init extends PropertyKey = any,
  Refs extends string = string,
  P extends 'owner' | 'everyone' | 'none' = 'owner' | 'everyone' | 'none',
> {
  readonly values: V
  readonly own: Own
  readonly hidden: Hidden
  readonly init: Init
  readonly refs: Refs
  readonly predict: P
}

export interface EntityOptions<P extends 'owner' | 'everyone' | 'none' = 'owner' | 'everyone' | 'none'> {
  /**
   * Whose screens run its `move` ahead of the server: 'owner' the player's it belongs to; 'everyone' all players', as long
   * as it belongs to nobody (a ball: its `move` has no command then), else its owner's; 'none' (the default) nobody's.
   * What the `move` of a predicted row spawns is there at once, whatever this says of it.
   */
  readonly predict?: P
  /** Rows at once, 1 to 65,536 (the default). */
  readonly maxRows?: number
  /** The game's own predictor for the codec: what it foresees isn't sent. */
  readonly predictor?: Predictor
}
export interface Command<C extends object = any> {
  readonly values: C
}
export interface Event<V extends object = any> {
  readonly values: V
}
export interface Request<A extends object = any, B extends object = any> {
  readonly ask: A
  readonly answer: B
}

/** The fields that can be a rate. */
export type RateNames<F> = {
  [K in keyof F]: F[K] extends { readonly zero: number | Vec2 | Vec3 } ? K : never
}[keyof F] &
  string
/** Each field's rate is another such field of the same entity. As a bound of F it also completes `.rate('…')` in an editor. */
export type RatesOf<F> = { [K in keyof F]: Field<any, Exclude<RateNames<F>, K>> }
/** Per field: `unknown` where all is well, or a sentence that nothing is assignable to. */
export type CheckFields<F extends Fields> = {
  [K in keyof F]: K extends ReservedField
    ? `every row has '${K}' already: choose another name`
    : F[K]['rateOf'] extends undefined
      ? unknown
      : CheckRate<F[K], F[NonNullable<F[K]['rateOf']>]>
}
export type ReservedField = 'id' | 'owner'
type CheckRate<A extends Field, B extends Field> = B['audience'] extends 'all' | A['audience']
  ? [A['zero'], B['zero']] extends [B['zero'], A['zero']]
    ? unknown
    : `.rate('${NonNullable<A['rateOf']>}'): a number's rate is a number, a vector's a vector`
  : `.rate('${NonNullable<A['rateOf']>}') is hidden from viewers who see this field: give both the same .only(…)`

/** A field that failed its check (a bare Field, or any) has any string for an audience: it counts as for all, so that one mistake is one error. */
export type Only<F extends Fields, A extends Audience> = {
  [K in keyof F]: string extends F[K]['audience'] ? never : A extends F[K]['audience'] ? K : never
}[keyof F]

/** What is behind an entity, a command, an event or a request's two halves. */
export interface Definition {
  readonly fields: Fields
  readonly options: EntityOptions
  readonly answer: Fields
}
/** The most bytes of a command: a run of 63 fits what a server takes in one frame. */
const MAX_COMMAND = 64

const definitions = new WeakMap<object, Definition>()

/** The definition behind what `entity()`, `command()`, `event()` or `request()` returned. @throws ERR_SCHEMA for anything else. */
export function definitionOf(made: object, name: string): Definition {
  return (
    definitions.get(made) ?? fail('ERR_SCHEMA', `${name} is not what entity(), command(), event() or request() returns`)
  )
}

function define(fields: Fields, options: EntityOptions = {}, answer: Fields = {}): never {
  const made = Object.freeze({ fields })
  definitions.set(made, { fields: { ...fields }, options, answer: { ...answer } })
  return made as never
}

/**
 * One kind of row: named fields, at most 64 columns, and options.
 * @throws ERR_SCHEMA for a reserved name, a rate that names no field of its kind, or bounds that cannot be.
 */
export function entity<F extends RatesOf<F>, P extends 'owner' | 'everyone' | 'none' = 'none'>(
  fields: F & CheckFields<F>,
  options: EntityOptions<P> = {}
): Entity<
  { -readonly [K in keyof F]: F[K]['zero'] },
  Only<F, 'owner'>,
  Only<F, 'server'>,
  { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F],
  { [K in keyof F]: F[K] extends RefField<infer To, any> ? To : never }[keyof F],
  NoInfer<P>
> {
  checkKnown(options, ['maxRows', 'predict', 'predictor'] satisfies (keyof EntityOptions)[], 'an entity', 'ERR_SCHEMA')
  const { maxRows = 65536, predict = 'none' }: EntityOptions = options
  if (!Number.isInteger(maxRows) || maxRows < 1 || maxRows > 65536)
    fail('ERR_SCHEMA', `maxRows: ${maxRows}: expected 1 to 65,536`)
  if (predict !== 'owner' && predict !== 'everyone' && predict !== 'none')
    fail('ERR_SCHEMA', `predict: '${String(predict)}': expected 'owner', 'everyone' or 'none'`)
  checkNames(fields as Fields)
  new Layout('entity', fields as Fields, options.predictor) // says what is wrong here, where the fields are written
  return define(fields as Fields, options)
}

/** What a row's fields may be called. @throws ERR_SCHEMA */
export function checkNames(fields: Fields): void {
  for (const name of Object.keys(fields)) {
    if (name === 'id' || name === 'owner') fail('ERR_SCHEMA', `every row has '${name}' already: choose another name`)
    // Names like numbers would not keep their order.
    if (!/^[\p{L}_$]/u.test(name))
      fail('ERR_SCHEMA', `a field called '${name}': expected a name that starts with a letter`)
  }
}

/** The layout of what is no row: it has no owner, and is seen by whom it is sent to. @throws ERR_SCHEMA */
export function recordLayout(name: string, fields: Fields): Layout {
  const layout = new Layout(name, fields)
  for (const { name: field, audience } of layout.fields)
    if (audience !== 'all') fail('ERR_SCHEMA', `${name}.${field}: .only('${audience}') is for the fields of entities`)
  return layout
}

/** What a player can do in one tick. @throws ERR_SCHEMA for more than 64 bytes on the wire, or an `.only()` */
export function command<F extends Fields>(fields: F): Command<{ -readonly [K in keyof F]: F[K]['zero'] }> {
  const bytes = Math.ceil(maxBits(recordLayout('command', fields)) / 8)
  if (bytes > MAX_COMMAND) fail('ERR_SCHEMA', `a command of up to ${bytes} bytes: expected at most ${MAX_COMMAND}`)
  return define(fields)
}
/** Something that happens at a tick and leaves nothing behind in the state. @throws ERR_SCHEMA for an `.only()` */
export function event<F extends Fields>(fields: F): Event<{ -readonly [K in keyof F]: F[K]['zero'] }> {
  recordLayout('event', fields)
  return define(fields)
}
/** What a player may ask of the match, and what it is answered. @throws ERR_SCHEMA for an `.only()` */
export function request<A extends Fields, B extends Fields = {}>(
  ask: A,
  answer?: B
): Request<{ -readonly [K in keyof A]: A[K]['zero'] }, { -readonly [K in keyof B]: B[K]['zero'] }> {
  recordLayout('request', ask)
  recordLayout('answer', answer ?? {})
  return define(ask, {}, answer)
}
