// Everyone who carries the arena, in the order of the table.

import type { Prior } from '@tickwire/engine/wire'
import { type Arena, arena, steered, type Variant } from '../arena.ts'
import type { Contender } from '../contender.ts'
import { Colyseus } from './colyseus.ts'
import { Json } from './json.ts'
import { Msgpackr } from './msgpackr.ts'
import { Tickwire, trainedPrior } from './tickwire.ts'

export interface Entrant {
  readonly title: string
  make(match: Match): Contender
}
export interface Match {
  readonly entities: number
  readonly seed: number
  readonly variant: Variant
}
export const ENTRANTS: Readonly<Record<string, Entrant>> = {
  tickwire: { title: 'Tickwire', make: () => new Tickwire() },
  'tickwire-trained': { title: 'Tickwire, trained prior', make: (match) => new Tickwire(priorOf(match, arena)) },
  'tickwire-steered': {
    title: 'Tickwire, own predictor',
    make: (match) => new Tickwire(priorOf(match, steered), steered),
  },
  json: { title: 'JSON', make: () => new Json() },
  msgpackr: { title: 'msgpackr records', make: () => new Msgpackr() },
  colyseus: { title: '@colyseus/schema, float32', make: ({ entities }) => new Colyseus('float32', entities) },
  'colyseus-expert': {
    title: '@colyseus/schema, quantized',
    make: ({ entities }) => new Colyseus('quantized', entities),
  },
}

const priors = new Map<string, Prior>()
/** Learned before any timing, from a match of another seed. */
function priorOf({ entities, seed, variant }: Match, game: Arena): Prior {
  const key = `${entities} ${seed} ${variant} ${game.hash}`
  const prior = priors.get(key) ?? trainedPrior(entities, seed + 1000, variant, game)
  priors.set(key, prior)
  return prior
}
