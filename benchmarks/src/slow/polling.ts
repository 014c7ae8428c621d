// Long-polling over a link that takes ten frames a second: each frame is a request of its own, with its headers, and bytes
// as base64.

import type { Progress, Table } from '../benchmark.ts'
import { now } from '../clock.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import { agesOf, framesIn, spreadOf } from './figures.ts'
import {
  AGE_COLUMNS,
  boundOf,
  cellsOf,
  holds,
  type Made,
  type Options,
  OTHERS_COLUMNS,
  type Part,
  SERVER_COLUMNS,
  wait,
} from './part.ts'
import { type Line, lineOf, type Plot } from './plot.ts'
import { staged } from './stage.ts'

const FRAMES = 10
const FREE = 3
const SETTLE = 2

export const pollingPart: Part = {
  name: 'polling',
  steps: (options) => polled(options).length,
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const lines: Line[] = []
    for (const contender of polled(options)) {
      const { row, line } = await measure(contender, options, progress)
      rows.push(row)
      lines.push(line)
    }
    const plots: Plot[] = [{ title: `Long-polling, ${FRAMES} frames a second`, lines }]
    return {
      method: [
        `Long-polling: what a frame costs the link is measured while it is free, for ${FREE} s (all bytes to the client, of the frames that came); then the link carries ${FRAMES} of those a second. Colyseus has no long-polling.`,
      ],
      tables: [{ title: `Long-polling, over a link that takes ${FRAMES} frames a second`, columns: COLUMNS, rows }],
      plots,
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'contender', title: '' },
  { key: 'freeFrames', title: 'free: frames/s', digits: 1 },
  { key: 'freeAge', title: 'age p99 ms' },
  { key: 'rate', title: 'link kB/s', digits: 1 },
  ...AGE_COLUMNS,
  { key: 'bound', title: 'bound' },
  { key: 'holds', title: 'holds' },
  { key: 'frames', title: 'frames/s', digits: 1 },
  { key: 'use', title: 'link use %' },
  { key: 'lost', title: 'lost' },
  ...SERVER_COLUMNS,
  ...OTHERS_COLUMNS,
]

function polled({ contenders }: Options): readonly ContenderName[] {
  return contenders.filter((name) => name !== 'colyseus')
}

async function measure(contender: ContenderName, options: Options, progress: Progress) {
  const { rows, good, seconds } = options
  const { title } = CONTENDERS[contender]
  progress.step(`${title}, long-polling`)
  return await staged({ contender, rows, good, slow: 1, polling: true }, async (stage) => {
    const free = { from: now(), bytes: await stage.down() }
    await wait(FREE)
    const freeBytes = (await stage.down()) - free.bytes
    const freeTo = now()
    const first = await stage.outcome(free.from, freeTo)
    const freeFrames = framesIn(first.seen[0].held, free.from, freeTo)
    const rate = FRAMES * (freeBytes / freeFrames)
    await stage.server.ask('mark')
    await stage.proxy.ask('setRate', { rate, way: 'down' })
    const narrowed = now()
    await wait(SETTLE)
    const before = await stage.down()
    const from = now()
    await wait(seconds)
    const bytes = (await stage.down()) - before
    const to = now()
    const { seen, made, memory, good: others, late } = await stage.outcome(from, to)
    const [{ held, lost }] = seen
    const frames = framesIn(held, from, to)
    const age = spreadOf(agesOf(held, made, from, to))
    const bound = boundOf(1, bytes / frames, rate)
    return {
      line: lineOf(title, agesOf(held, made, narrowed, to), 0),
      row: {
        contender: title,
        freeFrames: (1000 * freeFrames) / (freeTo - free.from),
        freeAge: spreadOf(agesOf(first.seen[0].held, first.made, free.from, freeTo)).p99,
        rate: rate / 1000,
        ...cellsOf(age),
        bound,
        holds: holds(age.p99 <= bound),
        frames: (1000 * frames) / (to - from),
        use: (1e5 * bytes) / (rate * (to - from)),
        lost,
        waiting: memory.waiting / 1000,
        added: memory.added / 2 ** 20,
        others: others.p99,
        late: late.p99,
      },
    }
  })
}
