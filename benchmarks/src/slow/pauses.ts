// A link of twice the stream through which nothing passes for a while, either way: how soon the state is fresh again, and
// what comes before it is.

import type { Progress, Table } from '../benchmark.ts'
import { now } from '../clock.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import { agesOf, backWithin, spreadOf } from './figures.ts'
import { boundOf, type Made, type Options, OTHERS_COLUMNS, type Part, SERVER_COLUMNS, shown, wait } from './part.ts'
import { type Line, lineOf, type Plot } from './plot.ts'
import { staged, streamOf } from './stage.ts'

/** Of the stream. */
const LINK = 2
/** Seconds before a pause, and after it: as much as a backlog of the whole pause takes on that link, and some. */
const BEFORE = 3
const AFTER = 6

export const pausesPart: Part = {
  name: 'pauses',
  steps: ({ contenders, pauses }) => contenders.length * pauses.length,
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const plots: Plot[] = []
    for (const pause of options.pauses) {
      const lines: Line[] = []
      for (const contender of options.contenders) {
        const { row, line } = await measure(contender, pause, options, progress)
        rows.push(row)
        lines.push(line)
      }
      plots.push({ title: `A pause of ${pause} s`, lines })
    }
    return {
      method: [
        `Pauses: on a link of ${LINK} times the stream nothing passes, either way, for so long; then what is under way arrives, and the rest at the rate of the link. Back: from the end of the pause until age is within its bound (round trip + 3 ticks + 2 F, or its p99 before the pause where that is more) for a second, but for 5 % of it. Stale: states from before the end of the pause that the client was still shown after it, which are no use to anybody. Lost: connections that were lost; the client makes others.`,
      ],
      tables: [{ title: 'A pause, on a link of twice the stream', columns: COLUMNS, rows }],
      plots,
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'pause', title: 'pause s' },
  { key: 'contender', title: '' },
  { key: 'back', title: 'back ms' },
  { key: 'before', title: 'age p99 before' },
  { key: 'stale', title: 'stale states' },
  { key: 'second', title: 'kB in 1 s after' },
  { key: 'usual', title: 'usual kB/s' },
  { key: 'lost', title: 'lost' },
  ...SERVER_COLUMNS,
  ...OTHERS_COLUMNS,
]

async function measure(contender: ContenderName, pause: number, options: Options, progress: Progress) {
  const { rows, good } = options
  const { title } = CONTENDERS[contender]
  progress.step(`${title}, a pause of ${pause} s`)
  const stream = await streamOf(contender, options)
  return await staged({ contender, rows, good, slow: 1 }, async (stage) => {
    await stage.proxy.ask('setRate', { rate: LINK * stream, way: 'down' })
    await stage.server.ask('mark')
    const from = now()
    await wait(BEFORE)
    await stage.proxy.ask('pause', 'both')
    const paused = now()
    await wait(pause)
    const before = await stage.down()
    await stage.proxy.ask('resume', 'both')
    const resumed = now()
    await wait(1)
    const second = (await stage.down()) - before
    await wait(AFTER - 1 + pause / (LINK - 1))
    const to = now()
    const { seen, made, memory, good: others, late } = await stage.outcome(from, to)
    const [{ held, lost }] = seen
    const bound = boundOf(1, stream / 60, LINK * stream)
    const before99 = spreadOf(agesOf(held, made, from, paused)).p99
    const stale = held.tick.filter((tick, i) => held.at[i] >= resumed && (made.get(tick) ?? 0) < resumed - bound).length
    return {
      line: lineOf(title, agesOf(held, made, from, to), from - resumed),
      row: {
        pause,
        contender: title,
        back: shown(backWithin(agesOf(held, made, resumed, to), Math.max(bound, before99))),
        before: before99,
        stale,
        second: second / 1000,
        usual: stream / 1000,
        lost,
        waiting: memory.waiting / 1000,
        added: memory.added / 2 ** 20,
        others: others.p99,
        late: late.p99,
      },
    }
  })
}
