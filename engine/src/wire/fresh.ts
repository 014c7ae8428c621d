// Numbers of new rows, column by column: the usual value, or its highest 5 bits as a symbol and the rest raw. Writer and
// reader side by side.

import type { Layout } from '../schema/layout.ts'
import type { FrozenCells } from '../state/table.ts'
import type { Reader, Writer } from './coder.ts'
import { checked } from './columns.ts'
import { freshContext, freshShift, type TableModels } from './model.ts'
import type { Scratch } from './scratch.ts'

export function writeFresh(
  out: Writer,
  { columns: models }: TableModels,
  layout: Layout,
  order: readonly number[],
  cells: FrozenCells,
  count: number,
  { spawned, sibling: contexts }: Scratch
): void {
  contexts.fill(0, 0, count)
  for (const index of order) {
    const column = layout.columns[index]
    const model = models[index] + 2
    const usual = out.prior.models[model].usual ?? column.zero
    const shift = freshShift(column)
    for (let i = 0; i < count; i++) {
      const q = cells.ints[index * cells.size + spawned[i]]
      const symbol = q === usual ? 0 : 1 + (q >>> shift)
      out.put(model, contexts[i], symbol)
      if (symbol > 0) out.bits.uint(q & ((1 << shift) - 1), shift)
      out.counts?.vote(model, q)
      contexts[i] = freshContext(contexts[i], symbol)
    }
    out.note(layout.name, 'new rows', column.name, count)
  }
}

/** @throws ERR_FRAME_INVALID, ERR_FRAME_TRUNCATED */
export function readFresh(
  from: Reader,
  { columns: models }: TableModels,
  layout: Layout,
  order: readonly number[],
  cells: FrozenCells,
  count: number,
  { spawned, sibling: contexts }: Scratch
): void {
  contexts.fill(0, 0, count)
  for (const index of order) {
    const column = layout.columns[index]
    const model = models[index] + 2
    const usual = from.prior.models[model].usual ?? column.zero
    const shift = freshShift(column)
    for (let i = 0; i < count; i++) {
      const symbol = from.get(model, contexts[i])
      const q = symbol === 0 ? usual : ((symbol - 1) << shift) | from.bits.uint(shift)
      cells.ints[index * cells.size + spawned[i]] = checked(column, q)
      contexts[i] = freshContext(contexts[i], symbol)
    }
  }
}
