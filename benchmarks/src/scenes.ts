// Matches of the arena as snapshots of a Tickwire world: its variants; `idle`, in which nothing happens; and `straight`,
// shots that the game moves by `x += vx * dt` and that neither come nor go.

import { type Snapshot, World } from '@tickwire/engine/wire'
import { type Arena, arena, type Ship, Simulation, TICK_RATE, uniform, VARIANTS, type Variant, WORLD } from './arena.ts'

export type Scene = Variant | 'idle' | 'straight'
export const SCENES: readonly Scene[] = [...VARIANTS, 'idle', 'straight']

/** One snapshot a tick, the state at the start first: `ticks + 1`. */
export function record(
  scene: Scene,
  entities: number,
  seed: number,
  ticks: number,
  game: Arena = arena
): Snapshot<Arena>[] {
  if (scene === 'idle' || scene === 'straight') return recordRows(scene, entities, seed, ticks, game)
  const simulation = new Simulation(entities, seed, scene)
  const world = new World(game)
  const rows = simulation.ships.map((ship) => world.ship.spawn(ship))
  const snapshots = [world.snapshot()]
  for (let tick = 0; tick < ticks; tick++) {
    simulation.step()
    for (const slot of simulation.replaced) {
      world.ship.despawn(rows[slot])
      rows[slot] = world.ship.spawn(simulation.ships[slot])
    }
    for (const [slot, ship] of simulation.ships.entries()) Object.assign(rows[slot], ship)
    world.tick += 1
    snapshots.push(world.snapshot())
  }
  return snapshots
}

/** Nothing feeds into these rows but themselves: what is settled moves exactly as it says. */
function recordRows(
  scene: 'idle' | 'straight',
  entities: number,
  seed: number,
  ticks: number,
  game: Arena
): Snapshot<Arena>[] {
  const world = new World(game)
  const { ships } = new Simulation(entities, seed)
  for (const ship of ships) world.ship.spawn(scene === 'idle' ? ship : shot(ship, uniform(seed + ship.x), ticks))
  const snapshots = [world.snapshot()]
  for (let tick = 0; tick < ticks; tick++) {
    if (scene === 'straight')
      for (const ship of world.ship) {
        ship.x += ship.vx / TICK_RATE
        ship.y += ship.vy / TICK_RATE
      }
    world.tick += 1
    snapshots.push(world.snapshot())
  }
  return snapshots
}

/** As fast as the arena's ships, from where it does not leave the world within these ticks. */
function shot(ship: Ship, u: () => number, ticks: number): Ship {
  const speed = Math.min(1.5 + 4 * u(), (0.9 * WORLD) / ticks)
  const [dx, dy] = [speed * Math.cos(ship.heading), speed * Math.sin(ship.heading)]
  const from = (move: number) => Math.max(0, -move * ticks) + u() * 0.9 * (WORLD - Math.abs(move * ticks))
  return { ...ship, x: from(dx), y: from(dy), vx: dx * TICK_RATE, vy: dy * TICK_RATE }
}
