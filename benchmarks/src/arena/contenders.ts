// Who carries the arena. Modules are loaded where they are used: a peer may not be installed.

import type { Ship } from '../arena.ts'
import type { Contender } from './contender.ts'
import { COLYSEUS_FLOAT_PRECISION, COLYSEUS_QUANTIZED_PRECISION, STEP_PRECISION } from './precision.ts'

interface Entrant {
  readonly title: string
  /** It needs benchmarks/peers. */
  readonly peer?: true
  /** How far a field may be off, at most. */
  readonly precision: Ship
  load(): Promise<Contender>
}

export const CONTENDERS = {
  tickwire: {
    title: 'Tickwire',
    precision: STEP_PRECISION,
    load: async () => (await import('./tickwire.ts')).tickwire,
  },
  json: {
    title: 'Socket.IO, JSON',
    precision: STEP_PRECISION,
    load: async () => (await import('./socketio.ts')).json,
  },
  msgpackr: {
    title: 'Socket.IO, msgpackr',
    precision: STEP_PRECISION,
    load: async () => (await import('./socketio.ts')).msgpackr,
  },
  raw: {
    title: 'raw ws, by hand',
    precision: STEP_PRECISION,
    load: async () => (await import('./raw.ts')).byHand,
  },
  colyseus: {
    title: 'Colyseus, documented',
    peer: true,
    precision: COLYSEUS_FLOAT_PRECISION,
    load: async () => (await import('./colyseus.ts')).documented,
  },
  'colyseus-expert': {
    title: 'Colyseus, expert',
    peer: true,
    precision: COLYSEUS_QUANTIZED_PRECISION,
    load: async () => (await import('./colyseus.ts')).expert,
  },
  /** Not one to compare bytes with: what all but the socket costs. */
  floor: {
    title: 'raw ws, our codec',
    precision: STEP_PRECISION,
    load: async () => (await import('./raw.ts')).ourCodec,
  },
} as const satisfies Record<string, Entrant>

export type ContenderName = keyof typeof CONTENDERS
/** The six whom the arena compares. */
export const SIX: readonly ContenderName[] = ['tickwire', 'json', 'msgpackr', 'raw', 'colyseus', 'colyseus-expert']
