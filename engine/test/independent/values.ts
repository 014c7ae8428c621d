// M2, S20, S30, S50: what whole numbers and bytes stand for.

import { type Column, PARTS, type Spec } from './contract.ts'

// --- MessagePack (M2) ------------------------------------------------------------------------------------------------

export function msgpack(bytes: readonly number[]): unknown {
  const view = new DataView(Uint8Array.from(bytes).buffer)
  let at = 0
  const take = (count: number): number => {
    at += count
    return at - count
  }
  const raw = (count: number): number[] => bytes.slice(take(count), at)
  const str = (count: number): string => new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(raw(count)))
  const many = (count: number): unknown[] => Array.from({ length: count }, value)
  const map = (count: number): unknown => Object.fromEntries(Array.from({ length: count }, () => [value(), value()]))
  const size = (bytes: number): number =>
    bytes === 1 ? view.getUint8(take(1)) : bytes === 2 ? view.getUint16(take(2)) : view.getUint32(take(4))
  function value(): unknown {
    const tag = view.getUint8(take(1))
    if (tag <= 0x7f) return tag
    if (tag >= 0xe0) return tag - 256
    if (tag <= 0x8f) return map(tag & 15)
    if (tag <= 0x9f) return many(tag & 15)
    if (tag <= 0xbf) return str(tag & 31)
    switch (tag) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return raw(size(2 ** (tag - 0xc4)))
      case 0xca:
        return view.getFloat32(take(4))
      case 0xcb:
        return view.getFloat64(take(8))
      case 0xcc:
      case 0xcd:
      case 0xce:
        return size(2 ** (tag - 0xcc))
      case 0xcf:
        return Number(view.getBigUint64(take(8)))
      case 0xd0:
        return view.getInt8(take(1))
      case 0xd1:
        return view.getInt16(take(2))
      case 0xd2:
        return view.getInt32(take(4))
      case 0xd3:
        return Number(view.getBigInt64(take(8)))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return str(size(2 ** (tag - 0xd9)))
      case 0xdc:
      case 0xdd:
        return many(size(2 ** (tag - 0xdb)))
      case 0xde:
      case 0xdf:
        return map(size(2 ** (tag - 0xdd)))
    }
    throw new Error(`type ${tag}`)
  }
  const read = value()
  if (at !== bytes.length) throw new Error('bytes behind the value')
  return read
}

// --- Values (S20, S30, S50) ------------------------------------------------------------------------------------------

export type Four = [number, number, number, number]

export function rotation([leftOut, a, b, c]: readonly number[], max: number): Four {
  const s = Math.SQRT2 / max
  const [i, j, k] = [a, b, c].map((q) => (q - (max + 1) / 2) * s)
  const others = [i, j, k]
  others.splice(leftOut, 0, Math.sqrt(Math.max(0, 1 - i * i - j * j - k * k)))
  return others as Four
}
/** S53 */
export function drop(q: Four, leftOut: number, max: number): number[] {
  const m = (q[leftOut] < 0 ? -1 : 1) * (1 / (Math.SQRT2 / max))
  const others = q.filter((_, at) => at !== leftOut)
  return others.map((c) => Math.min(Math.max(Math.round(c * m + (max + 1) / 2), 0), max))
}
export function itemValue(spec: Spec, wire: unknown): unknown {
  switch (spec.kind) {
    case 'text':
    case 'bool':
      return wire
    case 'oneOf':
      return spec.names![wire as number]
    case 'ref':
      return wire === 0 ? undefined : wire
    case 'vec2':
    case 'vec3':
      return Object.fromEntries(
        PARTS[spec.kind].map((part, at) => [part, itemValue(spec.item!, (wire as unknown[])[at])])
      )
    default:
      return spec.min! + (wire as number) * spec.step!
  }
}
export function packedValue(field: Spec, bytes: readonly number[]): unknown {
  if (field.kind === 'text') return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))
  const read = msgpack(bytes)
  return field.kind === 'data' ? read : (read as unknown[]).map((item) => itemValue(field.item!, item))
}
/** A column's default: S17, S35, S36. */
export function defaultOf({ field, part, min, step, max, wraps }: Column): number | number[] {
  const nearest = (value: number): number => {
    const q = Math.round((value - min) / step)
    return wraps ? ((q % (max + 1)) + max + 1) % (max + 1) : Math.min(Math.max(q, 0), max)
  }
  const { zero } = field
  switch (field.kind) {
    case 'text':
      return [...new TextEncoder().encode(zero as string)]
    case 'list':
      return [0x90]
    case 'data':
      return [0xc0]
    case 'ref':
      return 0
    case 'bool':
      return zero ? 1 : 0
    case 'oneOf':
      return field.names!.indexOf(zero as string)
    case 'quat':
      return part === 0 ? 3 : (field.max! + 1) / 2
    case 'vec2':
    case 'vec3':
      return nearest((zero as Record<string, number>)[PARTS[field.kind][part]])
    default:
      return nearest(zero as number)
  }
}
