// Who carries the arena over a slow link. Modules are loaded where they are used: a peer may not be installed.

import type { Contender } from './contender.ts'

interface Entrant {
  readonly title: string
  load(): Promise<Contender>
}

export const CONTENDERS = {
  tickwire: { title: 'Tickwire', load: async () => (await import('./tickwire.ts')).tickwire },
  emit: { title: 'Socket.IO emit', load: async () => (await import('./socketio.ts')).emit },
  volatile: { title: 'Socket.IO volatile', load: async () => (await import('./socketio.ts')).volatile },
  colyseus: { title: 'Colyseus', load: async () => (await import('./colyseus.ts')).colyseus },
} as const satisfies Record<string, Entrant>

export type ContenderName = keyof typeof CONTENDERS
