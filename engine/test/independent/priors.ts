// X3, X10 to X16: the models of a game, the tables that a prior has for their contexts, and those that a shape stands for.

import { readFileSync } from 'node:fs'
import { Bits, unzigzag } from './bits.ts'
import { bitsOf, type Column, type Contract } from './contract.ts'

export type Frequencies = readonly number[]

// --- Models (X3, X4) -------------------------------------------------------------------------------------------------

export interface Model {
  readonly kind: 'structure' | 'flag' | 'any' | 'residual' | 'fresh' | 'group'
  readonly contexts: number
  readonly symbols: number
  readonly max: number
}
/** Model numbers of a table; of a column that of its *any*, which *residual*, *fresh* and *group* follow. */
export interface TableModels {
  readonly structure: number
  readonly columns: ReadonlyMap<Column, number>
}
export interface Models {
  readonly all: readonly Model[]
  readonly tables: readonly TableModels[]
}

/** X4 */
export function residualSymbol(u: number): number {
  if (u < 64) return u
  const e = Math.floor(Math.log2(u))
  return 64 + 2 * (e - 6) + (Math.floor(u / 2 ** (e - 1)) % 2)
}
/** The least u of a symbol below 116, and 2^32 for 116. */
export function residualBase(symbol: number): number {
  if (symbol < 64) return symbol
  const e = 6 + Math.floor((symbol - 64) / 2)
  return 2 ** e + (symbol % 2) * 2 ** (e - 1)
}
/** S35: how many low bits of a new value are no symbol. */
export const lowBits = (max: number): number => Math.max(0, bitsOf(max) - 5)

const known = new WeakMap<Contract, Models>()
export function modelsOf(contract: Contract): Models {
  const made = known.get(contract) ?? makeModels(contract)
  known.set(contract, made)
  return made
}
function makeModels(contract: Contract): Models {
  const all: Model[] = []
  const tables = contract.tables.map(({ everybody, owners }) => {
    const structure = all.length
    all.push({ kind: 'structure', contexts: 6, symbols: 3, max: 0 }, { kind: 'flag', contexts: 24, symbols: 2, max: 0 })
    const columns = new Map<Column, number>()
    for (const column of [...everybody, ...owners]) {
      if (column.kind === 'packed') continue
      const isApart = (one: Column) => one.kind === 'quat' && one.part === 0
      const sibling = [...columns.keys()].find((one) => one.field === column.field && isApart(one) === isApart(column))
      if (sibling) {
        columns.set(column, columns.get(sibling)!)
        continue
      }
      columns.set(column, all.length)
      const { max } = column
      all.push(
        { kind: 'any', contexts: 1, symbols: 3, max },
        { kind: 'residual', contexts: 588, symbols: residualSymbol(2 * max) + 2, max },
        { kind: 'fresh', contexts: 153, symbols: 2 + Math.floor(max / 2 ** lowBits(max)), max },
        { kind: 'group', contexts: 1, symbols: 2, max }
      )
    }
    return { structure, columns }
  })
  return { all, tables }
}

// --- Levels (X12) ----------------------------------------------------------------------------------------------------

const WEIGHTS = [
  1, 1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 512, 724, 1024, 1448, 2048, 2896, 4096,
]
function frequenciesOf(levels: readonly number[]): Frequencies {
  const n = levels.length
  const weights = levels.map((level) => WEIGHTS[level])
  const sum = weights.reduce((all, weight) => all + weight)
  return filled(weights.map((weight) => 1 + Math.floor((weight * (4096 - n)) / sum)))
}
/** The first of the largest has what is missing. */
function filled(table: number[]): Frequencies {
  table[table.indexOf(Math.max(...table))] += 4096 - table.reduce((all, freq) => all + freq)
  return table
}

// --- The generic prior (X13) -----------------------------------------------------------------------------------------

export interface Prior {
  readonly epoch: number
  /** The table of a context; undefined for residuals whose shape the frame says. */
  table(model: number, context: number): Frequencies | undefined
  /** X11 */
  usual(model: number): number | undefined
}

/** The letters stand in PROTOCOL.md itself. */
const protocol = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8')
const letters = protocol
  .slice(protocol.indexOf('**X13**'), protocol.indexOf('**X14**'))
  .split('\n')
  .filter((line) => line.includes('| `'))
  .map((line) => [...line.matchAll(/`([a-y]+)`/g)].map(([, of]) => of))
const [STRUCTURE, STILL, MOVED, [ANY], [FRESH], [GROUP]] = letters

export function genericPrior(contract: Contract): Prior {
  const tables = modelsOf(contract).all.map(({ kind, contexts, symbols }) => {
    if (kind === 'residual') return undefined
    return Array.from({ length: contexts }, (_, c) => {
      const of = {
        structure: STRUCTURE[c],
        flag: (c < 4 ? STILL : MOVED)[c % 4],
        any: ANY,
        fresh: FRESH,
        group: GROUP,
      }[kind]
      const levels = Array.from({ length: symbols }, (_, s) => of.charCodeAt(Math.min(s, of.length - 1)) - 97)
      return frequenciesOf(levels)
    })
  })
  return { epoch: 0, table: (model, context) => tables[model]?.[context], usual: () => undefined }
}

// --- Priors as bytes (X14, X15) --------------------------------------------------------------------------------------

export function readPrior(contract: Contract, schema: number, bytes: readonly number[]): Prior {
  const from = new Bits(bytes)
  if (from.number(32) !== schema) throw new Error('a prior of another schema')
  const epoch = from.number(2)
  if (epoch === 0) throw new Error('epoch 0')
  if (from.number(8) !== 2) throw new Error('another version')
  const usuals: (number | undefined)[] = []
  const tables = modelsOf(contract).all.map((model, m) => {
    if (model.kind === 'residual' && from.flag()) return undefined
    if (from.flag()) usuals[m] = from.gamma()
    return readTables(from, model)
  })
  from.end()
  return { epoch, table: (model, context) => tables[model]?.[context], usual: (model) => usuals[model] }
}
/** By context. */
function readTables(from: Bits, { kind, contexts, symbols }: Model): Frequencies[] {
  const count = from.gamma() + 1
  const mask = kind === 'residual' && count > 1 ? from.number(4) : 15
  /** The lowest context with the same factors that count. */
  const said = (context: number): number => {
    if (kind !== 'residual') return context
    const [signed, sibling, row] = [Math.floor(context / 42), Math.floor(context / 6) % 7, context % 6]
    const last = signed > 0 && signed % 2 === 0 && !(mask & 8) ? signed - 1 : signed
    return ((mask & 1 ? last : 0) * 7 + (mask & 2 ? sibling : 0)) * 6 + (mask & 4 ? row : 0)
  }
  const of = new Map<number, number>()
  const kept = Array.from({ length: contexts }, (_, c) => c).filter((c) => said(c) === c)
  if (count > 1)
    while (of.size < kept.length) {
      const table = from.number(bitsOf(count - 1))
      for (let run = from.gamma() + 1; run > 0; run--) of.set(kept[of.size], table)
    }
  const all = Array.from({ length: count }, () => {
    const n = from.gamma() + 1
    if (kind !== 'residual' && n !== symbols) throw new Error('a table with a symbol too few')
    const k = from.number(2)
    const levels: number[] = []
    for (let s = 0; s < n; s++) {
      const expected = s === 0 ? 20 : s < 3 || s > 16 ? levels[s - 1] : levels[s - 2]
      const isSaid = kind !== 'residual' || s < 17 || s > 63 || [24, 32, 48, n - 1].includes(s)
      levels.push(isSaid ? expected + unzigzag(from.rice(k)) : levels[s - 1])
    }
    return frequenciesOf(levels)
  })
  return Array.from({ length: contexts }, (_, c) => all[of.get(said(c)) ?? 0])
}

// --- Shapes (X16) ----------------------------------------------------------------------------------------------------

const ODDS = [0, 1 / 8, 1 / 3, 1, 3, 8, 32, 256]
function power(b: number, n: number): number {
  let p = 1
  while (n >= 1) {
    if (n % 2 === 1) p = p * b
    b = b * b
    n = Math.floor(n / 2)
  }
  return p
}
const shapes = new Map<number, Frequencies>()
export function shapeTable(shape: number): Frequencies {
  const table = shapes.get(shape) ?? makeShape(Math.floor(shape / 32), shape % 32)
  shapes.set(shape, table)
  return table
}
function makeShape(share: number, scale: number): Frequencies {
  let mean = scale % 2 === 1 ? Math.SQRT2 : 1
  for (let i = Math.floor(scale / 2); i > 0; i--) mean = mean * 2
  const ratio = Math.max(1 - 1 / mean, 1 / 64)
  const above = (u: number): number => power(ratio, u / 2 - 1) * (1 + ratio) * 0.5
  const w = [0]
  for (let s = 1; s <= 63; s++) w[s] = power(ratio, Math.floor((s + 1) / 2) - 1) * (1 - ratio) * 0.5
  for (let s = 64; s <= 115; s++) w[s] = above(residualBase(s)) - above(residualBase(s + 1))
  const others = w.reduce((sum, one) => sum + one)
  w[0] = share === 0 ? w[1] : ODDS[share] * others
  let n = 116
  while (n > 3 && !(w[n - 1] > others / 16384)) n--
  const sum = w[0] + others
  return filled([...w.slice(0, n), 0].map((one) => 1 + Math.floor((one / sum) * (4096 - (n + 1)))))
}
