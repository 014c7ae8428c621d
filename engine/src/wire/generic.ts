// What is expected of any game: the tables of epoch 0, from the schema alone. A residual is likely as large as the last
// step of its column and as its sibling; what a rate moves stays near its prediction.

import { type Alphabet, ROW, SIBLING, UNKNOWN } from './model.ts'
import type { Model } from './prior.ts'

/** Levels by symbol, a letter each (a is 0); the last one stands for all that follow. */
const lettersOf = (letters: string): Uint8Array => Uint8Array.from(letters, (letter) => letter.charCodeAt(0) - 97)
/** By the class that a residual is expected to be of; 7: nothing known. */
const FREE = [
  'xmmkkjjiihhggfffgjihgfedcb',
  'wrrppoonnmmlkkkjjommhfdcb',
  'srrrrqqppoonnnmmqponlhfdc',
  'sqqqqppppoooonnnsqqnmkihfed',
  'snnnnnnnnnnnnnnntssqplhfed',
  'slllkkkkjjjjiiiirssuttqmigfe',
  'qiiiiiiiiiiiiiiioopqrstttsrqponmlkji',
  'tppoonnmmllkkkkknnnnnnnnmmllkkjj',
].map(lettersOf)
/** Of what a rate moves, by the size of its last residual: 0, 1, more; unknown. */
const RATED = [
  'xssppmmkkjjiihhgjihgfedcb',
  'wssqqoonnllkkjjikjihgfedc',
  'pqqrrrroonnnnnmmrqqnlkjihgf',
  'vssqqoonnmmllkkjlkjihgfe',
].map(lettersOf)

/** By context of a slot: same, turned, replaced. Free, then live; by the slot before. */
const STRUCTURE = ['usa', 'ssa', 'ssa', 'ynm', 'trp', 'trt'].map(lettersOf)
/** By the flags of the two rows before: no, yes. Of rows that stood still; of others. */
const STILL = ['wr', 'ur', 'ur', 'ts'].map(lettersOf)
const MOVED = ['vs', 'ts', 'ts', 'rs'].map(lettersOf)
const ANY = lettersOf('rs')

const FRESH_USUAL = 20
const FRESH_OTHER = 12

/** The models of a schema, and their tables' levels. Equal tables, and equal maps, are one. */
export function genericModels(alphabets: readonly Alphabet[]): { models: Model[]; levels: Uint8Array[] } {
  const levels: Uint8Array[] = []
  const numbers = new Map<string, number>()
  const tableOf = (kind: string, own: Uint8Array): number => {
    const key = `${kind} ${own.join()}`
    let table = numbers.get(key)
    if (table === undefined) {
      table = levels.push(own) - 1
      numbers.set(key, table)
    }
    return table
  }
  const maps = new Map<string, Uint16Array>()
  const models = alphabets.map((alphabet): Model => {
    const key = `${alphabet.kind} ${alphabet.symbols} ${alphabet.column?.predictor === 'rate'}`
    let map = maps.get(key)
    if (!map) {
      map = Uint16Array.from({ length: alphabet.contexts }, (_, context) =>
        tableOf(alphabet.kind, levelsOf(alphabet, context))
      )
      maps.set(key, map)
    }
    return { map, usual: undefined }
  })
  return { models, levels }
}

function levelsOf({ kind, symbols, column }: Alphabet, context: number): Uint8Array {
  switch (kind) {
    case 'structure':
      return STRUCTURE[context]
    case 'flag':
      return (context < 4 ? STILL : MOVED)[context % 4]
    case 'any':
      return ANY
    case 'fresh':
      return new Uint8Array(symbols).fill(FRESH_OTHER).fill(FRESH_USUAL, 0, 1)
    case 'residual': {
      const curve = curveOf(context, column!.predictor === 'rate')
      return Uint8Array.from({ length: symbols }, (_, s) => curve[Math.min(s, curve.length - 1)])
    }
  }
}

function curveOf(context: number, isRated: boolean): Uint8Array {
  const sibling = Math.floor(context / ROW) % SIBLING
  const last = Math.floor(context / (ROW * SIBLING))
  if (isRated) return RATED[last === UNKNOWN ? 3 : Math.min(2, Math.abs(last - 2))]
  if (last === UNKNOWN) return FREE[sibling]
  return FREE[sibling === UNKNOWN ? last : Math.floor((2 * last + sibling + 1) / 3)]
}
