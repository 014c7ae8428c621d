// A busy match and a player on a narrow link, under the virtual clock: how old is the newest state that it holds, sampled
// every ms, and how much of its link is used. The link's buffer is deep, as a kernel's is: it takes all at once.

import { defineGame, entity, ranged } from '@tickwire/engine'
import type { ClientMatch } from '@tickwire/engine/client'
import type { Link, LinkProfile, LinkTransport } from '@tickwire/engine/testing'
import { VirtualServer } from '@tickwire/server/testing'

const BUFFER = 4 * 1024 * 1024

export type Scene = ReturnType<typeof scene>
export type SceneGame = Scene['game']

/** Rows that steer by chance, at `tickRate` a second. */
export function scene(tickRate: number, rows = 200) {
  const game = defineGame({
    name: 'busy',
    tickRate,
    entities: {
      ship: entity({
        x: ranged(0, 4096, 1 / 16).rate('vx'),
        y: ranged(0, 4096, 1 / 16).rate('vy'),
        vx: ranged(-512, 512, 1 / 4).default(0),
        vy: ranged(-512, 512, 1 / 4).default(0),
      }),
    },
  })
  const rules = {
    emptySeconds: 1000,
    start(match: import('@tickwire/server').Match<typeof game>) {
      for (let i = 0; i < rows; i++) match.world.ship.spawn({ x: 4096 * match.random(), y: 4096 * match.random() })
    },
    tick(match: import('@tickwire/server').Match<typeof game>) {
      for (const ship of match.world.ship) {
        ship.vx = 0.98 * ship.vx + 30 * (match.random() - 0.5)
        ship.vy = 0.98 * ship.vy + 30 * (match.random() - 0.5)
        ship.x = (ship.x + ship.vx / tickRate + 4096) % 4096
        ship.y = (ship.y + ship.vy / tickRate + 4096) % 4096
      }
    },
  }
  return { game, rules }
}

/** What a link of `rtt` ms carries down at `bandwidth` bytes a second. */
export function narrow(rtt: number, bandwidth?: number, jitter = 0): LinkProfile {
  const path = { latency: rtt / 2, jitter: jitter / 2 }
  return { up: path, down: { ...path, bandwidth, buffer: BUFFER } }
}

export interface Ages {
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly max: number
  /** Of the frames that arrived. */
  readonly meanBytes: number
  readonly frames: number
  readonly bytesPerSecond: number
}

export interface Played {
  readonly server: VirtualServer<SceneGame>
  readonly link: Link
  readonly transport: LinkTransport
  readonly received: readonly Uint8Array[]
  readonly match: ClientMatch<SceneGame>
  /** Somebody else joins the match. */
  join(profile: LinkProfile, fps: number): Promise<unknown>
  ages(from: number, to?: number): Ages
  /** How long after `from` the age goes over `bound` for the last time, but for a hundredth of the time until now, ms. */
  backAfter(from: number, bound: number): number
}

/** Joins a match over `profile`. */
export async function play({ game, rules }: Scene, profile: LinkProfile, seed: number, fps = 60): Promise<Played> {
  const server = new VirtualServer(game, rules, seed, { checks: false })
  server.lobby.learn = () => false
  const options = { match: 'quick', name: 'ada', input: () => ({}) } as never
  const { link, transport, received, match } = await server.join(options, { profile, fps })
  const sizes: number[] = []
  const samplesOf = (from: number, to: number): number[] => {
    const { arrivals } = transport
    const samples: number[] = []
    for (const [i, { at, sentAt }] of arrivals.entries()) {
      const end = Math.min(arrivals[i + 1]?.at ?? to, to)
      for (let time = Math.ceil(Math.max(at, from)); time < end; time++) samples.push(time - sentAt)
    }
    return samples
  }
  const backAfter = (from: number, bound: number): number => {
    const samples = samplesOf(from, server.clock.now)
    let over = 0
    let back = samples.length
    for (let i = samples.length - 1; i >= 0; i--) {
      if (samples[i] > bound) over++
      if (over <= 0.01 * (samples.length - i)) back = i
    }
    return back
  }
  const ages = (from: number, to = server.clock.now): Ages => {
    for (const message of received.slice(sizes.length))
      sizes.push(message[0] === 0 && message[1] === 1 ? message.length : 0)
    const frames = sizes.filter((size) => size > 0)
    const samples = samplesOf(from, to)
    let bytes = 0
    let count = 0
    for (const [i, { at }] of transport.arrivals.entries()) {
      if (at < from || at >= to) continue
      bytes += frames[i]
      count++
    }
    samples.sort((a, b) => a - b)
    const quantile = (share: number): number => samples[Math.floor(share * (samples.length - 1))]
    return {
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max: quantile(1),
      meanBytes: bytes / count,
      frames: count,
      bytesPerSecond: (bytes * 1000) / (to - from),
    }
  }
  const join = (other: LinkProfile, drawn: number) => server.join(options, { profile: other, fps: drawn })
  return { server, link, transport, received, match, join, ages, backAfter }
}
