// A prior as bytes, for Prior.unpack(): hash of the schema | epoch | version | models. Who trains priors writes them; pages
// only read them.

import { fail } from '../schema/errors.ts'
import { BitWriter, zigzag } from './bits.ts'
import { type Alphabet, CONTEXTS, leadOf, modelsOf } from './model.ts'
import { expected, FACTOR_BITS, keptOf, MAX_BYTES, MAX_TABLES, type Model, PRIOR_VERSION, type Prior } from './prior.ts'

/** The prior as bytes: half a kilobyte or so. @throws ERR_USAGE for a generic one, which needs none, and for too many tables */
export function packPrior(prior: Prior): Uint8Array<ArrayBuffer> {
  const { plan, epoch, models, levels, factors } = prior
  if (epoch === 0) fail('ERR_USAGE', 'the generic prior is known to both ends')
  const out = new BitWriter()
  out.uint(plan.game.hash, 32)
  out.bits(epoch, 2)
  out.bits(PRIOR_VERSION, 8)
  const { alphabets } = modelsOf(plan)
  for (const [m, model] of models.entries()) packModel(out, alphabets[m], model, factors[m], levels)
  const bytes = out.finish()
  if (bytes.length > MAX_BYTES || levels.length > MAX_TABLES)
    fail(
      'ERR_USAGE',
      `a prior of ${bytes.length} bytes and ${levels.length} tables: expected at most ${MAX_BYTES} and ${MAX_TABLES}`
    )
  return bytes
}

/** Of residuals: shaped?; usual?, tables less one, factors, runs of the map, each table's levels against those of two symbols before. */
function packModel(
  out: BitWriter,
  { kind, contexts }: Alphabet,
  { map, usual }: Model,
  mask: number,
  levels: readonly Uint8Array[]
): void {
  if (kind === 'residual') out.bit(map === undefined)
  if (!map) return
  out.bit(usual !== undefined)
  if (usual !== undefined) gamma(out, usual)
  const tables = [...new Set(map)]
  gamma(out, tables.length - 1)
  if (tables.length > 1) {
    if (contexts === CONTEXTS) out.bits(mask, FACTOR_BITS)
    const bits = 32 - Math.clz32(tables.length - 1)
    const kept = keptOf(contexts, mask)
    for (let c = 0; c < kept.length; ) {
      let run = 1
      while (c + run < kept.length && map[kept[c + run]] === map[kept[c]]) run++
      out.uint(tables.indexOf(map[kept[c]]), bits)
      gamma(out, run - 1)
      c += run
    }
  }
  for (const table of tables) packLevels(out, levels[table], kind === 'residual')
}

/** With `isResidual` the symbols that leadOf() takes together have one level. */
function packLevels(out: BitWriter, levels: Uint8Array, isResidual: boolean): void {
  const { length } = levels
  gamma(out, length - 1)
  const said: number[] = []
  for (let s = 0; s < length; s++)
    if (!isResidual || leadOf(s, length) === s) said.push(zigzag(levels[s] - expected(levels, s)))
  const k = parameterOf(said)
  out.bits(k, 2)
  for (const one of said) out.rice(one, k)
}

function parameterOf(said: readonly number[]): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let k = 0; k < 4; k++) {
    let bits = 0
    for (const one of said) bits += 1 + k + (one >> k)
    if (bits < least) [least, best] = [bits, k]
  }
  return best
}

/** Elias's gamma code of value + 1 (Peter Elias, 1975), 0 to 2^31 - 1; lowest bits first. */
function gamma(out: BitWriter, value: number): void {
  const n = 31 - Math.clz32(value + 1)
  out.uint(0, n)
  out.bit(true)
  out.uint((value + 1) & ((1 << n) - 1), n)
}
