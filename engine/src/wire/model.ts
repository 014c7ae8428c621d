// What is modelled of a game's snapshots, and in which contexts. Symbols and contexts are functions of the two snapshots
// that the header names and of what was coded before in the same frame, so that a frame stands for itself.
//   structure  a slot below the baseline's end: 0 as it was, 1 gone or new, 2 replaced; by live or not and the slot before
//   flag       a surviving row: changed or not; by row class and the flags of the two rows before
//   any        a column: 0 no residuals, 1 some, 2 few: then only groups of eight rows that have any have symbols
//   group      eight active rows of such a column: has residuals or not
//   residual   u = zigzag: u itself below 64, then two bins an octave and raw bits; the last symbol of a table is an escape
//              and the whole u; by last (14), sibling (7) and row (6)
//   fresh      a new row's value: 0 the usual one, else 1 + its highest 5 bits, the rest raw; by the two columns before

import type { GamePlan, TablePlan } from '../schema/game.ts'
import type { Column } from '../schema/layout.ts'

/** Residuals below it are their own symbols. */
export const DIRECT = 64
const DIRECT_OCTAVE = 6
/** Symbols of u up to 2^32 - 1, and the escape. */
export const SYMBOLS: number = DIRECT + 2 * (32 - DIRECT_OCTAVE) + 1

/** The symbol of u, 0 to 2^32 - 1. */
export function symbolOf(u: number): number {
  if (u < DIRECT) return u
  const octave = 31 - Math.clz32(u)
  return DIRECT + ((octave - DIRECT_OCTAVE) << 1) + ((u >>> (octave - 1)) & 1)
}
/**
 * The first of the symbols that a residual's table of `length` says one level for, half an octave of them: the shape of a
 * distribution needs no more. The last symbol, an escape, has its own.
 */
export function leadOf(symbol: number, length: number): number {
  if (symbol < 16 || symbol >= DIRECT || symbol === length - 1) return symbol
  const half = 1 << (30 - Math.clz32(symbol))
  return symbol & -half
}
/** By symbol: how many raw bits follow it, and the u of those bits all 0. */
export const RAW_BITS: Uint8Array = new Uint8Array(SYMBOLS)
export const RAW_BASE: Uint32Array = new Uint32Array(SYMBOLS)
for (let s = 0; s < SYMBOLS; s++) {
  const octave = DIRECT_OCTAVE + ((s - DIRECT) >> 1)
  RAW_BITS[s] = s < DIRECT ? 0 : octave - 1
  RAW_BASE[s] = s < DIRECT ? s : (2 + ((s - DIRECT) & 1)) * 2 ** (octave - 1)
}

/** The largest class of a magnitude. */
export const TOP_CLASS = 6
/** By u below DIRECT, the class of its magnitude: 0, 1, 2, 3 to 4, 5 to 8, 9 to 16, more. */
export const CLASS: Uint8Array = Uint8Array.from({ length: DIRECT }, (_, u) => {
  const magnitude = (u + 1) >>> 1
  return magnitude < 3 ? magnitude : Math.min(TOP_CLASS, 33 - Math.clz32(magnitude - 1))
})
/** By zigzag of a step below DIRECT, its signed class: 0, else twice the class of its magnitude, one less if it is negative. */
export const STEP: Uint8Array = Uint8Array.from({ length: DIRECT }, (_, u) => 2 * CLASS[u] - (u & 1))
/** Of `last`: nothing is known. Of `row` it is 5. */
export const UNKNOWN = 13
export const UNKNOWN_ROW = 5
export const LAST = 14
export const SIBLING = 7
export const ROW = 6
export const CONTEXTS: number = LAST * SIBLING * ROW
const FLAG_CONTEXTS: number = ROW * 4
const SLOT_CONTEXTS = 6
/** Classes of a fresh symbol: the usual value, or the highest 4 bits; and the coarse ones, of the highest 3. */
const FRESH = 17
const FRESH_COARSE = 9
const FRESH_CONTEXTS: number = FRESH * FRESH_COARSE

/** The class of the column just coded, and the coarse one of that before it, which was the last of `context`. */
export function freshContext(context: number, symbol: number): number {
  const last = context % FRESH
  return ((last + 1) >> 1) * FRESH + (symbol === 0 ? 0 : 1 + ((symbol - 1) >> 1))
}
/** How many low bits of a fresh value are raw. */
export function freshShift(column: Column): number {
  return Math.max(0, column.bits - 5)
}

export type ModelKind = 'structure' | 'flag' | 'any' | 'residual' | 'fresh' | 'group'

/** What is modelled together. */
export interface Alphabet {
  readonly kind: ModelKind
  readonly contexts: number
  /** How many symbols there are, the escape included. */
  readonly symbols: number
  /** The first column of those it is for. */
  readonly column: Column | undefined
}

/** The models of one table of rows, by their number in the game. */
export interface TableModels {
  readonly structure: number
  readonly flags: number
  /** By column: its 'any'; 'residual', 'fresh' and 'group' follow it. Columns of packed values have -1. */
  readonly columns: Int32Array
}
export interface GameModels {
  readonly tables: readonly TableModels[]
  readonly alphabets: readonly Alphabet[]
}

const known = new WeakMap<GamePlan, GameModels>()

/** All models of a game; those of owner columns, too, so that one prior fits every audience. */
export function modelsOf(plan: GamePlan): GameModels {
  let models = known.get(plan)
  if (!models) {
    const alphabets: Alphabet[] = []
    models = { tables: [...plan.tables, plan.state].map((table) => tableModels(table, alphabets)), alphabets }
    known.set(plan, models)
  }
  return models
}

function tableModels(table: TablePlan, alphabets: Alphabet[]): TableModels {
  const { columns } = table.layout
  const structure = alphabets.length
  alphabets.push(
    { kind: 'structure', contexts: SLOT_CONTEXTS, symbols: 3, column: undefined },
    { kind: 'flag', contexts: FLAG_CONTEXTS, symbols: 2, column: undefined }
  )
  const of = new Int32Array(columns.length).fill(-1)
  for (const index of [...table.shared, ...table.owned]) {
    const column = columns[index]
    if (column.kind === 'value') continue
    const coded = columns.find((one) => leaderOf(one) === leaderOf(column) && of[one.index] >= 0)
    if (coded) {
      of[index] = of[coded.index]
      continue
    }
    of[index] = alphabets.length
    alphabets.push(
      { kind: 'any', contexts: 1, symbols: 3, column },
      { kind: 'residual', contexts: CONTEXTS, symbols: symbolOf(2 * column.max) + 2, column },
      { kind: 'fresh', contexts: FRESH_CONTEXTS, symbols: 2 + (column.max >>> freshShift(column)), column },
      { kind: 'group', contexts: 1, symbols: 2, column }
    )
  }
  return { structure, flags: structure + 1, columns: of }
}

/** Components of one vector, and the three of a rotation, are modelled together. */
function leaderOf({ kind, index, slot }: Column): number {
  if (kind !== 'quat') return slot.column
  return index === slot.column ? index : slot.column + 1
}
