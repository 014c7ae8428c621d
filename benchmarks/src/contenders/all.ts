// Everyone who carries the arena, in the order of the table.

import type { Contender } from '../contender.ts'
import { Colyseus } from './colyseus.ts'
import { Json } from './json.ts'
import { Msgpackr } from './msgpackr.ts'
import { Tickwire } from './tickwire.ts'

export interface Entrant {
  readonly title: string
  make(entities: number): Contender
}
export const ENTRANTS: Readonly<Record<string, Entrant>> = {
  tickwire: { title: 'Tickwire', make: () => new Tickwire() },
  json: { title: 'JSON', make: () => new Json() },
  msgpackr: { title: 'msgpackr records', make: () => new Msgpackr() },
  colyseus: { title: '@colyseus/schema, float32', make: (entities) => new Colyseus('float32', entities) },
  'colyseus-expert': { title: '@colyseus/schema, quantized', make: (entities) => new Colyseus('quantized', entities) },
}
