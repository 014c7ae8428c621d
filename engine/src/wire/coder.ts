// What columns and rows are written with, and read with: bits, symbols, and the prior that says how likely they are.

import type { BitReader, BitWriter } from './bits.ts'
import type { Counts } from './counts.ts'
import type { RansReader, RansWriter } from './entropy.ts'
import type { CostKind, Ledger } from './ledger.ts'
import type { Prior } from './prior.ts'

export class Writer {
  readonly bits: BitWriter
  readonly rans: RansWriter
  readonly prior: Prior
  /** Where given, every symbol is counted. */
  readonly counts: Counts | undefined
  /** Where given, it is told what was written for what. */
  readonly #ledger: Ledger | undefined

  constructor(bits: BitWriter, rans: RansWriter, prior: Prior, counts?: Counts, ledger?: Ledger) {
    this.bits = bits
    this.rans = rans
    this.prior = prior
    this.counts = counts
    this.#ledger = ledger
    ledger?.start(bits)
  }

  put(model: number, context: number, symbol: number): void {
    const { prior } = this
    this.rans.put(prior.tables, prior.models[model].map![context], symbol)
    this.counts?.add(model, context, symbol)
  }

  /** What was written since the last note was for this. */
  note(table: string, kind: CostKind, column: string, rows: number): void {
    this.#ledger?.note(this.bits, this.rans, table, kind, column, rows)
  }
}

export class Reader {
  readonly bits: BitReader
  readonly rans: RansReader
  readonly prior: Prior

  constructor(bits: BitReader, rans: RansReader, prior: Prior) {
    this.bits = bits
    this.rans = rans
    this.prior = prior
  }

  get(model: number, context: number): number {
    const { prior, rans } = this
    rans.open()
    return rans.get(prior.tables, prior.models[model].map![context])
  }
}
