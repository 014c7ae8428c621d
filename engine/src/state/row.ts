// Rows: stable objects whose fields read and write columns. One prototype per layout, made from closures (no eval), so
// that a row is an id, a slot and the cells it looks into: the numbers of a world or a sample as they are, or the
// integers of a snapshot, which dequantise as they are read (see snapshot.ts).

import { fail } from '../schema/errors.ts'
import type { FieldSlot, Layout } from '../schema/layout.ts'
import { show } from '../schema/packed.ts'
import { PARTS } from '../schema/parts.ts'

/** Where rows read from. */
export interface Cells {
  /** By column, then slot, where numbers lie in columns as they are read; rows then read them without asking. */
  readonly numbers?: readonly Float64Array[]
  /** A column's number at a slot; for `ref` the id or 0. */
  readNumber(column: number, slot: number): number
  readValue(column: number, slot: number): unknown
  /** False where this viewer may not know the column of that row: it reads undefined. */
  knows(column: number, slot: number): boolean
}
/** Cells that can be written. */
export interface WritableCells extends Cells {
  readonly numbers: readonly Float64Array[]
  writeValue(column: number, slot: number, value: unknown): void
}

/** A row without its fields: they are on the prototype that rowClass() builds. */
export class RowBase {
  /** Unique over all tables of a match; never comes back. */
  readonly id: number
  readonly #cells: Cells
  readonly #numbers: readonly Float64Array[] | undefined
  #slot: number
  #gone = false
  #parts: object[] | undefined

  constructor(cells: Cells, slot: number, id: number) {
    this.#cells = cells
    this.#numbers = cells.numbers
    this.#slot = slot
    this.id = id
  }

  get owner(): number | undefined {
    return this.#cells.readNumber(0, this.#slot) || undefined
  }

  /** From now on the row refuses writes; with `detach` it reads undefined, too (its slot is another row's). */
  static end(row: RowBase, detach: boolean): void {
    row.#gone = true
    if (detach) row.#slot = -1
  }
  static slotOf(row: RowBase): number {
    return row.#slot
  }
  static cellsOf(row: RowBase): Cells {
    return row.#cells
  }
  static isGone(row: RowBase): boolean {
    return row.#gone
  }
  static parts(row: RowBase, column: number, Parts: PartsConstructor): object {
    row.#parts ??= []
    row.#parts[column] ??= new Parts(row, column)
    return row.#parts[column]
  }
  static read(row: RowBase, column: number): number {
    const numbers = row.#numbers
    return numbers === undefined ? row.#cells.readNumber(column, row.#slot) : numbers[column][row.#slot]
  }
  static readValue(row: RowBase, column: number): unknown {
    return row.#cells.readValue(column, row.#slot)
  }
  static knows(row: RowBase, column: number): boolean {
    return row.#cells.knows(column, row.#slot)
  }
  static write(row: RowBase, column: number, value: number): void {
    if (row.#gone) gone(row)
    row.#numbers![column][row.#slot] = value
  }
  static writeValue(row: RowBase, column: number, value: unknown): void {
    if (row.#gone) gone(row)
    ;(row.#cells as WritableCells).writeValue(column, row.#slot, value)
  }
}

/** A field of a row as errors name it. The match's own state is one row, which nobody has to find. */
export function fieldOf(table: string, row: { readonly id: number }, field: string): string {
  return table === 'state' ? `${table}.${field}` : `row ${row.id}: ${table}.${field}`
}

function gone(row: RowBase): never {
  return fail('ERR_ROW_GONE', `row ${row.id} was despawned: it can't be written`)
}

export type RowConstructor = new (cells: Cells, slot: number, id: number) => RowBase

/** The class of a layout's rows. */
export function rowClass(layout: Layout, writable: boolean): RowConstructor {
  class Row extends RowBase {
    /** Plain values, for JSON.stringify and logs. */
    toJSON(): Record<string, unknown> {
      const plain: Record<string, unknown> = { id: this.id, owner: this.owner }
      for (const { name } of layout.fields) if (name[0] !== ' ') plain[name] = (this as never)[name]
      return plain
    }
  }
  for (const slot of layout.fields) {
    if (slot.name[0] === ' ') continue
    const { get, set } = accessors(slot, layout.name)
    Object.defineProperty(Row.prototype, slot.name, { get, ...(writable && { set }), enumerable: true })
  }
  return Row
}

interface Accessors {
  get(this: RowBase): unknown
  set(this: RowBase, value: never): void
}

function accessors(slot: FieldSlot, table: string): Accessors {
  const { column, audience } = slot
  const { get, set } = plainAccessors(slot, table)
  // Columns for everybody are read without asking.
  if (audience === 'all') return { get, set }
  return {
    get() {
      return RowBase.knows(this, column) ? get.call(this) : undefined
    },
    set,
  }
}

function plainAccessors(slot: FieldSlot, table: string): Accessors {
  const { column, name, shape } = slot
  const refuse = (row: RowBase, value: unknown, allowed: string) =>
    fail('ERR_FIELD_VALUE', `${fieldOf(table, row, name)} is ${show(value)}: the schema allows ${allowed}`)
  switch (shape.kind) {
    case 'int':
    case 'ranged':
    case 'angle':
    case 'tick':
      return {
        get() {
          return RowBase.read(this, column)
        },
        set(value: number) {
          RowBase.write(this, column, value)
        },
      }
    case 'bool':
      return {
        get() {
          const value: number | undefined = RowBase.read(this, column)
          return value === undefined ? value : value !== 0
        },
        set(value: boolean) {
          RowBase.write(this, column, value ? 1 : 0)
        },
      }
    case 'oneOf': {
      const { names } = shape
      const places = new Map(names.map((one, at) => [one, at]))
      return {
        get() {
          return names[RowBase.read(this, column)]
        },
        set(value: string) {
          const at = places.get(value)
          RowBase.write(this, column, at ?? refuse(this, value, names.join(', ')))
        },
      }
    }
    case 'ref':
      return {
        get() {
          return RowBase.read(this, column) || undefined
        },
        set(value: number | undefined) {
          RowBase.write(this, column, value ?? 0)
        },
      }
    case 'vec2':
    case 'vec3':
    case 'quat': {
      const parts = PARTS[shape.kind]
      const Parts = partsClass(parts)
      return {
        get() {
          return RowBase.parts(this, column, Parts)
        },
        set(value: Record<string, number>) {
          if (typeof value !== 'object' || value === null) refuse(this, value, `{ ${parts.join(', ')} }`)
          for (let i = 0; i < parts.length; i++) RowBase.write(this, column + i, value[parts[i]])
        },
      }
    }
    case 'text':
    case 'list':
    case 'data':
      return {
        get() {
          return RowBase.readValue(this, column)
        },
        set(value: unknown) {
          RowBase.writeValue(this, column, ownValue(slot, value))
        },
      }
  }
}

/** A row's list is its own: it is settled in place, and the one given may be frozen or another row's. */
export function ownValue({ shape }: FieldSlot, value: unknown): unknown {
  return shape.kind === 'list' && Array.isArray(value) ? [...value] : value
}

/** A vector in place: `ship.pos.x += 1` writes the row's column. */
type PartsConstructor = new (row: RowBase, column: number) => object
function partsClass(parts: readonly string[]): PartsConstructor {
  class Parts {
    readonly #row: RowBase
    readonly #column: number
    constructor(row: RowBase, column: number) {
      this.#row = row
      this.#column = column
    }
    toJSON(): Record<string, number> {
      return Object.fromEntries(parts.map((part) => [part, (this as never)[part]]))
    }
    static part(offset: number): PropertyDescriptor {
      return {
        get(this: Parts) {
          return RowBase.read(this.#row, this.#column + offset)
        },
        set(this: Parts, value: number) {
          RowBase.write(this.#row, this.#column + offset, value)
        },
        enumerable: true,
      }
    }
  }
  for (const [offset, part] of parts.entries()) Object.defineProperty(Parts.prototype, part, Parts.part(offset))
  return Parts
}
