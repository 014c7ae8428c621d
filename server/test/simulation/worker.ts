// A process of main.ts: runs seeds, or looks for a planted fault.

import type { Found } from './find.ts'
import { whole } from './whole.ts'

export interface Task {
  readonly first: number
  readonly count: number
  /** To be found. */
  readonly planted?: string
}
export interface TaskDone {
  readonly task: Task
  readonly found?: Found
  readonly failures: readonly string[]
  /** Of all seeds together. */
  readonly faults: number
  readonly ticks: number
  readonly compared: number
  /** The longest, ms. */
  readonly backAfter: number
}

const { find, simulate } = await whole()

process.on('message', async (task: Task) => {
  const { first, count, planted } = task
  const failures: string[] = []
  const sum = { faults: 0, ticks: 0, compared: 0, backAfter: 0 }
  if (planted !== undefined) {
    const found = await find(planted, count, first)
    process.send!({ task, found, failures, ...sum } satisfies TaskDone)
    return
  }
  for (let seed = first; seed < first + count; seed++)
    try {
      const { faults, ticks, compared, backAfter } = await simulate(seed)
      sum.faults += faults.length
      sum.ticks += ticks
      sum.compared += compared
      sum.backAfter = Math.max(sum.backAfter, backAfter)
    } catch (error) {
      failures.push((error as Error).message)
    }
  process.send!({ task, failures, ...sum } satisfies TaskDone)
})
process.on('disconnect', () => process.exit())
