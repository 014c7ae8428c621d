// A server under load for an hour: players come, play, are cut off, come back and leave all the time. What it holds after a
// collection must not grow, and matches that were opened and closed must leave nothing behind.
//   npm run soak -- endurance --minutes 60

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { parseArgs } from 'node:util'
import { type ClientMatch, connect } from '@tickwire/engine/client'
import { sea } from '../simulation/world.ts'
import type { Question, Reply } from './server-child.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    clients: { type: 'string', default: '200' },
    /** Matches opened and closed at the end. */
    matches: { type: 'string', default: '10000' },
  },
})
const [minutes, clients, matches] = [values.minutes, values.clients, values.matches].map(Number)
/** Of the clients, every second. */
const CHURN = 0.02
const FRAME_MS = 100
const MB = 2 ** 20
const MOST_SLOPE = 2 * MB
const MOST_LEFT = MB
/** Of the samples, those at first that don't count: code is compiled, tables are learned. */
const WARM_UP = 0.2
const SAMPLES = 60

const child = fork(new URL('server-child.ts', import.meta.url), {
  execArgv: [...process.execArgv, '--expose-gc'],
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
})
const reply = async <R extends Reply>(): Promise<R> => (await once(child, 'message'))[0]
const tell = (question: Question) => void child.send(question)
const ask = (question: Question) => {
  tell(question)
  return reply<Extract<Reply, { heap: number }>>()
}
const { port } = await reply<Extract<Reply, { port: number }>>()
const url = `http://127.0.0.1:${port}`

const playing = new Set<ClientMatch<typeof sea>>()
/** Of those who could not come, by why. */
const failures = new Map<string, number>()
let [came, coming, cut, failed, asked] = [0, 0, 0, 0, 0]

async function come(): Promise<void> {
  coming++
  const turn = (Math.random() * 3 - 1) | 0
  try {
    const match = await connect(sea, url, {
      match: 'quick',
      name: `p${came++}`,
      input: () => ({ turn, go: true, fire: Math.random() < 0.2 }),
    })
    playing.add(match)
    void match.ended.then(() => playing.delete(match))
  } catch (error) {
    failed++
    const why = String(error).replace(/:\d+/, '')
    failures.set(why, (failures.get(why) ?? 0) + 1)
  } finally {
    coming--
  }
}

const drawing = setInterval(() => {
  for (const match of playing) match.frame(performance.now())
}, FRAME_MS)
const churning = setInterval(() => {
  const all = [...playing]
  // Of those who go half give their seat up, and half are cut off and come back.
  const going = Math.ceil((clients * CHURN) / 2)
  tell({ ask: 'cut', count: going })
  cut += going
  for (let n = going; n > 0; n--) {
    const match = all[Math.floor(Math.random() * all.length)]
    if (!match) continue
    void match.request('add', { n: asked++ }).catch(() => {})
    void match.leave()
  }
  for (let n = clients - playing.size - coming; n > 0; n--) void come()
}, 1000)

const samples: { hours: number; heap: number }[] = []
const start = performance.now()
const total = minutes * 60_000
for (let n = 1; n <= SAMPLES; n++) {
  await new Promise((resolve) => setTimeout(resolve, start + (total * n) / SAMPLES - performance.now()))
  const { heap, rss, ...there } = await ask({ ask: 'heap' })
  samples.push({ hours: (performance.now() - start) / 3_600_000, heap })
  const said = `heap ${(heap / MB).toFixed(2)} MB, rss ${(rss / MB).toFixed(0)} MB`
  console.log(
    `${n}/${SAMPLES}: ${said}, ${there.players} players in ${there.matches} matches, ${came} came, ${cut} cuts, ${failed} failed`
  )
}
clearInterval(drawing)
clearInterval(churning)
await Promise.all([...playing].map((match) => match.leave()))

const slope = slopeOf(samples.slice(Math.ceil(SAMPLES * WARM_UP)))
for (const [why, count] of failures) console.log(`${count} could not come: ${why}`)
console.log(`heap slope after warm-up: ${(slope / MB).toFixed(2)} MB an hour (at most ${MOST_SLOPE / MB})`)

// Once to warm up, for what is compiled and learned.
await ask({ ask: 'matches', count: 500 })
const before = await ask({ ask: 'heap' })
const after = await ask({ ask: 'matches', count: matches })
const left = after.heap - before.heap
console.log(`${matches} matches opened and closed left ${(left / MB).toFixed(2)} MB (at most ${MOST_LEFT / MB})`)
child.disconnect()
process.exit(slope <= MOST_SLOPE && left <= MOST_LEFT ? 0 : 1)

/** Bytes an hour, by least squares. */
function slopeOf(points: readonly { readonly hours: number; readonly heap: number }[]): number {
  const mean = (of: (point: (typeof points)[number]) => number) =>
    points.reduce((sum, p) => sum + of(p), 0) / points.length
  const [x, y] = [mean(({ hours }) => hours), mean(({ heap }) => heap)]
  const spread = points.reduce((sum, { hours }) => sum + (hours - x) ** 2, 0)
  return points.reduce((sum, { hours, heap }) => sum + (hours - x) * (heap - y), 0) / spread
}
