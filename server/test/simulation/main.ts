// Simulated seeds, many of them, and faults that were planted to see that they are found.
//   npm run soak -- simulation --seeds 100000 --seed 1 --jobs 2
//   npm run soak -- simulation --seed 1234 --seeds 1 --trace
//   npm run soak -- simulation --planted --seeds 10000

import { fork } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'
import { parseArgs } from 'node:util'
import { planted } from './planted.ts'
import { simulate } from './run.ts'
import type { Task, TaskDone } from './worker.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100000' },
    /** The first. */
    seed: { type: 'string', default: '1' },
    /** Processes. */
    jobs: { type: 'string', default: String(availableParallelism()) },
    /** Prints all that happens, in one process. */
    trace: { type: 'boolean', default: false },
    planted: { type: 'boolean', default: false },
  },
})
const [seeds, first, jobs] = [values.seeds, values.seed, values.jobs].map(Number)
/** Seeds of one task. */
const BATCH = 20
const REPORT_MS = 10_000

const start = performance.now()
let isAllWell = true

if (values.trace) {
  for (let seed = first; seed < first + seeds; seed++) console.log(await simulate(seed, console.log))
} else if (values.planted) {
  const names = Object.keys(planted)
  await give(
    names.map((name) => ({ first, count: seeds, planted: name })),
    ({ found, task }) => {
      console.log(`${task.planted}: ${found ? `seed ${found.seed}, ${found.message}` : 'NOT FOUND'}`)
      isAllWell &&= found !== undefined
    }
  )
} else {
  const tasks: Task[] = []
  for (let seed = first; seed < first + seeds; seed += BATCH)
    tasks.push({ first: seed, count: Math.min(BATCH, first + seeds - seed) })
  const sum = { seeds: 0, faults: 0, ticks: 0, compared: 0, backAfter: 0 }
  let next = start + REPORT_MS
  await give(tasks, (done) => {
    for (const failure of done.failures) console.error(failure)
    isAllWell &&= done.failures.length === 0
    sum.seeds += done.task.count
    sum.faults += done.faults
    sum.ticks += done.ticks
    sum.compared += done.compared
    sum.backAfter = Math.max(sum.backAfter, done.backAfter)
    if (performance.now() < next && sum.seeds < seeds) return
    next = performance.now() + REPORT_MS
    const seconds = (performance.now() - start) / 1000
    const left = Math.round((seconds / sum.seeds) * (seeds - sum.seeds))
    console.log(
      `${sum.seeds} of ${seeds} seeds in ${Math.round(seconds)} s, ${left} s left: ${sum.ticks} ticks, ${sum.faults} faults, ` +
        `${sum.compared} snapshots compared, all were back within ${sum.backAfter} ms`
    )
  })
}
if (!isAllWell) process.exitCode = 1

/** Has tasks done by processes of their own, each the next one once it is done with the last. */
async function give(tasks: readonly Task[], done: (result: TaskDone) => void): Promise<void> {
  let next = 0
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      // As in vitest.config.ts: more room for what is soon garbage.
      const execArgv = [...process.execArgv, '--max-semi-space-size=64']
      const worker = fork(new URL('worker.ts', import.meta.url), { execArgv })
      const give = (): void => {
        if (next < tasks.length) worker.send(tasks[next++])
        else worker.disconnect()
      }
      worker.on('message', (result: TaskDone) => {
        done(result)
        give()
      })
      worker.on('exit', (code, signal) =>
        code === 0 ? resolve() : reject(new Error(`a worker ended: ${code ?? signal}`))
      )
      give()
    })
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work))
}
