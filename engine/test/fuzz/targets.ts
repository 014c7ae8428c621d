// Who reads frames that were tampered with: a client state frames, a server command frames. Each with good ones to start
// from, and with what must hold after each that was read.

import { performance } from 'node:perf_hooks'
import { getHeapStatistics } from 'node:v8'
import { TickwireError } from '../../src/schema/errors.ts'
import { type AnyGame, planOf } from '../../src/schema/game.ts'
import type { SnapshotBase } from '../../src/state/snapshot.ts'
import { BitWriter } from '../../src/wire/bits.ts'
import { readCommands, writeCommands } from '../../src/wire/commands.ts'
import { FrameReader, FrameWriter, SHARED_PREFIX, type WireEvent } from '../../src/wire/frames.ts'
import { settleRecord } from '../../src/wire/record.ts'
import { checkWithin } from '../worlds.ts'
import { everything } from './everything.ts'
import type { Chance, Play } from './plays.ts'

export interface Target {
  readonly about: string
  readonly frames: readonly Uint8Array[]
  /** Bytes that a frame of this length may make its reader allocate. */
  allowed(length: number): number
  /** Something that reads frames; a new one, with nothing kept from others. */
  reader(): (frame: Uint8Array) => Read
  /** Throws if anything that was there before has changed. */
  check(): void
}
export interface Read {
  readonly outcome: string
  /** Throws unless what was read is what the schema allows. */
  check(): void
}

const REFUSALS: readonly string[] = ['ERR_FRAME_TRUNCATED', 'ERR_FRAME_INVALID', 'ERR_FRAME_KIND', 'ERR_FRAME_BASELINE']
/** Beyond what a good frame takes: this, and so much for each of its bytes (a packed value is two bytes and 3 kB of garbage). */
const SPARE = 65536
const PER_BYTE = 2048
/** What a slot of a table takes, besides its columns: the decoder's own arrays grow by doubling. */
const SLOT_BYTES = 128
const refused: Read = { outcome: '', check: () => {} }

// --- State frames ----------------------------------------------------------------------------------------------------

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
    allowed: () => Number.POSITIVE_INFINITY,
  }
  const good = goodBytes(target)
  // A table grows by no more slots than a frame has bits.
  const slots = 8 * Math.max(...plan.tables.map(({ layout }) => SLOT_BYTES + 12 * layout.columns.length))
  return { ...target, allowed: (length) => good + SPARE + Math.max(PER_BYTE, slots) * length }
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

// --- Command frames --------------------------------------------------------------------------------------------------

export function commandFrames(chance: Chance): Target {
  const { command } = planOf(everything)
  const near = 70_000
  const commandOf = () =>
    settleRecord(
      command,
      {
        turn: chance.pick([-1, 0, 1]),
        aim: { x: chance.pick([-1, 0.5]), y: 0 },
        said: chance.pick(['', 'hé', 'abcd']),
        note: chance.pick([null, [1], { a: 1 }]),
        at: chance.pick([undefined, 1]),
      } as never,
      'ERR_FIELD_VALUE'
    )
  const frames = [0, 1, 3, 63].map((count) => {
    const commands = Array.from({ length: count }, commandOf)
    return writeCommands(new BitWriter(), command, {
      ack: near - 5,
      arrivedAt: 1234,
      drawn: near - 6,
      renderTick: near - 7.5,
      first: near + 1,
      commands,
    })
  })
  const target: Target = {
    about: 'commands',
    frames,
    allowed: () => Number.POSITIVE_INFINITY,
    reader: () => (frame) => {
      const { commands } = readCommands(frame, command, near)
      return {
        outcome: 'read',
        check: () => {
          for (const one of commands)
            if (JSON.stringify(settleRecord(command, one, 'ERR_FIELD_VALUE')) !== JSON.stringify(one))
              throw new Error(`${JSON.stringify(one)} is no command`)
        },
      }
    },
    check: () => {},
  }
  const good = goodBytes(target)
  return { ...target, allowed: (length) => good + SPARE + PER_BYTE * length }
}

// --- Reading, measured -----------------------------------------------------------------------------------------------

export interface Taken extends Read {
  readonly ms: number
  readonly bytes: number
}

function allocated(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
/** Throws whatever is no refusal. */
export function taken(reader: (frame: Uint8Array) => Read, frame: Uint8Array): Taken {
  let read: Read
  const before = allocated()
  const start = performance.now()
  try {
    read = reader(frame)
  } catch (error) {
    if (!(error instanceof TickwireError) || !REFUSALS.includes(error.code)) throw error
    read = { ...refused, outcome: error.code }
  }
  const ms = performance.now() - start
  return { ...read, ms, bytes: allocated() - before }
}
/** What the largest of the good frames takes. */
function goodBytes(target: Target): number {
  return Math.max(...target.frames.map((frame) => measured(target, frame).bytes))
}
/** By readers that are new; the least of three, without what chance adds: a pause, or code that is compiled. */
export function measured(target: Target, frame: Uint8Array): Taken {
  const all = [0, 1, 2].map(() => taken(target.reader(), frame))
  // Less than nothing: garbage was collected in between.
  const bytes = all.map((one) => one.bytes).filter((of) => of > 0)
  return { ...all[0], ms: Math.min(...all.map(({ ms }) => ms)), bytes: Math.min(...bytes) }
}
