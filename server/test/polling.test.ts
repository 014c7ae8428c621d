// Long-polling over a link that takes ten frames a second: what the player holds is as new as over any such link.

import { link, Random, roundTrip } from '@tickwire/engine/testing'
import { VirtualServer } from '@tickwire/server/testing'
import { expect, it } from 'vitest'
import { linkConnection } from '../../engine/src/testing/transport.ts'
import { Session } from '../src/match/session.ts'
import { narrow, scene } from './narrow.ts'
import { type PolledLink, polledLink } from './polling.ts'

const RTT = 40
const RATE = 60
const TICK = 1000 / RATE
const FRAMES = 10
const { game, rules } = scene(RATE)

/** A connection of a match over long-polling. */
function dial(server: VirtualServer<typeof game>, seed: number): PolledLink {
  const { clock } = server
  const wire = polledLink(link(clock, new Random(seed), roundTrip(RTT, 0)), () => clock.now)
  let session: Session
  const handlers = {
    frame: (bytes: Uint8Array<ArrayBuffer>) => session.frame(bytes),
    ask: (bytes: Uint8Array<ArrayBuffer>) => session.ask(bytes),
    closed: () => session.closed(),
  }
  const connection = linkConnection(wire.server, handlers, clock)
  Object.defineProperty(connection, 'isPolled', { get: () => wire.isPolled })
  session = new Session(connection, server.lobby)
  return wire
}

interface Came {
  readonly at: number
  readonly sentAt: number
}

/** The age of what the player holds at each ms from `from` to `to`, the shortest first. */
function agesOf(arrivals: readonly Came[], from: number, to: number): number[] {
  const ages: number[] = []
  for (const [i, { at, sentAt }] of arrivals.entries())
    for (let ms = Math.ceil(Math.max(at, from)); ms < Math.min(arrivals[i + 1]?.at ?? to, to); ms++)
      ages.push(ms - sentAt)
  return ages.sort((a, b) => a - b)
}

it.each([1, 2, 3])(
  'a link that takes ten frames a second: state is as new as over any such link, and no command is lost (seed %i)',
  async (seed) => {
    const server = new VirtualServer(game, rules, seed, { checks: false })
    server.lobby.learn = () => false
    const wire = dial(server, seed)
    const options = { match: 'quick', name: 'ada', input: () => ({}) } as never
    const { transport, match } = await server.join(options, { wire })
    const { arrivals } = transport
    await server.run(2000)
    // What a frame costs the link, with all headers, while it is free.
    const [before, framesBefore] = [wire.carried, arrivals.length]
    await server.run(3000)
    const free = (wire.carried - before) / (arrivals.length - framesBefore)
    expect(agesOf(arrivals, 2000, 5000).at(-1)).toBeLessThan(2 * RTT + 2 * TICK)
    const bandwidth = FRAMES * free
    wire.shape(narrow(RTT, bandwidth))
    await server.run(3000)
    const from = server.clock.now
    const [carried, framesThen] = [wire.carried, arrivals.length]
    await server.run(30_000)
    const mean = (wire.carried - carried) / (arrivals.length - framesThen)
    const ages = agesOf(arrivals, from, server.clock.now)
    expect(ages[Math.floor(0.99 * ages.length)]).toBeLessThanOrEqual(RTT + 3 * TICK + (2000 * mean) / bandwidth)
    expect([match.status, match.stats.dropped]).toEqual(['playing', 0])
  }
)
