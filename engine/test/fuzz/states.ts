// State frames, as a client reads them.

import { type AnyGame, planOf } from '../../src/schema/game.ts'
import type { SnapshotBase } from '../../src/state/snapshot.ts'
import { FrameReader, FrameWriter, SHARED_PREFIX, type WireEvent } from '../../src/wire/frames.ts'
import { settleRecord } from '../../src/wire/record.ts'
import { checkWithin } from '../worlds.ts'
import type { Chance, Play } from './plays.ts'
import { bounded, type Read, type Target, typed } from './target.ts'

/** What a slot of a table takes, besides its columns: the decoder's own arrays grow by doubling. */
const SLOT_BYTES = 128

export function stateFrames(chance: Chance, { game, snapshots, prior, about }: Play): Target {
  const writer = new FrameWriter(game)
  const plan = planOf(game)
  const eventsOf = (tick: number): WireEvent[] =>
    plan.events.flatMap((kind) => {
      const values = settleRecord(kind.layout, EVENTS[kind.name], 'ERR_FIELD_VALUE')
      const owner = chance.pick([undefined, 1, 65535])
      return chance.below(2) === 0
        ? [{ tick: tick - chance.below(2), kind, values, after: chance.below(2), owner }]
        : []
    })
  const frameOf = (snapshot: SnapshotBase, baseline?: SnapshotBase, before?: SnapshotBase): Uint8Array => {
    const shared = writer.shared(snapshot, baseline, before, eventsOf(snapshot.tick), prior)
    const [slack, events] = [chance.pick([undefined, 3]), eventsOf(snapshot.tick)]
    const head = writer.head({ player: 1, snapshot, baseline, slack, events }, shared.length)
    return head ? Uint8Array.from([...head, ...shared.subarray(SHARED_PREFIX)]) : shared
  }
  const [first, second, last] = snapshots.slice(-3)
  const held = new Map<number, SnapshotBase>()
  const make = (): FrameReader<AnyGame> => {
    const reader = new FrameReader(game)
    if (prior) reader.learn(prior)
    return reader
  }
  const take = (by: FrameReader<AnyGame>, frame: Uint8Array, near: number) =>
    by.read(frame, 1, near, (tick) => held.get(tick))
  const client = make()
  held.set(first.tick, take(client, frameOf(first), 0).snapshot)
  held.set(second.tick, take(client, frameOf(second, first), first.tick).snapshot)
  const frames = [frameOf(last, second, first), frameOf(last, second), frameOf(last, first), frameOf(last)]
  const target = {
    about,
    frames,
    reader: () => {
      const by = make()
      return (frame: Uint8Array): Read => {
        const { snapshot, sound } = take(by, frame, second.tick)
        return { outcome: sound ? 'read' : 'read, and its hash tells', check: () => checkWithin(snapshot) }
      }
    },
    check: unchanged([...held.values()]),
    refuses: typed('ERR_FRAME_TRUNCATED', 'ERR_FRAME_INVALID', 'ERR_FRAME_KIND', 'ERR_FRAME_BASELINE'),
  }
  // A table grows by no more slots than a frame has bits.
  return bounded(target, 8 * Math.max(...plan.tables.map(({ layout }) => SLOT_BYTES + 12 * layout.columns.length)))
}
const EVENTS: Record<string, never> = {
  boom: { at: { x: 3, y: 4 } } as never,
  said: { text: 'hé', to: undefined } as never,
  rang: {} as never,
}

/** Throws, later, unless all these snapshots are as they are now. */
function unchanged(held: readonly SnapshotBase[]): () => void {
  const cells = held.flatMap(({ tables }) => tables.map((table) => table.cells))
  const views = cells.flatMap(({ ints, born }) =>
    [ints, born].map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength))
  )
  const copies = views.map((view) => Buffer.from(view))
  const packed = cells.map((one) => one.packed.map((column) => [...column]))
  return () => {
    for (const [at, view] of views.entries()) if (!view.equals(copies[at])) throw new Error('what is held has changed')
    for (const [at, one] of cells.entries())
      for (const [index, column] of one.packed.entries())
        for (let slot = 0; slot < column.length; slot++)
          if (column[slot] !== packed[at][index][slot]) throw new Error('a packed value that is held has changed')
  }
}
