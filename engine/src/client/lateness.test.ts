import { expect, it } from 'vitest'
import { Lateness } from './lateness.ts'

const RATE = 60

/** What is told while the commands that come by each tick were late by `phase(tick)`; undefined: none came, or in time. */
function told(ticks: number, phase: (tick: number) => number | undefined): number[] {
  const lateness = new Lateness(RATE)
  const all: number[] = []
  for (let tick = 0; tick < ticks; tick++) {
    const late = phase(tick)
    const one = late === undefined ? undefined : lateness.came(late, tick)
    if (one !== undefined) all.push(one)
  }
  return all
}

it('tells where all come late, the latest where they vary by little, and again where they go on', () => {
  expect(told(10, () => 18)).toEqual([18])
  expect(told(10, (tick) => 18 + (tick % 3))).toEqual([20])
  expect(told(20, () => 18)).toEqual([18, 18])
})

it('tells the least late where some waited for each other', () => {
  expect(told(10, (tick) => 40 - 2 * tick)).toEqual([22])
})

it('tells nothing of a few', () => {
  expect(told(9, () => 18)).toEqual([])
  expect(told(600, (tick) => (tick % 60 < 8 ? 18 : undefined))).toEqual([])
  // At 20 frames a second each second tick at most has commands.
  expect(told(600, (tick) => (tick % 8 === 0 ? 18 : undefined))).toEqual([])
})
