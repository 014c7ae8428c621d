// MessagePack for what is not hot: control messages, `data` and `list` values. Before anything is decoded, its size,
// depth and number of elements are bounded and extension types refused, since msgpackr would follow cyclic references,
// build regular expressions and turn one byte into sixty-four. What unpack() returns holds null, booleans, finite
// numbers, strings, Uint8Arrays, arrays and plain objects, nothing else.

import { Packr } from 'msgpackr/index-no-eval'
import { type ErrorCode, fail } from './errors.ts'

/** What may be packed. */
export type Plain = null | boolean | number | string | Uint8Array | readonly Plain[] | { readonly [key: string]: Plain }

export interface PackLimits {
  readonly bytes: number
  readonly depth: number
  /** Values of any kind, keys counted too. */
  readonly elements: number
}

const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  mapsAsObjects: true,
  encodeUndefinedAsNil: true,
  copyBuffers: true,
  int64AsType: 'number',
})

/** @throws the code given, for what is larger than `bytes` or holds what MessagePack's plain types cannot. */
export function pack(value: unknown, bytes: number, code: ErrorCode, name: string): Uint8Array<ArrayBuffer> {
  let packed: Uint8Array
  try {
    packed = packr.pack(value)
  } catch (cause) {
    return fail(code, `${name} can't be packed: ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (packed.length > bytes) fail(code, `${name} takes ${packed.length} bytes packed: expected at most ${bytes}`)
  const own = new Uint8Array(packed)
  // What unpack() would refuse must not leave: dates, for one, pack as extensions.
  scan(own, { bytes, depth: 32, elements: bytes }, code, name)
  return own
}

/** @throws the code given, for anything past the limits, malformed, of an extension type, or not finite. */
export function unpack(packed: Uint8Array, limits: PackLimits, code: ErrorCode, name: string): Plain {
  scan(packed, limits, code, name)
  // A view of the same bytes that is no Buffer: what msgpackr cuts out of it is none either.
  return packr.unpack(new Uint8Array(packed.buffer, packed.byteOffset, packed.byteLength)) as Plain
}

/** Walks the bytes without building anything. Layout: github.com/msgpack/msgpack/blob/master/spec.md */
function scan(bytes: Uint8Array, limits: PackLimits, code: ErrorCode, name: string): void {
  if (bytes.length > limits.bytes) fail(code, `${name} has ${bytes.length} bytes: expected at most ${limits.bytes}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  let left = limits.elements
  const need = (count: number): number => {
    if (count > bytes.length - at) fail(code, `${name} ends inside a value`)
    at += count
    return at - count
  }
  const length = (size: number): number => {
    const from = need(size)
    return size === 1 ? bytes[from] : size === 2 ? view.getUint16(from) : view.getUint32(from)
  }
  const each = (count: number, depth: number): void => {
    if (count > left) fail(code, `${name} has too many elements: expected at most ${limits.elements}`)
    for (let i = 0; i < count; i++) walk(depth)
  }
  const map = (pairs: number, depth: number): void => {
    if (pairs * 2 > left) fail(code, `${name} has too many elements: expected at most ${limits.elements}`)
    for (let i = 0; i < pairs; i++) {
      const key = bytes[at]
      if (!((key >= 0xa0 && key <= 0xbf) || (key >= 0xd9 && key <= 0xdb)))
        fail(code, `${name} has a key that is not text`)
      walk(depth)
      walk(depth)
    }
  }
  const walk = (depth: number): void => {
    if (depth > limits.depth) fail(code, `${name} is nested deeper than ${limits.depth}`)
    if (--left < 0) fail(code, `${name} has too many elements: expected at most ${limits.elements}`)
    const tag = bytes[need(1)]
    if (tag <= 0x7f || tag >= 0xe0 || tag === 0xc0 || tag === 0xc2 || tag === 0xc3) return
    if (tag <= 0x8f) return map(tag & 15, depth + 1)
    if (tag <= 0x9f) return each(tag & 15, depth + 1)
    if (tag <= 0xbf) return void need(tag & 31)
    switch (tag) {
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return void need(length(1 << (tag - 0xc4)))
      case 0xca:
        return finite(view.getFloat32(need(4)))
      case 0xcb:
        return finite(view.getFloat64(need(8)))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return void need(1 << (tag - 0xcc))
      case 0xcf:
      case 0xd3:
        return void need(8)
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return void need(1 << (tag - 0xd0))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return void need(length(1 << (tag - 0xd9)))
      case 0xdc:
        return each(length(2), depth + 1)
      case 0xdd:
        return each(length(4), depth + 1)
      case 0xde:
        return map(length(2), depth + 1)
      case 0xdf:
        return map(length(4), depth + 1)
      default:
        fail(code, `${name} holds type 0x${tag.toString(16)}: expected plain values only`)
    }
  }
  const finite = (value: number): void => {
    if (!Number.isFinite(value)) fail(code, `${name} holds ${value}: expected finite numbers`)
  }
  walk(0)
  if (at !== bytes.length) fail(code, `${name} has ${bytes.length - at} bytes after its value`)
}
