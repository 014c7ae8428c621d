// A link that becomes wider or narrower: how soon that is found out.

import { TICK_RATE } from '../arena.ts'
import type { Progress, Table } from '../benchmark.ts'
import { now } from '../clock.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import { agesOf, backWithin, fullRateAfter, spreadOf } from './figures.ts'
import { boundOf, holds, type Made, type Options, type Part, shown, wait } from './part.ts'
import { type Line, lineOf } from './plot.ts'
import { staged, streamOf } from './stage.ts'

/** Of the stream, by turns. */
const WIDE = 1.2
const NARROW = WIDE / 4
const TURNS = 3
/** Seconds of each. */
const NARROW_FOR = 8
const WIDE_FOR = 6
/** What is asked for, ms. */
const BACK_WITHIN = 1000
const FULL_WITHIN = 3000

export const capacityPart: Part = {
  name: 'capacity',
  steps: ({ contenders }) => contenders.length,
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    const lines: Line[] = []
    for (const contender of options.contenders) {
      const { line, row } = await measure(contender, options, progress)
      rows.push(...row)
      lines.push(line)
    }
    return {
      method: [
        `Capacity: the link has ${100 * WIDE} % of the stream, then a quarter of that for ${NARROW_FOR} s, then ${100 * WIDE} % for ${WIDE_FOR} s, ${TURNS} times. Back: from the narrowing until age is within its bound (round trip + 3 ticks + 2 F, F of the narrow link) for a second, but for 5 % of it, asked for within ${BACK_WITHIN} ms. Full rate: from the widening until the first second in which 95 % of the ticks came, asked for within ${FULL_WITHIN} ms.`,
      ],
      tables: [{ title: 'A link that becomes narrow and wide again', columns: COLUMNS, rows }],
      plots: [{ title: 'Narrow and wide by turns', lines }],
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'contender', title: '' },
  { key: 'turn', title: 'turn' },
  { key: 'back', title: 'narrow: back ms' },
  { key: 'most', title: 'oldest ms' },
  { key: 'bound', title: 'bound' },
  { key: 'full', title: 'wide: full rate ms' },
  { key: 'holds', title: 'holds' },
]

async function measure(contender: ContenderName, options: Options, progress: Progress) {
  const { rows } = options
  const { title } = CONTENDERS[contender]
  progress.step(`${title}, narrow and wide by turns`)
  const stream = await streamOf(contender, options)
  return await staged({ contender, rows, good: 1, slow: 1 }, async (stage) => {
    const setRate = async (share: number) => {
      await stage.proxy.ask('setRate', { rate: share * stream, way: 'down' })
      return { at: now(), bytes: await stage.down() }
    }
    const from = (await setRate(WIDE)).at
    await wait(WIDE_FOR)
    const turns = []
    for (let turn = 0; turn < TURNS; turn++) {
      const narrow = await setRate(NARROW)
      await wait(NARROW_FOR)
      const wide = await setRate(WIDE)
      await wait(WIDE_FOR)
      turns.push({ narrow, wide, end: now() })
    }
    const { seen, made } = await stage.outcome(from, now())
    const [{ held }] = seen
    return {
      line: lineOf(title, agesOf(held, made, from, now()), 0),
      row: turns.map(({ narrow, wide, end }, turn) => {
        const ages = agesOf(held, made, narrow.at, wide.at)
        const frames = held.at.filter((at) => at >= narrow.at && at < wide.at).length
        const bound = boundOf(NARROW, (wide.bytes - narrow.bytes) / frames, NARROW * stream)
        const back = backWithin(ages, bound)
        const full = fullRateAfter(held, TICK_RATE, wide.at, end)
        return {
          contender: title,
          turn: turn + 1,
          back: shown(back),
          most: spreadOf(ages).max,
          bound,
          full: shown(full),
          holds: holds(back !== undefined && back <= BACK_WITHIN && full !== undefined && full <= FULL_WITHIN),
        }
      }),
    }
  })
}
