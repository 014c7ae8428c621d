// A list as it is packed: a MessagePack array of what stands for its items: whole numbers, text, or arrays of whole numbers.

import { type ErrorCode, fail } from './errors.ts'
import type { FieldImpl, Shape } from './field.ts'
import { type Plain, pack, unpack } from './msgpack.ts'
import { freeze, type Packing, show } from './packed.ts'
import { PARTS } from './parts.ts'
import { settleText, TEXT } from './text.ts'

export const LIST: Packing = {
  most: (shape) => Math.min(65536, 5 + shape.maxLength * itemBytes(shape.item!.shape)),

  pack(shape, value, code, name) {
    if (!Array.isArray(value)) fail(code, `${name} is ${show(value)}: the schema allows a list`)
    const items = Array.from(value.slice(0, shape.maxLength), (item, at) =>
      settleItem(shape.item!, item, `${name}[${at}]`, code)
    )
    const wire = items.map((item) => item.wire)
    return { bytes: pack(wire, LIST.most(shape), code, name), value: freeze(items.map((item) => item.value)) }
  },

  unpack(shape, bytes, code, name) {
    const limits = { bytes: bytes.length, depth: 4, elements: 1 + shape.maxLength * 5 }
    const wire = unpack(bytes, limits, code, name)
    if (!Array.isArray(wire) || wire.length > shape.maxLength)
      fail(code, `${name} is no list of at most ${shape.maxLength} items`)
    const items = (wire as Plain[]).map((item, at) => readItem(shape.item!, item, code, `${name}[${at}]`))
    return { bytes, value: freeze(items) }
  },
}

function itemBytes(shape: Shape): number {
  switch (shape.kind) {
    case 'text':
      return 3 + TEXT.most(shape)
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
