// What was written for what, while frames are coded: by table, column and kind. Costs are what the tables say of each
// symbol, and the bits beside them.

import type { BitWriter } from './bits.ts'
import { bitsOf, type RansWriter } from './entropy.ts'

/**
 * 'frame': headers, hashes, and what the coder's states and whole bytes take; 'churn': which rows came and went; 'changed':
 * which rows changed at all; 'residuals': what changed beyond its prediction; 'new rows': their values; 'values': text,
 * lists and data.
 */
export type CostKind = 'frame' | 'churn' | 'changed' | 'residuals' | 'new rows' | 'values'

export interface Cost {
  readonly table: string
  /** Empty where it is of no single column. */
  readonly column: string
  readonly kind: CostKind
  /** Bits a frame, the mean. */
  readonly bits: number
  /** Rows that were coded a frame, the mean. */
  readonly rows: number
}

/** Takes note of what was written since the last time, piece by piece. */
export class Ledger {
  readonly costs: Map<string, Cost> = new Map<string, Cost>()
  #symbols = 0
  #bits = 0

  /** A frame starts. */
  start(bits: BitWriter): void {
    this.#symbols = 0
    this.#bits = bits.bitLength
  }

  /** All since the last note was for this. */
  note(bits: BitWriter, rans: RansWriter, table: string, kind: CostKind, column: string, rows: number): void {
    let sum = bits.bitLength - this.#bits
    for (let at = this.#symbols; at < rans.count; at++) sum += bitsOf(rans.ops[at])
    this.#symbols = rans.count
    this.#bits = bits.bitLength
    this.add(table, kind, column, sum, rows)
  }

  add(table: string, kind: CostKind, column: string, bits: number, rows: number): void {
    if (bits === 0) return
    const key = `${table} ${kind} ${column}`
    const last = this.costs.get(key)
    this.costs.set(key, { table, column, kind, bits: bits + (last?.bits ?? 0), rows: rows + (last?.rows ?? 0) })
  }
}
