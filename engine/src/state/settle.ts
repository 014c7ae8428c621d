// Settling: every field of live rows to wire precision, one column at a time, so that server and client hold equal
// numbers. What is rounded is written back; what travels is written to `out.ints` as whole numbers.

import { fail } from '../schema/errors.ts'
import { type Column, fromSteps, toSteps } from '../schema/layout.ts'
import { type Packed, packValue, samePacked } from '../schema/packed.ts'
import { fromSmallestThree, toSmallestThree } from '../schema/rotation.ts'
import { fieldOf } from './row.ts'

/** Live slots are those with life[slot] === LIVE. */
export const LIVE = 1

/** The slot of the live row with that id in that entity's table, or -1. */
export type Resolve = (entity: string, id: number) => number

/** The rows to settle, `first` to `end` (exclusive), and where their integers go: column `c` of slot `s` to `ints[c * (end - first) + s - first]`. */
export interface SettleRange {
  readonly table: string
  readonly life: Uint8Array
  /** By slot; asked only for what is wrong. */
  readonly rows: readonly ({ readonly id: number } | undefined)[]
  readonly first: number
  readonly end: number
  readonly ints: Int32Array
  readonly resolve: Resolve
  readonly warn: (message: string) => void
}

/** int, ranged, angle, bool, oneOf, tick. @throws ERR_FIELD_VALUE for NaN and Infinity */
export function settleNumbers(column: Column, numbers: Float64Array, range: SettleRange): void {
  const { life, first, end, ints } = range
  const { min, step, perStep, max } = column
  const from = column.index * (end - first) - first
  const limit = max + 0.5
  for (let slot = first; slot < end; slot++) {
    if (life[slot] !== LIVE) continue
    const x = (numbers[slot] - min) * perStep
    // The usual case is one comparison each way and a truncation; NaN fails the comparison.
    const q = x > -0.5 && x < limit ? (x + 0.5) | 0 : unusual(column, numbers[slot], slot, range)
    ints[from + slot] = q
    numbers[slot] = min + q * step
  }
}

/** Column 0: ids of players, whole already, as nobody but this world writes them. */
export function settleOwners(ids: Float64Array, { first, end, ints }: SettleRange): void {
  for (let slot = first; slot < end; slot++) ints[slot - first] = ids[slot]
}

/** Past the bounds, or no number at all. */
function unusual(column: Column, value: number, slot: number, { table, rows, warn }: SettleRange): number {
  const q = toSteps(column, value)
  // A heading that goes round and round.
  if (column.wraps && Number.isFinite(value)) return q
  const bounds = `${column.min} to ${fromSteps(column, column.max)}`
  if (!Number.isFinite(value))
    fail('ERR_FIELD_VALUE', `${fieldOf(table, rows[slot]!, column.name)} is ${value}; the schema allows ${bounds}`)
  // A value that rounds onto its bound is inside.
  if (Math.abs(value - fromSteps(column, q)) > column.step / 2)
    warn(`${table}.${column.name} is ${value}: clamped to ${bounds}`)
  return q
}

/** An id becomes 1 + the slot of its row, or 0 once that row is gone. */
export function settleRefs(column: Column, ids: Float64Array, range: SettleRange): void {
  const { life, rows, first, end, ints, resolve, table } = range
  const from = column.index * (end - first) - first
  for (let slot = first; slot < end; slot++) {
    if (life[slot] !== LIVE) continue
    const id = ids[slot]
    const at = id === 0 ? -1 : resolve(column.slot.shape.refTo!, id)
    ints[from + slot] = at + 1
    if (at >= 0) continue
    // Ids below 0 are those of rows that a client predicted into being.
    if (!Number.isSafeInteger(id) || id < 0)
      fail('ERR_FIELD_VALUE', `${fieldOf(table, rows[slot]!, column.name)} is ${id}: expected a row's id or undefined`)
    ids[slot] = 0
  }
}

const quad = new Float64Array(4)
const steps = new Int32Array(4)

/** The four columns of a quat, `column` the first. @throws ERR_FIELD_VALUE for NaN and Infinity */
export function settleRotations(column: Column, numbers: readonly Float64Array[], range: SettleRange): void {
  const { life, rows, first, end, ints, table } = range
  const [x, y, z, w] = numbers.slice(column.index, column.index + 4)
  const { max } = column.slot.shape
  for (let slot = first; slot < end; slot++) {
    if (life[slot] !== LIVE) continue
    if (!Number.isFinite(x[slot] + y[slot] + z[slot] + w[slot])) {
      const given = [x, y, z, w].map((part) => part[slot]).join(', ')
      fail('ERR_FIELD_VALUE', `${fieldOf(table, rows[slot]!, column.slot.name)} is (${given}): expected a rotation`)
    }
    toSmallestThree(x[slot], y[slot], z[slot], w[slot], max, steps)
    fromSmallestThree(steps[0], steps[1], steps[2], steps[3], max, quad)
    for (let part = 0; part < 4; part++) {
      ints[(column.index + part) * (end - first) - first + slot] = steps[part]
      numbers[column.index + part][slot] = quad[part]
    }
  }
}

/** text, list, data: `packed[slot]` is replaced where the bytes changed. @throws ERR_FIELD_VALUE for a value of another type */
export function settleValues(column: Column, values: unknown[], packed: Packed[], range: SettleRange): void {
  const { shape } = column.slot
  for (let slot = range.first; slot < range.end; slot++) {
    if (range.life[slot] !== LIVE) continue
    const value = values[slot]
    const last = packed[slot]
    // A list is written in place, so its items tell; text and data are replaced, so identity does.
    if (shape.kind === 'list' ? sameItems(value, last.value as unknown[]) : last.value === value) continue
    const next = packedIn(range, slot, column, value)
    if (shape.kind === 'list') settleList(value as unknown[], next.value as unknown[])
    else values[slot] = next.value
    if (shape.kind === 'text' && next.value !== value)
      range.warn(`${range.table}.${column.name} was cut to ${shape.maxLength} characters or made well-formed`)
    if (!samePacked(last, next)) packed[slot] = next
  }
}

/** A row's name is made only once something is wrong with its value. */
function packedIn(
  { table, rows }: SettleRange,
  slot: number,
  { slot: { field, name } }: Column,
  value: unknown
): Packed {
  try {
    return packValue(field, value, `${table}.${name}`)
  } catch {
    return packValue(field, value, fieldOf(table, rows[slot]!, name))
  }
}

/** True if every item is one that was settled already (vectors are frozen then). */
function sameItems(list: unknown, settled: readonly unknown[]): boolean {
  if (!Array.isArray(list) || list.length !== settled.length) return false
  for (let i = 0; i < settled.length; i++) if (!Object.is(list[i], settled[i])) return false
  return true
}

/** A list keeps its identity and takes its settled items. */
function settleList(list: unknown[], settled: readonly unknown[]): void {
  list.length = settled.length
  for (let i = 0; i < settled.length; i++) list[i] = settled[i]
}
