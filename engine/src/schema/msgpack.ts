// Plain values as MessagePack (github.com/msgpack/msgpack/blob/master/spec.md), writer and reader side by side. What comes
// over the wire is bounded as it is read, each length before anything is built of it, and extension types are refused:
// what unpack() returns holds null, booleans, finite numbers, strings, Uint8Arrays, arrays and plain objects, nothing
// else. Our own, since a library of all of MessagePack takes a fifth of a page's bundle, follows cyclic references, builds
// regular expressions and turns one byte into sixty-four.

import { type ErrorCode, fail } from './errors.ts'
import { fromUtf8, utf8Length, writeUtf8 } from './utf8.ts'

/** What may be packed. */
export type Plain = null | boolean | number | string | Uint8Array | readonly Plain[] | { readonly [key: string]: Plain }

export interface PackLimits {
  readonly bytes: number
  readonly depth: number
  /** Values of any kind, keys counted too. */
  readonly elements: number
}

/** How deep a value may be that is packed. */
const MAX_DEPTH = 32
/** No key: assigned, it would be the object's prototype. */
const PROTO = '__proto__'

/**
 * `undefined` is packed as null, a Map as an object, a Set as an array; each value in the shortest type that holds it;
 * whole numbers past 32 bits as 64-bit floats.
 * @throws the code given, for what takes more than `bytes`, is nested deeper than 32, is no plain value, or has a key
 * `__proto__`
 */
export function pack(value: unknown, bytes: number, code: ErrorCode, name: string): Uint8Array<ArrayBuffer> {
  let out = new Uint8Array(256)
  let at = 0
  /** Room for `more` bytes; where they start. */
  const take = (more: number): number => {
    at += more
    if (at > out.length) {
      const grown = new Uint8Array(at * 2)
      grown.set(out)
      out = grown
    }
    return at - more
  }
  const uint = (of: number, size: number): void => {
    const from = take(size)
    for (let i = 0; i < size; i++) out[from + i] = of >>> ((size - 1 - i) * 8)
  }
  const bytesOf = (of: Uint8Array): void => {
    const from = take(of.length)
    out.set(of, from)
  }
  /** A length: in its tag if it is below `short`, else in 8 (where there is such a type), 16 or 32 bits. */
  const length = (of: number, short: number, shortTag: number, tag8: number, tag16: number): void => {
    if (of < short) return uint(shortTag | of, 1)
    const size = of < 0x100 && tag8 > 0 ? 1 : of < 0x10000 ? 2 : 4
    uint(size === 1 ? tag8 : size === 2 ? tag16 : tag16 + 1, 1)
    uint(of, size)
  }
  const text = (of: string): void => {
    const whole = of.toWellFormed()
    const size = utf8Length(whole)
    length(size, 32, 0xa0, 0xd9, 0xda)
    const from = take(size)
    writeUtf8(whole, out, from)
  }
  const number = (of: number): void => {
    if (of >>> 0 === of) length(of, 0x80, 0, 0xcc, 0xcd)
    else if ((of | 0) === of) {
      const size = of >= -0x20 ? 0 : of >= -0x80 ? 1 : of >= -0x8000 ? 2 : 4
      if (size > 0) uint(0xd0 | (size >> 1), 1)
      uint(of, size || 1)
    } else {
      uint(0xcb, 1)
      const view = new DataView(new ArrayBuffer(8))
      view.setFloat64(0, finite(of, code, name))
      uint(view.getUint32(0), 4)
      uint(view.getUint32(4), 4)
    }
  }
  const write = (of: unknown, depth: number): void => {
    if (depth > MAX_DEPTH) fail(code, `${name} is nested deeper than ${MAX_DEPTH}`)
    if (of === null || of === undefined) uint(0xc0, 1)
    else if (typeof of === 'boolean') uint(of ? 0xc3 : 0xc2, 1)
    else if (typeof of === 'number') number(of)
    else if (typeof of === 'string') text(of)
    else if (of instanceof Uint8Array) {
      length(of.length, 0, 0, 0xc4, 0xc5)
      bytesOf(of)
    } else if (Array.isArray(of) || of instanceof Set) {
      length(Array.isArray(of) ? of.length : of.size, 16, 0x90, 0, 0xdc)
      for (const item of of) write(item, depth + 1)
    } else {
      const made = of instanceof Map ? Object.fromEntries(of) : (of as Record<string, unknown>)
      const kind = Object.prototype.toString.call(made)
      if (kind !== '[object Object]') fail(code, `${name} holds a ${kind.slice(8, -1)}: expected plain values only`)
      const keys = Object.keys(made)
      length(keys.length, 16, 0x80, 0, 0xde)
      for (const key of keys) {
        if (key === PROTO) fail(code, `${name} has the key ${PROTO}: expected another name`)
        text(key)
        write(made[key], depth + 1)
      }
    }
  }
  write(value, 0)
  if (at > bytes) fail(code, `${name} takes ${at} bytes packed: expected at most ${bytes}`)
  return out.slice(0, at)
}

/**
 * Reads longer forms, too, than pack() chooses.
 * @throws the code given, for anything past the limits, malformed, of an extension type, or not finite, for a key
 * `__proto__`, and for a key that an object has twice
 */
export function unpack(packed: Uint8Array, limits: PackLimits, code: ErrorCode, name: string): Plain {
  if (packed.length > limits.bytes) fail(code, `${name} has ${packed.length} bytes: expected at most ${limits.bytes}`)
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  let at = 0
  let left = limits.elements
  const need = (count: number): number => {
    if (count > packed.length - at) fail(code, `${name} ends inside a value`)
    at += count
    return at - count
  }
  const uint = (size: number): number => {
    const from = need(size)
    return size === 1 ? view.getUint8(from) : size === 2 ? view.getUint16(from) : view.getUint32(from)
  }
  const tooMany = (): never => fail(code, `${name} has too many elements: expected at most ${limits.elements}`)
  const text = (count: number): string => {
    const from = need(count)
    return fromUtf8(packed.subarray(from, from + count), code, name)
  }
  // A view of the same bytes that is no Buffer: nor is what is cut out of it.
  const bin = (count: number): Uint8Array =>
    new Uint8Array(packed.buffer, packed.byteOffset + need(count), count).slice()
  const array = (count: number, depth: number): Plain => {
    if (count > left) tooMany()
    const items: Plain[] = []
    for (let i = 0; i < count; i++) items.push(read(depth))
    return items
  }
  const map = (pairs: number, depth: number): Plain => {
    if (pairs * 2 > left) tooMany()
    const made: Record<string, Plain> = {}
    for (let i = 0; i < pairs; i++) {
      const key = read(depth)
      if (typeof key !== 'string') fail(code, `${name} has a key that is not text`)
      if (key === PROTO) fail(code, `${name} has the key ${PROTO}: expected another name`)
      if (Object.hasOwn(made, key)) fail(code, `${name} has a key twice`)
      made[key] = read(depth)
    }
    return made
  }
  const read = (depth: number): Plain => {
    if (depth > limits.depth) fail(code, `${name} is nested deeper than ${limits.depth}`)
    if (--left < 0) tooMany()
    const tag = uint(1)
    if (tag <= 0x7f) return tag
    if (tag >= 0xe0) return tag - 0x100
    if (tag <= 0x8f) return map(tag & 15, depth + 1)
    if (tag <= 0x9f) return array(tag & 15, depth + 1)
    if (tag <= 0xbf) return text(tag & 31)
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
      case 0xc3:
        return tag === 0xc3
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return bin(uint(1 << (tag - 0xc4)))
      case 0xca:
        return finite(view.getFloat32(need(4)), code, name)
      case 0xcb:
        return finite(view.getFloat64(need(8)), code, name)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return uint(1 << (tag - 0xcc))
      case 0xcf:
        return Number(view.getBigUint64(need(8)))
      case 0xd0:
        return view.getInt8(need(1))
      case 0xd1:
        return view.getInt16(need(2))
      case 0xd2:
        return view.getInt32(need(4))
      case 0xd3:
        return Number(view.getBigInt64(need(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return text(uint(1 << (tag - 0xd9)))
      case 0xdc:
      case 0xdd:
        return array(uint(2 << (tag - 0xdc)), depth + 1)
      case 0xde:
      case 0xdf:
        return map(uint(2 << (tag - 0xde)), depth + 1)
      default:
        return fail(code, `${name} holds type 0x${tag.toString(16)}: expected plain values only`)
    }
  }
  const value = read(0)
  if (at !== packed.length) fail(code, `${name} has ${packed.length - at} bytes after its value`)
  return value
}

function finite(value: number, code: ErrorCode, name: string): number {
  if (!Number.isFinite(value)) fail(code, `${name} holds ${value}: expected finite numbers`)
  return value
}
