import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { refused } from '../../test/refused.ts'
import { runs } from '../../test/runs.ts'
import { anyGame, Churn, outer } from '../../test/worlds.ts'
import { TickwireError } from '../schema/errors.ts'
import type { AnyGame } from '../schema/game.ts'
import { planOf } from '../schema/game.ts'
import { BitWriter } from './bits.ts'
import { modelsOf } from './model.ts'
import { genericPrior, Prior } from './prior.ts'
import { packPrior } from './prior-packing.ts'
import { trainPrior } from './training.ts'

/** A prior of some game, trained on some play. */
const trained = fc
  .record({ game: anyGame, seed: fc.nat(), calm: fc.constantFrom(0, 0.5, 0.9), epoch: fc.integer({ min: 1, max: 3 }) })
  .map(({ game, seed, calm, epoch }) => {
    const churn = new Churn(game, seed)
    const snapshots = Array.from({ length: 8 }, () => outer(churn.step(1, calm)))
    return { game, prior: trainPrior(game, snapshots, epoch) }
  })

describe('X14, X15 a prior as bytes', () => {
  it('comes back', () => {
    fc.assert(
      fc.property(trained, ({ game, prior }) => {
        const read = Prior.unpack(game, packPrior(prior))
        expect(read.epoch).toBe(prior.epoch)
        expect(packPrior(read)).toEqual(packPrior(prior))
        expect(read.factors).toEqual(prior.factors)
        const tables = ({ models, levels }: Prior) =>
          models.map(({ map }) => map && Array.from(map, (t) => [...levels[t]]))
        expect(tables(read)).toEqual(tables(prior))
        expect(read.models.map(({ usual }) => usual)).toEqual(prior.models.map(({ usual }) => usual))
      }),
      { numRuns: runs(25) }
    )
  })

  it('X15 also where a model has no tables, and each frame says its shape', () => {
    const [{ game, prior }] = fc.sample(trained, { numRuns: 1, seed: 5 })
    const { alphabets } = modelsOf(planOf(game))
    const models = prior.models.map((model, m) =>
      alphabets[m].kind === 'residual' ? { map: undefined, usual: undefined, factors: 0 } : model
    )
    const shaped = new Prior(planOf(game), 2, models, prior.levels)
    const read = Prior.unpack(game, packPrior(shaped))
    expect(read.models.map(({ map }) => map === undefined)).toEqual(alphabets.map(({ kind }) => kind === 'residual'))
    expect(packPrior(shaped).length).toBeLessThan(packPrior(prior).length)
  })

  it('cut short, changed or made up is refused with a typed error, or is a prior', () => {
    const flips = fc.array(fc.tuple(fc.nat(), fc.nat(7)), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(trained, flips, fc.uint8Array({ maxLength: 80 }), ({ game, prior }, all, junk) => {
        const bytes = packPrior(prior)
        const take = (from: Uint8Array): void => {
          try {
            const read = Prior.unpack(game, from)
            expect(read.tables.entries.length).toBeLessThanOrEqual(8 * from.length)
          } catch (error) {
            if (!(error instanceof TickwireError)) throw error
          }
        }
        for (const [at, bit] of all) {
          expect(refused(() => Prior.unpack(game, bytes.subarray(0, at % bytes.length)))).toMatch(/ERR_/)
          const changed = bytes.slice()
          changed[at % bytes.length] ^= 1 << bit
          take(changed)
        }
        take(Uint8Array.from([...bytes.subarray(0, 5), ...junk]))
      }),
      { numRuns: runs(25) }
    )
  })

  const [game, other] = fc.sample(anyGame, { numRuns: 2, seed: 3 }) as [AnyGame, AnyGame]
  let version = 2
  const head = (epoch: number, ...rest: [value: number, bits: number][]): Uint8Array => {
    const out = new BitWriter()
    out.uint(game.hash, 32)
    out.bits(epoch, 2)
    out.bits(version, 8)
    for (const [value, bits] of rest) out.uint(value, bits)
    return out.finish()
  }
  it.each<[string, () => unknown, RegExp]>([
    ['another schema', () => Prior.unpack(other, head(1)), /a prior for the schema .* \(ERR_SCHEMA_MISMATCH\)/],
    ['epoch 0', () => Prior.unpack(game, head(0)), /a prior of epoch 0: expected 1 to 3 \(ERR_FRAME_INVALID\)/],
    ['half a head', () => Prior.unpack(game, head(1).subarray(0, 3)), /ERR_FRAME_TRUNCATED/],
    ['far too many bytes', () => Prior.unpack(game, new Uint8Array(65537)), /65537 bytes: .*ERR_FRAME_INVALID/],
    [
      'a usual value of structure',
      () => Prior.unpack(game, head(1, [1, 1], [1, 1], [0, 32])),
      /a usual value of 0|usual value of 0: expected at most none \(ERR_FRAME_INVALID\)/,
    ],
    [
      'more tables than contexts',
      // No usual value; gamma of 7: 8 tables for the 6 contexts of structure.
      () => Prior.unpack(game, head(1, [0, 1], [0b1000, 4], [0, 3], [0, 32])),
      /8 tables for 6 contexts, after 0 others \(ERR_FRAME_INVALID\)/,
    ],
    [
      'a frequency past the last level',
      // One table of 3 symbols, k 0; the first level is 20 + 5: zigzag 10 in unary.
      () => Prior.unpack(game, head(1, [0, 1], [1, 1], [0b110, 3], [0, 2], [0x3ff, 11], [0, 32])),
      /a frequency of level 25: expected less than 25 \(ERR_FRAME_INVALID\)/,
    ],
    ['a number without end', () => Prior.unpack(game, head(1, [0, 1], [0, 32], [0, 32])), /ERR_FRAME_INVALID/],
  ])('refuses %s', (_, act, message) => expect(refused(act)).toMatch(message))

  it('X14 refuses one of another version', () => {
    version = 1
    expect(refused(() => Prior.unpack(game, head(1)))).toContain('train it again (ERR_PROTOCOL_VERSION)')
    version = 2
  })

  it('X10 the generic one has no such form', () => {
    expect(refused(() => packPrior(genericPrior(planOf(game))))).toContain('ERR_USAGE')
  })
})

it('X13 the generic prior is one for a game, and small', () => {
  const [game] = fc.sample(anyGame, { numRuns: 1, seed: 5 })
  const prior = genericPrior(planOf(game))
  expect(genericPrior(planOf(game))).toBe(prior)
  expect(prior.epoch).toBe(0)
  expect(prior.tables.guesses.length / 256).toBeLessThan(400)
})
