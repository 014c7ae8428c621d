// A process of clients. It notes when each of them held the state of which tick: from that, and from when those ticks were
// made, the age of what it holds follows for every moment, with nothing to do every millisecond meanwhile.

import { answer } from '../child.ts'
import { now } from '../clock.ts'
import type { Client } from './contender.ts'
import { CONTENDERS, type ContenderName } from './contenders.ts'
import type { Ticks } from './figures.ts'

export interface Crowd {
  readonly contender: ContenderName
  readonly port: number
  readonly count: number
  readonly polling?: boolean
}
/** What one client saw. */
export interface Seen {
  /** The states that it held, and from when on. */
  readonly held: Ticks
  /** How often its connection was lost. */
  readonly lost: number
}

interface Notes {
  held: { tick: number[]; at: number[] }
  lost: number
}
const clients: Client[] = []
const seen: Notes[] = []

const handlers = {
  now: (): number => now(),
  /** More clients join, one after the other. */
  async connect({ contender, port, count, polling = false }: Crowd): Promise<void> {
    const { client } = await CONTENDERS[contender].load()
    for (let i = 0; i < count; i++) {
      const notes: Notes = { held: { tick: [], at: [] }, lost: 0 }
      seen.push(notes)
      const held = (tick: number) => {
        notes.held.tick.push(tick)
        notes.held.at.push(now())
      }
      const lost = () => {
        notes.lost++
      }
      clients.push(await client({ port, polling, held, lost }))
    }
  },
  seen: (): readonly Seen[] => seen,
  leave(): void {
    for (const client of clients) client.close()
  },
}
export type ClientsHandlers = typeof handlers
answer(handlers)
