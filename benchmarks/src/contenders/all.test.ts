import { describe, expect, test } from 'vitest'
import { Simulation, VARIANTS } from '../arena.ts'
import { check, verify } from '../contender.ts'
import { ENTRANTS } from './all.ts'

describe.each(Object.keys(ENTRANTS))('%s', (name) => {
  test.each(VARIANTS)('carries the %s variant: every frame, every field within its precision', (variant) => {
    const sizes = verify(ENTRANTS[name].make({ entities: 30, seed: 5, variant }), new Simulation(30, 5, variant), 60)
    expect(sizes.ticks).toHaveLength(60)
    expect(Math.min(...sizes.ticks)).toBeGreaterThan(0)
  })

  test('is told apart from a truth that it does not hold', () => {
    const contender = ENTRANTS[name].make({ entities: 10, seed: 5, variant: 'arena' })
    const simulation = new Simulation(10, 5)
    contender.start(simulation)
    check(contender, simulation)
    simulation.ships[3].x += 0.2
    expect(() => check(contender, simulation)).toThrow(/slot 3: x is/)
  })
})
