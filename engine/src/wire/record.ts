// Named values as bits: a command, an event, a request's two halves, a match's options. Writer and reader side by side.
// What is read back is the settled value, so settle() is what both ends run on.

import { type ErrorCode, fail, TickwireError } from '../schema/errors.ts'
import { type Column, type FieldSlot, fromSteps, type Layout, toSteps } from '../schema/layout.ts'
import { packValue, show, unpackValue } from '../schema/packed.ts'
import { PARTS } from '../schema/parts.ts'
import { fromSmallestThree, isRotation, toSmallestThree } from '../schema/rotation.ts'
import { BitReader, BitWriter } from './bits.ts'

export type Values = Readonly<Record<string, unknown>>

const steps = new Int32Array(4)
const quad = new Float64Array(4)
const scratch = new BitWriter()

/**
 * Writes every field of the layout. What has a default may be missing; numbers are clamped and rounded.
 * @throws the code given, for a missing value, one of another type, NaN or Infinity
 */
export function writeRecord(out: BitWriter, layout: Layout, values: Values, code: ErrorCode): void {
  for (const slot of layout.fields) {
    const name = `${layout.name}.${slot.name}`
    const value = values[slot.name]
    writeField(out, layout.columns, slot, value === undefined ? missing(slot, name, code) : value, name, code)
  }
}

/** @throws the code given, for what writeRecord() can't have written; ERR_FRAME_TRUNCATED */
export function readRecord(from: BitReader, layout: Layout, code: ErrorCode): Record<string, unknown> {
  const values: Record<string, unknown> = {}
  for (const slot of layout.fields) values[slot.name] = readField(from, layout.columns, slot, code)
  return values
}

export function packRecord(layout: Layout, values: Values, code: ErrorCode): Uint8Array<ArrayBuffer> {
  scratch.reset()
  writeRecord(scratch, layout, values, code)
  return scratch.finish()
}

/** @throws the code given, for what packRecord() can't have made */
export function unpackRecord(layout: Layout, bytes: Uint8Array, code: ErrorCode): Record<string, unknown> {
  try {
    const from = new BitReader(bytes)
    const values = readRecord(from, layout, code)
    from.end()
    return values
  } catch (error) {
    if (!(error instanceof TickwireError) || error.code === code) throw error
    return fail(code, `${layout.name}: ${error.reason}`)
  }
}

/** The values as the other end will read them. */
export function settleRecord(layout: Layout, values: Values, code: ErrorCode): Record<string, unknown> {
  return unpackRecord(layout, packRecord(layout, values, code), code)
}

/** Every field at its default: what the server runs for a player who says nothing. Settled. */
export function neutralRecord(layout: Layout): Values {
  const zeros = Object.fromEntries(layout.fields.map(({ name, field }) => [name, field.zero]))
  return settleRecord(layout, zeros, 'ERR_SCHEMA')
}

function missing(slot: FieldSlot, name: string, code: ErrorCode): unknown {
  if (slot.field.optional) return slot.field.zero
  return fail(code, `${name} is missing`)
}

function writeField(
  out: BitWriter,
  columns: readonly Column[],
  slot: FieldSlot,
  value: unknown,
  name: string,
  code: ErrorCode
): void {
  const { shape } = slot
  const column = columns[slot.column]
  const parts = shape.kind === 'quat' ? undefined : PARTS[shape.kind]
  if (parts) {
    if (value === null) fail(code, `${name} is null: expected { ${parts.join(', ')} }`)
    for (let i = 0; i < parts.length; i++) {
      const part = (value as Record<string, unknown>)[parts[i]]
      out.uint(toSteps(columns[slot.column + i], finite(part, `${name}.${parts[i]}`, code)), column.bits)
    }
    return
  }
  switch (shape.kind) {
    case 'bool':
      if (typeof value !== 'boolean') fail(code, `${name} is ${show(value)}: expected true or false`)
      return out.bit(value)
    case 'oneOf': {
      const at = shape.names.indexOf(value as string)
      if (at < 0) fail(code, `${name} is ${show(value)}: expected ${shape.names.join(', ')}`)
      return out.uint(at, column.bits)
    }
    case 'ref': {
      const id = (value === undefined ? 0 : value) as number
      if (!Number.isSafeInteger(id) || id < 0) fail(code, `${name} is ${show(value)}: expected a row's id or undefined`)
      return out.varint(id)
    }
    case 'quat': {
      const { x, y, z, w } = (value ?? {}) as { x: number; y: number; z: number; w: number }
      finite(x + y + z + w, name, code)
      toSmallestThree(x, y, z, w, shape.max, steps)
      for (let i = 0; i < 4; i++) out.uint(steps[i], columns[slot.column + i].bits)
      return
    }
    case 'text':
    case 'list':
    case 'data': {
      const { bytes } = packValue(slot.field, value, name, code)
      out.varint(bytes.length)
      return out.bytes(bytes)
    }
    default:
      return out.uint(toSteps(column, finite(value, name, code)), column.bits)
  }
}

function readField(from: BitReader, columns: readonly Column[], slot: FieldSlot, code: ErrorCode): unknown {
  const { shape } = slot
  const column = columns[slot.column]
  const parts = shape.kind === 'quat' ? undefined : PARTS[shape.kind]
  if (parts) {
    const value: Record<string, number> = {}
    for (let i = 0; i < parts.length; i++) {
      const of = columns[slot.column + i]
      value[parts[i]] = fromSteps(of, readSteps(from, of, code))
    }
    return value
  }
  switch (shape.kind) {
    case 'bool':
      return from.bit()
    case 'oneOf':
      return shape.names[readSteps(from, column, code)]
    case 'ref':
      return from.varint() || undefined
    case 'quat':
      for (let i = 0; i < 4; i++) steps[i] = readSteps(from, columns[slot.column + i], code)
      if (!isRotation(steps[1], steps[2], steps[3], shape.max)) fail(code, `${slot.name} is no rotation`)
      fromSmallestThree(steps[0], steps[1], steps[2], steps[3], shape.max, quad)
      return { x: quad[0], y: quad[1], z: quad[2], w: quad[3] }
    case 'text':
    case 'list':
    case 'data': {
      const length = from.varint()
      return unpackValue(slot.field, from.bytes(length), code, slot.name).value
    }
    default:
      return fromSteps(column, readSteps(from, column, code))
  }
}

function readSteps(from: BitReader, column: Column, code: ErrorCode): number {
  const q = from.uint(column.bits)
  if (q > column.max) fail(code, `${column.name} is at step ${q}: the schema allows 0 to ${column.max}`)
  return q
}

function finite(value: unknown, name: string, code: ErrorCode): number {
  if (typeof value !== 'number' || !Number.isFinite(value))
    fail(code, `${name} is ${show(value)}: expected a finite number`)
  return value
}
