// How a set of named fields lies in columns. A number is one column, a vec2 two, a vec3 three, a quat four; text, data
// and lists are one column of immutable values. Everything per value is looked up here once a column, never once a row.
// Columns stand in declaration order; `order` walks them so that rates come before what they move.

import { fail } from './errors.ts'
import { type Audience, type FieldImpl, type Fields, implOf, type Shape } from './field.ts'
import { maxBytes, type Packed, packValue } from './packed.ts'
import { PARTS } from './parts.ts'
import { type ColumnPredictor, checkPredictor, type Predictor as GamePredictor } from './predictor.ts'
import { toSmallestThree } from './rotation.ts'

/** 'number': an integer of `min + q * step`; 'quat': one of the four columns of a rotation; 'value': packed bytes. */
export type ColumnKind = 'number' | 'ref' | 'tick' | 'quat' | 'value'

/** How a number column is predicted from the snapshots that both ends hold. */
export type Predictor = 'hold' | 'rate' | 'linear' | 'game'

export interface Column {
  /** Its place in the layout. */
  readonly index: number
  /** `x`, or `pos.x` for a component. */
  readonly name: string
  /** The field that it belongs to. */
  readonly slot: FieldSlot
  readonly kind: ColumnKind
  readonly min: number
  readonly step: number
  /** 1 / step: rounding multiplies. */
  readonly perStep: number
  readonly max: number
  /** The bits of `max`. */
  readonly bits: number
  /** Angles: q is modulo max + 1. */
  readonly wraps: boolean
  readonly predictor: Predictor
  /** predictor 'rate': the column of the derivative, its value at q = 0 and its step, in this column's steps a second. */
  readonly rate: number
  readonly rateMin: number
  readonly rateStep: number
  /** predictor 'game': the game's own. */
  readonly byGame: ColumnPredictor | undefined
  readonly audience: 'all' | Audience
  /** The wire value of a fresh row. */
  readonly zero: number
  /** The same of a value column; `undefined` for the others. */
  readonly zeroValue: Packed | undefined
  /** A jump of more than this many steps is drawn at once. */
  readonly snap: number
  /** True for numbers that glide between snapshots; flags, choices, refs, ticks and plain whole numbers step. */
  readonly glides: boolean
}

/** A field in its layout. */
export interface FieldSlot {
  readonly name: string
  readonly field: FieldImpl
  readonly shape: Shape
  readonly audience: 'all' | Audience
  /** Its first column, and how many follow each other. */
  readonly column: number
  readonly width: number
  /** Its place among the fields. */
  readonly index: number
}

/** What a rate can move, and be; besides vectors. */
const NUMBERS: readonly Shape['kind'][] = ['int', 'ranged', 'angle', 'tick']

export class Layout {
  readonly name: string
  readonly fields: readonly FieldSlot[]
  readonly columns: readonly Column[]
  /** Column indices: those that the game's predictor wants first; those without a rate, those whose rate is among these, and so on. */
  readonly order: readonly number[]
  readonly byName: ReadonlyMap<string, FieldSlot>
  /** The fields that are rotations. */
  readonly rotations: readonly FieldSlot[]
  readonly predictor: GamePredictor | undefined

  /**
   * @throws ERR_SCHEMA for a default out of bounds, where a rate names no field of its kind, itself, or a ring, and where
   * the game's own predictor names what is not there
   */
  constructor(name: string, fields: Fields, predictor?: GamePredictor) {
    this.name = name
    const slots: FieldSlot[] = []
    const columns: Column[] = []
    const impls = new Map(Object.keys(fields).map((key) => [key, implOf(fields[key], `${name}.${key}`)]))
    const starts = new Map<string, number>()
    let start = 0
    for (const [key, impl] of impls) {
      starts.set(key, start)
      start += PARTS[impl.shape.kind]?.length ?? 1
    }
    for (const [key, field] of impls) {
      const parts = PARTS[field.shape.kind] ?? ['']
      const slot: FieldSlot = {
        name: key,
        field,
        shape: field.shape,
        audience: field.audience,
        column: columns.length,
        width: parts.length,
        index: slots.length,
      }
      slots.push(slot)
      for (const part of parts) columns.push(columnOf(name, slot, part, columns.length, impls, starts))
    }
    this.fields = slots
    this.rotations = slots.filter(({ shape }) => shape.kind === 'quat')
    this.predictor = predictor
    if (predictor) checkPredictor(name, predictor, columns)
    this.columns = columns.map((column) => {
      const byGame = predictor?.columns[column.name]
      return byGame ? { ...column, predictor: 'game', byGame } : column
    })
    this.order = orderOf(name, this.columns, predictor?.order ?? [])
    this.byName = new Map(slots.map((slot) => [slot.name, slot]))
  }
}

/** The wire integer of a finite number, clamped to the column's bounds. */
export function toSteps(column: Column, value: number): number {
  const q = Math.floor((value - column.min) * column.perStep + 0.5)
  // 2^bits steps around: ToInt32 and a mask are the modulus.
  if (column.wraps) return q & column.max
  return q < 0 ? 0 : q > column.max ? column.max : q
}

/** The number of a wire integer. */
export function fromSteps(column: Column, q: number): number {
  return column.min + q * column.step
}

function columnOf(
  layout: string,
  slot: FieldSlot,
  part: string,
  index: number,
  impls: ReadonlyMap<string, FieldImpl>,
  starts: ReadonlyMap<string, number>
): Column {
  const { field } = slot
  const { kind } = field.shape
  const shape = field.shape.item && kind !== 'list' ? field.shape.item.shape : field.shape
  const name = part === '' ? slot.name : `${slot.name}.${part}`
  let rate = -1
  let rateMin = 0
  let rateStep = 0
  if (field.rateOf !== undefined) {
    const of = impls.get(field.rateOf)
    const found = of?.shape
    if (!of || !found || of === field)
      fail('ERR_SCHEMA', `${layout}.${name}: .rate('${field.rateOf}') names no other field`)
    const isVector = kind === 'vec2' || kind === 'vec3'
    if (!isVector && !NUMBERS.includes(kind)) fail('ERR_SCHEMA', `${layout}.${name}: a ${kind} has no rate`)
    const same = isVector ? found.kind === kind : NUMBERS.includes(found.kind)
    if (!same)
      fail('ERR_SCHEMA', `${layout}.${name}: .rate('${field.rateOf}') is a ${found.kind}, expected a field of its kind`)
    if (of.audience !== 'all' && of.audience !== field.audience)
      fail('ERR_SCHEMA', `${layout}.${name}: .rate('${field.rateOf}') is hidden from viewers who see this field`)
    const rateShape = found.item?.shape ?? found
    rate = starts.get(field.rateOf)! + (index - slot.column)
    rateMin = rateShape.min / shape.step
    rateStep = rateShape.step / shape.step
  }
  // Which component of a rotation is left out stands in its first column.
  const isLargest = kind === 'quat' && index === slot.column
  const isNumber = shape.kind === 'int' || shape.kind === 'ranged' || shape.kind === 'angle'
  const column: Column = {
    index,
    name,
    slot,
    kind:
      kind === 'quat' ? 'quat' : kind === 'ref' ? 'ref' : kind === 'tick' ? 'tick' : isValue(kind) ? 'value' : 'number',
    min: isLargest ? 0 : shape.min,
    step: isLargest ? 1 : shape.step,
    perStep: isLargest ? 1 : 1 / shape.step,
    max: isLargest ? 3 : shape.max,
    bits: isLargest ? 2 : 32 - Math.clz32(shape.max),
    wraps: shape.kind === 'angle',
    // A rotation's first column is a choice, and predict.ts has its own way with the others.
    predictor: rate >= 0 ? 'rate' : field.isLinear && kind !== 'quat' ? 'linear' : 'hold',
    rate,
    rateMin,
    rateStep,
    byGame: undefined,
    audience: field.audience,
    zero: 0,
    zeroValue: undefined,
    snap: field.snapDistance === Number.POSITIVE_INFINITY ? Number.POSITIVE_INFINITY : field.snapDistance / shape.step,
    // Counts don't glide: a hull of 93.4 was never there. Whole numbers that move say how.
    glides: isNumber && (kind !== 'int' || rate >= 0 || field.isLinear),
  }
  if (column.kind === 'value') return { ...column, zeroValue: zeroValueOf(field, `${layout}.${name}`) }
  return { ...column, zero: zeroOf(layout, column, part) }
}

function isValue(kind: Shape['kind']): boolean {
  return kind === 'text' || kind === 'data' || kind === 'list'
}

function zeroValueOf(field: FieldImpl, name: string): Packed {
  const packed = packValue(field, field.zero, `${name}: its default`, 'ERR_SCHEMA')
  const { kind, maxLength } = field.shape
  if (kind === 'text' && packed.value !== field.zero)
    fail('ERR_SCHEMA', `${name}: default '${field.zero}': expected well-formed text of at most ${maxLength}`)
  return packed
}

function zeroOf(layout: string, column: Column, part: string): number {
  const { field, shape } = column.slot
  const name = `${layout}.${column.name}`
  switch (shape.kind) {
    case 'ref':
      return 0
    case 'quat': {
      const { x, y, z, w } = field.zero ?? {}
      if (!Number.isFinite(x + y + z + w)) fail('ERR_SCHEMA', `${name}: its default is not a rotation`)
      const out = new Int32Array(4)
      toSmallestThree(x, y, z, w, shape.max, out)
      return out[column.index - column.slot.column]
    }
    case 'bool':
      if (typeof field.zero !== 'boolean') fail('ERR_SCHEMA', `${name}: default ${field.zero}: expected true or false`)
      return field.zero ? 1 : 0
    case 'oneOf': {
      const at = shape.names.indexOf(field.zero)
      if (at < 0) fail('ERR_SCHEMA', `${name}: default '${field.zero}' is not one of ${shape.names.join(', ')}`)
      return at
    }
    default: {
      const value = part === '' ? field.zero : field.zero?.[part]
      if (typeof value !== 'number' || !Number.isFinite(value))
        fail('ERR_SCHEMA', `${name}: default ${value} is not a number`)
      const q = Math.round((value - column.min) / column.step)
      if (field.optional && !column.wraps && !(q >= 0 && q <= column.max))
        fail('ERR_SCHEMA', `${name}: default ${value}: expected ${column.min} to ${fromSteps(column, column.max)}`)
      return toSteps(column, value)
    }
  }
}

/** The most bits that one set of values takes as a record. */
export function maxBits(layout: Layout): number {
  let bits = 0
  for (const column of layout.columns) {
    // Varints: an id has 53 bits, a length at most 17.
    if (column.kind === 'ref') bits += 64
    else if (column.kind === 'value') bits += 24 + 8 * maxBytes(column.slot.field)
    else bits += column.bits
  }
  return bits
}

function orderOf(name: string, columns: readonly Column[], first: readonly string[]): number[] {
  /** By column: how many rates stand behind it. */
  const depths = columns.map((column) => {
    let depth = 0
    for (let at = column.rate; at >= 0; at = columns[at].rate)
      if (++depth > columns.length) fail('ERR_SCHEMA', `${name}.${column.name}: its rates go round in a ring`)
    return depth
  })
  const rest = columns.map(({ index }) => index).filter((index) => !first.includes(columns[index].name))
  rest.sort((a, b) => depths[a] - depths[b] || a - b)
  const order = [...first.map((one) => columns.findIndex((column) => column.name === one)), ...rest]
  for (const [place, index] of order.entries()) {
    const { predictor, rate, name: late } = columns[index]
    if (predictor === 'rate' && order.indexOf(rate) > place)
      fail('ERR_SCHEMA', `${name}: predictor: order has ${late} before its rate, ${columns[rate].name}`)
  }
  return order
}
