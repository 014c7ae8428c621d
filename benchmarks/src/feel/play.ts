// A match of the feel game under the virtual clock, with everything noted that figures are made of.

import type { ClientMatch } from '@tickwire/engine/client'
import { type Arrival, type DrawnFrame, type LinkProfile, Random } from '@tickwire/engine/testing'
import { type DrawOptions, type GivenCommand, type VirtualClient, VirtualServer } from '@tickwire/server/testing'
import { type FeelCommand, type FeelGame, feelAt, type Motion, STEADY_SPEED, steering } from './game.ts'
import { Pilot, type Shot } from './pilot.ts'

/** What is noted of every frame. */
export interface Seen {
  readonly steady: number
  readonly targetX: number
  readonly targetY: number
  readonly x: number
  readonly y: number
  readonly vx: number
  readonly vy: number
  readonly heading: number
}
export type Frame = DrawnFrame<Seen>
export type Client = VirtualClient<FeelGame, Seen>

/** What happened to one player. */
export interface Notes {
  readonly fps: number
  readonly frames: readonly Frame[]
  readonly arrivals: readonly Arrival[]
  readonly commands: readonly GivenCommand[]
  readonly shots: readonly Shot[]
}

export interface Stage {
  readonly rate: number
  /** Ms at which tick 0 would have run; tick n runs at `origin + n * 1000 / rate`. */
  readonly origin: number
  /** Where the target is, by seconds from tick 0. */
  readonly path: (seconds: number) => Motion
}

export interface JoinOptions extends Omit<DrawOptions<FeelGame>, 'onFrame'> {
  /** What the player presses; a pilot's by default. */
  readonly input?: () => FeelCommand
}

/** A screen's clock is not the server's: frames drift through the phases of ticks, so that no figure hangs on one. */
export const DRIFT = 1.001

export class Play implements Stage {
  readonly rate: number
  readonly path: (seconds: number) => Motion
  readonly server: VirtualServer<FeelGame>
  origin = 0
  /** Called at the end of each of the match's ticks: what a scenario does to the world. */
  onTick: (world: Parameters<NonNullable<Rules['tick']>>[0]['world']) => void = () => {}
  readonly #random: Random
  readonly #pilots = new Map<number, Pilot>()

  constructor(rate: number, seed: number) {
    this.rate = rate
    this.#random = new Random(seed)
    this.path = steering(this.#random)
    this.server = new VirtualServer(feelAt(rate), this.#rules(), seed, { checks: false })
  }

  get now(): number {
    return this.server.clock.now
  }

  /** Joins and plays. */
  async join(
    profile: LinkProfile,
    { input, fps = 60, ...draw }: JoinOptions = {}
  ): Promise<{ client: Client; notes: Notes }> {
    const pilot = new Pilot(this.#random, () => this.now)
    const client = await this.server.join(
      { match: 'quick', input: input ?? pilot.input },
      {
        ...draw,
        fps: fps * DRIFT,
        profile,
        onFrame: (match) => {
          const seen = look(match)
          pilot.picture = { tick: match.view.tick, targetX: seen.targetX, targetY: seen.targetY }
          return seen
        },
      }
    )
    this.#pilots.set(client.match.me.id, pilot)
    const { player, transport, commands } = client
    const notes = {
      fps,
      frames: player.frames,
      arrivals: transport.arrivals,
      commands,
      shots: pilot.shots,
    }
    return { client, notes }
  }

  run(ms: number): Promise<void> {
    return this.server.run(ms)
  }

  #rules(): Rules {
    const place = (tick: number) => this.path(tick / this.rate)
    return {
      start({ world }) {
        world.steady.spawn({ x: 0, vx: STEADY_SPEED })
        world.target.spawn(place(0))
      },
      join: ({ world }, player) => void world.ship.spawn({}, player),
      leave: ({ world }, player) => world.ship.despawn(world.ship.ownedBy(player)),
      tick: (match, commands) => {
        const { world, tick } = match as typeof match & { tick: number }
        this.origin = this.now - (tick * 1000) / this.rate
        for (const row of world.steady) row.x = (STEADY_SPEED * tick) / this.rate
        for (const row of world.target) Object.assign(row, place(tick))
        for (const [player, { fire, shot: id, aimX, aimY }] of commands) {
          const shot = this.#pilots.get(player.id)?.shots[id - 1]
          if (!fire || !shot || shot.verdict) continue
          const past = match.rewind(player)
          for (const { x, y } of past.target)
            shot.verdict = { tick, rewound: past.tick, distance: Math.hypot(x - aimX, y - aimY) }
        }
        this.onTick(world)
      },
    }
  }
}
type Rules = ConstructorParameters<typeof VirtualServer<FeelGame>>[1]

function look({ view }: ClientMatch<FeelGame>): Seen {
  const [steady] = view.steady
  const [target] = view.target
  const own = view.ship.mine
  return {
    steady: steady?.x ?? Number.NaN,
    targetX: target?.x ?? Number.NaN,
    targetY: target?.y ?? Number.NaN,
    x: own?.x ?? Number.NaN,
    y: own?.y ?? Number.NaN,
    vx: own?.vx ?? Number.NaN,
    vy: own?.vy ?? Number.NaN,
    heading: own?.heading ?? Number.NaN,
  }
}
