// How many seeds it takes to find a planted fault.

import { planted } from './planted.ts'
import { simulate } from './run.ts'

export { simulate }

export interface Found {
  readonly seed: number
  readonly message: string
}

/** Runs seeds with the fault until one fails. Undefined: none of so many did. */
export async function find(name: string, seeds: number, from = 1): Promise<Found | undefined> {
  const takeOut = planted[name]()
  try {
    for (let seed = from; seed < from + seeds; seed++)
      try {
        await simulate(seed)
      } catch (error) {
        return { seed, message: (error as Error).message.split('\n')[0] }
      }
    return undefined
  } finally {
    takeOut()
  }
}
