// A link that carries a share of the stream: how old the state behind it is, what of the link is used, and what others
// notice.

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
  ROUND_TRIP,
  SERVER_COLUMNS,
  wait,
} from './part.ts'
import { type Line, lineOf, type Plot } from './plot.ts'
import { staged, streamOf } from './stage.ts'

/** Seconds from the link's narrowing until figures count, and that a plot shows from before it. */
const SETTLE = 2
const BEFORE = 1
/** What of the link is to be used where it carries less than the stream. */
const LEAST_USE = 0.85

export const sharesPart: Part = {
  name: 'shares',
  steps: ({ contenders, shares }) => contenders.length * shares.length,
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const plots: Plot[] = []
    for (const share of options.shares) {
      const lines: Line[] = []
      for (const contender of options.contenders) {
        const { row, line } = await measure(contender, share / 100, options, progress)
        rows.push(row)
        lines.push(line)
      }
      plots.push({ title: `A link of ${share} % of the stream`, lines })
    }
    return {
      method: [
        `Shares: of each contender's own stream, measured first with no link between: what its server writes to one client in a second. The link is a proxy of ${ROUND_TRIP} ms there and back (${ROUND_TRIP / 2} each way), narrowed after everybody is in; figures count from ${SETTLE} s after that, for ${options.seconds} s.`,
        'Age: at every millisecond, the time since the tick whose state the client holds was made at the server (after its rules, before anything is encoded). Bound: round trip + 3 ticks + 2 F, F being the time that its mean frame takes on that link; at a tenth 1.5 s. It is asked for at 60, 30 and 10 %; beyond it at 100 and 80 % says how near to full the link is.',
        'Link use: bytes that the proxy took from the server, of what the link can carry meanwhile. Waits: what the server holds for connections, at most (sockets and library). RSS +: what its process grew by, at most, from the narrowing on.',
        `Good: ${options.good} players straight at the same server; tick late: by the grid of the earliest.`,
      ],
      tables: [{ title: 'State age behind a link that carries a share of the stream', columns: COLUMNS, rows }],
      plots,
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'share', title: '%' },
  { key: 'contender', title: '' },
  { key: 'rate', title: 'link kB/s', digits: 1 },
  ...AGE_COLUMNS,
  { key: 'bound', title: 'bound' },
  { key: 'holds', title: 'holds' },
  { key: 'frames', title: 'frames/s', digits: 1 },
  { key: 'bytes', title: 'kB/s', digits: 1 },
  { key: 'use', title: 'link use %' },
  ...SERVER_COLUMNS,
  ...OTHERS_COLUMNS,
]

async function measure(contender: ContenderName, share: number, options: Options, progress: Progress) {
  const { rows, good, seconds } = options
  const { title } = CONTENDERS[contender]
  progress.step(`${title}, ${100 * share} %`)
  const rate = share * (await streamOf(contender, options))
  return await staged({ contender, rows, good, slow: 1 }, async (stage) => {
    await stage.server.ask('mark')
    await wait(BEFORE)
    await stage.proxy.ask('setRate', { rate, way: 'down' })
    const narrowed = now()
    await wait(SETTLE)
    const before = await stage.down()
    const from = now()
    await wait(seconds)
    const bytes = (await stage.down()) - before
    const to = now()
    const { seen, made, memory, good: others, late } = await stage.outcome(from, to)
    const [{ held }] = seen
    const frames = framesIn(held, from, to)
    const capacity = (rate * (to - from)) / 1000
    const age = spreadOf(agesOf(held, made, from, to))
    const bound = boundOf(share, bytes / frames, rate)
    const use = bytes / capacity
    return {
      line: lineOf(title, agesOf(held, made, narrowed - BEFORE * 1000, to), -BEFORE * 1000),
      row: {
        share: 100 * share,
        contender: title,
        rate: rate / 1000,
        ...cellsOf(age),
        bound,
        holds: holds(age.p99 <= bound && (share >= 1 || use >= LEAST_USE)),
        frames: (1000 * frames) / (to - from),
        bytes: bytes / (to - from),
        use: 100 * use,
        waiting: memory.waiting / 1000,
        added: memory.added / 2 ** 20,
        others: others.p99,
        late: late.p99,
      },
    }
  })
}
