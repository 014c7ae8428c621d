import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, content } from '../../test/worlds.ts'
import { entity } from '../schema/entity.ts'
import { int, ranged, text } from '../schema/field.ts'
import { type AnyGame, defineGame } from '../schema/game.ts'
import type { Snapshot, SnapshotBase } from '../state/snapshot.ts'
import { World } from '../state/world.ts'
import { DeltaEncoder } from './encoder.ts'
import { PROTOCOL_VERSION } from './kinds.ts'
import { RecordingWriter, readRecording } from './recording.ts'
import { trainPrior } from './training.ts'

const define = (top: number) =>
  defineGame({
    name: 'ships',
    tickRate: 60,
    entities: {
      ship: entity({
        x: ranged(0, 1000, 0.25).linear(),
        ammo: int(0, top).default(9).only('owner'),
        seed: int(0, 99).default(0).only('server'),
        name: text(8),
      }),
    },
  })
const game = define(50)
type Ships = typeof game

function play(ticks: number, gap = 1): Snapshot<Ships>[] {
  const world = new World(game)
  const ship = world.ship.spawn({ x: 10, name: 'ada', seed: 7 }, { id: 1 })
  return Array.from({ length: ticks }, () => {
    ship.x = (ship.x + 3.3) % 1000
    ship.ammo = world.tick % 50
    if (world.tick % 100 === 0) world.ship.spawn({ x: world.tick % 1000, name: 'shot' })
    world.tick += gap
    return world.snapshot()
  })
}
function record<G extends AnyGame>(of: G, snapshots: readonly Snapshot<G>[]): Uint8Array[] {
  const writer = new RecordingWriter(of)
  return snapshots.map((snapshot) => writer.add(snapshot))
}
const join = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.concat(parts))
const seen = (snapshot: { tick: number }): unknown => [snapshot.tick, content(snapshot as SnapshotBase, 'wire')]

describe('a recording', () => {
  it('T1-T4 gives back what the wire carries of each snapshot', () => {
    const snapshots = play(700)
    const read = [...readRecording(game, join(record(game, snapshots)))]
    expect(read.map(seen)).toEqual(snapshots.map(seen))
    const [row] = read[0].ship
    expect([row.x, row.ammo, row.name, row.seed]).toEqual([13.25, 0, 'ada', undefined])
  })

  it('T2 starts with its mark, the version and the schema’s hash; then lengths and chunks', () => {
    const [first] = play(1)
    const bytes = join(record(game, [first]))
    const chunk = new DeltaEncoder(game).encode(first)
    const hash = [0, 8, 16, 24].map((shift) => (game.hash >>> shift) & 255)
    expect([...bytes]).toEqual([0x54, 0x57, 0x52, PROTOCOL_VERSION, ...hash, chunk.length, 0, 0, 0, ...chunk])
  })

  it('T3 any game, anything that happens in it', () => {
    fc.assert(
      fc.property(anyGame, fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (drawn, seed, calm) => {
        const churn = new Churn(drawn, seed)
        const snapshots = [1, 1, 3, 1, 1, 300, 1, 1].map((ticks) =>
          churn.step(ticks, calm)
        ) as never as Snapshot<AnyGame>[]
        expect([...readRecording(drawn, join(record(drawn, snapshots)))].map(seen)).toEqual(snapshots.map(seen))
      }),
      { numRuns: runs(20) }
    )
  })

  it('T3 can be read from any keyframe on, one in 600 chunks', () => {
    const snapshots = play(1300)
    const parts = record(game, snapshots)
    const head = parts[0].subarray(0, 8)
    for (const from of [600, 1200]) {
      const rest = join([head, ...parts.slice(from)])
      expect([...readRecording(game, rest)].map(seen)).toEqual(snapshots.slice(from).map(seen))
    }
    expect(refused(() => [...readRecording(game, join([head, ...parts.slice(700)]))])).toMatch(/ERR_FRAME_BASELINE/)
  })

  it('T3 goes on after a pause that no delta spans', () => {
    const snapshots = play(6, 40_000)
    expect([...readRecording(game, join(record(game, snapshots)))].map(seen)).toEqual(snapshots.map(seen))
  })

  it('T4 cut off anywhere it gives what is whole', () => {
    const snapshots = play(4)
    const parts = record(game, snapshots)
    const whole = join(parts)
    const ends = parts.map((_, i) => join(parts.slice(0, i + 1)).length)
    for (let end = 8; end <= whole.length; end++) {
      const read = [...readRecording(game, whole.subarray(0, end))]
      expect(read.map(({ tick }) => tick)).toEqual(snapshots.filter((_, i) => ends[i] <= end).map(({ tick }) => tick))
    }
  })

  it('is what a prior is trained on', () => {
    const snapshots = play(300)
    const prior = trainPrior(game, [...readRecording(game, join(record(game, snapshots)))])
    const sizeWith = (encoder: DeltaEncoder<Ships>) => encoder.encode(snapshots[9], snapshots[8], snapshots[7]).length
    expect(sizeWith(new DeltaEncoder(game, { prior }))).toBeLessThanOrEqual(sizeWith(new DeltaEncoder(game)))
  })
})

describe('refused is', () => {
  const whole = join(record(game, play(3)))
  const changed = (at: number, to: number): Uint8Array => whole.with(at, to)
  it.each<[string, Uint8Array, string]>([
    ['T2 another file', changed(1, 0), 'this is no recording of a match (ERR_FRAME_KIND)'],
    [
      'T2 another version',
      changed(3, 99),
      `a recording of version 99: expected ${PROTOCOL_VERSION} (ERR_PROTOCOL_VERSION)`,
    ],
    ['T2 no file at all', whole.subarray(0, 0), 'a recording of 0 bytes ends in its head (ERR_FRAME_TRUNCATED)'],
    ['T2 half a head', whole.subarray(0, 7), 'a recording of 7 bytes ends in its head (ERR_FRAME_TRUNCATED)'],
    ['T3 a chunk too large', changed(11, 1), 'expected at most 1048576 (ERR_FRAME_SIZE)'],
    ['T3 an empty chunk', join([whole.subarray(0, 8), new Uint8Array(4)]), '(ERR_FRAME_TRUNCATED)'],
  ])('%s', (_, bytes, message) => {
    expect(refused(() => [...readRecording(game, bytes)])).toContain(message)
  })

  it('T2 one of another schema', () => {
    const other = define(51)
    expect(refused(() => readRecording(other, whole))).toMatch(
      /recorded with the schema [0-9a-f]{8}: 'ships' has [0-9a-f]{8} now \(ERR_SCHEMA_MISMATCH\)/
    )
  })

  it('a snapshot that is not later, and changes nothing', () => {
    const [a, b, c] = play(3)
    const writer = new RecordingWriter(game)
    const parts = [writer.add(a), writer.add(b)]
    for (const again of [a, b])
      expect(refused(() => writer.add(again))).toMatch(/expected a later one of the same match \(ERR_USAGE\)/)
    parts.push(writer.add(c))
    expect([...readRecording(game, join(parts))].map(({ tick }) => tick)).toEqual([a, b, c].map(({ tick }) => tick))
  })

  it('T3 damage, with a typed error or a state that the schema allows, and no other', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (at, to) => {
        try {
          for (const snapshot of readRecording(game, changed(8 + (at % (whole.length - 8)), to))) seen(snapshot)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_FRAME_/) })
        }
      }),
      { numRuns: runs(500) }
    )
  })
})
