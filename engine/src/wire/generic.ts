// What is expected of any game: the models of epoch 0, from the schema alone. What residuals are like, each column says
// in its frame (shapes.ts); the rest is as games mostly are.

import type { Alphabet, ModelKind } from './model.ts'
import type { Model } from './prior.ts'

/** Levels by symbol, a letter each (a is 0). */
const lettersOf = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0) - 97)

/** Tables by context, round and round. */
const GENERIC: Readonly<Record<Exclude<ModelKind, 'residual' | 'fresh'>, readonly Uint8Array[]>> = {
  // Same, turned, replaced. Free, then live; by the slot before.
  structure: ['usa', 'ssa', 'ssa', 'ynm', 'trp', 'trt'].map(lettersOf),
  // By the flags of the two rows before: no, yes. Of rows that stood still; of others.
  flag: [['wr', 'ur', 'ur', 'ts'], ...Array.from({ length: 5 }, () => ['vs', 'ts', 'ts', 'rs'])].flat().map(lettersOf),
  any: [lettersOf('rsp')],
  group: [lettersOf('tr')],
}
const FRESH_USUAL = 20
const FRESH_OTHER = 12

/** The models of a schema, and their tables' levels. */
export function genericModels(alphabets: readonly Alphabet[]): { models: Model[]; levels: Uint8Array[] } {
  const levels: Uint8Array[] = []
  const models = alphabets.map(({ kind, contexts, symbols }): Model => {
    if (kind === 'residual') return { map: undefined, usual: undefined, factors: 0 }
    const first = levels.length
    const tables =
      kind === 'fresh' ? [new Uint8Array(symbols).fill(FRESH_OTHER).fill(FRESH_USUAL, 0, 1)] : GENERIC[kind]
    levels.push(...tables)
    return {
      map: Int32Array.from({ length: contexts }, (_, c) => first + (c % tables.length)),
      usual: undefined,
      factors: 0,
    }
  })
  return { models, levels }
}
