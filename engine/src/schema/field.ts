// Fields: what one named value of a row is. The type parameters are what the compiler must know of a field:
// V the value, Rate the name of the field that is its rate, Only its audience, Init whether spawn may leave it out.
// A field is immutable; `.rate()` and its like return another one. Bounds are checked when the field is made.

import { DATA } from './data.ts'
import { fail } from './errors.ts'
import { LIST } from './list.ts'
import type { Packing } from './packed.ts'
import { stepSize, zeroStep } from './rotation.ts'
import { TEXT } from './text.ts'

export type Audience = 'owner' | 'server'
export type FieldKind =
  | 'int'
  | 'ranged'
  | 'angle'
  | 'bool'
  | 'oneOf'
  | 'text'
  | 'ref'
  | 'tick'
  | 'vec2'
  | 'vec3'
  | 'quat'
  | 'list'
  | 'data'

/** Composite values are read through this: no setters, no writable bytes. */
export type Frozen<T> = T extends number | string | boolean
  ? T
  : T extends Uint8Array
    ? ReadonlyBytes
    : { readonly [K in keyof T]: Frozen<T[K]> }
export interface ReadonlyBytes {
  readonly length: number
  readonly [index: number]: number
  slice(start?: number, end?: number): Uint8Array<ArrayBuffer>
  [Symbol.iterator](): IterableIterator<number>
}

export interface Field<
  V = any,
  Rate extends string = string,
  Only extends string = string,
  Init extends boolean = boolean,
> {
  /** The value of a fresh row. */
  readonly zero: V
  /** The sibling that is this field's change per second. (`undefined` and not `''` is none: it keeps `.rate('…')` completing.) */
  readonly rateOf: Rate | undefined
  readonly audience: Only | 'all'
  readonly optional: Init
}

/** A field with no rate: bool, oneOf, text, ref, data, list. */
export interface PlainField<V, Only extends string = never, Init extends boolean = false>
  extends Field<V, never, Only, Init> {
  /** Only these viewers' bytes hold it. */
  only<A extends Audience>(audience: A): PlainField<V, A, Init>
  /** `spawn` may leave it out. */
  default(value: V): PlainField<V, Only, true>
}

/** int, ranged, angle, tick: what a rate can move. */
export interface NumberField<Rate extends string = never, Only extends string = never, Init extends boolean = false>
  extends Field<number, Rate, Only, Init> {
  /** Names the sibling that is this field's change per second: codec, curve and extrapolation use it. */
  rate<const R extends string>(field: R): NumberField<R, Only, Init>
  /** No sibling says how it moves: the codec predicts it from its last two values. */
  linear(): NumberField<Rate, Only, Init>
  /** A change of more than this (in the field's units) between two snapshots is a teleport: drawn at once, not glided. */
  snap(distance: number): NumberField<Rate, Only, Init>
  /** Only these viewers' bytes hold it. */
  only<A extends Audience>(audience: A): NumberField<Rate, A, Init>
  /** `spawn` may leave it out. */
  default(value: number): NumberField<Rate, Only, true>
}

/** vec2, vec3: one name for its components; written in place (`ship.pos.x += 1`) or whole. Its rate is a vector of the same kind. */
export interface VectorField<V, Rate extends string = never, Only extends string = never, Init extends boolean = false>
  extends Field<V, Rate, Only, Init> {
  rate<const R extends string>(field: R): VectorField<V, R, Only, Init>
  linear(): VectorField<V, Rate, Only, Init>
  snap(distance: number): VectorField<V, Rate, Only, Init>
  only<A extends Audience>(audience: A): VectorField<V, Rate, A, Init>
  default(value: V): VectorField<V, Rate, Only, true>
}

/** A rotation. `.linear()` predicts it by repeating its last rotation. */
export interface QuatField<Only extends string = never, Init extends boolean = false>
  extends Field<Quat, never, Only, Init> {
  linear(): QuatField<Only, Init>
  only<A extends Audience>(audience: A): QuatField<A, Init>
  default(value: Quat): QuatField<Only, true>
}

/** The id of a row of that entity, or undefined, which is its default. */
export interface RefField<To extends string, Only extends string = never>
  extends Field<number | undefined, never, Only, true> {
  readonly refTo: To
  only<A extends Audience>(audience: A): RefField<To, A>
  /** Says what is so already. */
  default(value: undefined): RefField<To, Only>
}

export interface Vec2 {
  x: number
  y: number
}
export interface Vec3 {
  x: number
  y: number
  z: number
}
export interface Quat {
  x: number
  y: number
  z: number
  w: number
}

export type Fields = Record<string, Field>
/** What a set of fields holds, as plain writable properties. */
export type Values<F extends Fields> = { -readonly [K in keyof F]: F[K]['zero'] }

/** What a field is beyond its types; the rest of the engine reads this. */
export interface Shape {
  readonly kind: FieldKind
  /** Smallest value, in the field's units (number kinds). */
  readonly min: number
  /** The size of a wire step, in the field's units. */
  readonly step: number
  /** The largest wire integer: values are `min + q * step` for q in 0..max. */
  readonly max: number
  /** oneOf: the names in wire order. */
  readonly names: readonly string[]
  /** ref: the entity. */
  readonly refTo: string | undefined
  /** vec2, vec3, list: what they hold. */
  readonly item: FieldImpl | undefined
  /** text: UTF-16 units; list: items; data: bytes. */
  readonly maxLength: number
}

/** Wire integers stay below this, so that the difference of two fits 32 bits. */
const MAX_STEPS = 2 ** 31 - 1

const SHAPE: Omit<Shape, 'kind'> = {
  min: 0,
  step: 1,
  max: 0,
  names: [],
  refTo: undefined,
  item: undefined,
  maxLength: 0,
}

/** One class for every kind: the interfaces above are what each kind shows of it. */
export class FieldImpl implements Field {
  readonly shape: Shape
  readonly zero: any
  readonly rateOf: string | undefined = undefined
  readonly audience: 'all' | Audience = 'all'
  readonly optional: boolean = false
  readonly isLinear: boolean = false
  /** In the field's units; Infinity: never. */
  readonly snapDistance: number = Number.POSITIVE_INFINITY
  readonly refTo: string | undefined
  /** text, data, list: how their values become bytes. */
  readonly packing: Packing | undefined

  constructor(shape: Shape, zero: unknown, packing?: Packing) {
    this.shape = shape
    this.zero = zero
    this.packing = packing
    this.refTo = shape.refTo
  }

  rate(field: string): this {
    return this.#with({ rateOf: field })
  }
  linear(): this {
    return this.#with({ isLinear: true })
  }
  snap(distance: number): this {
    if (!(distance > 0)) fail('ERR_SCHEMA', `.snap(${distance}): expected a distance above 0`)
    return this.#with({ snapDistance: distance })
  }
  only(audience: Audience): this {
    if (audience !== 'owner' && audience !== 'server')
      fail('ERR_SCHEMA', `.only('${String(audience)}'): expected 'owner' or 'server'`)
    return this.#with({ audience })
  }
  default(value: unknown): this {
    return this.#with({ zero: value, optional: true })
  }
  #with(change: object): this {
    return Object.freeze(Object.assign(new FieldImpl(this.shape, this.zero), this, change)) as this
  }
}

function field(kind: FieldKind, zero: unknown, shape: Partial<Shape> = {}, packing?: Packing): any {
  return Object.freeze(new FieldImpl({ ...SHAPE, kind, ...shape }, zero, packing))
}

/** The implementation behind a field. @throws ERR_SCHEMA for anything that is not one. */
export function implOf(of: Field, name: string): FieldImpl {
  if (!(of instanceof FieldImpl))
    fail('ERR_SCHEMA', `${name} is not a field: use int(), ranged(), bool, text() and so on`)
  return of
}

/** A whole number, `min` to `max` inclusive. */
export function int(min: number, max: number): NumberField {
  if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || max <= min)
    fail('ERR_SCHEMA', `int(${min}, ${max}): expected two whole numbers, the larger one last`)
  if (max - min > MAX_STEPS) fail('ERR_SCHEMA', `int(${min}, ${max}) has more than 2^31 values`)
  return field('int', Math.min(Math.max(0, min), max), { min, max: max - min })
}

/** A number from `min` to `max`, rounded to `step` at the end of each tick. Steps that are powers of two (1/256) are exact. */
export function ranged(min: number, max: number, step: number): NumberField {
  if (!Number.isFinite(min) || !Number.isFinite(max) || !(max > min) || !(step > 0) || !(step <= max - min))
    fail('ERR_SCHEMA', `ranged(${min}, ${max}, ${step}): expected min < max and 0 < step <= max - min`)
  const steps = Math.floor((max - min) / step + 1e-9)
  if (steps > MAX_STEPS) fail('ERR_SCHEMA', `ranged(${min}, ${max}, ${step}) has more than 2^31 steps`)
  return field('ranged', Math.min(Math.max(0, min), max), { min, step, max: steps })
}

/** A direction in radians, 2^bits steps around the circle; settles into 0 to 2 pi (exclusive). `bits`: 1 to 24. */
export function angle(bits: number): NumberField {
  if (!Number.isInteger(bits) || bits < 1 || bits > 24) fail('ERR_SCHEMA', `angle(${bits}): expected 1 to 24 bits`)
  return field('angle', 0, { step: (2 * Math.PI) / 2 ** bits, max: 2 ** bits - 1 })
}

/** A tick of the match, 0 to 2^31 - 1: when something happened, or will. */
export function tick(): NumberField {
  return field('tick', 0, { max: MAX_STEPS })
}

/** Yes or no. */
export const bool: PlainField<boolean> = field('bool', false, { max: 1 })

/** One of these names (1 to 65,536, all different). */
export function oneOf<const T extends readonly [string, ...string[]]>(...values: T): PlainField<T[number]> {
  if (values.length < 1 || values.length > 65536 || new Set(values).size !== values.length)
    fail('ERR_SCHEMA', `oneOf(${values.join(', ')}): expected 1 to 65,536 different names`)
  return field('oneOf', values[0], { max: values.length - 1, names: values })
}

/** Text of at most `maxLength` UTF-16 units (what `.length` counts); 1 to 4,096. */
export function text(maxLength: number): PlainField<string> {
  checkLength('text', maxLength, 4096)
  return field('text', '', { maxLength }, TEXT)
}

/** The id of a row of that entity, or undefined, as where `spawn` leaves it out; reads undefined once that row is gone. */
export function ref<const T extends string>(entity: T): RefField<T> {
  return field('ref', undefined, { refTo: entity, max: 65536 }).default(undefined)
}

/** A rotation as a unit quaternion; the three components that travel take `bits` each (4 to 20). */
export function quat(bits: number): QuatField {
  if (!Number.isInteger(bits) || bits < 4 || bits > 20) fail('ERR_SCHEMA', `quat(${bits}): expected 4 to 20 bits`)
  const max = 2 ** bits - 1
  const step = stepSize(max)
  return field('quat', Object.freeze({ x: 0, y: 0, z: 0, w: 1 }), { min: -zeroStep(max) * step, step, max })
}

/** Any plain value that MessagePack holds (no class instances), at most `maxBytes` packed; 1 to 65,536. For what rarely changes; replace it, never mutate it. */
export function data<T = Uint8Array>(maxBytes: number): PlainField<T> {
  checkLength('data', maxBytes, 65536)
  return field('data', null, { maxLength: maxBytes }, DATA)
}

/** Two numbers under one name. */
export function vec2(component: NumberField): VectorField<Vec2> {
  return field('vec2', Object.freeze({ x: 0, y: 0 }), { item: numberOf(component, 'vec2') })
}

/** Three numbers under one name. */
export function vec3(component: NumberField): VectorField<Vec3> {
  return field('vec3', Object.freeze({ x: 0, y: 0, z: 0 }), { item: numberOf(component, 'vec3') })
}

/**
 * At most `maxLength` items (1 to 1,024) of one kind, 65,536 bytes packed; sent whole when it changes. The items of a
 * list of vectors are replaced, not written in place.
 */
export function list<V>(item: Field<V>, maxLength: number): PlainField<V[]> {
  checkLength('list', maxLength, 1024)
  const impl = implOf(item, 'list(…)')
  const { kind } = impl.shape
  if (kind === 'list' || kind === 'data' || kind === 'quat')
    fail('ERR_SCHEMA', `list(${kind}): expected numbers, flags, names, text, refs or vectors`)
  return field('list', Object.freeze([]), { item: impl, maxLength }, LIST)
}

function checkLength(name: string, length: number, most: number): void {
  if (!Number.isInteger(length) || length < 1 || length > most)
    fail('ERR_SCHEMA', `${name}(${length}): expected 1 to ${most}`)
}

function numberOf(component: Field, name: string): FieldImpl {
  const impl = implOf(component, `${name}(…)`)
  const { kind } = impl.shape
  if (kind !== 'int' && kind !== 'ranged' && kind !== 'angle')
    fail('ERR_SCHEMA', `${name}(${kind}): expected int, ranged or angle`)
  return impl
}
