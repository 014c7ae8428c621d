// What a game is to a decoder that knows PROTOCOL.md alone: fields as data (S20), the columns that these make, and the order
// in which they are coded (S21, S22). This folder shares no line with src/ and imports nothing from it.

export interface Spec {
  readonly name: string
  readonly kind: string
  readonly min?: number
  readonly step?: number
  readonly max?: number
  readonly names?: readonly string[]
  readonly refTo?: string
  readonly length?: number
  readonly item?: Spec
  readonly rate?: string
  readonly linear?: boolean
  readonly only?: 'owner' | 'server'
  readonly zero?: unknown
}
export const int = (name: string, min: number, max: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'int',
  min,
  step: 1,
  max: max - min,
  zero: Math.min(Math.max(0, min), max),
  ...more,
})
export const ranged = (name: string, min: number, max: number, step: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'ranged',
  min,
  step,
  max: Math.floor((max - min) / step + 1e-9),
  zero: Math.min(Math.max(0, min), max),
  ...more,
})
export const angle = (name: string, n: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'angle',
  min: 0,
  step: (2 * Math.PI) / 2 ** n,
  max: 2 ** n - 1,
  zero: 0,
  ...more,
})
export const oneOf = (name: string, names: readonly string[], more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'oneOf',
  min: 0,
  step: 1,
  max: names.length - 1,
  names,
  zero: names[0],
  ...more,
})
export const bool = (name: string, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'bool',
  min: 0,
  step: 1,
  max: 1,
  zero: false,
  ...more,
})
export const tick = (name: string, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'tick',
  min: 0,
  step: 1,
  max: 2 ** 31 - 1,
  zero: 0,
  ...more,
})
export const ref = (name: string, refTo: string): Spec => ({ name, kind: 'ref', min: 0, step: 1, max: 65536, refTo })
export const vec2 = (name: string, item: Spec, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'vec2',
  item,
  zero: { x: 0, y: 0 },
  ...more,
})
export const quat = (name: string, n: number, more: Partial<Spec> = {}): Spec => {
  const max = 2 ** n - 1
  const step = Math.SQRT2 / max
  return {
    name,
    kind: 'quat',
    min: -((max + 1) / 2) * step,
    step,
    max,
    zero: { x: 0, y: 0, z: 0, w: 1 },
    ...more,
  }
}
export const text = (name: string, length: number, more: Partial<Spec> = {}): Spec => ({
  name,
  kind: 'text',
  length,
  zero: '',
  ...more,
})
export const list = (name: string, item: Spec, length: number): Spec => ({ name, kind: 'list', item, length, zero: [] })
export const data = (name: string, length: number): Spec => ({ name, kind: 'data', length, zero: null })
export const owner: Spec = int(' owner', 0, 65535)

/** S44: a column's predictor is the game's, so it is called as a game writes it. */
export interface PredictedRows {
  readonly count: number
  readonly slots: Int32Array
  readonly ticks: number
  readonly ticksBefore: number
  now(column: string): Int32Array
  base(column: string): Int32Array
  before(column: string): Int32Array | undefined
  wasBefore(slot: number): boolean
}
export interface Predictor {
  readonly version: number
  readonly order: readonly string[]
  readonly columns: Readonly<Record<string, (rows: PredictedRows, out: Int32Array) => void>>
}

export interface Column {
  readonly index: number
  readonly name: string
  readonly field: Spec
  readonly part: number
  readonly kind: 'number' | 'quat' | 'packed'
  readonly min: number
  readonly step: number
  readonly max: number
  readonly wraps: boolean
  /** The column of its rate, or -1. */
  readonly rate: number
  readonly byGame: ((rows: PredictedRows, out: Int32Array) => void) | undefined
}
export interface Table {
  readonly name: string
  readonly fields: readonly Spec[]
  readonly maxRows: number
  readonly predictor: Predictor | undefined
  readonly columns: readonly Column[]
  /** S22, in coding order. */
  readonly everybody: readonly Column[]
  readonly owners: readonly Column[]
}
export interface Contract {
  readonly name: string
  readonly tickRate: number
  /** The match state last. */
  readonly tables: readonly Table[]
}

export const PARTS: Readonly<Record<string, readonly string[]>> = {
  vec2: ['x', 'y'],
  vec3: ['x', 'y', 'z'],
  quat: ['x', 'y', 'z', 'w'],
}

export interface TableSpec {
  readonly name: string
  readonly fields: readonly Spec[]
  readonly maxRows: number
  readonly predictor?: Predictor
}

/** `tables`: the match state last; fields begin with the owner. */
export function contractOf(name: string, tickRate: number, tables: readonly TableSpec[]): Contract {
  return {
    name,
    tickRate,
    tables: tables.map(({ name, fields, maxRows, predictor }, t) => {
      const columns = columnsOf(fields, predictor)
      const order = codingOrder(columns, predictor?.order ?? [])
      const isState = t === tables.length - 1
      const everybody = order.filter(({ index, field }) => field.only === undefined && !(isState && index === 0))
      const owners = order.filter(({ field }) => field.only === 'owner')
      return { name, fields, maxRows, predictor, columns, everybody, owners }
    }),
  }
}

function columnsOf(fields: readonly Spec[], predictor: Predictor | undefined): Column[] {
  const columns: Column[] = []
  const first = new Map<string, number>()
  let at = 0
  for (const field of fields) {
    first.set(field.name, at)
    at += PARTS[field.kind]?.length ?? 1
  }
  for (const field of fields)
    for (let part = 0; part < (PARTS[field.kind]?.length ?? 1); part++) {
      const isVector = field.kind === 'vec2' || field.kind === 'vec3'
      const of = isVector ? field.item! : field
      const isLeftOut = field.kind === 'quat' && part === 0
      const name = field.kind in PARTS ? `${field.name}.${PARTS[field.kind][part]}` : field.name
      columns.push({
        index: columns.length,
        name,
        field,
        part,
        kind: field.kind === 'quat' ? 'quat' : ['text', 'list', 'data'].includes(field.kind) ? 'packed' : 'number',
        min: isLeftOut ? 0 : (of.min ?? 0),
        step: isLeftOut ? 1 : (of.step ?? 1),
        max: isLeftOut ? 3 : (of.max ?? 0),
        wraps: of.kind === 'angle',
        rate: field.rate === undefined ? -1 : first.get(field.rate)! + part,
        byGame: predictor?.columns[name],
      })
    }
  return columns
}

/** S21 */
function codingOrder(columns: readonly Column[], first: readonly string[]): Column[] {
  const rest = columns.filter(({ name }) => !first.includes(name))
  const depth = ({ rate }: Column): number => (rate < 0 ? 0 : 1 + depth(columns[rate]))
  const most = Math.max(0, ...rest.map(depth))
  return [
    ...first.map((name) => columns.find((column) => column.name === name)!),
    ...Array.from({ length: most + 1 }, (_, level) => rest.filter((column) => depth(column) === level)).flat(),
  ]
}

export const bitsOf = (max: number): number => (max === 0 ? 0 : Math.floor(Math.log2(max)) + 1)

/** I1, of a game whose other layouts are these; each a list of fields, or of names with fields. */
export function schemaHash(contract: Contract, command: unknown, events: unknown, requests: unknown, options: unknown) {
  const [state, ...tables] = [contract.tables.at(-1)!, ...contract.tables.slice(0, -1)]
  const described = ({ fields, predictor }: Table): unknown => {
    const all = fields.map(describeField)
    return predictor ? [all, predictor.version, predictor.order, Object.keys(predictor.columns)] : all
  }
  const json = JSON.stringify([
    contract.name,
    contract.tickRate,
    tables.map((table) => [table.name, described(table), table.maxRows, 65535]),
    described(state),
    command,
    events,
    requests,
    options,
  ])
  let hash = 0x811c9dc5
  for (let i = 0; i < json.length; i++) hash = Math.imul(hash ^ json.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
export function describeField(spec: Spec): unknown {
  const { name, kind, min = 0, step = 1, max = 0, names = [], refTo, length = 0, item, rate, only, linear, zero } = spec
  return [
    name,
    { min, step, max, names, refTo, item: item && describeField(item), maxLength: length, kind },
    rate ?? null,
    only ?? 'all',
    linear ?? false,
    zero ?? null,
  ]
}
