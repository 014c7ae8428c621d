// Packed values: text, data and lists as immutable bytes with the value they hold. Two are equal if their bytes are.
// text.ts, data.ts and list.ts pack one kind each, side by side with what reads it back equal; a field brings its own, so
// that a page loads those that its game has.

import { type ErrorCode, fail } from './errors.ts'
import type { FieldImpl, Shape } from './field.ts'

export interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Frozen where it is an array or an object. */
  readonly value: unknown
}

/** How values of one kind are packed. */
export interface Packing {
  /** The most bytes that a value of this shape packs into. */
  most(shape: Shape): number
  /** As packValue(). */
  pack(shape: Shape, value: unknown, code: ErrorCode, name: string): Packed
  /** As unpackValue(), of at most so many bytes. */
  unpack(shape: Shape, bytes: Uint8Array<ArrayBuffer>, code: ErrorCode, name: string): Packed
}

/** The most bytes that a value of this field packs into. */
export function maxBytes({ packing, shape }: FieldImpl): number {
  return packing!.most(shape)
}

/**
 * Packs what a game wrote. Text is made well-formed and cut to its bound, a list cut to its bound and each of its
 * numbers clamped and rounded, data made what its reader will hold.
 * @throws the code given, for a value of another type, NaN, Infinity, or more bytes than the bound.
 */
export function packValue(field: FieldImpl, value: unknown, name: string, code: ErrorCode = 'ERR_FIELD_VALUE'): Packed {
  return field.packing!.pack(field.shape, value, code, name)
}

/**
 * Reads what came over the wire. Of data and lists it takes any MessagePack, not only the shortest, which packValue()
 * makes: equal values may then differ in their bytes.
 * @throws the code given unless the bytes hold a value of the field's shape, within its bounds
 */
export function unpackValue(field: FieldImpl, bytes: Uint8Array<ArrayBuffer>, code: ErrorCode, name: string): Packed {
  const most = maxBytes(field)
  if (bytes.length > most) fail(code, `${name} has ${bytes.length} bytes: expected at most ${most}`)
  return field.packing!.unpack(field.shape, bytes, code, name)
}

export function samePacked(one: Packed, other: Packed): boolean {
  if (one === other) return true
  const a = one.bytes
  const b = other.bytes
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

/** A value as an error shows it. */
export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}

/** A plain value that nobody can change: bytes excepted. */
export function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) freeze(inner)
  }
  return value
}
