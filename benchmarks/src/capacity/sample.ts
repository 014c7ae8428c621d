// One turn of a contender on a stage: so many slices of a second.

import type { Counts } from '../arena/server-child.ts'
import { type Players, type StageOptions, staged, wait } from '../arena/stage.ts'
import { type Cost, costsOf } from './cost.ts'

const SLICE = 1

export async function sample(players: Players, options: StageOptions, seconds: number): Promise<Cost[]> {
  return await staged(players, options, async ({ server }) => {
    const counts: Counts[] = [await server.ask('counts')]
    for (let left = seconds; left > 0; left -= SLICE) {
      await wait(Math.min(SLICE, left))
      counts.push(await server.ask('counts'))
    }
    // Whoever was lost on the way was not served.
    const { connections } = counts[counts.length - 1]
    const asked = options.matches * (options.whole + options.light)
    if (connections < asked) throw new Error(`${options.contender}: ${connections} of ${asked} players are left`)
    return costsOf(counts)
  })
}
