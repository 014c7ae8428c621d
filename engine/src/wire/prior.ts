// A prior: what a codec expects before it has seen a frame. By model a map of contexts to frequency tables. Immutable for
// its epoch, which every frame names; epoch 0 is the generic one, which the schema alone gives. Everything is integers, so
// that both ends get the same tables from the same bytes.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, hex, planOf } from '../schema/game.ts'
import { BitReader, unzigzag } from './bits.ts'
import { LEVELS, normalise, Tables } from './entropy.ts'
import { genericModels } from './generic.ts'
import { type Alphabet, CONTEXTS, LAST, leadOf, modelsOf, ROW, SIBLING } from './model.ts'

/** Contexts of one model as tables. */
export interface Model {
  /** By context: its table among the prior's. Of residuals undefined where each frame says the column's shape itself. */
  readonly map: Int32Array | undefined
  /** The usual value of a new row; undefined: the column's default. */
  readonly usual: number | undefined
  /** Of residuals the factors that the map depends on, as a mask; 0 for others. */
  readonly factors: number
}

/** What is modelled, and how, is part of what a saved prior means. */
export const PRIOR_VERSION = 2
/** Epochs are named by two bits. */
export const EPOCHS = 4
export const MAX_BYTES = 65536
/** Each takes a client a good kilobyte. */
export const MAX_TABLES = 512
/** Tables of one model. */
export const MAX_CLUSTERS = 64

/** Factors of a residual's context. */
export const BY_LAST = 1
export const BY_SIBLING = 2
export const BY_ROW = 4
/** Which way the last step went; with BY_LAST. */
export const BY_SIGN = 8
/** How many bits name them. */
export const FACTOR_BITS = 4
export const ALL_FACTORS = 15

export class Prior {
  readonly plan: GamePlan
  /** 0: the generic one; 1 to 3 go round. */
  readonly epoch: number
  readonly models: readonly Model[]
  readonly levels: readonly Uint8Array[]
  readonly tables: Tables
  /** By model: the factors that its map depends on; what none needs is not computed. */
  readonly factors: Uint8Array
  /** By model and context: where its table starts << 8 | its last symbol. */
  readonly places: readonly (Int32Array | undefined)[]

  constructor(plan: GamePlan, epoch: number, models: readonly Model[], levels: readonly Uint8Array[]) {
    this.plan = plan
    this.epoch = epoch
    this.models = models
    this.levels = levels
    const { alphabets } = modelsOf(plan)
    const escapes: boolean[] = []
    for (const [m, { map }] of models.entries())
      for (const table of map ?? []) escapes[table] = alphabets[m].kind === 'residual'
    this.tables = new Tables(levels.map(normalise), escapes)
    const { offsets } = this.tables
    this.factors = Uint8Array.from(models, ({ factors }) => factors)
    this.places = models.map(({ map }) => map?.map((t) => (offsets[t] << 8) | (offsets[t + 1] - offsets[t] - 1)))
  }

  /**
   * The prior that packPrior() made, for the same game.
   * @throws ERR_SCHEMA_MISMATCH, ERR_PROTOCOL_VERSION, ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED
   */
  static unpack(game: AnyGame, bytes: Uint8Array): Prior {
    if (bytes.length > MAX_BYTES) fail('ERR_FRAME_INVALID', `a prior of ${bytes.length} bytes: expected ${MAX_BYTES}`)
    const plan = planOf(game)
    const from = new BitReader(bytes)
    const hash = from.uint(32)
    if (hash !== plan.game.hash)
      fail(
        'ERR_SCHEMA_MISMATCH',
        `a prior for the schema ${hex(hash)}: '${plan.game.name}' has ${hex(plan.game.hash)} now: train it again, or start without it`
      )
    const epoch = from.bits(2)
    if (epoch === 0) fail('ERR_FRAME_INVALID', 'a prior of epoch 0: expected 1 to 3')
    const version = from.bits(8)
    if (version !== PRIOR_VERSION)
      fail('ERR_PROTOCOL_VERSION', `a prior of version ${version}: expected ${PRIOR_VERSION}: train it again`)
    const levels: Uint8Array[] = []
    const models = modelsOf(plan).alphabets.map((alphabet) => unpackModel(from, alphabet, levels))
    from.end()
    return new Prior(plan, epoch, models, levels)
  }
}

const generics = new WeakMap<GamePlan, Prior>()

/** The prior of epoch 0. */
export function genericPrior(plan: GamePlan): Prior {
  let prior = generics.get(plan)
  if (!prior) {
    const { models, levels } = genericModels(modelsOf(plan).alphabets)
    prior = new Prior(plan, 0, models, levels)
    generics.set(plan, prior)
  }
  return prior
}

/** A game's prior: the one given, or the generic one. @throws ERR_USAGE for one of another game */
export function priorOf(plan: GamePlan, prior: Prior | undefined): Prior {
  if (prior && prior.plan !== plan) fail('ERR_USAGE', 'this prior is of another game')
  return prior ?? genericPrior(plan)
}

const folds: Int32Array[] = []

/** By residual's context: the one with only the factors in `mask`. */
export function foldOf(mask: number): Int32Array {
  folds[mask] ??= makeFold(mask)
  return folds[mask]
}

// A page that joins waits for it, its code not compiled yet.
function makeFold(mask: number): Int32Array {
  const fold = new Int32Array(CONTEXTS)
  let c = 0
  for (let last = 0; last < LAST; last++) {
    const ofLast = mask & BY_LAST ? (last > 0 && !(mask & BY_SIGN) ? (last - 1) | 1 : last) : 0
    for (let sibling = 0; sibling < SIBLING; sibling++) {
      const first = (ofLast * SIBLING + (mask & BY_SIBLING ? sibling : 0)) * ROW
      for (let row = 0; row < ROW; row++) fold[c++] = first + (mask & BY_ROW ? row : 0)
    }
  }
  return fold
}

/** The contexts that a map with these factors tells apart. */
export function keptOf(contexts: number, mask: number): number[] {
  const fold = contexts === CONTEXTS ? foldOf(mask) : undefined
  const kept: number[] = []
  for (let c = 0; c < contexts; c++) if (!fold || fold[c] === c) kept.push(c)
  return kept
}

function unpackModel(from: BitReader, { kind, contexts, symbols, column }: Alphabet, levels: Uint8Array[]): Model {
  if (kind === 'residual' && from.bit()) return { map: undefined, usual: undefined, factors: 0 }
  const first = levels.length
  const usual = from.bit() ? readGamma(from) : undefined
  if (usual !== undefined && !(kind === 'fresh' && usual <= column!.max))
    fail('ERR_FRAME_INVALID', `a prior's usual value of ${usual}: expected at most ${column?.max ?? 'none'}`)
  const count = readGamma(from) + 1
  if (count > Math.min(contexts, MAX_CLUSTERS) || first + count > MAX_TABLES)
    fail('ERR_FRAME_INVALID', `${count} tables for ${contexts} contexts, after ${first} others`)
  const map = new Int32Array(contexts).fill(first)
  let factors = 0
  if (count > 1) {
    if (contexts === CONTEXTS) factors = from.bits(FACTOR_BITS)
    const bits = 32 - Math.clz32(count - 1)
    const kept = keptOf(contexts, factors)
    for (let c = 0; c < kept.length; ) {
      const table = from.uint(bits)
      const end = c + readGamma(from) + 1
      if (table >= count || end > kept.length)
        fail('ERR_FRAME_INVALID', `contexts up to ${end} have table ${table}: there are ${kept.length} and ${count}`)
      for (; c < end; c++) map[kept[c]] = first + table
    }
    const fold = contexts === CONTEXTS ? foldOf(factors) : undefined
    if (fold) for (let c = 0; c < contexts; c++) map[c] = map[fold[c]]
  }
  const hasEscape = kind === 'residual'
  for (let t = 0; t < count; t++) {
    const own = unpackLevels(from, symbols, hasEscape)
    if (!hasEscape && own.length !== symbols)
      fail('ERR_FRAME_INVALID', `a table of ${own.length} symbols: expected ${symbols}`)
    levels.push(own)
  }
  return { map, usual, factors }
}

function unpackLevels(from: BitReader, symbols: number, isResidual: boolean): Uint8Array {
  const length = readGamma(from) + 1
  if (length > symbols) fail('ERR_FRAME_INVALID', `a table of ${length} symbols: expected at most ${symbols}`)
  const levels = new Uint8Array(length)
  const k = from.bits(2)
  for (let s = 0; s < length; s++) {
    if (isResidual && leadOf(s, length) !== s) {
      levels[s] = levels[s - 1]
      continue
    }
    const level = expected(levels, s) + unzigzag(from.rice(k))
    if (!(level >= 0 && level < LEVELS))
      fail('ERR_FRAME_INVALID', `a frequency of level ${level}: expected less than ${LEVELS}`)
    levels[s] = level
  }
  return levels
}

/** Signs alternate up to 16, so the like of a symbol is two before it. */
export function expected(levels: Uint8Array, s: number): number {
  return s === 0 ? 20 : s < 3 || s > 16 ? levels[s - 1] : levels[s - 2]
}

/** What gamma() of prior-packing.ts wrote. */
function readGamma(from: BitReader): number {
  let n = 0
  while (!from.bit()) if (++n > 31) fail('ERR_FRAME_INVALID', 'a prior with a number past 2^31 - 1')
  const value = ((1 << n) >>> 0) + from.uint(n) - 1
  if (value > 2 ** 31 - 1) fail('ERR_FRAME_INVALID', 'a prior with a number past 2^31 - 1')
  return value
}
