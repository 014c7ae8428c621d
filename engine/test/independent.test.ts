// A second decoder, written from PROTOCOL.md alone: it shares no line with src/. It is slow and plain, rule by rule, and
// reads the frames of golden.json, whose contract stands here once more as data.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'))
const bytesOf = (hex: string): number[] => (hex.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16))

// --- The contract (S20) ----------------------------------------------------------------------------------------------

interface Spec {
  readonly name: string
  readonly kind: string
  readonly min?: number
  readonly step?: number
  readonly max?: number
  readonly names?: readonly string[]
  readonly refTo?: string
  readonly length?: number
  readonly item?: Spec
  readonly rate?: string
  readonly linear?: true
  readonly only?: 'owner' | 'server'
  readonly zero?: unknown
}
const int = (name: string, min: number, max: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'int',
  min,
  step: 1,
  max: max - min,
  zero: Math.min(Math.max(0, min), max),
  ...more,
})
const ranged = (name: string, min: number, max: number, step: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'ranged',
  min,
  step,
  max: Math.floor((max - min) / step + 1e-9),
  zero: Math.min(Math.max(0, min), max),
  ...more,
})
const angle = (name: string, n: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'angle',
  min: 0,
  step: (2 * Math.PI) / 2 ** n,
  max: 2 ** n - 1,
  zero: 0,
  ...more,
})
const oneOf = (name: string, names: string[], more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'oneOf',
  min: 0,
  step: 1,
  max: names.length - 1,
  names,
  zero: names[0],
  ...more,
})
const bool = (name: string, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'bool',
  min: 0,
  step: 1,
  max: 1,
  zero: false,
  ...more,
})
const tick = (name: string, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'tick',
  min: 0,
  step: 1,
  max: 2 ** 31 - 1,
  zero: 0,
  ...more,
})
const ref = (name: string, refTo: string): Spec => ({ name, kind: 'ref', min: 0, step: 1, max: 65536, refTo })
const vec2 = (name: string, item: Spec, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'vec2',
  item,
  zero: { x: 0, y: 0 },
  ...more,
})
const quat = (name: string, n: number, more: Partial<Spec> = {}): Spec => {
  const max = 2 * (2 ** (n - 1) - 1)
  return {
    name,
    kind: 'quat',
    min: -Math.SQRT1_2,
    step: Math.SQRT1_2 / (max / 2),
    max,
    zero: { x: 0, y: 0, z: 0, w: 1 },
    ...more,
  }
}
const text = (name: string, length: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'text',
  length,
  zero: '',
  ...more,
})
const list = (name: string, item: Spec, length: number): Spec => ({ name, kind: 'list', item, length, zero: [] })
const data = (name: string, length: number): Spec => ({ name, kind: 'data', length, zero: null })

const owner = int(' owner', 0, 65535)
const ship: Spec[] = [
  owner,
  ranged('x', 0, 4096, 1 / 256, { rate: 'vx' }),
  ranged('vx', -512, 512, 1 / 64),
  vec2('pos', ranged('', -100, 100, 0.5), { rate: 'vel' }),
  vec2('vel', ranged('', -64, 64, 0.25)),
  angle('heading', 10, { rate: 'spin' }),
  ranged('spin', -8, 8, 1 / 64),
  int('fuel', 0, 1000, { linear: true }),
  quat('turn', 9, { linear: true }),
  bool('on', { zero: true }),
  oneOf('mode', ['idle', 'busy', 'gone'], { zero: 'busy' }),
  text('name', 12),
  list('bag', ranged('', 0, 1, 0.25), 4),
  list('path', vec2('', int('', -8, 7)), 3),
  data('note', 32),
  ref('target', 'ship'),
  tick('due', { zero: 5 }),
  int('ammo', 0, 50, { zero: 50, only: 'owner' }),
  text('log', 8, { zero: '-', only: 'owner' }),
  quat('aim', 7, { only: 'owner' }),
  int('fuse', 0, 90, { zero: 7, only: 'server' }),
]
const state: Spec[] = [
  owner,
  oneOf('phase', ['waiting', 'playing', 'over']),
  int('round', 0, 255, { linear: true }),
  int('secret', 0, 9, { only: 'server' }),
]
const tables: { name: string; fields: Spec[]; maxRows: number }[] = [
  { name: 'ship', fields: ship, maxRows: 65536 },
  { name: 'shot', fields: [owner, int('n', 0, 9)], maxRows: 100 },
  { name: 'state', fields: state, maxRows: 1 },
]
const command: Spec[] = [int('turn', -1, 1), ranged('thrust', 0, 1, 0.25), bool('fire'), ref('at', 'ship')]
const events: [string, Spec[]][] = [
  ['boom', [vec2('at', int('', 0, 63))]],
  ['said', [text('text', 20), ref('to', 'ship')]],
  ['rang', []],
]
const TICK_RATE = 30

interface Column {
  readonly index: number
  readonly field: Spec
  readonly part: number
  readonly kind: 'number' | 'quat' | 'packed'
  readonly min: number
  readonly step: number
  readonly max: number
  readonly wraps: boolean
  readonly rate: number
}
const PARTS: Record<string, string[]> = { vec2: ['x', 'y'], vec3: ['x', 'y', 'z'], quat: ['x', 'y', 'z', 'w'] }

function columnsOf(fields: readonly Spec[]): Column[] {
  const columns: Column[] = []
  const first = new Map<string, number>()
  let at = 0
  for (const field of fields) {
    first.set(field.name, at)
    at += PARTS[field.kind]?.length ?? 1
  }
  for (const field of fields)
    for (let part = 0; part < (PARTS[field.kind]?.length ?? 1); part++) {
      const of = field.kind === 'vec2' || field.kind === 'vec3' ? field.item! : field
      const isLeftOut = field.kind === 'quat' && part === 0
      columns.push({
        index: columns.length,
        field,
        part,
        kind: field.kind === 'quat' ? 'quat' : ['text', 'list', 'data'].includes(field.kind) ? 'packed' : 'number',
        min: isLeftOut ? 0 : (of.min ?? 0),
        step: isLeftOut ? 1 : (of.step ?? 1),
        max: isLeftOut ? 3 : (of.max ?? 0),
        wraps: of.kind === 'angle',
        rate: field.rate === undefined ? -1 : first.get(field.rate)! + part,
      })
    }
  return columns
}
/** S21 */
function codingOrder(columns: readonly Column[]): Column[] {
  const depth = ({ rate }: Column): number => (rate < 0 ? 0 : 1 + depth(columns[rate]))
  const most = Math.max(...columns.map(depth))
  return Array.from({ length: most + 1 }, (_, level) => columns.filter((column) => depth(column) === level)).flat()
}
const plans = tables.map(({ fields }, t) => {
  const columns = columnsOf(fields)
  const order = codingOrder(columns)
  const isState = t === tables.length - 1
  return {
    columns,
    everybody: order.filter((column) => column.field.only === undefined && !(isState && column.index === 0)),
    owners: order.filter((column) => column.field.only === 'owner'),
  }
})
const bitsOf = (max: number): number => (max === 0 ? 0 : Math.floor(Math.log2(max)) + 1)

// --- Bits (F2-F5) ----------------------------------------------------------------------------------------------------

class Bits {
  at = 0
  readonly bytes: readonly number[]
  constructor(bytes: readonly number[]) {
    this.bytes = bytes
  }
  number(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++, this.at++) {
      if (this.at >> 3 >= this.bytes.length) throw new Error('the content ends too early')
      if ((this.bytes[this.at >> 3] >> (this.at & 7)) & 1) value += 2 ** i
    }
    return value
  }
  flag(): boolean {
    return this.number(1) === 1
  }
  varint(): number {
    let value = 0
    for (let i = 0; i < 8; i++) {
      value += this.number(7) * 2 ** (7 * i)
      if (!this.flag()) return value
    }
    throw new Error('a varint of more than 8 steps')
  }
  rice(k: number): number {
    let ones = 0
    while (ones < 20 && this.flag()) ones++
    return ones === 20 ? this.number(32) : ones * 2 ** k + this.number(k)
  }
  packed(): number[] {
    return Array.from({ length: this.varint() }, () => this.number(8))
  }
  end(): void {
    while (this.at < this.bytes.length * 8) {
      const isPadding = this.at >> 3 === this.bytes.length - 1 && (this.at & 7) !== 0
      if (!isPadding || this.flag()) throw new Error('something follows the content')
    }
  }
}
const unzigzag = (u: number): number => (u % 2 === 0 ? u / 2 : -(u + 1) / 2)

// --- Symbols (X) -----------------------------------------------------------------------------------------------------

const WEIGHTS = [
  1, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096,
]
/** X12, X13: letters to frequencies of `n` symbols. */
function frequencies(letters: string, n: number): number[] {
  const weights = Array.from(
    { length: n },
    (_, s) => WEIGHTS[letters.charCodeAt(Math.min(s, letters.length - 1)) - 'a'.charCodeAt(0)]
  )
  const sum = weights.reduce((all, weight) => all + weight)
  const table = weights.map((weight) => 1 + Math.floor((weight * (4096 - n)) / sum))
  table[table.indexOf(Math.max(...table))] += 4096 - table.reduce((all, freq) => all + freq)
  return table
}
/** X13, from PROTOCOL.md itself. */
const protocol = readFileSync(new URL('../PROTOCOL.md', import.meta.url), 'utf8')
const generic = protocol
  .slice(protocol.indexOf('**X13**'), protocol.indexOf('**X14**'))
  .split('\n')
  .filter((line) => line.includes('| `'))
  .map((line) => [...line.matchAll(/`([a-y]+)`/g)].map(([, letters]) => letters))
const [STRUCTURE, STILL, MOVED, [ANY], [FRESH], ...RESIDUAL] = generic
const FREE = RESIDUAL.slice(0, 8).flat()
const RATED = RESIDUAL.slice(8).flat()

/** X1, X2 */
class Symbols {
  readonly bits: Bits
  end: number
  x: number | undefined
  constructor(bits: Bits) {
    this.bits = bits
    this.end = bits.bytes.length
  }
  byte(): number {
    if (this.end === 0) throw new Error('no more words')
    return this.bits.bytes[--this.end]
  }
  read(table: readonly number[]): number {
    if (this.x === undefined) {
      const top = this.byte()
      this.x = top < 128 ? top : (top - 128) * 256 + this.byte()
      this.x = this.x * 65536 + this.byte() * 256 + this.byte()
      if (this.x < 32768) throw new Error('a first state that is too small')
    }
    const slot = this.x % 4096
    let [symbol, start] = [0, 0]
    while (slot >= start + table[symbol]) start += table[symbol++]
    this.x = table[symbol] * Math.floor(this.x / 4096) + slot - start
    if (this.x < 32768) this.x = this.x * 65536 + this.byte() * 256 + this.byte()
    return symbol
  }
  /** S10, X2: the bits end where the words do. */
  done(): void {
    while (this.bits.at % 8 !== 0) if (this.bits.flag()) throw new Error('not filled up with zeros')
    if (this.bits.at / 8 !== this.end || (this.x ?? 32768) !== 32768) throw new Error('bits and words do not meet')
  }
  /** X4 */
  u(letters: string, max: number): number {
    const symbolOf = (u: number): number => {
      if (u < 16) return u
      const e = Math.floor(Math.log2(u))
      return 16 + 2 * (e - 4) + (Math.floor(u / 2 ** (e - 1)) % 2)
    }
    const n = symbolOf(2 * max) + 2
    const symbol = this.read(frequencies(letters, n))
    if (symbol === n - 1) return this.bits.number(bitsOf(max) + 1)
    if (symbol < 16) return symbol
    const e = 4 + ((symbol - 16) >> 1)
    return (2 + (symbol % 2)) * 2 ** (e - 1) + this.bits.number(e - 1)
  }
}
/** X5 */
const sizeClass = (magnitude: number): number => [0, 1, 2, 4, 8, 16].filter((most) => magnitude > most).length

// --- MessagePack (M2) ------------------------------------------------------------------------------------------------

function msgpack(bytes: readonly number[]): unknown {
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

type Four = [number, number, number, number]

function rotation([leftOut, a, b, c]: readonly number[], max: number): Four {
  const s = Math.SQRT1_2 / (max / 2)
  const [i, j, k] = [a, b, c].map((q) => (q - max / 2) * s)
  const others = [i, j, k]
  others.splice(leftOut, 0, Math.sqrt(Math.max(0, 1 - i * i - j * j - k * k)))
  return others as Four
}
/** S53 */
function drop(q: Four, leftOut: number, max: number): number[] {
  const m = (q[leftOut] < 0 ? -1 : 1) * (Math.SQRT2 * (max / 2))
  const others = q.filter((_, at) => at !== leftOut)
  return others.map((c) => Math.min(Math.max(Math.round(c * m + max / 2), 0), max))
}
function itemValue(spec: Spec, wire: unknown): unknown {
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
function packedValue(field: Spec, bytes: readonly number[]): unknown {
  if (field.kind === 'text') return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))
  const read = msgpack(bytes)
  return field.kind === 'data' ? read : (read as unknown[]).map((item) => itemValue(field.item!, item))
}
/** A column's default: S17, S35. */
function defaultOf({ field, part, min, step }: Column): number | number[] {
  switch (field.kind) {
    case 'text':
      return [...new TextEncoder().encode(field.zero as string)]
    case 'list':
      return [0x90]
    case 'data':
      return [0xc0]
    case 'ref':
      return 0
    case 'bool':
      return field.zero ? 1 : 0
    case 'oneOf':
      return field.names!.indexOf(field.zero as string)
    case 'quat':
      return [3, field.max! / 2, field.max! / 2, field.max! / 2][part]
    case 'vec2':
      return Math.round((0 - min) / step)
    default:
      return Math.round(((field.zero as number) - min) / step)
  }
}

// --- State (S1-S53) --------------------------------------------------------------------------------------------------

/** Cells by column: a whole number, or packed bytes. */
interface Row {
  readonly slot: number
  readonly born: number
  readonly cells: (number | number[])[]
}
interface Snapshot {
  readonly tick: number
  readonly tables: Row[][]
}
interface Chunk {
  readonly snapshot: Snapshot
  readonly baseline: Snapshot | undefined
  readonly hash: number | undefined
  readonly owned: boolean
  readonly symbols: Symbols
}
type Held = (tick: number) => Snapshot | undefined

/** S3: the nearest to `near` with these low bits. */
function nearest(low: number, near: number): number {
  const all = [-1, 0, 1].map((round) => (Math.floor(near / 65536) + round) * 65536 + low).filter((tick) => tick >= 0)
  return all.reduce((best, tick) => (Math.abs(tick - near) < Math.abs(best - near) ? tick : best))
}

function readChunk(from: Bits, near: number, held: Held): Chunk {
  const flags = from.number(8)
  if (flags > 31) throw new Error('of a later version, or not of the generic prior')
  const symbols = new Symbols(from)
  const age = (): number => {
    const short = from.number(4)
    return short < 15 ? short : from.varint()
  }
  let tick: number
  let [ticks, ticksBefore] = [0, 0]
  let [baseline, before]: (Snapshot | undefined)[] = []
  if (flags & 1) {
    if (flags & 16) {
      const low = from.number(8)
      for (tick = near + 1; tick % 256 !== low; ) tick++
    } else tick = nearest(from.number(16), near)
    ticks = age()
    baseline = held(tick - ticks)
    if (flags & 2) {
      ticksBefore = age()
      before = held(tick - ticks - ticksBefore)
    }
    if (!baseline || (flags & 2 && !before)) throw new Error('not held')
  } else tick = from.varint()
  const hash = flags & 4 ? from.number(32) : undefined
  const owned = (flags & 8) !== 0

  const read = tables.map(({ maxRows }, t): Row[] => {
    const plan = plans[t]
    const isState = t === tables.length - 1
    const last = baseline?.tables[t] ?? []
    let [gone, fresh, ages]: number[][] = [[], [], []]
    if (isState && !baseline) [fresh, ages] = [[0], [tick]]
    else if (!isState && from.flag()) {
      const lastEnd = Math.max(0, ...last.map(({ slot }) => slot + 1))
      const end = from.flag() ? from.varint() : lastEnd
      let before = 0
      for (let slot = 0; slot < end; slot++) {
        const isLive = last.some((row) => row.slot === slot)
        if (slot >= lastEnd) {
          if (from.flag()) fresh.push(slot)
          continue
        }
        const symbol = symbols.read(frequencies(STRUCTURE[(isLive ? 3 : 0) + before], 3))
        before = symbol
        if (symbol === 2 && !isLive) throw new Error('nothing to replace')
        if (symbol > 0 && isLive) gone.push(slot)
        if (symbol === 2 || (symbol === 1 && !isLive)) fresh.push(slot)
      }
      gone.push(...last.filter(({ slot }) => slot >= end).map(({ slot }) => slot))
      const differ = fresh.length > 0 && from.flag()
      const one = fresh.length > 0 && !differ ? from.rice(0) : 0
      ages = fresh.map(() => (differ ? from.rice(6) : one))
    }
    if (fresh.some((slot) => slot >= maxRows)) throw new Error('a slot past the last')
    const survivors = last.filter(({ slot }) => !gone.includes(slot))
    const defaults = plan.columns.map(defaultOf)
    const old = survivors.map((base) => ({ base, row: { ...base, cells: [...base.cells] } }))
    const created = fresh.map((slot, at): Row => ({ slot, born: tick - ages[at], cells: [...defaults] }))
    const first = (row: Row): Row | undefined =>
      before?.tables[t].find(({ slot, born }) => slot === row.slot && born === row.born)

    const bounded = ({ wraps, max }: Column, q: number): number => {
      if (wraps) return ((q % (max + 1)) + max + 1) % (max + 1)
      return Math.min(Math.max(q, 0), max)
    }
    const predict = (column: Column): number[] =>
      old.map(({ base, row }) => {
        const q = base.cells[column.index] as number
        if (column.rate >= 0) {
          const rate = plan.columns[column.rate]
          const [r0, r1] = [base.cells[column.rate] as number, row.cells[column.rate] as number]
          const perTick = rate.step / column.step / TICK_RATE
          const constant = ((rate.min / column.step) * ticks) / TICK_RATE
          const sum = ticks === 1 ? r1 : r0 * ticks + ((r1 - r0) * (ticks + 1)) / 2
          return bounded(column, q + Math.floor(constant + perTick * sum + 0.5))
        }
        const was = first(base)
        if (!column.field.linear || column.kind === 'quat' || !was) return q
        let d = q - (was.cells[column.index] as number)
        if (column.wraps) {
          d = bounded(column, d)
          if (d > Math.floor(column.max / 2)) d -= column.max + 1
        }
        return bounded(column, q + Math.round((d * ticks) / ticksBefore))
      })
    const coded = owned ? [...plan.everybody, ...plan.owners] : plan.everybody
    const numbers = coded.filter(({ kind }) => kind !== 'packed')
    const short = ({ wraps, max }: Column, d: number): number => {
      if (!wraps) return d
      const f = ((d % (max + 1)) + max + 1) % (max + 1)
      return f > Math.floor(max / 2) ? f - max - 1 : f
    }
    /** X6 */
    const lastOf = (column: Column, base: Row): number => {
      const was = first(base)
      if (!was) return 7
      const d = (base.cells[column.index] as number) - (was.cells[column.index] as number)
      if (column.rate < 0) return sizeClass(Math.abs(short(column, d)))
      const rate = plan.columns[column.rate]
      const perTick = (rate.step / column.step / TICK_RATE) * ticksBefore
      const constant = ((rate.min / column.step) * ticksBefore) / TICK_RATE + 0.5
      const expected = Math.floor(constant + perTick * (base.cells[column.rate] as number))
      return Math.max(-2, Math.min(2, d - expected)) + 2
    }
    /** X8 */
    const rowOf = (base: Row): number => {
      if (!first(base)) return 5
      const lasts = numbers.filter(({ rate }) => rate < 0).map((column) => lastOf(column, base))
      const sum = lasts.reduce((all, one) => all + one, 0)
      return sum === 0 ? 0 : Math.min(4, 1 + Math.floor(sum / lasts.length))
    }
    /** What each survivor is expected to be; of a rotation's parts once its first column is there. */
    const expect = (column: Column): number[] => {
      if (column.kind !== 'quat' || column.part === 0) return predict(column)
      const { max } = column
      const at = column.index - column.part
      const four = (row: Row) => rotation(row.cells.slice(at, at + 4) as number[], max)
      return old.map(({ base, row }) => {
        let q = four(base)
        const was = first(base)
        if (column.field.linear && was && ticks === ticksBefore) {
          const q0 = four(was)
          const t = 2 * (q[0] * q0[0] + q[1] * q0[1] + q[2] * q0[2] + q[3] * q0[3])
          q = q.map((c, i) => t * c - q0[i]) as Four
        }
        return drop(q, row.cells[at] as number, max)[column.part - 1]
      })
    }
    if (old.length > 0) {
      // S24
      const active = old.map(() => false)
      if (from.flag()) {
        if (from.flag()) active.fill(true)
        else
          old.forEach(({ base }, i) => {
            const before = (active[i - 1] ? 1 : 0) + (active[i - 2] ? 2 : 0)
            active[i] = symbols.read(frequencies((rowOf(base) === 0 ? STILL : MOVED)[before], 2)) === 1
          })
      }
      // S25
      const siblings: (number | undefined)[] = old.map(() => undefined)
      for (const column of numbers) {
        const any = active.includes(true) && symbols.read(frequencies(ANY, 2)) === 1
        const expected = expect(column)
        old.forEach(({ base, row }, i) => {
          let u = 0
          const sum = siblings[i]
          if (any && active[i]) {
            const sibling = sum === undefined ? 7 : Math.floor(sum / 4)
            const last = lastOf(column, base)
            // X13
            const free = last === 7 ? sibling : sibling === 7 ? last : Math.floor((2 * last + sibling + 1) / 3)
            const letters = column.rate < 0 ? FREE[free] : RATED[last === 7 ? 3 : Math.abs(last - 2)]
            u = symbols.u(letters, column.max)
          }
          const c = sizeClass(Math.ceil(u / 2))
          siblings[i] = sum === undefined ? 4 * c : Math.floor(sum / 2) + 2 * c
          let q = expected[i] + unzigzag(u)
          if (column.wraps) q = bounded(column, q)
          if (q < 0 || q > column.max) throw new Error(`${column.field.name} out of bounds`)
          row.cells[column.index] = q
        })
      }
    }
    // S35
    for (const column of numbers)
      created.forEach((row) => {
        const raw = Math.max(0, bitsOf(column.max) - 5)
        const symbol = symbols.read(frequencies(FRESH, 2 + Math.floor(column.max / 2 ** raw)))
        if (symbol > 0) row.cells[column.index] = (symbol - 1) * 2 ** raw + from.number(raw)
        if ((row.cells[column.index] as number) > column.max) throw new Error('a new value out of bounds')
      })
    for (const column of coded) {
      if (column.kind !== 'packed') continue
      if (old.length > 0 && from.flag())
        for (const { row } of old) if (from.flag()) row.cells[column.index] = from.packed()
      for (const row of created) row.cells[column.index] = from.packed()
    }
    return [...old.map(({ row }) => row), ...created].sort((one, other) => one.slot - other.slot)
  })
  return { snapshot: { tick, tables: read }, baseline, hash, owned, symbols }
}

// --- Owner columns, records, events (O, R, E) ------------------------------------------------------------------------

function readOwned(
  from: Bits | undefined,
  { tables: all }: Snapshot,
  baseline: Snapshot | undefined,
  player: number
): void {
  all.slice(0, -1).forEach((rows, t) => {
    for (const row of rows) {
      if (row.cells[0] !== player) continue
      const base = baseline?.tables[t].find(
        ({ slot, born, cells }) => slot === row.slot && born === row.born && cells[0] === player
      )
      for (const column of plans[t].owners) {
        const was = base ? base.cells[column.index] : defaultOf(column)
        if (!from?.flag()) row.cells[column.index] = was
        else if (column.kind === 'packed') row.cells[column.index] = from.packed()
        else row.cells[column.index] = (was as number) + unzigzag(from.rice(3) + 1)
      }
    }
  })
}
function readRecord(from: Bits, fields: readonly Spec[]): Record<string, unknown> {
  const number = ({ min = 0, step = 1, max = 0 }: Spec): number => min + from.number(bitsOf(max)) * step
  const read = (field: Spec): unknown => {
    switch (field.kind) {
      case 'bool':
        return from.flag()
      case 'oneOf':
        return field.names![number(field)]
      case 'ref':
        return from.varint() || undefined
      case 'vec2':
        return { x: number(field.item!), y: number(field.item!) }
      case 'text':
      case 'list':
      case 'data':
        return packedValue(field, from.packed())
      default:
        return number(field)
    }
  }
  return Object.fromEntries(fields.map((field) => [field.name, read(field)]))
}
interface Happened {
  readonly tick: number
  readonly name: string
  readonly values: object
  readonly place: number
}
function readEvents(from: Bits, tick: number, hasPlaces: boolean): Happened[] {
  const all: Happened[] = []
  while (from.flag()) {
    const ago = from.rice(2)
    const place = hasPlaces ? from.rice(2) : 0
    const [name, fields] = events[from.number(bitsOf(events.length - 1))]
    all.push({ tick: tick - ago, name, values: readRecord(from, fields), place })
  }
  return all
}
/** E3 */
function merge(shared: Happened[], own: Happened[]): Happened[] {
  const keyed = shared.map((event) => {
    const place = shared.filter((other) => other.tick === event.tick).indexOf(event)
    return { event, key: [event.tick, place, 1] }
  })
  for (const event of own) keyed.push({ event, key: [event.tick, event.place, 0] })
  return keyed
    .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || a.key[2] - b.key[2])
    .map(({ event }) => event)
}

// --- Hashes and identity (H, I) --------------------------------------------------------------------------------------

const rotl = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
function mix(h: number, w: number): number {
  const k = Math.imul(rotl(Math.imul(w, 0xcc9e2d51), 15), 0x1b873593)
  return (Math.imul(rotl(h ^ k, 13), 5) + 0xe6546b64) | 0
}
function stateHash({ tick, tables: all }: Snapshot, owned: boolean): number {
  let h = tick | 0
  all.forEach((rows, t) => {
    for (const { slot, born } of rows) h = mix(mix(h, slot), born)
    for (const { index } of owned ? [...plans[t].everybody, ...plans[t].owners] : plans[t].everybody) {
      h = mix(h, index)
      for (const { cells } of rows) {
        const cell = cells[index]
        h = typeof cell === 'number' ? mix(h, cell) : [cell.length, ...cell].reduce(mix, h)
      }
    }
  })
  return (h ^ (h >>> 16)) >>> 0
}
function ownerHash({ tables: all }: Snapshot, player: number): number {
  let h = 0x811c
  all.slice(0, -1).forEach((rows, t) => {
    for (const { cells } of rows)
      if (cells[0] === player)
        for (const { index } of plans[t].owners)
          for (const word of [cells[index]].flat()) h = Math.imul(h ^ word, 0x01000193)
  })
  return (h ^ (h >>> 16)) & 0xffff
}
const idOf = (table: number, { slot, born }: Row): number => 1 + table + slot * 64 + born * 4194304

/** What a row shows. `knows` says whose columns the viewer has. */
function show(snapshot: Snapshot, knows: (row: Row) => boolean): unknown {
  const row = (t: number, one: Row): object => {
    const shown: Record<string, unknown> = { id: idOf(t, one), owner: one.cells[0] || undefined }
    const { columns } = plans[t]
    for (const field of tables[t].fields.slice(1)) {
      if (field.only === 'server' || (field.only === 'owner' && !knows(one))) continue
      const at = columns.find((column) => column.field === field)!.index
      const cell = one.cells[at]
      if (typeof cell !== 'number') shown[field.name] = packedValue(field, cell)
      else if (field.kind === 'quat') {
        const [x, y, z, w] = rotation(one.cells.slice(at, at + 4) as number[], field.max!)
        shown[field.name] = { x, y, z, w }
      } else if (field.kind === 'vec2') {
        const { min, step } = columns[at]
        shown[field.name] = { x: min + cell * step, y: min + (one.cells[at + 1] as number) * step }
      } else if (field.kind === 'ref') {
        const to = snapshot.tables[0].find(({ slot }) => slot === cell - 1)
        if (to) shown[field.name] = idOf(0, to)
      } else if (field.kind === 'bool') shown[field.name] = cell === 1
      else if (field.kind === 'oneOf') shown[field.name] = field.names![cell]
      else shown[field.name] = columns[at].min + cell * columns[at].step
    }
    return shown
  }
  const [ships, shots, [match]] = snapshot.tables.map((rows, t) => rows.map((one) => row(t, one)))
  return JSON.parse(JSON.stringify({ tick: snapshot.tick, ship: ships, shot: shots, state: match }))
}

// --- The golden frames -----------------------------------------------------------------------------------------------

describe('golden vectors, read by a decoder of their own', () => {
  it('I1 the schema has this hash', () => {
    const one = ({
      name,
      kind,
      min = 0,
      step = 1,
      max = 0,
      names = [],
      refTo,
      length = 0,
      item,
      rate,
      only,
      linear,
      zero,
    }: Spec): unknown => [
      name,
      { min, step, max, names, refTo, item: item && one(item), maxLength: length, kind },
      rate ?? null,
      only ?? 'all',
      linear ?? false,
      zero ?? null,
    ]
    const all = (fields: readonly Spec[]) => fields.map(one)
    const json = JSON.stringify([
      'golden',
      TICK_RATE,
      tables.slice(0, 2).map(({ name, fields, maxRows }) => [name, all(fields), maxRows, 65535]),
      all(state),
      all(command),
      events.map(([name, fields]) => [name, all(fields)]),
      [['say', all([text('text', 20)]), all([int('heard', 0, 1000), quat('aim', 5)])]],
      all([oneOf('map', ['open', 'rocks'])]),
    ])
    let hash = 0x811c9dc5
    for (let i = 0; i < json.length; i++) hash = Math.imul(hash ^ json.charCodeAt(i), 0x01000193)
    expect(hash >>> 0).toBe(golden.schema)
  })

  const held = new Map<string, Snapshot>()
  it.each<{ about: string }>(golden.frames)('F6-F8 S O E H: $about', (given) => {
    const { hex, player, baseline, before, slack, events, seen } = given as never as Record<string, never> & {
      player: number
    }
    const bytes = bytesOf(hex)
    expect(bytes[0]).toBe(1)
    const prefix = new Bits(bytes.slice(1))
    const length = prefix.varint()
    const start = 1 + prefix.at / 8
    const shared = new Bits(bytes.slice(start + length))
    const chunk = readChunk(shared, baseline ?? 0, (tick) =>
      [baseline, before].includes(tick as never) ? held.get(`${player} ${tick}`) : undefined
    )
    expect(chunk.owned).toBe(false)
    const { snapshot } = chunk
    const publicEvents = readEvents(shared, snapshot.tick, false)
    chunk.symbols.done()
    expect(chunk.hash).toBe(baseline === undefined || snapshot.tick % 32 === 0 ? stateHash(snapshot, false) : undefined)

    let privateEvents: Happened[] = []
    if (length === 0) readOwned(undefined, snapshot, chunk.baseline, player)
    else {
      const own = new Bits(bytes.slice(start, start + length))
      const [hasColumns, hasSlack] = [own.flag(), own.flag()]
      readOwned(hasColumns ? own : undefined, snapshot, chunk.baseline, player)
      if (hasColumns && own.flag()) expect(own.number(16)).toBe(ownerHash(snapshot, player))
      if (hasSlack) expect((own.number(8) << 24) >> 24).toBe(slack)
      else expect(slack).toBeUndefined()
      privateEvents = readEvents(own, snapshot.tick, true)
      own.end()
    }
    held.set(`${player} ${snapshot.tick}`, snapshot)
    expect(show(snapshot, (row) => row.cells[0] === player)).toEqual(seen)
    expect(merge(publicEvents, privateEvents).map(({ tick, name, values }) => [tick, name, values])).toEqual(events)
  })

  const chunks = new Map<number, Snapshot>()
  it.each<{ about: string }>(golden.chunks)('S H: $about', (given) => {
    const { hex, baseline, hash, seen } = given as never as Record<string, never>
    const from = new Bits(bytesOf(hex))
    const chunk = readChunk(from, baseline ?? 0, (tick) => chunks.get(tick))
    chunk.symbols.done()
    expect(chunk.owned).toBe(true)
    chunks.set(chunk.snapshot.tick, chunk.snapshot)
    expect(show(chunk.snapshot, () => true)).toEqual(seen)
    expect(stateHash(chunk.snapshot, true)).toBe(hash)
    if (chunk.hash !== undefined) expect(chunk.hash).toBe(hash)
  })

  it.each<{ about: string }>(golden.commands)('C R: $about', (given) => {
    const { hex, near, ack, renderTick, first, commands } = given as never as Record<string, never> & { near: number }
    const from = new Bits(bytesOf(hex))
    expect(from.number(8)).toBe(2)
    const holds = from.flag()
    const newest = holds ? nearest(from.number(16), near) : -1
    expect([newest, holds ? newest - from.varint() / 256 : -1]).toEqual([ack, renderTick])
    expect(nearest(from.number(16), near)).toBe(first)
    const run: object[] = []
    for (let i = from.number(6); i > 0; i--)
      run.push(run.length > 0 && !from.flag() ? run.at(-1)! : readRecord(from, command))
    from.end()
    expect(JSON.parse(JSON.stringify(run))).toEqual(commands)
  })

  it.each<{ hex: string; message: unknown; values?: unknown }>([...golden.asks, ...golden.answers])(
    'M R: $message',
    ({ hex, message, values }) => {
      const read = msgpack(bytesOf(hex)) as { values?: number[] }
      expect(read).toEqual(message)
      if (values) expect(readRecord(new Bits(read.values!), [text('text', 20)])).toEqual(values)
    }
  )

  it('I2 ids are made of table, slot and birth', () => {
    expect([idOf(0, { slot: 0, born: 27, cells: [] }), idOf(0, { slot: 1, born: 29, cells: [] })]).toEqual([
      golden.ids.a,
      golden.ids.b,
    ])
  })
})
