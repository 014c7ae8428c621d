// Ten players who crawl, and what those on good links notice of them.

import type { Progress, Table } from '../benchmark.ts'
import { now } from '../clock.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import { agesOf, spreadOf } from './figures.ts'
import { type Made, type Options, type Part, SERVER_COLUMNS, shown, wait } from './part.ts'
import { staged, streamOf } from './stage.ts'

const CRAWLERS = 10
/** Of the stream, each. */
const SHARE = 0.1
const SETTLE = 2

export const crowdPart: Part = {
  name: 'crowd',
  steps: ({ contenders }) => contenders.length * 2,
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    for (const contender of options.contenders)
      for (const crawls of [false, true]) rows.push(await measure(contender, crawls, options, progress))
    return {
      method: [
        `Crowd: ${options.good} players on good links beside ${CRAWLERS} others, who have links of 40 ms without bound, and then of a tenth of the stream each. Both rows have as many players: what differs is what slowness costs others.`,
      ],
      tables: [{ title: `What good players notice of ${CRAWLERS} who crawl`, columns: COLUMNS, rows }],
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'contender', title: '' },
  { key: 'others', title: `the ${CRAWLERS}` },
  { key: 'p50', title: 'good: age p50' },
  { key: 'p99', title: 'p99 ms' },
  { key: 'max', title: 'max ms' },
  { key: 'late99', title: 'tick late p99', digits: 1 },
  { key: 'late', title: 'max ms', digits: 1 },
  { key: 'crawling50', title: 'crawling: age p50' },
  { key: 'crawling99', title: 'p99 ms' },
  { key: 'lost', title: 'lost' },
  ...SERVER_COLUMNS,
]

async function measure(contender: ContenderName, crawls: boolean, options: Options, progress: Progress) {
  const { rows, good, seconds } = options
  const { title } = CONTENDERS[contender]
  progress.step(`${title}, ${CRAWLERS} others${crawls ? ' crawl' : ''}`)
  const rate = SHARE * (await streamOf(contender, options))
  return await staged({ contender, rows, good, slow: CRAWLERS }, async (stage) => {
    await stage.server.ask('mark')
    if (crawls) await stage.proxy.ask('setRate', { rate, way: 'down' })
    await wait(SETTLE)
    const from = now()
    await wait(seconds)
    const to = now()
    const { seen, made, memory, good: others, late } = await stage.outcome(from, to)
    const crawling = spreadOf(seen.flatMap(({ held }) => [...agesOf(held, made, from, to)]))
    return {
      contender: title,
      others: crawls ? 'crawl' : 'keep up',
      p50: shown(others.p50),
      p99: shown(others.p99),
      max: shown(others.max),
      late99: late.p99,
      late: late.max,
      crawling50: shown(crawling.p50),
      crawling99: shown(crawling.p99),
      lost: seen.reduce((sum, { lost }) => sum + lost, 0),
      waiting: memory.waiting / 1000,
      added: memory.added / 2 ** 20,
    }
  })
}
