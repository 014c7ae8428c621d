// A hundred players who stop reading for ever and go on answering pings: what the server holds for them.

import type { Progress, Table } from '../benchmark.ts'
import { Child } from '../child.ts'
import { now } from '../clock.ts'
import { holds, type Made, type Options, OTHERS_COLUMNS, type Part, SERVER_COLUMNS, wait } from './part.ts'
import type { SilentHandlers } from './silent-child.ts'
import { staged } from './stage.ts'

const READERS = 100
const SECONDS = 60
/** Seconds in which they read. */
const READ = 5
const MB = 2 ** 20
const MOST_MB = 10
/** Nobody is let go. */
const FOR_EVER = 3600

export const silentPart: Part = {
  name: 'silent',
  steps: ({ contenders }) => (contenders.includes('tickwire') ? 2 : 0),
  async run(options, progress): Promise<Made> {
    const rows: Table['rows'][number][] = []
    if (options.contenders.includes('tickwire'))
      for (const silentSeconds of [undefined, FOR_EVER]) rows.push(await measure(options, silentSeconds, progress))
    return {
      method: [
        `Silent: ${READERS} players join and play for ${READ} s, then read nothing any more and say once a second that they live, for ${SECONDS} s. By default they are let go when they have acknowledged nothing for so long; the other row lets nobody go. RSS +: what the server's process has more at most than when they stopped reading; held +: the same of its heap and what hangs on it, after a collection, at the end. What the kernel holds is no part of it. Asked for: at most ${MOST_MB} MB.`,
      ],
      tables: [{ title: `${READERS} players who stop reading and answer pings (Tickwire)`, columns: COLUMNS, rows }],
    }
  },
}

const COLUMNS: Table['columns'] = [
  { key: 'let', title: 'let go' },
  ...SERVER_COLUMNS,
  { key: 'held', title: 'held + MB', digits: 1 },
  { key: 'holds', title: 'holds' },
  { key: 'joined', title: 'joining: held + MB', digits: 1 },
  { key: 'players', title: 'still in the match' },
  { key: 'left', title: 'still connected' },
  ...OTHERS_COLUMNS,
]

async function measure({ rows, good }: Options, silentSeconds: number | undefined, progress: Progress) {
  progress.step(`${READERS} silent readers`)
  const readers = new Child<SilentHandlers>(new URL('./silent-child.ts', import.meta.url))
  try {
    return await staged({ contender: 'tickwire', rows, good, slow: 0, silentSeconds }, async (stage) => {
      const { server, port } = stage
      await server.ask('mark')
      const from = now()
      await readers.ask('join', { port, count: READERS })
      await wait(READ)
      const joined = await server.ask('memory')
      await server.ask('mark')
      await readers.ask('stopReading')
      await wait(SECONDS)
      const [{ count }, players] = [await server.ask('connections'), await server.ask('players')]
      const { memory, good: others, late } = await stage.outcome(from, now())
      return {
        let: silentSeconds ? 'never' : 'by default',
        waiting: memory.waiting / 1000,
        added: memory.added / MB,
        held: memory.held / MB,
        holds: holds(Math.min(memory.added, memory.held) <= MOST_MB * MB),
        joined: joined.held / MB,
        players: players - good,
        left: count - good,
        others: others.p99,
        late: late.p99,
      }
    })
  } finally {
    readers.stop()
  }
}
