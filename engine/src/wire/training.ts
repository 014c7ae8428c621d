// A prior from what was seen: how often each symbol came in each context, and what tables that asks for. One end trains;
// both get the tables as bytes (Prior.pack), so that nothing here needs to be alike across engines.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { BitWriter } from './bits.ts'
import { StateWriter } from './delta.ts'
import { toLevels } from './entropy.ts'
import { CONTEXTS, modelsOf } from './model.ts'
import { BY_LAST, BY_ROW, BY_SIBLING, EPOCHS, genericPrior, type Model, masked, Prior } from './prior.ts'

/** Bits a symbol that each factor must save to be worth its time; the row's takes a pass over all columns. */
const WORTH = [
  [BY_LAST, 0.03],
  [BY_SIBLING, 0.01],
  [BY_ROW, 0.1],
] as const
/** What a context that is told apart costs on the wire, about. */
const CONTEXT_BITS = 12
/** What a table must save, in bits, over all that was counted. */
const TABLE_BITS = 100
/** Tables of one model; more are merged whatever that loses. */
const MAX_TABLES = 64
/** So much stronger than all others together a value must be to be called usual. */
const USUAL_VOTES = 8
/** A keyframe is counted every so many snapshots, for who joins. */
const KEYFRAMES = 100

/** How often each symbol came, by model and context. */
export class Counts {
  readonly plan: GamePlan
  /** By model, then context * symbols + symbol. */
  readonly of: readonly Uint32Array[]
  readonly #symbols: readonly number[]
  readonly #votes = new Map<number, { value: number; lead: number }>()

  constructor(plan: GamePlan) {
    const { alphabets } = modelsOf(plan)
    this.plan = plan
    this.of = alphabets.map(({ contexts, symbols }) => new Uint32Array(contexts * symbols))
    this.#symbols = alphabets.map(({ symbols }) => symbols)
  }

  add(model: number, context: number, symbol: number): void {
    this.of[model][context * this.#symbols[model] + symbol]++
  }

  /** A new row's value. The commonest is found by majority vote (Robert Boyer and J Strother Moore, 1981). */
  vote(model: number, value: number): void {
    const vote = this.#votes.get(model)
    if (!vote) this.#votes.set(model, { value, lead: 1 })
    else if (vote.value === value) vote.lead++
    else if (--vote.lead < 0) this.#votes.set(model, { value, lead: 1 })
  }

  /** The usual value of new rows, if there is one. */
  usual(model: number): number | undefined {
    const vote = this.#votes.get(model)
    return vote && vote.lead > USUAL_VOTES ? vote.value : undefined
  }
}

/**
 * A prior trained on a match: its snapshots in order, a tick or a few apart. `epoch` is 1 to 3, the one that its frames
 * will name. Takes two passes over the snapshots: the first finds the usual values of new rows.
 * @throws ERR_USAGE for fewer than three snapshots, or one of another game
 */
export function trainPrior<G extends AnyGame>(game: G, snapshots: readonly Snapshot<G>[], epoch = 1): Prior {
  if (snapshots.length < 3) fail('ERR_USAGE', `${snapshots.length} snapshots: expected at least 3`)
  if (!(Number.isInteger(epoch) && epoch > 0 && epoch < EPOCHS))
    fail('ERR_USAGE', `epoch ${epoch}: expected 1 to ${EPOCHS - 1}`)
  const plan = planOf(game)
  const first = fit(count(genericPrior(plan), snapshots as never), epoch)
  const counts = count(first, snapshots as never)
  return fit(counts, epoch, first)
}

function count(prior: Prior, snapshots: readonly SnapshotBase[]): Counts {
  const counts = new Counts(prior.plan)
  const bits = new BitWriter()
  const writer = new StateWriter(prior, 'wire', counts)
  snapshots.forEach((snapshot, at) => {
    if (snapshot.plan !== prior.plan) fail('ERR_USAGE', 'this snapshot is of another game')
    bits.reset()
    if (at >= 2) writer.write(bits, snapshot, snapshots[at - 1], snapshots[at - 2])
    if (at % KEYFRAMES === 0) writer.write(bits, snapshot)
  })
  return counts
}

interface Cluster {
  counts: Float64Array
  sum: number
  /** What coding the counts with their own frequencies costs, in bits. */
  cost: number
  readonly contexts: number[]
}

/**
 * The prior that counts ask for. Contexts are merged, the pair that loses least first, as long as a table costs more on
 * the wire than it saves. The counts' fresh symbols are those of a writer that had the `usual` values of `counted`.
 */
export function fit(counts: Counts, epoch: number, counted?: Prior): Prior {
  const levels: Uint8Array[] = []
  const { alphabets } = modelsOf(counts.plan)
  const models = alphabets.map(({ kind, contexts, symbols }, m): Model => {
    const own = counts.of[m]
    const mask = contexts === CONTEXTS ? factorsThatPay(own, symbols) : 7
    const fold = (context: number): number => (contexts === CONTEXTS ? masked(context, mask) : context)
    const clusters = clustersOf(own, contexts, symbols, fold)
    merge(clusters)
    const map = new Uint16Array(contexts).fill(0xffff)
    let most = 0
    clusters.forEach((cluster, i) => {
      for (const context of cluster.contexts) map[context] = levels.length + i
      if (cluster.sum > clusters[most].sum) most = i
    })
    // Contexts never seen continue the one before: runs are what the wire form is short of.
    if (map[0] === 0xffff) map[0] = levels.length + most
    for (let c = 1; c < contexts; c++) if (map[c] === 0xffff) map[c] = fold(c) === c ? map[c - 1] : 0
    for (let c = 0; c < contexts; c++) map[c] = map[fold(c)]
    for (const cluster of clusters)
      levels.push(kind === 'residual' ? toLevels(trimmed(cluster.counts)) : toLevels(cluster.counts))
    return { map, usual: counted ? counted.models[m].usual : counts.usual(m) }
  })
  return new Prior(counts.plan, epoch, models, levels)
}

function clustersOf(own: Uint32Array, contexts: number, symbols: number, fold: (context: number) => number): Cluster[] {
  const clusters = new Map<number, Cluster>()
  for (let c = 0; c < contexts; c++) {
    const to = fold(c)
    for (let s = 0; s < symbols; s++) {
      const n = own[c * symbols + s]
      if (n === 0) continue
      let cluster = clusters.get(to)
      if (!cluster) {
        cluster = { counts: new Float64Array(symbols), sum: 0, cost: 0, contexts: [to] }
        clusters.set(to, cluster)
      }
      cluster.counts[s] += n
      cluster.sum += n
    }
  }
  if (clusters.size === 0) return [{ counts: new Float64Array(symbols).fill(1), sum: symbols, cost: 0, contexts: [] }]
  const all = [...clusters.values()]
  for (const cluster of all) cluster.cost = costOf(cluster.counts, cluster.sum)
  return all
}

function costOf(counts: Float64Array, sum: number): number {
  let bits = sum > 0 ? sum * Math.log2(sum) : 0
  for (let s = 0; s < counts.length; s++) if (counts[s] > 0) bits -= counts[s] * Math.log2(counts[s])
  return bits
}

function merged(a: Cluster, b: Cluster): Cluster {
  const counts = a.counts.map((n, s) => n + b.counts[s])
  const sum = a.sum + b.sum
  return { counts, sum, cost: costOf(counts, sum), contexts: [...a.contexts, ...b.contexts] }
}

function merge(clusters: Cluster[]): void {
  const lossOf = (a: Cluster, b: Cluster): number => merged(a, b).cost - a.cost - b.cost
  // Below the diagonal: what merging two loses.
  const loss = clusters.map((a, i) => clusters.slice(0, i).map((b) => lossOf(a, b)))
  while (clusters.length > 1) {
    let [best, one, other] = [Number.POSITIVE_INFINITY, 0, 0]
    for (let i = 1; i < clusters.length; i++)
      for (let j = 0; j < i; j++) if (loss[i][j] < best) [best, one, other] = [loss[i][j], i, j]
    if (best > TABLE_BITS && clusters.length <= MAX_TABLES) return
    clusters[other] = merged(clusters[other], clusters[one])
    clusters.splice(one, 1)
    loss.splice(one, 1)
    for (const row of loss) if (row.length > one) row.splice(one, 1)
    for (let j = 0; j < clusters.length; j++) {
      if (j < other) loss[other][j] = lossOf(clusters[other], clusters[j])
      else if (j > other) loss[j][other] = lossOf(clusters[j], clusters[other])
    }
  }
}

/** The factors of residuals' contexts that pay, as a mask. */
function factorsThatPay(own: Uint32Array, symbols: number): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let mask = 0; mask < 8; mask++) {
    const clusters = clustersOf(own, CONTEXTS, symbols, (context) => masked(context, mask))
    let worth = 0
    for (const [bit, bits] of WORTH) if (mask & bit) worth += bits
    let cost = 0
    for (const cluster of clusters) cost += cluster.cost + CONTEXT_BITS + worth * cluster.sum
    if (cost < least) [least, best] = [cost, mask]
  }
  return best
}

/** Up to the last symbol that was seen; then the escape. */
function trimmed(counts: Float64Array): Float64Array {
  let last = counts.length - 1
  while (last > 0 && counts[last] === 0) last--
  if (last >= counts.length - 2) return counts
  const kept = counts.slice(0, last + 2)
  kept[last + 1] = 0
  return kept
}
