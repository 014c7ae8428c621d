// Where the bits of a match go, so that a game's author sees what to declare better.

import { fail } from '../schema/errors.ts'
import { type AnyGame, planOf } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { BitWriter } from './bits.ts'
import { StateWriter } from './delta.ts'
import { DeltaEncoder } from './encoder.ts'
import { type Cost, Ledger } from './ledger.ts'
import { genericPrior, type Prior } from './prior.ts'

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
