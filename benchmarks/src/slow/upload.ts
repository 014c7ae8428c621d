// A way up that carries a tenth of what the client sends: every command is to arrive in order or to be accounted for, and
// what waits at the client to stay within its bound.

import { MAX_RUN } from '@tickwire/engine/wire'
import type { Progress, Table } from '../benchmark.ts'
import { Child } from '../child.ts'
import { now } from '../clock.ts'
import { spreadOf } from './figures.ts'
import { holds, INTERVAL, type Made, type Options, type Part, shown, wait } from './part.ts'
import { staged } from './stage.ts'
import type { UploadHandlers } from './upload-child.ts'

const SHARE = 0.1
const FREE = 4
/** Seconds in which what is under way still arrives. */
const REST = 4
/** Bytes that the link itself holds each way. */
const QUEUE = 4096

export const uploadPart: Part = {
  name: 'upload',
  steps: ({ contenders }) => (contenders.includes('tickwire') ? 1 : 0),
  async run(options, progress): Promise<Made> {
    const rows = options.contenders.includes('tickwire') ? [await measure(options, progress)] : []
    return {
      method: [
        `Upload: the way up carries a tenth of what the client sends when it is free; the way down all. Then it is free again for ${REST} s. Accounted for: commands that arrived, in time or late (a late one's presses count in the next tick), and those that the client itself counts as dropped, against those that it made. Late by: of what arrived late. Waits: what the client's transport had not taken, at most; commands themselves wait in a ring of ${MAX_RUN}. What the kernel takes by itself comes on top, which is a lot on this machine's loopback: with small buffers (net.ipv4.tcp_wmem in a network namespace) it is a line as phones have it.`,
      ],
      tables: [{ title: 'The way up carries a tenth of the commands (Tickwire)', columns: COLUMNS, rows }],
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'rate', title: 'link B/s' },
  { key: 'free', title: 'free B/s' },
  { key: 'given', title: 'commands' },
  { key: 'inTime', title: 'in time' },
  { key: 'late', title: 'late' },
  { key: 'dropped', title: 'dropped' },
  { key: 'missing', title: 'unaccounted' },
  { key: 'order', title: 'in order' },
  { key: 'by50', title: 'late by p50 ms' },
  { key: 'by', title: 'max ms' },
  { key: 'buffered', title: 'waits kB', digits: 1 },
  { key: 'lost', title: 'lost' },
]

async function measure({ rows, seconds }: Options, progress: Progress): Promise<Table['rows'][number]> {
  progress.step('upload at a tenth')
  const player = new Child<UploadHandlers>(new URL('./upload-child.ts', import.meta.url))
  try {
    return await staged({ contender: 'tickwire', rows, good: 0, slow: 0, queue: QUEUE }, async (stage) => {
      await player.ask('join', stage.link)
      await wait(FREE)
      const up = async () => (await stage.proxy.ask('taken')).up
      const before = await up()
      const from = now()
      await wait(FREE)
      const free = ((await up()) - before) / ((now() - from) / 1000)
      await player.ask('mark')
      await stage.proxy.ask('setRate', { rate: SHARE * free, way: 'up' })
      await wait(seconds)
      await stage.proxy.ask('setRate', { rate: undefined, way: 'up' })
      await wait(REST)
      const { given, dropped, buffered, lost } = await player.ask('uploaded')
      const arrived = await stage.server.ask('arrived')
      // The last ones are still on their way.
      const made = new Set(given.slice(0, -60))
      const seen = new Map<number, number>()
      let isInOrder = true
      let newest = -1
      for (const { tick, late } of arrived) {
        if (!made.has(tick) || seen.has(tick)) continue
        isInOrder &&= tick > newest
        newest = tick
        seen.set(tick, late)
      }
      const late = [...seen.values()].filter((ticks) => ticks >= 0).map((ticks) => ticks * INTERVAL)
      const { p50, max } = spreadOf(late)
      return {
        rate: SHARE * free,
        free,
        given: made.size,
        inTime: seen.size - late.length,
        late: late.length,
        dropped,
        missing: made.size - seen.size - dropped,
        order: holds(isInOrder),
        by50: shown(p50),
        by: shown(max),
        buffered: buffered / 1000,
        lost,
      }
    })
  } finally {
    player.stop()
  }
}
