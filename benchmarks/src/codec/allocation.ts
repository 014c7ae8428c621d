// What the codec allocates on the JavaScript heap, by function, at 100 and at 1,000 rows: what does not grow with the rows
// is not allocated per row. By V8's sampling heap profiler, collected objects included.

import { type HeapProfiler, Session } from 'node:inspector/promises'
import { setImmediate } from 'node:timers/promises'
import { DeltaDecoder, DeltaEncoder, Prior, type Snapshot } from '@tickwire/engine/wire'
import { arena } from '../arena.ts'
import type { Progress } from '../benchmark.ts'
import { record } from '../scenes.ts'
import { train } from './frames.ts'
import type { Made, Options, Part } from './part.ts'

const SIZES = [100, 1000] as const
const OTHER_SEED = 1000
const TICKS = 60
/** Until the compiler has done what it does: objects that it proves away are not allocated from then on. */
const WARM_UP = 60
const ROUNDS = 30
/** Bytes between two samples, on average. */
const INTERVAL = 512
/** Functions that are printed. */
const MOST = 8

type Snapshots = readonly Snapshot<typeof arena>[]

export const allocationPart: Part = { name: 'allocation', steps: () => SIZES.length, run }

async function run({ seed }: Options, progress: Progress): Promise<Made> {
  const found: Record<'encode' | 'decode', Map<string, number>>[] = []
  for (const rows of SIZES) {
    progress.step(`allocation at ${rows} rows`)
    await setImmediate()
    found.push(await profile(record('arena', rows, seed, TICKS), seed))
  }
  const [few, many] = found
  const sum = (by: Map<string, number>): number => [...by.values()].reduce((all, bytes) => all + bytes, 0)
  const perRow = (a: number, b: number): number => (b - a) / (SIZES[1] - SIZES[0])
  const rows = (['encode', 'decode'] as const).flatMap((act) => {
    const names = [...new Set([...few[act].keys(), ...many[act].keys()])]
    const of = (name: string, at: Map<string, number>): number => at.get(name) ?? 0
    names.sort((a, b) => of(b, many[act]) + of(b, few[act]) - of(a, many[act]) - of(a, few[act]))
    const [all, allMany] = [sum(few[act]), sum(many[act])]
    return [
      { act, name: 'all', few: all, many: allMany, row: perRow(all, allMany) },
      ...names.slice(0, MOST).map((name) => {
        const [a, b] = [of(name, few[act]), of(name, many[act])]
        return { act, name, few: a, many: b, row: perRow(a, b) }
      }),
    ]
  })
  return {
    tables: [
      {
        title: 'Allocated on the JavaScript heap, bytes a frame, by function',
        columns: [
          { key: 'act', title: '' },
          { key: 'name', title: 'function' },
          { key: 'few', title: `${SIZES[0]} rows`, digits: 0 },
          { key: 'many', title: `${SIZES[1]} rows`, digits: 0 },
          { key: 'row', title: 'a row', digits: 2 },
        ],
        rows,
      },
    ],
    method: [
      `Allocation: V8's sampling heap profiler (a sample each ${INTERVAL} bytes, what was collected meanwhile included) over ${ROUNDS * (TICKS - 1)} frames of the arena with a trained prior, after ${WARM_UP} rounds of warming up. The memory of typed arrays (the frame, the decoded columns) lies outside of that heap, one array for all rows each.`,
    ],
  }
}

async function profile(snapshots: Snapshots, seed: number): Promise<Record<'encode' | 'decode', Map<string, number>>> {
  const prior = Prior.unpack(arena, train(arena, record('arena', SIZES[0], seed + OTHER_SEED, 10 * TICKS), 1))
  const encoder = new DeltaEncoder(arena, { prior })
  const decoder = new DeltaDecoder(arena, { prior })
  const encode = (): Uint8Array[] =>
    snapshots.slice(2).map((snapshot, at) => encoder.encode(snapshot, snapshots[at + 1], snapshots[at]))
  const frames = encode()
  const decode = (): void => {
    for (const [at, frame] of frames.entries()) decoder.decode(frame, snapshots[at + 1], snapshots[at])
  }
  return { encode: await allocated(encode), decode: await allocated(decode) }
}

/** Bytes a frame, by function. */
async function allocated(act: () => unknown): Promise<Map<string, number>> {
  for (let round = 0; round < WARM_UP; round++) act()
  const session = new Session()
  session.connect()
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: INTERVAL,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  })
  for (let round = 0; round < ROUNDS; round++) act()
  const { profile } = await session.post('HeapProfiler.stopSampling')
  session.disconnect()
  const by = new Map<string, number>()
  const walk = ({ callFrame, selfSize, children }: HeapProfiler.SamplingHeapProfileNode): void => {
    const isOurs = callFrame.url.includes('/engine/')
    const name = isOurs ? `${callFrame.functionName || '(anonymous)'} ${callFrame.url.replace(/^.*\//, '')}` : 'others'
    by.set(name, (by.get(name) ?? 0) + selfSize / (ROUNDS * (TICKS - 1)))
    for (const child of children) walk(child)
  }
  walk(profile.head)
  by.delete('others')
  return by
}
