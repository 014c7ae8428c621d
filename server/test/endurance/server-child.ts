// The server of main.ts, in a process of its own: it says what its heap holds after a collection, and opens and closes matches.

import { createServer } from '../../src/index.ts'
import type { RulesOf } from '../../src/match/rules.ts'
import { newLedger, type Sea, sea, seaRules } from '../simulation/world.ts'

export type Question =
  | { readonly ask: 'heap' }
  /** Opens and closes so many matches. */
  | { readonly ask: 'matches'; readonly count: number }
  /** Cuts so many connections. */
  | { readonly ask: 'cut'; readonly count: number }
export type Reply =
  | { readonly port: number }
  | { readonly heap: number; readonly rss: number; readonly players: number; readonly matches: number }

const CAPACITY = 8
/** Matches that are open at once while many are opened and closed. */
const AT_ONCE = 100

const ledger = newLedger()
const server = createServer({ port: 0, signals: false, checks: false, warn: () => {} })
server.host(sea, seaRules(ledger, { capacity: CAPACITY, graceSeconds: 5, emptySeconds: 5 }) as RulesOf<Sea>)
await server.listen()
process.send!({ port: server.port } satisfies Reply)
process.on('disconnect', () => process.exit())
process.on('message', async (question: Question) => {
  if (question.ask === 'cut') {
    // Of those who are in a match's room besides their own.
    const inside = [...server.io.sockets.sockets.values()].filter(({ rooms }) => rooms.size > 1)
    for (const { conn } of inside.slice(0, question.count)) conn.close()
    return
  }
  if (question.ask === 'matches') await openAndClose(question.count)
  const matches = server.matches
  process.send!({
    ...(await memory()),
    players: matches.reduce((n, { players }) => n + players, 0),
    matches: matches.length,
  } satisfies Reply)
})

async function openAndClose(count: number): Promise<void> {
  for (let left = count; left > 0; left -= AT_ONCE) {
    const opened = Array.from({ length: Math.min(left, AT_ONCE) }, () => server.open(sea))
    await ticks(3)
    for (const match of opened) match.end('it was only opened')
    await ticks(3)
  }
}

function ticks(count: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (count * 1000) / sea.tickRate))
}

/** What is held once everything has been collected that nobody needs. */
async function memory(): Promise<{ heap: number; rss: number }> {
  // What the rules noted is the test's, not the server's.
  ledger.ran.clear()
  ledger.pulls.clear()
  ledger.joined.clear()
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await ticks(1)
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { heap: heapUsed + external, rss }
}
