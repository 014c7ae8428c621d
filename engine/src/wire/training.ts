// A prior from what was seen: how often each symbol came in each context, and what tables that asks for. One end trains;
// both get the tables as bytes (Prior.pack), so that nothing here needs to be alike across engines.

import { fail } from '../schema/errors.ts'
import { type AnyGame, type GamePlan, planOf } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { BitWriter } from './bits.ts'
import { type Columns, StateWriter } from './delta.ts'
import { bitsOf, toLevels } from './entropy.ts'
import { CONTEXTS, leadOf, modelsOf, RAW_BITS, ROW, symbolOf } from './model.ts'
import { BY_LAST, BY_ROW, BY_SIBLING, EPOCHS, genericPrior, type Model, masked, Prior } from './prior.ts'
import type { Scratch } from './scratch.ts'
import { SHAPE_BITS, shapeOf, shapeTables } from './shapes.ts'

/** What a prior is to be best at: encoding fast, or, at about half as much time again, small frames. */
export type Aim = 'fast' | 'small'
/** Bits a symbol that each factor of its context must save to be worth its time. */
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
/** Tables of one model; more are merged whatever that loses. */
const MAX_TABLES = 64
/** So much stronger than all others together a value must be to be called usual. */
const USUAL_VOTES = 8
/** A keyframe is counted every so many snapshots, for who joins. */
const KEYFRAMES = 100
/** Frames after which the usual values of new rows are settled for the first time; then whenever these have doubled. */
const FIRST_USUALS = 16

/** How often each symbol came, by model and context. */
export class Counts {
  readonly plan: GamePlan
  /** By model, then context * symbols + symbol. */
  readonly of: readonly Uint32Array[]
  /** By model: what its residuals cost with the shapes that the frames said, in bits. */
  readonly shaped: Float64Array
  readonly #symbols: readonly number[]
  readonly #votes = new Map<number, { value: number; lead: number }>()

  constructor(plan: GamePlan) {
    const { alphabets } = modelsOf(plan)
    this.plan = plan
    this.of = alphabets.map(({ contexts, symbols }) => new Uint32Array(contexts * symbols))
    this.shaped = new Float64Array(alphabets.length)
    this.#symbols = alphabets.map(({ symbols }) => symbols)
  }

  add(model: number, context: number, symbol: number): void {
    this.of[model][context * this.#symbols[model] + symbol]++
  }

  /** The residuals of `n` rows in a column, of which `coded` have a symbol, in the contexts that are in scratch. */
  column(model: number, residuals: Uint32Array, n: number, coded: number, { context, sibling, groups }: Scratch): void {
    const { entries, offsets } = shapeTables()
    const shape = shapeOf(residuals, n, coded)
    const last = offsets[shape + 1] - offsets[shape] - 1
    let bits = SHAPE_BITS
    for (let a = 0; a < n; a++) {
      if (coded < n && groups[a >> 3] === 0) continue
      const symbol = symbolOf(residuals[a])
      this.add(model, context[a] + (sibling[a] >> 2) * ROW, symbol)
      bits += bitsOf(entries[offsets[shape] + Math.min(symbol, last)])
    }
    this.shaped[model] += bits
  }

  /** Forgets new rows, but not how usual their values were. */
  forgetFresh(): void {
    for (const [m, { kind }] of modelsOf(this.plan).alphabets.entries()) if (kind === 'fresh') this.of[m].fill(0)
  }

  /** What all symbols take with a prior, in bits. */
  bitsWith(prior: Prior): number {
    let sum = 0
    for (const [m, { contexts, symbols, column }] of modelsOf(this.plan).alphabets.entries()) {
      const places = prior.places[m]
      if (!places) {
        sum += this.shaped[m]
        continue
      }
      for (let c = 0, i = 0; c < contexts; c++) {
        const first = places[c] >> 8
        const last = places[c] & 255
        for (let s = 0; s < symbols; s++, i++) {
          const n = this.of[m][i]
          if (n === 0) continue
          sum += n * bitsOf(prior.tables.entries[first + Math.min(s, last)])
          // An escape's bits are more than the raw ones that it stands for.
          if (s > last) sum += n * (column!.bits + 1 - RAW_BITS[s])
        }
      }
    }
    return sum
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
 * Learns a prior from the frames of a match, as they come. Counting a frame costs about as much as encoding it, and needs
 * some 100 kB a number column.
 */
export class Trainer<G extends AnyGame> {
  /** Frames counted. */
  frames = 0
  readonly #plan: GamePlan
  readonly #columns: Columns
  readonly #bits = new BitWriter()
  /** The generic prior, with the usual values of new rows as far as they are known. */
  #prior: Prior
  #counts: Counts
  #writer: StateWriter

  /** `audience`: as an encoder's; what is trained with 'all' holds nothing of owners' columns. */
  constructor(game: G, audience: 'all' | 'wire' = 'wire', usuals?: Trainer<G>) {
    this.#plan = planOf(game)
    this.#columns = audience === 'all' ? 'shared' : 'wire'
    this.#counts = new Counts(this.#plan)
    this.#prior = usuals ? usuals.#withUsuals() : genericPrior(this.#plan)
    this.#writer = new StateWriter(this.#prior, this.#columns, this.#counts)
  }

  /** Counts the frame of a snapshot against a baseline; without one, a keyframe. @throws ERR_USAGE for another game's */
  add(snapshot: Snapshot<G>, baseline?: Snapshot<G>, before?: Snapshot<G>): void {
    const [now, base, last] = [snapshot, baseline, before] as never as SnapshotBase[]
    for (const one of [now, base, last])
      if (one && one.plan !== this.#plan) fail('ERR_USAGE', 'this snapshot is of another game')
    this.#bits.reset()
    this.#writer.write(this.#bits, now, base, base && last)
    this.frames++
    if (this.frames >= FIRST_USUALS && (this.frames & (this.frames - 1)) === 0) this.#settleUsuals()
  }

  /**
   * The prior for what was counted so far. Slow in all (tens to hundreds of ms), a step at most about one: for who must
   * not miss a tick. `epoch` is 1 to 3, the one that its frames will name.
   */
  *training(epoch: number, aim: Aim = 'fast'): Generator<void, Prior> {
    checkEpoch(epoch)
    return yield* fit(this.#counts, epoch, this.#prior, aim)
  }

  /** What the symbols of all that was counted take with a prior, in bits; without one, with the generic one. */
  bitsWith(prior: Prior = genericPrior(this.#plan)): number {
    return this.#counts.bitsWith(prior)
  }

  /** A value that turned out to be usual changes what new rows cost: they are counted anew. */
  #settleUsuals(): void {
    const prior = this.#withUsuals()
    if (prior.models.every(({ usual }, m) => usual === this.#prior.models[m].usual)) return
    this.#prior = prior
    this.#counts.forgetFresh()
    this.#writer = new StateWriter(prior, this.#columns, this.#counts)
  }

  #withUsuals(): Prior {
    const { models, levels } = genericPrior(this.#plan)
    const known = models.map(({ map }, m) => ({ map, usual: this.#counts.usual(m) ?? this.#prior.models[m].usual }))
    return new Prior(this.#plan, 0, known, levels)
  }
}

/**
 * A prior trained on a match: its snapshots in order, a tick or a few apart. `epoch` is 1 to 3, the one that its frames
 * will name. Takes two passes over the snapshots: the first finds the usual values of new rows.
 * @throws ERR_USAGE for fewer than three snapshots, or one of another game
 */
export function trainPrior<G extends AnyGame>(
  game: G,
  snapshots: readonly Snapshot<G>[],
  epoch = 1,
  aim: Aim = 'fast'
): Prior {
  if (snapshots.length < 3) fail('ERR_USAGE', `${snapshots.length} snapshots: expected at least 3`)
  checkEpoch(epoch)
  const first = new Trainer(game)
  for (const [at, snapshot] of snapshots.entries()) first.add(snapshot, snapshots[at - 1], snapshots[at - 2])
  const trainer = new Trainer(game, 'wire', first)
  for (const [at, snapshot] of snapshots.entries()) {
    if (at >= 2) trainer.add(snapshot, snapshots[at - 1], snapshots[at - 2])
    if (at % KEYFRAMES === 0) trainer.add(snapshot)
  }
  const training = trainer.training(epoch, aim)
  for (;;) {
    const { done, value } = training.next()
    if (done) return value
  }
}

function checkEpoch(epoch: number): void {
  if (!(Number.isInteger(epoch) && epoch > 0 && epoch < EPOCHS))
    fail('ERR_USAGE', `epoch ${epoch}: expected 1 to ${EPOCHS - 1}`)
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
 * the wire than it saves. `counted` has the usual values that fresh symbols were counted with.
 */
function* fit(counts: Counts, epoch: number, counted: Prior, aim: Aim): Generator<void, Prior> {
  const levels: Uint8Array[] = []
  const models: Model[] = []
  for (const [m, { kind, contexts, symbols }] of modelsOf(counts.plan).alphabets.entries()) {
    yield
    const own = counts.of[m]
    const mask = contexts === CONTEXTS ? yield* factorsThatPay(own, symbols, aim) : 7
    const fold = (context: number): number => (contexts === CONTEXTS ? masked(context, mask) : context)
    const clusters = clustersOf(own, contexts, symbols, fold)
    yield* merge(clusters)
    if (kind === 'residual' && counts.shaped[m] <= costOfAll(clusters)) {
      models.push({ map: undefined, usual: undefined })
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
    models.push({ map, usual: counted.models[m].usual })
  }
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

/** What a model's symbols cost, and its tables. */
function costOfAll(clusters: readonly Cluster[]): number {
  return clusters.reduce((bits, { cost }) => bits + cost + TABLE_BITS, 0)
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

function* merge(clusters: Cluster[]): Generator<void> {
  const lossOf = (a: Cluster, b: Cluster): number => merged(a, b).cost - a.cost - b.cost
  // Below the diagonal: what merging two loses.
  const loss: number[][] = []
  for (const [i, a] of clusters.entries()) {
    loss.push(clusters.slice(0, i).map((b) => lossOf(a, b)))
    if (i % 8 === 7) yield
  }
  while (clusters.length > 1) {
    let [best, one, other] = [Number.POSITIVE_INFINITY, 0, 0]
    for (let i = 1; i < clusters.length; i++)
      for (let j = 0; j < i; j++) if (loss[i][j] < best) [best, one, other] = [loss[i][j], i, j]
    if (best > TABLE_BITS && clusters.length <= MAX_TABLES) return
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
function* factorsThatPay(own: Uint32Array, symbols: number, aim: Aim): Generator<void, number> {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let mask = 0; mask < 8; mask++) {
    yield
    const clusters = clustersOf(own, CONTEXTS, symbols, (context) => masked(context, mask))
    let worth = 0
    for (const [bit, bits] of WORTH[aim]) if (mask & bit) worth += bits
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
