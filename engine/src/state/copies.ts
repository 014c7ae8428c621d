// Copies of one table's rows, apart from any world: to be moved and settled, as prediction does from what the server said.
// Nobody looks them up, owns them or loops over them; where they lie is for the caller to say.

import { rowId } from './ids.ts'
import { LiveColumns } from './live-columns.ts'
import { type Cells, RowBase } from './row.ts'

export class Copies extends LiveColumns {
  /**
   * Copies a row of other cells, into the same slot or another. `born`: the tick that it was spawned at; before tick 0 it is
   * none of the server's, and its id is negative.
   */
  take(cells: Cells, from: number, born: number, slot: number = from): RowBase {
    const row = this.#row(slot, born)
    this.copy(slot, cells, from)
    return row
  }

  /** A row of these values, and nothing of what it was. @throws ERR_FIELD_VALUE as a table's spawn */
  make(values: Readonly<Record<string, unknown>>, owner: number, born: number, slot: number): RowBase {
    this.checkNames(values)
    const row = this.#row(slot, born)
    this.clear(slot)
    this.fill(row, values)
    this.numbers[0][slot] = owner
    return row
  }

  /** The same object while it is the same row. */
  #row(slot: number, born: number): RowBase {
    const last = this.rows[slot]
    if (last?.id === rowId(this.plan.index, slot, born)) return last
    if (last) RowBase.end(last, true)
    this.grow(slot + 1)
    return this.put(slot, born)
  }
}
