import { describe, expect, it, vi } from 'vitest'
import { refused } from '../../test/refused.ts'
import { entity } from '../schema/entity.ts'
import { int, ranged, text } from '../schema/field.ts'
import { defineGame } from '../schema/game.ts'
import { Random } from '../state/random.ts'
import type { Snapshot } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaEncoder } from './encoder.ts'
import { explain } from './explain.ts'
import type { Cost } from './ledger.ts'
import { trainPrior } from './training.ts'

const game = defineGame({
  name: 'ledger',
  tickRate: 30,
  state: { round: int(0, 99).default(0) },
  entities: {
    ship: entity({
      calm: ranged(0, 4096, 1 / 16),
      wild: ranged(0, 4096, 1 / 16),
      still: int(0, 99),
      ammo: int(0, 99).default(50).only('owner'),
      name: text(8),
    }),
    rock: entity({ at: int(0, 9) }),
  },
})

/** Forty ships: `calm` moves by little, `wild` by much, `still` not at all; now and then one is another, or has another name. */
function play(ticks: number): Snapshot<typeof game>[] {
  const world = new World(game)
  const random = new Random(7)
  const by = (most: number): number => most * (2 * random.next() - 1)
  const spawn = () => world.ship.spawn({ calm: 2000, wild: 2000, still: 7, name: 'a' }, { id: 1 })
  for (let i = 0; i < 40; i++) spawn()
  world.rock.spawn({ at: 1 })
  return Array.from({ length: ticks }, () => {
    world.tick++
    for (const ship of world.ship) {
      ship.calm += by(0.5)
      ship.wild += by(50)
      if (random.next() < 0.1) ship.ammo = Math.floor(random.next() * 99)
      if (random.next() < 0.01) ship.name = 'b'
    }
    if (random.next() < 0.2) {
      world.ship.despawn([...world.ship][5])
      spawn()
    }
    return world.snapshot()
  })
}
const snapshots = play(80)
const meanBits = (options: ConstructorParameters<typeof DeltaEncoder>[1]): number => {
  const encoder = new DeltaEncoder(game, options)
  let bytes = 0
  for (let t = 2; t < snapshots.length; t++)
    bytes += encoder.encode(snapshots[t], snapshots[t - 1], snapshots[t - 2]).length
  return (8 * bytes) / (snapshots.length - 2)
}
const find = (costs: readonly Cost[], kind: string, column: string): Cost | undefined =>
  costs.find((cost) => cost.kind === kind && cost.column === column)
const sum = (costs: readonly Cost[]): number => costs.reduce((all, { bits }) => all + bits, 0)

describe('where the bits go', () => {
  const costs = explain(game, snapshots)

  it('sums up to the mean frame, whatever it is coded with', () => {
    const prior = trainPrior(game, snapshots)
    for (const options of [{}, { audience: 'all' }, { prior }, { prior, audience: 'all' }] as const)
      expect(sum(explain(game, snapshots, options))).toBeCloseTo(meanBits(options), 6)
  })

  it('is told by table, kind and column, the largest first', () => {
    expect(costs.map(({ bits }) => bits)).toEqual(costs.map(({ bits }) => bits).sort((a, b) => b - a))
    expect(costs.every(({ bits }) => bits > 0)).toBe(true)
    expect(costs[0]).toMatchObject({ table: 'ship', kind: 'residuals', column: 'wild' })
    expect(find(costs, 'frame', '')!.table).toBe('')
    for (const [kind, column] of [
      ['churn', ''],
      ['changed', ''],
      ['new rows', 'calm'],
      ['values', 'name'],
    ])
      expect(
        costs.some((cost) => cost.table === 'ship' && cost.kind === kind && cost.column === column),
        kind
      ).toBe(true)
  })

  it('is more where more moves, about what chance takes, and next to nothing where nothing does', () => {
    // 16 and 1600 steps to either side, evenly, 40 rows.
    const [calm, wild] = ['calm', 'wild'].map((column) => find(costs, 'residuals', column)!.bits)
    expect(calm).toBeGreaterThan(40 * Math.log2(17))
    expect(calm).toBeLessThan(1.15 * 40 * Math.log2(17))
    expect(wild).toBeGreaterThan(40 * Math.log2(1601))
    expect(wild).toBeLessThan(1.15 * 40 * Math.log2(1601))
    expect(find(costs, 'residuals', 'still')?.bits ?? 0).toBeLessThan(1)
    expect(sum(costs.filter(({ table }) => table === 'rock'))).toBeLessThan(4)
  })

  it('says of how many rows', () => {
    expect(find(costs, 'residuals', 'wild')!.rows).toBeGreaterThan(39)
    expect(find(costs, 'residuals', 'wild')!.rows).toBeLessThanOrEqual(40)
    expect(find(costs, 'new rows', 'calm')!.rows).toBeLessThan(1)
  })

  it('is told of owner columns only to who has them', () => {
    expect(find(costs, 'residuals', 'ammo')!.bits).toBeGreaterThan(10)
    const shared = explain(game, snapshots, { audience: 'all' })
    expect(shared.filter(({ column }) => column === 'ammo')).toEqual([])
    expect(sum(shared)).toBeLessThan(sum(costs) - 10)
  })

  it('is found while the snapshots come, not once all are there', () => {
    const encode = vi.spyOn(DeltaEncoder.prototype, 'encode')
    const encoded: number[] = []
    function* coming() {
      for (const snapshot of snapshots) {
        encoded.push(encode.mock.calls.length)
        yield snapshot
      }
    }
    expect(explain(game, coming())).toEqual(costs)
    expect(encoded).toEqual(snapshots.map((_, at) => Math.max(0, at - 2)))
    encode.mockRestore()
  })

  it('takes three snapshots at least', () => {
    expect(refused(() => explain(game, snapshots.slice(0, 2)))).toBe('2 snapshots: expected at least 3 (ERR_USAGE)')
  })
})
