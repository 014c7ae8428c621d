// Packed values: text, data and lists as immutable bytes with the value they hold. Two are equal if their bytes are.
// pack and unpack stand side by side: what one makes of a value, the other reads back equal.

import { type ErrorCode, fail } from './errors.ts'
import { type FieldImpl, PARTS, type Shape } from './field.ts'
import { type Plain, pack, unpack } from './msgpack.ts'
import { fromUtf8, utf8 } from './utf8.ts'

export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Frozen where it is an array or an object. */
  readonly value: unknown
}

/** The most bytes that a value of this shape packs into. */
export function maxBytes(shape: Shape): number {
  switch (shape.kind) {
    case 'text':
      return shape.maxLength * 3
    case 'data':
      return shape.maxLength
    default:
      return Math.min(65536, 5 + shape.maxLength * itemBytes(shape.item!.shape))
  }
}

/**
 * Packs what a game wrote. Text is made well-formed and cut to its bound, a list cut to its bound and each of its
 * numbers clamped and rounded, data made what its reader will hold.
 * @throws the code given, for a value of another type, NaN, Infinity, or more bytes than the bound.
 */
export function packValue(field: FieldImpl, value: unknown, name: string, code: ErrorCode = 'ERR_FIELD_VALUE'): Packed {
  const { shape } = field
  switch (shape.kind) {
    case 'text': {
      const settled = settleText(value, shape, name, code)
      return { bytes: utf8(settled), value: settled }
    }
    case 'data': {
      const bytes = pack(value ?? null, shape.maxLength, code, name)
      return unpackValue(field, bytes, code, name)
    }
    default: {
      if (!Array.isArray(value)) fail(code, `${name} is ${show(value)}: the schema allows a list`)
      const items = Array.from(value.slice(0, shape.maxLength), (item, at) =>
        settleItem(shape.item!, item, `${name}[${at}]`, code)
      )
      const bytes = pack(
        items.map((item) => item.wire),
        maxBytes(shape),
        code,
        name
      )
      return { bytes, value: freeze(items.map((item) => item.value)) }
    }
  }
}

/**
 * Reads what came over the wire. Of data and lists it takes any MessagePack, not only the shortest, which packValue()
 * makes: equal values may then differ in their bytes.
 * @throws the code given unless the bytes hold a value of the field's shape, within its bounds
 */
export function unpackValue(field: FieldImpl, bytes: Uint8Array<ArrayBuffer>, code: ErrorCode, name: string): Packed {
  const { shape } = field
  const most = maxBytes(shape)
  if (bytes.length > most) fail(code, `${name} has ${bytes.length} bytes: expected at most ${most}`)
  switch (shape.kind) {
    case 'text': {
      const value = fromUtf8(bytes, code, name)
      if (value.length > shape.maxLength)
        fail(code, `${name} has ${value.length} characters: expected at most ${shape.maxLength}`)
      return { bytes, value }
    }
    case 'data':
      return { bytes, value: freeze(unpack(bytes, { bytes: most, depth: 32, elements: most }, code, name)) }
    default: {
      const wire = unpack(bytes, { bytes: most, depth: 4, elements: 1 + shape.maxLength * 5 }, code, name)
      if (!Array.isArray(wire) || wire.length > shape.maxLength)
        fail(code, `${name} is no list of at most ${shape.maxLength} items`)
      const items = (wire as Plain[]).map((item, at) => readItem(shape.item!, item, code, `${name}[${at}]`))
      return { bytes, value: freeze(items) }
    }
  }
}

export function samePacked(one: Packed, other: Packed): boolean {
  if (one === other) return true
  const a = one.bytes
  const b = other.bytes
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** Checks and cuts text. @throws the code given, for anything but a string */
function settleText(value: unknown, shape: Shape, name: string, code: ErrorCode): string {
  if (typeof value !== 'string') fail(code, `${name} is ${show(value)}: the schema allows text`)
  const cut = value.length > shape.maxLength ? value.slice(0, shape.maxLength) : value
  return cut.toWellFormed()
}

/** A value as an error shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

function itemBytes(shape: Shape): number {
  switch (shape.kind) {
    case 'text':
      return 3 + maxBytes(shape)
    case 'vec2':
    case 'vec3':
      return 16
    case 'bool':
      return 1
    default:
      return 9
  }
}

/** An item's settled value, and what stands for it on the wire: whole numbers, text, or an array of whole numbers. */
function settleItem(item: FieldImpl, value: unknown, name: string, code: ErrorCode): { value: unknown; wire: Plain } {
  const { shape } = item
  const parts = PARTS[shape.kind]
  if (parts) {
    const from = value as Record<string, unknown>
    if (typeof value !== 'object' || value === null) fail(code, `${name} is ${show(value)}: expected ${shape.kind}`)
    const settled = parts.map((part) => settleItem(shape.item!, from[part], `${name}.${part}`, code))
    return {
      value: vector(
        parts,
        settled.map((one) => one.value)
      ),
      wire: settled.map((one) => one.wire),
    }
  }
  switch (shape.kind) {
    case 'text': {
      const text = settleText(value, shape, name, code)
      return { value: text, wire: text }
    }
    case 'bool':
      return { value: Boolean(value), wire: Boolean(value) }
    case 'oneOf': {
      const at = shape.names.indexOf(value as string)
      if (at < 0) fail(code, `${name} is ${show(value)}: the schema allows ${shape.names.join(', ')}`)
      return { value, wire: at }
    }
    case 'ref': {
      if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) > 0))
        fail(code, `${name} is ${show(value)}: expected a row's id or undefined`)
      return { value, wire: (value as number | undefined) ?? 0 }
    }
    case 'int':
    case 'ranged':
    case 'angle':
    case 'tick': {
      if (!Number.isFinite(value)) fail(code, `${name} is ${show(value)}: expected a finite number`)
      const q = wrapOrClamp(shape, Math.round(((value as number) - shape.min) / shape.step))
      return { value: shape.min + q * shape.step, wire: q }
    }
    default:
      return fail('ERR_SCHEMA', `${name}: a list can't hold ${shape.kind}`)
  }
}

function readItem(item: FieldImpl, wire: Plain, code: ErrorCode, name: string): unknown {
  const { shape } = item
  const parts = PARTS[shape.kind]
  if (parts) {
    if (!Array.isArray(wire) || wire.length !== parts.length) fail(code, `${name} is no ${shape.kind}`)
    return vector(
      parts,
      parts.map((part, at) => readItem(shape.item!, (wire as Plain[])[at], code, `${name}.${part}`))
    )
  }
  switch (shape.kind) {
    case 'text':
      if (typeof wire !== 'string' || wire.length > shape.maxLength || !wire.isWellFormed())
        fail(code, `${name} is no text of at most ${shape.maxLength} characters`)
      return wire
    case 'bool':
      if (typeof wire !== 'boolean') fail(code, `${name} is ${show(wire)}: expected true or false`)
      return wire
    case 'ref':
      if (!Number.isSafeInteger(wire) || (wire as number) < 0) fail(code, `${name} is ${show(wire)}: expected an id`)
      return wire === 0 ? undefined : wire
    default: {
      if (!Number.isInteger(wire) || (wire as number) < 0 || (wire as number) > shape.max)
        fail(code, `${name} is ${show(wire)}: expected 0 to ${shape.max}`)
      return shape.kind === 'oneOf' ? shape.names[wire as number] : shape.min + (wire as number) * shape.step
    }
  }
}

function wrapOrClamp(shape: Shape, q: number): number {
  if (shape.kind === 'angle') return q & shape.max
  return q < 0 ? 0 : q > shape.max ? shape.max : q
}

function vector(parts: readonly string[], values: readonly unknown[]): object {
  return Object.freeze(Object.fromEntries(parts.map((part, at) => [part, values[at]])))
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
