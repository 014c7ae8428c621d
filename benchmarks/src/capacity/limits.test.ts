import { expect, test } from 'vitest'
import { nextStep, type Step } from './limits.ts'

/** Tries what is asked for until it is found; players up to `limit` hold. */
function find(limit: number, first: number, most: number): { readonly found: number; readonly tried: number[] } {
  const steps: Step[] = []
  for (let players = nextStep(steps, first, most, 8); players; players = nextStep(steps, first, most, 8))
    steps.push({ players, holds: players <= limit })
  return {
    found: Math.max(0, ...steps.filter(({ holds }) => holds).map(({ players }) => players)),
    tried: steps.map(({ players }) => players),
  }
}

test('the largest number that holds is found within an eighth, in a few steps', () => {
  for (const limit of [90, 130, 333, 500, 801]) {
    const { found, tried } = find(limit, 120, 1000)
    expect(found).toBeLessThanOrEqual(limit)
    expect(found).toBeGreaterThan(0.8 * limit - 8)
    expect(tried.length).toBeLessThan(12)
    expect(tried.every((players) => players % 8 === 0)).toBe(true)
  }
})

test('it ends where not even one step holds, and at the most that is tried', () => {
  expect(find(0, 120, 1000).found).toBe(0)
  expect(find(5000, 120, 1000)).toMatchObject({ found: 1000 })
})
