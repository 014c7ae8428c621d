// O, R, E, H, I2: what else is in a state frame, and what all of it shows.

import { type Bits, unzigzag } from './bits.ts'
import { bitsOf, type Contract, type Spec } from './contract.ts'
import type { Row, Snapshot } from './state.ts'
import { defaultOf, packedValue, rotation } from './values.ts'

// --- Owner columns, records, events (O, R, E) ------------------------------------------------------------------------

export function readOwned(
  { tables: plans }: Contract,
  from: Bits | undefined,
  { tables: all }: Snapshot,
  baseline: Snapshot | undefined,
  player: number
): void {
  all.slice(0, -1).forEach((rows, t) => {
    for (const row of rows) {
      if (row.cells[0] !== player) continue
      const base = baseline?.tables[t].find(
        ({ slot, born, cells }) => slot === row.slot && born === row.born && cells[0] === player
      )
      for (const column of plans[t].owners) {
        const was = base ? base.cells[column.index] : defaultOf(column)
        if (!from?.flag()) row.cells[column.index] = was
        else if (column.kind === 'packed') row.cells[column.index] = from.packed()
        else row.cells[column.index] = (was as number) + unzigzag(from.rice(3) + 1)
      }
    }
  })
}
export function readRecord(from: Bits, fields: readonly Spec[]): Record<string, unknown> {
  const number = ({ min = 0, step = 1, max = 0 }: Spec): number => min + from.number(bitsOf(max)) * step
  const read = (field: Spec): unknown => {
    switch (field.kind) {
      case 'bool':
        return from.flag()
      case 'oneOf':
        return field.names![number(field)]
      case 'ref':
        return from.varint() || undefined
      case 'vec2':
        return { x: number(field.item!), y: number(field.item!) }
      case 'text':
      case 'list':
      case 'data':
        return packedValue(field, from.packed())
      default:
        return number(field)
    }
  }
  return Object.fromEntries(fields.map((field) => [field.name, read(field)]))
}
export interface Happened {
  readonly tick: number
  readonly name: string
  readonly values: object
  readonly place: number
  /** E5 */
  readonly owner: number | undefined
}
/** `events`: by kind, its name and fields. */
export function readEvents(
  events: readonly (readonly [string, readonly Spec[]])[],
  from: Bits,
  tick: number,
  hasPlaces: boolean
): Happened[] {
  const all: Happened[] = []
  while (from.flag()) {
    const ago = from.rice(2)
    const place = hasPlaces ? from.rice(2) : 0
    const [name, fields] = events[from.number(bitsOf(events.length - 1))]
    const owner = from.flag() ? from.number(16) : undefined
    all.push({ tick: tick - ago, name, values: readRecord(from, fields), place, owner })
  }
  return all
}
/** E3 */
export function merge(shared: Happened[], own: Happened[]): Happened[] {
  const keyed = shared.map((event) => {
    const place = shared.filter((other) => other.tick === event.tick).indexOf(event)
    return { event, key: [event.tick, place, 1] }
  })
  for (const event of own) keyed.push({ event, key: [event.tick, event.place, 0] })
  return keyed
    .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || a.key[2] - b.key[2])
    .map(({ event }) => event)
}

// --- Hashes and identity (H, I) --------------------------------------------------------------------------------------

const rotl = (word: number, by: number): number => (word << by) | (word >>> (32 - by))
function mix(h: number, w: number): number {
  const k = Math.imul(rotl(Math.imul(w, 0xcc9e2d51), 15), 0x1b873593)
  return (Math.imul(rotl(h ^ k, 13), 5) + 0xe6546b64) | 0
}
export function stateHash({ tables: plans }: Contract, { tick, tables: all }: Snapshot, owned: boolean): number {
  let h = tick | 0
  all.forEach((rows, t) => {
    for (const { slot, born } of rows) h = mix(mix(h, slot), born)
    for (const { index } of owned ? [...plans[t].everybody, ...plans[t].owners] : plans[t].everybody) {
      h = mix(h, index)
      for (const { cells } of rows) {
        const cell = cells[index]
        h = typeof cell === 'number' ? mix(h, cell) : [cell.length, ...cell].reduce(mix, h)
      }
    }
  })
  return (h ^ (h >>> 16)) >>> 0
}
export function ownerHash({ tables: plans }: Contract, { tables: all }: Snapshot, player: number): number {
  let h = 0x811c
  all.slice(0, -1).forEach((rows, t) => {
    for (const { cells } of rows)
      if (cells[0] === player)
        for (const { index } of plans[t].owners)
          for (const word of [cells[index]].flat()) h = Math.imul(h ^ word, 0x01000193)
  })
  return (h ^ (h >>> 16)) & 0xffff
}
export const idOf = (table: number, { slot, born }: Row): number => 1 + table + slot * 64 + born * 4194304

/** What a row shows. `knows` says whose columns the viewer has. */
export function show({ tables }: Contract, snapshot: Snapshot, knows: (row: Row) => boolean): unknown {
  const row = (t: number, one: Row): object => {
    const shown: Record<string, unknown> = { id: idOf(t, one), owner: one.cells[0] || undefined }
    const { columns } = tables[t]
    for (const field of tables[t].fields.slice(1)) {
      if (field.only === 'server' || (field.only === 'owner' && !knows(one))) continue
      const at = columns.find((column) => column.field === field)!.index
      const cell = one.cells[at]
      if (typeof cell !== 'number') shown[field.name] = packedValue(field, cell)
      else if (field.kind === 'quat') {
        const [x, y, z, w] = rotation(one.cells.slice(at, at + 4) as number[], field.max!)
        shown[field.name] = { x, y, z, w }
      } else if (field.kind === 'vec2') {
        const { min, step } = columns[at]
        shown[field.name] = { x: min + cell * step, y: min + (one.cells[at + 1] as number) * step }
      } else if (field.kind === 'ref') {
        const table = tables.findIndex(({ name }) => name === field.refTo)
        const to = snapshot.tables[table].find(({ slot }) => slot === cell - 1)
        if (to) shown[field.name] = idOf(table, to)
      } else if (field.kind === 'bool') shown[field.name] = cell === 1
      else if (field.kind === 'oneOf') shown[field.name] = field.names![cell]
      else shown[field.name] = columns[at].min + cell * columns[at].step
    }
    return shown
  }
  const all = snapshot.tables.map((rows, t) => rows.map((one) => row(t, one)))
  const shown = tables.map(({ name }, t) => [name, t === tables.length - 1 ? all[t][0] : all[t]])
  return JSON.parse(JSON.stringify({ tick: snapshot.tick, ...Object.fromEntries(shown) }))
}
