// Worlds by chance, and what must hold of each: every snapshot of it comes back, whatever it is coded against.

import fc from 'fast-check'
import type { AnyGame } from '../../src/schema/game.ts'
import { samePacked } from '../../src/schema/packed.ts'
import { Random } from '../../src/state/random.ts'
import type { SnapshotBase } from '../../src/state/snapshot.ts'
import { DeltaDecoder, DeltaEncoder } from '../../src/wire/encoder.ts'
import { Prior } from '../../src/wire/prior.ts'
import { packPrior } from '../../src/wire/prior-packing.ts'
import { trainPrior } from '../../src/wire/training.ts'
import { anyGame, Churn, inner, outer } from '../worlds.ts'
import { everything } from './everything.ts'

export class Chance {
  readonly #random: Random
  constructor(seed: number) {
    this.#random = new Random(seed)
  }
  below(end: number): number {
    return Math.floor(this.#random.next() * end)
  }
  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]
  }
}

export interface DrawnGame {
  readonly game: AnyGame
  /** What draws it again. */
  readonly about: string
}
export interface Play extends DrawnGame {
  readonly snapshots: readonly SnapshotBase[]
  readonly prior: Prior | undefined
}

export function drawGame(chance: Chance): DrawnGame {
  const seed = chance.below(2 ** 31)
  if (seed % 8 === 0) return { game: everything, about: 'everything' }
  return { game: fc.sample(anyGame, { numRuns: 1, seed })[0], about: `game ${seed}` }
}

export function drawPlay(chance: Chance, { game, about }: DrawnGame): Play {
  const seed = chance.below(2 ** 31)
  const calm = chance.pick([0, 0.5, 0.9, 0.99, 1])
  const crowd = chance.pick([0, 0, 0, 0, 0, 0, 10, 120])
  const churn = new Churn(game, seed, crowd)
  const gap = () => chance.pick([1, 1, 1, 1, 2, 7, 40, 300])
  const snapshots = Array.from({ length: 4 + chance.below(4) }, () => churn.step(gap(), calm))
  const prior =
    chance.below(8) === 0 ? trainPrior(game, snapshots.slice(0, 3).map(outer), 1 + chance.below(3)) : undefined
  return { game, about: `${about}, world ${seed}`, snapshots, prior: prior && Prior.unpack(game, packPrior(prior)) }
}

/** Each snapshot against some baseline and one before, mostly the last two, on what was decoded. Throws if it differs. */
export function roundTrip(chance: Chance, { game, snapshots, prior }: Play): void {
  const isOwned = chance.below(2) === 0
  const encoder = new DeltaEncoder(game, { audience: isOwned ? 'wire' : 'all', prior })
  const decoder = new DeltaDecoder(game, { prior })
  const held: SnapshotBase[] = []
  for (const [at, snapshot] of snapshots.entries()) {
    const base = chance.below(3) > 0 ? at - 1 : chance.below(at + 1) - 1
    const before = chance.below(3) > 0 ? base - 1 : chance.below(base + 1) - 1
    const bytes = encoder.encode(outer(snapshot), outer(snapshots[base]), outer(snapshots[before]))
    held.push(inner(decoder.decode(bytes, outer(held[base]), outer(held[before]))))
    same(held[at], snapshot, isOwned)
  }
}

/** Throws unless all that travels is alike. */
function same(one: SnapshotBase, other: SnapshotBase, isOwned: boolean): void {
  for (const [t, { plan, cells }] of one.tables.entries()) {
    const { cells: others } = other.tables[t]
    if (cells.count !== others.count) throw new Error(`${plan.name}: ${cells.count} rows, and ${others.count}`)
    const columns = isOwned ? [...plan.shared, ...plan.owned] : plan.shared
    for (let slot = 0; slot < Math.max(cells.size, others.size); slot++) {
      const [born, bornOther] = [cells.born[slot] ?? -1, others.born[slot] ?? -1]
      if (Math.max(born, -1) !== Math.max(bornOther, -1)) throw new Error(`${plan.name}: slot ${slot} of another birth`)
      if (born < 0) continue
      for (const index of columns) {
        const isAlike =
          plan.layout.columns[index].kind === 'value'
            ? samePacked(cells.packed[index][slot], others.packed[index][slot])
            : cells.ints[index * cells.size + slot] === others.ints[index * others.size + slot]
        if (!isAlike) throw new Error(`${plan.name}.${plan.layout.columns[index].name} of slot ${slot}`)
      }
    }
  }
}
