// Encoder and decoder were written by different rules of the same page: whatever the encoder of src/ makes of any game, the
// decoder that was written from PROTOCOL.md alone (independent/) reads, tick after tick, with any prior.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FieldImpl } from '../src/schema/field.ts'
import { type AnyGame, planOf } from '../src/schema/game.ts'
import type { Layout } from '../src/schema/layout.ts'
import { hashOf, type SnapshotBase } from '../src/state/snapshot.ts'
import { DeltaEncoder } from '../src/wire/encoder.ts'
import { type Prior, trainPrior } from '../src/wire/index.ts'
import { packPrior } from '../src/wire/prior-packing.ts'
import { shapeTables } from '../src/wire/shapes.ts'
import { Bits } from './independent/bits.ts'
import { type Contract, contractOf, type Spec } from './independent/contract.ts'
import { stateHash } from './independent/frames.ts'
import { genericPrior, readPrior, shapeTable } from './independent/priors.ts'
import { type Chunk, readChunk, type Snapshot } from './independent/state.ts'
import { runs } from './runs.ts'
import { anyGame, Churn, outer } from './worlds.ts'

/** A game as the other decoder wants it. */
function contract(game: AnyGame): Contract {
  const specOf = (name: string, { shape, rateOf, audience, isLinear, zero }: FieldImpl): Spec => ({
    name,
    kind: shape.kind,
    min: shape.min,
    step: shape.step,
    max: shape.max,
    names: shape.names,
    refTo: shape.refTo,
    length: shape.maxLength,
    item: shape.item && specOf('', shape.item),
    rate: rateOf,
    linear: isLinear,
    only: audience === 'all' ? undefined : audience,
    zero,
  })
  const specs = ({ fields }: Layout) => fields.map(({ name, field }) => specOf(name, field))
  const plan = planOf(game)
  const tables = [...plan.tables, plan.state]
  return contractOf(
    game.name,
    game.tickRate,
    tables.map(({ name, layout, maxRows }) => ({ name, fields: specs(layout), maxRows, predictor: layout.predictor }))
  )
}

/** Rows as they are read: slot, birth, cells of these columns. */
function rowsOf(snapshot: SnapshotBase, owned: boolean): unknown {
  return snapshot.tables.map(({ plan, cells }) => {
    const columns = owned ? [...plan.shared, ...plan.owned] : plan.shared
    const slots = Array.from({ length: cells.size }, (_, slot) => slot).filter((slot) => cells.born[slot] >= 0)
    return slots.map((slot) => [
      slot,
      cells.born[slot],
      columns.map((index) => {
        const isPacked = plan.layout.columns[index].kind === 'value'
        return isPacked ? [...cells.packed[index][slot].bytes] : cells.ints[index * cells.size + slot]
      }),
    ])
  })
}
function rowsRead({ tables }: Contract, { snapshot, owned }: Chunk): unknown {
  return snapshot.tables.map((rows, t) => {
    const columns = owned ? [...tables[t].everybody, ...tables[t].owners] : tables[t].everybody
    return rows.map(({ slot, born, cells }) => [slot, born, columns.map(({ index }) => cells[index])])
  })
}

interface Play {
  readonly game: AnyGame
  readonly seed: number
  readonly calm: number
  /** Rows that a table has from its first tick on, about. */
  readonly crowd: number
  readonly audience: 'wire' | 'all'
  readonly trained: boolean
}
const play: fc.Arbitrary<Play> = fc.record({
  game: anyGame,
  seed: fc.nat(),
  calm: fc.constantFrom(0, 0.5, 0.9, 0.99),
  crowd: fc.constantFrom(0, 0, 5, 140),
  audience: fc.constantFrom('wire' as const, 'all' as const),
  trained: fc.boolean(),
})

/** Ticks between the snapshots of a chain; a steady delta needs two of one. */
const GAPS = [3, 1, 1, 1, 2, 1, 1, 40, 1]

/** Reads a chain of frames of a play, and returns what was met in them. */
function agree({ game, seed, calm, crowd, audience, trained }: Play): Chunk['met'] {
  const churn = new Churn(game, seed, crowd)
  const snapshots = GAPS.map((gap) => churn.step(gap, calm))
  const known = contract(game)
  let prior: Prior | undefined
  let tables = genericPrior(known)
  if (trained) {
    prior = trainPrior(game, snapshots.slice(0, 5).map(outer), 1 + (seed % 3), { audience })
    tables = readPrior(known, game.hash, [...packPrior(prior)])
  }
  const encoder = new DeltaEncoder(game, { audience, prior })
  const held = new Map<number, Snapshot>()
  const met: Chunk['met'] = new Set()
  snapshots.forEach((snapshot, at) => {
    const [base, before] =
      at % 6 === 5 ? [snapshots[at - 2], snapshots[at - 4]] : [snapshots[at - 1], snapshots[at - 2]]
    const bytes = encoder.encode(outer(snapshot), outer(base), outer(before))
    const near = snapshots[at - 1]?.tick ?? 0
    const chunk = readChunk(known, new Bits([...bytes]), {
      near,
      snapshot: (tick) => held.get(tick),
      prior: (epoch) => (epoch === tables.epoch ? tables : undefined),
    })
    chunk.symbols.done()
    const owned = audience === 'wire'
    expect(chunk.owned).toBe(owned)
    expect(chunk.snapshot.tick).toBe(snapshot.tick)
    expect(rowsRead(known, chunk)).toEqual(rowsOf(snapshot, owned))
    expect(stateHash(known, chunk.snapshot, owned)).toBe(hashOf(snapshot, owned))
    if (chunk.hash !== undefined) expect(chunk.hash).toBe(hashOf(snapshot, owned))
    held.set(snapshot.tick, chunk.snapshot)
    for (const one of chunk.met) met.add(one)
  })
  return met
}

describe('S X H what the encoder makes, the other decoder reads', () => {
  it('of any game, in chains, whatever the baseline and the prior', () => {
    fc.assert(
      fc.property(play, (drawn) => {
        agree(drawn)
      }),
      { numRuns: runs(60) }
    )
  })

  it('and nothing that the page has rules for is left out', () => {
    const met: Chunk['met'] = new Set()
    // The same plays every time: what chance leaves out would say nothing about the codec.
    for (const drawn of fc.sample(play, { seed: 1, numRuns: 60 })) for (const one of agree(drawn)) met.add(one)
    expect([...met].sort()).toEqual(['few', 'game', 'pairs', 'shape', 'steady', 'tables', 'usual'])
  })

  it('X16 with the same tables for every shape', () => {
    const { entries, offsets } = shapeTables()
    for (let shape = 0; shape < 256; shape++) {
      const own = [...entries.subarray(offsets[shape], offsets[shape + 1])].map((entry) => (entry >>> 12) & 8191)
      expect(own, `shape ${shape}`).toEqual(shapeTable(shape))
    }
  })
})
