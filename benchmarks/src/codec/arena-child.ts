// One contender in a process of its own: checks every frame of a match, and runs timed rounds when asked.

import { Simulation, type Variant } from '../arena.ts'
import { answer } from '../child.ts'
import { type Round, type Sizes, time, verify } from '../contender.ts'
import { ENTRANTS } from '../contenders/all.ts'

export interface Work {
  readonly name: string
  readonly entities: number
  readonly ticks: number
  readonly seed: number
  readonly variant: Variant
}

const match = ({ entities, seed, variant }: Work) => new Simulation(entities, seed, variant)
const handlers = {
  verify: (work: Work): Sizes => verify(ENTRANTS[work.name].make(work), match(work), work.ticks),
  round: (work: Work): Round => time(ENTRANTS[work.name].make(work), match(work), work.ticks),
}
export type ArenaHandlers = typeof handlers
answer(handlers)
