// The prior that counts ask for: which contexts are told apart, and the tables of those that are alike. One end fits; both
// get the tables as bytes (packPrior), so that nothing here needs to be alike across engines.

import type { Counts, Seen } from './counts.ts'
import { toLevels } from './entropy.ts'
import { CONTEXTS, leadOf, modelsOf } from './model.ts'
import {
  ALL_FACTORS,
  BY_LAST,
  BY_ROW,
  BY_SIBLING,
  BY_SIGN,
  FACTOR_BITS,
  foldOf,
  MAX_CLUSTERS,
  type Model,
  Prior,
} from './prior.ts'

/** What a prior is to be best at: encoding fast, or, at about half as much time again, small frames. */
export type Aim = 'fast' | 'small'
/**
 * Bits a symbol that each factor of its context must save to be worth its time, where every row has one; where few rows
 * change, finding these takes the time, and so much less is asked. The sign of the last step comes with it.
 */
const WORTH: Readonly<Record<Aim, readonly (readonly [factor: number, bits: number])[]>> = {
  fast: [
    [BY_LAST, 0.1],
    [BY_SIBLING, 0.05],
    [BY_ROW, 0.1],
  ],
  small: [
    [BY_LAST, 0.03],
    [BY_SIBLING, 0.01],
    [BY_ROW, 0.03],
  ],
}
/** What a context that is told apart costs on the wire, about. */
const CONTEXT_BITS = 12
/** What a table must save, in bits, over all that was counted. */
const TABLE_BITS = 100
/** Pairs of contexts compared in one step. */
const PAIRS_A_STEP = 200

interface Cluster {
  readonly counts: Float64Array
  /** By symbol, n * log2(n); and how many of them may not be 0. */
  readonly terms: Float64Array
  readonly used: number
  readonly sum: number
  /** What coding the counts with their own frequencies costs, in bits. */
  readonly cost: number
  readonly contexts: number[]
}

/**
 * The prior that counts ask for. Contexts are merged, the pair that loses least first, as long as a table costs more on
 * the wire than it saves. `counted` has the usual values that fresh symbols were counted with.
 */
export function* fit(counts: Counts, epoch: number, counted: Prior, aim: Aim): Generator<void, Prior> {
  const levels: Uint8Array[] = []
  const models: Model[] = []
  for (const [m, { kind, contexts }] of modelsOf(counts.plan).alphabets.entries()) {
    yield
    const seen = counts.seen(m)
    const mask = contexts === CONTEXTS ? yield* factorsThatPay(seen, counts.rows[m], aim) : ALL_FACTORS
    const fold = (context: number): number => (contexts === CONTEXTS ? foldOf(mask)[context] : context)
    const clusters = clustersOf(seen, fold)
    yield* merge(clusters)
    if (kind === 'residual' && counts.shaped[m] <= costOfAll(clusters)) {
      models.push({ map: undefined, usual: undefined, factors: 0 })
      continue
    }
    const map = new Int32Array(contexts).fill(-1)
    let most = 0
    for (const [i, cluster] of clusters.entries()) {
      for (const context of cluster.contexts) map[context] = levels.length + i
      if (cluster.sum > clusters[most].sum) most = i
    }
    // Contexts never seen continue the one before: runs are what the wire form is short of.
    let before = levels.length + most
    for (let c = 0; c < contexts; c++)
      if (fold(c) === c) {
        if (map[c] < 0) map[c] = before
        before = map[c]
      }
    for (let c = 0; c < contexts; c++) map[c] = map[fold(c)]
    for (const cluster of clusters)
      levels.push(kind === 'residual' ? toLevels(trimmed(cluster.counts)) : toLevels(cluster.counts))
    models.push({ map, usual: counted.models[m].usual, factors: contexts === CONTEXTS ? factorsOf(map) : 0 })
  }
  yield
  return new Prior(counts.plan, epoch, models, levels)
}

/** The factors that a map of residuals' contexts depends on. */
export function factorsOf(map: Int32Array): number {
  let mask = 0
  for (let bit = 0; bit < FACTOR_BITS; bit++) {
    const fold = foldOf(ALL_FACTORS ^ (1 << bit))
    if (map.some((table, c) => table !== map[fold[c]])) mask |= 1 << bit
  }
  return mask
}

function clustersOf({ symbols, contexts, starts, symbol, count }: Seen, fold: (context: number) => number): Cluster[] {
  const found = new Map<number, Float64Array>()
  for (let i = 0; i < contexts.length; i++) {
    const to = fold(contexts[i])
    const counts = found.get(to) ?? new Float64Array(symbols)
    found.set(to, counts)
    for (let at = starts[i]; at < starts[i + 1]; at++) counts[symbol[at]] += count[at]
  }
  if (found.size === 0) return [{ ...clusterOf(new Float64Array(symbols).fill(1), []), cost: 0 }]
  return [...found].map(([context, counts]) => clusterOf(counts, [context]))
}

function clusterOf(counts: Float64Array, contexts: number[]): Cluster {
  const terms = new Float64Array(counts.length)
  let [used, sum, all] = [0, 0, 0]
  for (let s = 0; s < counts.length; s++) {
    if (counts[s] === 0) continue
    terms[s] = term(counts[s])
    all += terms[s]
    sum += counts[s]
    used = s + 1
  }
  return { counts, terms, used, sum, cost: term(sum) - all, contexts }
}

function term(n: number): number {
  return n * Math.log2(n)
}

/** What a model's symbols cost, and its tables. */
function costOfAll(clusters: readonly Cluster[]): number {
  return clusters.reduce((bits, { cost }) => bits + cost + TABLE_BITS, 0)
}

function merged(a: Cluster, b: Cluster): Cluster {
  return clusterOf(
    a.counts.map((n, s) => n + b.counts[s]),
    [...a.contexts, ...b.contexts]
  )
}

/** How much more two cost as one: only symbols that both have count. */
function lossOf(a: Cluster, b: Cluster): number {
  const used = Math.min(a.used, b.used)
  const [one, other, termsOne, termsOther] = [a.counts, b.counts, a.terms, b.terms]
  let bits = term(a.sum + b.sum) - term(a.sum) - term(b.sum)
  for (let s = 0; s < used; s++)
    if (one[s] > 0 && other[s] > 0) bits -= term(one[s] + other[s]) - termsOne[s] - termsOther[s]
  return bits
}

function* merge(clusters: Cluster[]): Generator<void> {
  // Below the diagonal: what merging two loses.
  const loss: number[][] = []
  let compared = 0
  for (const [i, a] of clusters.entries()) {
    loss.push(clusters.slice(0, i).map((b) => lossOf(a, b)))
    compared += i
    if (compared > PAIRS_A_STEP) {
      compared = 0
      yield
    }
  }
  while (clusters.length > 1) {
    let [best, one, other] = [Number.POSITIVE_INFINITY, 0, 0]
    for (let i = 1; i < clusters.length; i++)
      for (let j = 0; j < i; j++) if (loss[i][j] < best) [best, one, other] = [loss[i][j], i, j]
    if (best > TABLE_BITS && clusters.length <= MAX_CLUSTERS) return
    clusters[other] = merged(clusters[other], clusters[one])
    clusters.splice(one, 1)
    loss.splice(one, 1)
    yield
    for (const row of loss) if (row.length > one) row.splice(one, 1)
    for (let j = 0; j < clusters.length; j++) {
      if (j < other) loss[other][j] = lossOf(clusters[other], clusters[j])
      else if (j > other) loss[j][other] = lossOf(clusters[j], clusters[other])
    }
  }
}

/** The factors of residuals' contexts that pay, as a mask. */
function* factorsThatPay(seen: Seen, rows: number, aim: Aim): Generator<void, number> {
  const share = seen.sum / Math.max(rows, 1)
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let mask = 0; mask <= ALL_FACTORS; mask++) {
    if (mask & BY_SIGN && !(mask & BY_LAST)) continue
    yield
    const clusters = clustersOf(seen, (context) => foldOf(mask)[context])
    let worth = 0
    for (const [bit, bits] of WORTH[aim]) if (mask & bit) worth += bits * share
    let cost = 0
    for (const cluster of clusters) cost += cluster.cost + CONTEXT_BITS + worth * cluster.sum
    if (cost < least) [least, best] = [cost, mask]
  }
  return best
}

/** Up to the last symbol that was seen; then the escape. Symbols that have one level get the mean of their counts. */
function trimmed(counts: Float64Array): Float64Array {
  let last = counts.length - 1
  while (last > 0 && counts[last] === 0) last--
  const length = Math.min(last + 2, counts.length)
  const kept = counts.slice(0, length)
  if (last < counts.length - 1) kept[length - 1] = 0
  for (let s = 0, end = 0; s < length; s = end) {
    end = s + 1
    while (end < length && leadOf(end, length) === s) end++
    kept.fill(counts.subarray(s, end).reduce((sum, n) => sum + n, 0) / (end - s), s, end)
  }
  return kept
}
