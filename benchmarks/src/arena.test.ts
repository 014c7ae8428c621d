import { describe, expect, test } from 'vitest'
import { FIELDS, type Moment, Simulation, VARIANTS, type Variant, WORLD } from './arena.ts'

/** A match of `ticks` ticks and the moment before them, `ticks + 1` in all. */
function record(count: number, ticks: number, seed: number, variant: Variant): Moment[] {
  const simulation = new Simulation(count, seed, variant)
  const moments = [structuredClone({ ships: simulation.ships, replaced: simulation.replaced })]
  for (let tick = 0; tick < ticks; tick++) {
    simulation.step()
    moments.push(structuredClone({ ships: simulation.ships, replaced: simulation.replaced }))
  }
  return moments
}

describe.each(VARIANTS)('the %s variant', (variant) => {
  test('is the same match again from the same seed, and another from another', () => {
    expect(record(20, 100, 7, variant)).toEqual(record(20, 100, 7, variant))
    expect(record(20, 100, 7, variant)).not.toEqual(record(20, 100, 8, variant))
  })

  test('stays within the bounds that the schema declares', () => {
    const seen = record(50, 500, 1, variant).flatMap((moment) => moment.ships)
    for (const field of FIELDS) expect(seen.every((ship) => Number.isFinite(ship[field]))).toBe(true)
    expect(seen.every(({ x, y }) => x >= 0 && x <= WORLD && y >= 0 && y <= WORLD)).toBe(true)
    expect(seen.every(({ vx, vy }) => Math.hypot(vx, vy) <= 360 + 1e-9)).toBe(true)
    expect(seen.every(({ hull }) => Number.isInteger(hull) && hull >= 1 && hull <= 100)).toBe(true)
  })

  test('moves by its velocity, except where it bounces or another ship has the slot', () => {
    const moments = record(50, 200, 3, variant)
    let moves = 0
    let off = 0
    for (let tick = 1; tick < moments.length; tick++)
      moments[tick].ships.forEach((ship, slot) => {
        const last = moments[tick - 1].ships[slot]
        const inside = ship.x > 6 && ship.x < WORLD - 6 && ship.y > 6 && ship.y < WORLD - 6
        if (!inside || moments[tick].replaced.includes(slot)) return
        moves += 1
        off = Math.max(off, Math.abs(ship.x - last.x - ship.vx / 60), Math.abs(ship.y - last.y - ship.vy / 60))
      })
    expect(off).toBeLessThan(1e-9)
    expect(moves).toBeGreaterThan(5000)
  })
})

test('plain ships fly straight, half of a herd stands, ten shots are replaced a tick', () => {
  const turned = (variant: 'arena' | 'plain') => {
    const moments = record(100, 5, 5, variant)
    return moments[5].ships.filter((ship, slot) => ship.heading !== moments[0].ships[slot].heading).length
  }
  expect(turned('arena')).toBe(100)
  expect(turned('plain')).toBeLessThan(5) // those that met an edge
  const herd = record(100, 5, 5, 'herd')
  expect(herd[5].ships.filter((ship, slot) => ship.x === herd[0].ships[slot].x)).toHaveLength(50)
  const shots = record(100, 30, 5, 'shots')
  for (const moment of shots.slice(1)) expect(new Set(moment.replaced).size).toBe(10)
})
