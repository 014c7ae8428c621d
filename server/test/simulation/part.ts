// The seeds that the tests run, in parts, so that files share them: RUNS=20000 makes it so many.

import { describe, test } from 'vitest'
import { runs } from '../../../engine/test/runs.ts'
import { whole } from './whole.ts'

const { simulate } = await whole()

const SEEDS = runs(2000)
/** A part takes some seconds to get up to speed: no more than are run at once. */
const PARTS = 2
/** Tests of one part: how far it is shows. */
const STEPS = 10

/** Declares the tests of part `part`, 0 to PARTS - 1. */
export function testPart(part: number): void {
  const seeds = Array.from({ length: Math.ceil((SEEDS - part) / PARTS) }, (_, at) => 1 + part + at * PARTS)
  const each = Math.ceil(seeds.length / STEPS)
  describe('simulated games: nobody diverges, nobody is stuck', () => {
    for (let at = 0; at < seeds.length; at += each) {
      const these = seeds.slice(at, at + each)
      test(`${these.length} seeds from ${these[0]} on`, { timeout: 600_000 }, async () => {
        for (const seed of these) await simulate(seed)
      })
    }
  })
}
