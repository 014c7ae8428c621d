// The server's process: ten matches at 60 ticks a second, everyone's limits as they come, behind a proxy so that players
// and abusers have addresses of their own. It notes when each tick ran.

import { createServer, type Server } from '@tickwire/server'
import { answer } from '../child.ts'
import { now } from '../clock.ts'
import { game, RATE } from './game.ts'
import { lateness, type Ticked } from './lateness.ts'

export interface Counted {
  /** Milliseconds after it was due, of every tick of every match. */
  readonly late: readonly number[]
  /** Milliseconds of processor time from each tick of the first match to its next. */
  readonly busy: readonly number[]
  readonly players: number
  /** Of the server's metrics, by name. */
  readonly counters: Readonly<Record<string, number>>
  readonly memoryMB: number
}

let server: Server | undefined
let ticks = new Map<string, Ticked[]>()
let first: string | undefined
/** Milliseconds of processor time at each tick of the first match. */
let used: number[] = []

function note(id: string, tick: number): void {
  ticks.get(id)?.push({ tick, at: now() })
  if (id !== first) return
  const { user, system } = process.cpuUsage()
  used.push((user + system) / 1000)
}

const handlers = {
  /** Opens `matches` matches with `bots` bots each; the port, and the matches' ids. */
  async start({ matches, bots }: { matches: number; bots: number }) {
    server = createServer({ port: 0, signals: false, checks: false, trustProxy: 1, warn: () => {} })
    server.host(game, {
      capacity: 100,
      emptySeconds: 3600,
      join: (match, player) => void match.world.ship.spawn({ x: 2048, y: 2048 }, player),
      leave: ({ world }, player) => {
        const ship = world.ship.ownedBy(player)
        if (ship) world.ship.despawn(ship)
      },
      tick: (match) => note(match.id, match.world.tick),
    })
    await server.listen()
    const ids: string[] = []
    for (let i = 0; i < matches; i++) {
      const match = server.open(game)
      for (let bot = 0; bot < bots; bot++) match.addBot(() => ({ go: 0.5 }))
      ids.push(match.id)
    }
    return { port: server.port, ids }
  },
  /** Forgets the ticks so far, and watches these matches. */
  mark(ids: readonly string[]): void {
    ticks = new Map(ids.map((id) => [id, []]))
    first = ids[0]
    used = []
  },
  async counted(): Promise<Counted> {
    const late = [...ticks.values()].flatMap((seen) => lateness(seen, RATE))
    const players = server!.matches.reduce((sum, match) => sum + match.players, 0)
    const counters: Record<string, number> = {}
    for (const { name, type, values } of await server!.metrics.getMetricsAsJSON())
      if (String(type) === 'counter') for (const { value } of values) counters[name] = (counters[name] ?? 0) + value
    const busy = used.slice(1).map((ms, i) => ms - used[i])
    return { late, busy, players, counters, memoryMB: process.memoryUsage().rss / 2 ** 20 }
  },
  async stop(): Promise<void> {
    await server?.close()
    server = undefined
  },
}
export type ServerHandlers = typeof handlers

answer(handlers)
