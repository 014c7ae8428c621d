// S1 to S53, X5 to X9: a state chunk, rule by rule. Slow and plain.

import { type Bits, unzigzag } from './bits.ts'
import type { Column, Contract, PredictedRows, Table } from './contract.ts'
import { lowBits, modelsOf, type Prior, shapeTable } from './priors.ts'
import { Symbols } from './symbols.ts'
import { defaultOf, drop, type Four, rotation } from './values.ts'

/** Cells by column: a whole number, or packed bytes. */
export interface Row {
  readonly slot: number
  readonly born: number
  readonly cells: (number | number[])[]
}
export interface Snapshot {
  readonly tick: number
  readonly tables: readonly Row[][]
}
export interface Chunk {
  readonly snapshot: Snapshot
  readonly baseline: Snapshot | undefined
  readonly hash: number | undefined
  readonly owned: boolean
  readonly symbols: Symbols
  /** What was met in it, so that tests know that they test it. */
  readonly met: Set<'steady' | 'shape' | 'pairs' | 'tables' | 'usual' | 'game' | 'few'>
}
/** What a receiver has. */
export interface Held {
  /** The newest tick. */
  readonly near: number
  snapshot(tick: number): Snapshot | undefined
  prior(epoch: number): Prior | undefined
}
interface Header {
  readonly tick: number
  readonly ticks: number
  readonly ticksBefore: number
  readonly baseline: Snapshot | undefined
  readonly before: Snapshot | undefined
  readonly hash: number | undefined
  readonly owned: boolean
  readonly prior: Prior
  readonly steady: boolean
}

/** S3: the nearest to `near` with these low bits. */
export function nearest(low: number, near: number): number {
  const all = [-1, 0, 1].map((round) => (Math.floor(near / 65536) + round) * 65536 + low).filter((tick) => tick >= 0)
  return all.reduce((best, tick) => (Math.abs(tick - near) < Math.abs(best - near) ? tick : best))
}

function readHeader(from: Bits, held: Held): Header {
  const { near } = held
  const flags = from.number(8)
  const prior = held.prior((flags >> 5) & 3)
  if (!prior) throw new Error('of an epoch that is not held')
  const steady = (flags & 128) !== 0
  const age = (): number => {
    const short = from.number(4)
    return short < 15 ? short : from.varint()
  }
  let tick: number
  let [ticks, ticksBefore] = [0, 0]
  if (steady) {
    tick = near + 1
    ticks = 1
    ticksBefore = 1
    const three = (flags & 1 ? 1 : 0) + (flags & 2 ? 2 : 0) + (flags & 16 ? 4 : 0)
    if (tick % 8 !== three) throw new Error('steady, of another tick')
  } else if (flags & 1) {
    if (flags & 16) {
      const low = from.number(8)
      for (tick = near + 1; tick % 256 !== low; ) tick++
    } else tick = nearest(from.number(16), near)
    ticks = age()
    if (flags & 2) ticksBefore = age()
  } else tick = from.varint()
  const baseline = ticks > 0 ? held.snapshot(tick - ticks) : undefined
  const before = ticksBefore > 0 ? held.snapshot(tick - ticks - ticksBefore) : undefined
  if ((ticks > 0 && !baseline) || (ticksBefore > 0 && !before)) throw new Error('not held')
  const hash = flags & 4 ? from.number(32) : undefined
  return { tick, ticks, ticksBefore, baseline, before, hash, owned: (flags & 8) !== 0, prior, steady }
}

export function readChunk(contract: Contract, from: Bits, held: Held): Chunk {
  const header = readHeader(from, held)
  const symbols = new Symbols(from)
  const met: Chunk['met'] = new Set(header.steady ? ['steady'] : [])
  const tables = contract.tables.map((_, t) => readTable(contract, t, from, symbols, header, met))
  const { tick, baseline, hash, owned } = header
  return { snapshot: { tick, tables }, baseline, hash, owned, symbols, met }
}

/** A survivor: what it was, and what it becomes; what it was in the snapshot before, if it was there. */
interface Survivor {
  readonly base: Row
  readonly row: Row
  readonly first: Row | undefined
}

function readTable(
  contract: Contract,
  t: number,
  from: Bits,
  symbols: Symbols,
  header: Header,
  met: Chunk['met']
): Row[] {
  const table = contract.tables[t]
  const { tick, baseline, before, owned, prior } = header
  const models = modelsOf(contract).tables[t]
  const isState = t === contract.tables.length - 1
  const last = baseline?.tables[t] ?? []
  const { gone, fresh, ages } = isState
    ? { gone: new Set<number>(), fresh: baseline ? [] : [0], ages: [tick] }
    : readStructure(from, symbols, prior, models.structure, last, table.maxRows)
  const defaults = table.columns.map(defaultOf)
  const created = fresh.map((slot, at): Row => ({ slot, born: tick - ages[at], cells: [...defaults] }))
  const firsts = new Map(before?.tables[t].map((row) => [row.slot, row]))
  const old = last
    .filter(({ slot }) => !gone.has(slot))
    .map((base): Survivor => {
      const first = firsts.get(base.slot)
      const row = { ...base, cells: [...base.cells] }
      return { base, row, first: first?.born === base.born ? first : undefined }
    })
  const coded = owned ? [...table.everybody, ...table.owners] : table.everybody
  const numbers = coded.filter(({ kind }) => kind !== 'packed')
  readNumbers(contract, t, from, symbols, header, old, numbers, met)

  // S35
  const classes = created.map(() => [0, 0])
  for (const column of numbers) {
    const model = models.columns.get(column)! + 2
    created.forEach((row, i) => {
      const [c, c1] = classes[i]
      const symbol = symbols.read(prior.table(model, c + 17 * Math.floor((c1 + 1) / 2))!)
      const usual = prior.usual(model)
      if (symbol === 0 && usual !== undefined) {
        row.cells[column.index] = usual
        met.add('usual')
      }
      const raw = lowBits(column.max)
      if (symbol > 0) row.cells[column.index] = (symbol - 1) * 2 ** raw + from.number(raw)
      if ((row.cells[column.index] as number) > column.max) throw new Error('a new value out of bounds')
      classes[i] = [symbol === 0 ? 0 : 1 + Math.floor((symbol - 1) / 2), c]
    })
  }
  // S32
  for (const { kind, index } of coded) {
    if (kind !== 'packed') continue
    if (old.length > 0 && from.flag()) for (const { row } of old) if (from.flag()) row.cells[index] = from.packed()
    for (const row of created) row.cells[index] = from.packed()
  }
  return [...old.map(({ row }) => row), ...created].sort((one, other) => one.slot - other.slot)
}

/** S11 to S13 */
function readStructure(
  from: Bits,
  symbols: Symbols,
  prior: Prior,
  model: number,
  last: readonly Row[],
  maxRows: number
): { gone: Set<number>; fresh: number[]; ages: number[] } {
  const gone = new Set<number>()
  const fresh: number[] = []
  if (!from.flag()) return { gone, fresh, ages: [] }
  const live = new Set(last.map(({ slot }) => slot))
  const lastEnd = Math.max(0, ...last.map(({ slot }) => slot + 1))
  const end = from.flag() ? from.varint() : lastEnd
  if (end > maxRows) throw new Error('a slot past the last')
  let before = 0
  for (let slot = 0; slot < end; slot++) {
    const isLive = live.has(slot)
    if (slot >= lastEnd) {
      if (from.flag()) fresh.push(slot)
      continue
    }
    const symbol = symbols.read(prior.table(model, (isLive ? 3 : 0) + before)!)
    before = symbol
    if (symbol === 2 && !isLive) throw new Error('nothing to replace')
    if (symbol > 0 && isLive) gone.add(slot)
    if (symbol === 2 || (symbol === 1 && !isLive)) fresh.push(slot)
  }
  for (const slot of live) if (slot >= end) gone.add(slot)
  if (end > 0 && !fresh.includes(end - 1) && (!live.has(end - 1) || gone.has(end - 1)))
    throw new Error('an end behind the last row')
  const differ = fresh.length > 0 && from.flag()
  const one = fresh.length > 0 && !differ ? from.rice(0) : 0
  return { gone, fresh, ages: fresh.map(() => (differ ? from.rice(6) : one)) }
}

// --- Survivors (S24 to S27, S40 to S53, X5 to X8) --------------------------------------------------------------------

/** X5 */
const sizeClass = (magnitude: number): number => [0, 1, 2, 4, 8, 16].filter((most) => magnitude > most).length
/** S43 */
function bounded({ wraps, max }: Column, q: number): number {
  if (wraps) return ((q % (max + 1)) + max + 1) % (max + 1)
  return Math.min(Math.max(q, 0), max)
}
function short({ wraps, max }: Column, d: number): number {
  if (!wraps) return d
  const f = ((d % (max + 1)) + max + 1) % (max + 1)
  return f > Math.floor(max / 2) ? f - max - 1 : f
}
const cell = (row: Row, { index }: Column): number => row.cells[index] as number

function readNumbers(
  contract: Contract,
  t: number,
  from: Bits,
  symbols: Symbols,
  header: Header,
  old: readonly Survivor[],
  numbers: readonly Column[],
  met: Chunk['met']
): void {
  if (old.length === 0) return
  const table = contract.tables[t]
  const models = modelsOf(contract).tables[t]
  const { prior } = header
  const rowClasses = old.map((one) => rowClass(numbers, one))
  // S24
  const active = old.map(() => false)
  if (from.flag()) {
    if (from.flag()) active.fill(true)
    else
      old.forEach((_, i) => {
        const context = 4 * rowClasses[i] + (active[i - 2] ? 2 : 0) + (active[i - 1] ? 1 : 0)
        active[i] = symbols.read(prior.table(models.structure + 1, context)!) === 1
      })
  }
  const count = active.filter((is) => is).length
  // X7
  const most = old.map(() => 0)
  for (const column of numbers) {
    const model = models.columns.get(column)!
    // S25
    const any = count > 0 ? symbols.read(prior.table(model, 0)!) : 0
    const sixteenths = column.byGame ? predictByGame(table, header, old, column, met) : undefined
    let places = active.flatMap((is, i) => (any > 0 && is ? [i] : []))
    if (any === 2) {
      met.add('few')
      const groups = places.filter((_, at) => at % 8 === 0).map(() => symbols.read(prior.table(model + 3, 0)!))
      places = places.filter((_, at) => groups[Math.floor(at / 8)] === 1)
    }
    const shape = any > 0 && !prior.table(model + 1, 0) ? shapeTable(from.number(8)) : undefined
    if (any > 0) met.add(shape ? 'shape' : 'tables')
    // X2
    const paired = places.length >= 96
    if (paired) {
      symbols.open(1)
      met.add('pairs')
    }
    const placeOf = new Map(places.map((i, place) => [i, place]))
    old.forEach((one, i) => {
      const place = placeOf.get(i)
      let u = 0
      if (place !== undefined) {
        const last = lastClass(table, contract.tickRate, header, column, one, sixteenths?.[i])
        const context = (last * 7 + most[i]) * 6 + rowClasses[i]
        u = symbols.u(shape ?? prior.table(model + 1, context)!, column.max, paired ? place % 2 : 0)
      }
      most[i] = Math.max(most[i], sizeClass(Math.ceil(u / 2)))
      const expected =
        sixteenths === undefined
          ? predict(table, contract.tickRate, header, column, one)
          : bounded(column, Math.floor((sixteenths[i] + 8) / 16))
      let q = expected + unzigzag(u)
      if (column.wraps) q = bounded(column, q)
      // S27
      if (q < 0 || q > column.max) throw new Error(`${column.name} out of bounds`)
      one.row.cells[column.index] = q
    })
  }
}

/** X6 */
function lastClass(
  table: Table,
  tickRate: number,
  { ticksBefore }: Header,
  column: Column,
  { base, first }: Survivor,
  sixteenths?: number
): number {
  if (sixteenths !== undefined) return Math.floor(((sixteenths + 8) & 15) / 2)
  if (!first) return 13
  const signed = (d: number): number => 2 * sizeClass(Math.abs(d)) - (d < 0 ? 1 : 0)
  const d = cell(base, column) - cell(first, column)
  if (column.rate < 0) return signed(short(column, d))
  const rate = table.columns[column.rate]
  const perTick = (rate.step / column.step / tickRate) * ticksBefore
  const constant = ((rate.min / column.step) * ticksBefore) / tickRate + 0.5
  return signed(d - Math.floor(constant + perTick * cell(base, rate)))
}
/** X8 */
function rowClass(numbers: readonly Column[], { base, first }: Survivor): number {
  if (!first) return 5
  const free = numbers.filter(({ rate, byGame }) => rate < 0 && !byGame)
  const step = (column: Column): number => Math.abs(short(column, cell(base, column) - cell(first, column)))
  const sum = free.reduce((all, column) => all + sizeClass(step(column)), 0)
  return sum === 0 ? 0 : Math.min(4, 1 + Math.floor(sum / free.length))
}

/** S40 to S43, S51 to S53 */
function predict(table: Table, tickRate: number, header: Header, column: Column, { base, row, first }: Survivor) {
  const { ticks, ticksBefore } = header
  if (column.kind === 'quat' && column.part > 0) {
    const at = column.index - column.part
    const four = ({ cells }: Row): Four => rotation(cells.slice(at, at + 4) as number[], column.max)
    let q = four(base)
    if (column.field.linear && first && ticks === ticksBefore) {
      const q0 = four(first)
      const t = 2 * (q[0] * q0[0] + q[1] * q0[1] + q[2] * q0[2] + q[3] * q0[3])
      q = q.map((c, i) => t * c - q0[i]) as Four
    }
    return drop(q, row.cells[at] as number, column.max)[column.part - 1]
  }
  const q = cell(base, column)
  if (column.rate >= 0) {
    const rate = table.columns[column.rate]
    const [r0, r1] = [cell(base, rate), cell(row, rate)]
    const perTick = rate.step / column.step / tickRate
    const constant = ((rate.min / column.step) * ticks) / tickRate
    const sum = ticks === 1 ? r1 : r0 * ticks + ((r1 - r0) * (ticks + 1)) / 2
    return bounded(column, q + Math.floor(constant + perTick * sum + 0.5))
  }
  if (!column.field.linear || column.kind === 'quat' || !first) return q
  return bounded(column, q + Math.round((short(column, q - cell(first, column)) * ticks) / ticksBefore))
}

/** S44 */
function predictByGame(
  { columns }: Table,
  { ticks, ticksBefore, before }: Header,
  old: readonly Survivor[],
  column: Column,
  met: Chunk['met']
): Int32Array {
  met.add('game')
  const size = 1 + Math.max(...old.map(({ base }) => base.slot))
  const of = (name: string, rowOf: (one: Survivor) => Row | undefined): Int32Array => {
    const found = columns.find((one) => one.name === name)!
    const all = new Int32Array(size)
    for (const one of old) {
      const row = rowOf(one)
      if (row) all[row.slot] = cell(row, found)
    }
    return all
  }
  const rows: PredictedRows = {
    count: old.length,
    slots: Int32Array.from(old, ({ base }) => base.slot),
    ticks,
    ticksBefore,
    now: (name) => of(name, ({ row }) => row),
    base: (name) => of(name, ({ base }) => base),
    before: (name) => (before ? of(name, ({ first }) => first) : undefined),
    wasBefore: (slot) => old.some(({ base, first }) => base.slot === slot && first !== undefined),
  }
  const out = Int32Array.from(old, ({ base }) => 16 * cell(base, column))
  column.byGame!(rows, out)
  return out
}
