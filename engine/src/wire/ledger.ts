// Where the bits go: what a match's frames cost, by table, column and kind, so that a game's author sees what to declare
// better. Costs are what the tables say of each symbol, and the bits beside them.

import { fail } from '../schema/errors.ts'
import { type AnyGame, planOf } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { BitWriter } from './bits.ts'
import { StateWriter } from './delta.ts'
import { DeltaEncoder } from './encoder.ts'
import { bitsOf, type RansWriter } from './entropy.ts'
import { genericPrior, type Prior } from './prior.ts'

/**
 * 'frame': headers, hashes, and what the coder's states and whole bytes take; 'churn': which rows came and went; 'changed':
 * which rows changed at all; 'residuals': what changed beyond its prediction; 'new rows': their values; 'values': text,
 * lists and data.
 */
export type CostKind = 'frame' | 'churn' | 'changed' | 'residuals' | 'new rows' | 'values'

export interface Cost {
  readonly table: string
  /** Empty where it is of no single column. */
  readonly column: string
  readonly kind: CostKind
  /** Bits a frame, the mean. */
  readonly bits: number
  /** Rows that were coded a frame, the mean. */
  readonly rows: number
}

/** Takes note of what was written since the last time, piece by piece. */
export class Ledger {
  readonly costs: Map<string, Cost> = new Map<string, Cost>()
  #symbols = 0
  #bits = 0

  /** A frame starts. */
  start(bits: BitWriter): void {
    this.#symbols = 0
    this.#bits = bits.bitLength
  }

  /** All since the last note was for this. */
  note(bits: BitWriter, rans: RansWriter, table: string, kind: CostKind, column: string, rows: number): void {
    let sum = bits.bitLength - this.#bits
    for (let at = this.#symbols; at < rans.count; at++) sum += bitsOf(rans.ops[at])
    this.#symbols = rans.count
    this.#bits = bits.bitLength
    this.add(table, kind, column, sum, rows)
  }

  add(table: string, kind: CostKind, column: string, bits: number, rows: number): void {
    if (bits === 0) return
    const key = `${table} ${kind} ${column}`
    const last = this.costs.get(key)
    this.costs.set(key, { table, column, kind, bits: bits + (last?.bits ?? 0), rows: rows + (last?.rows ?? 0) })
  }
}

/**
 * What the deltas of a match cost, the largest first: snapshots in order, each against the one before. The sum of the
 * bits is the mean frame.
 * @throws ERR_USAGE for fewer than three snapshots
 */
export function explain<G extends AnyGame>(
  game: G,
  snapshots: Iterable<Snapshot<G>>,
  options: { readonly prior?: Prior; readonly audience?: 'wire' | 'all' } = {}
): Cost[] {
  const ledger = new Ledger()
  const columns = options.audience === 'all' ? 'shared' : 'wire'
  const writer = new StateWriter(options.prior ?? genericPrior(planOf(game)), columns, undefined, ledger)
  const encoder = new DeltaEncoder(game, options)
  const bits = new BitWriter()
  let whole = 0
  let count = 0
  let base: Snapshot<G> | undefined
  let before: Snapshot<G> | undefined
  for (const now of snapshots) {
    count++
    if (before) {
      bits.reset()
      writer.write(bits, ...([now, base, before] as never as [SnapshotBase, SnapshotBase, SnapshotBase]))
      whole += 8 * encoder.encode(now, base, before).length
    }
    before = base
    base = now
  }
  if (count < 3) fail('ERR_USAGE', `${count} snapshots: expected at least 3`)
  const frames = count - 2
  const costs = [...ledger.costs.values()].map((cost) => ({
    ...cost,
    bits: cost.bits / frames,
    rows: cost.rows / frames,
  }))
  const rest = whole / frames - costs.reduce((sum, cost) => sum + cost.bits, 0)
  costs.push({ table: '', column: '', kind: 'frame', bits: rest, rows: 0 })
  return costs.sort((a, b) => b.bits - a.bits)
}
