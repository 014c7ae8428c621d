// @colyseus/schema 5 by itself, as its README uses it: a schema() class with t.* fields in a t.map(), an Encoder whose
// encode() holds what the setters changed, a Decoder. Twice: with float32 fields as its documentation writes them, and
// with its quantized fields, each the narrowest that keeps the arena's precision, as someone of that project would.

import { Decoder, Encoder, type MapSchema, schema, t } from '@colyseus/schema'
import { type Moment, type Ship, STEP, WORLD } from '../arena.ts'
import type { Contender } from '../contender.ts'

type Row = Ship & object
interface State {
  ships: MapSchema<Row>
}
interface Model {
  readonly precision: Ship
  state(): State
  row(): Row
}

const floatPrecision = { x: 2 ** -12, y: 2 ** -12, vx: 2 ** -15, vy: 2 ** -15, heading: 1e-5, hull: 0 }

const FloatShip = schema(
  { x: t.float32(), y: t.float32(), vx: t.float32(), vy: t.float32(), heading: t.float32(), hull: t.uint8() },
  'FloatShip'
)
const FloatState = schema({ ships: t.map(FloatShip) }, 'FloatState')

// 16 bits over 4096 units are the arena's 1/16; 8 bits over +-480 its 3.75; an angle of 8 bits would be too coarse.
const QuantizedShip = schema(
  {
    x: t.quantized({ min: 0, max: WORLD, bits: 16 }),
    y: t.quantized({ min: 0, max: WORLD, bits: 16 }),
    vx: t.quantized({ min: -480, max: 480, bits: 8 }),
    vy: t.quantized({ min: -480, max: 480, bits: 8 }),
    heading: t.angle({ bits: 16 }),
    hull: t.uint8(),
  },
  'QuantizedShip'
)
const QuantizedState = schema({ ships: t.map(QuantizedShip) }, 'QuantizedState')

const MODELS: Record<'float32' | 'quantized', Model> = {
  float32: {
    precision: floatPrecision,
    state: () => new FloatState() as unknown as State,
    row: () => new FloatShip() as unknown as Row,
  },
  quantized: {
    precision: {
      x: STEP.x / 2 + 1e-6,
      y: STEP.y / 2 + 1e-6,
      vx: 480 / 254 + 1e-9,
      vy: 480 / 254 + 1e-9,
      heading: Math.PI / 2 ** 16 + 1e-9,
      hull: 0,
    },
    state: () => new QuantizedState() as unknown as State,
    row: () => new QuantizedShip() as unknown as Row,
  },
}

export class Colyseus implements Contender {
  readonly precision: Ship
  readonly #model: Model
  readonly #state: State
  readonly #encoder: Encoder
  readonly #decoder: Decoder
  readonly #seen: State
  readonly #rows: Row[] = []
  readonly #ids: string[] = []
  #nextId = 0

  constructor(model: 'float32' | 'quantized', count: number) {
    // Its own advice for large states: room for all of one patch.
    Encoder.BUFFER_SIZE = Math.max(Encoder.BUFFER_SIZE, count * 128)
    this.#model = MODELS[model]
    this.precision = this.#model.precision
    this.#state = this.#model.state()
    this.#seen = this.#model.state()
    this.#encoder = new Encoder(this.#state as never)
    this.#decoder = new Decoder(this.#seen as never)
  }

  start(moment: Moment): Uint8Array {
    for (let slot = 0; slot < moment.ships.length; slot++) this.#spawn(slot)
    this.#set(moment)
    const full = this.#encoder.encodeAll().slice()
    this.#encoder.discardChanges()
    this.decode(full)
    return full
  }

  encode(moment: Moment): Uint8Array {
    for (const slot of moment.replaced) {
      this.#state.ships.delete(this.#ids[slot])
      this.#spawn(slot)
    }
    this.#set(moment)
    const bytes = this.#encoder.encode()
    this.#encoder.discardChanges()
    return bytes
  }

  decode(bytes: Uint8Array): void {
    this.#decoder.decode(bytes)
  }

  read(): number {
    let sum = 0
    for (const ship of this.#seen.ships.values()) sum += ship.x + ship.y + ship.vx + ship.vy + ship.heading + ship.hull
    return sum
  }

  get size(): number {
    return this.#seen.ships.size
  }

  held(slot: number): Ship | undefined {
    return this.#seen.ships.get(this.#ids[slot])
  }

  #set({ ships }: Moment): void {
    for (let slot = 0; slot < ships.length; slot++) {
      const ship = ships[slot]
      const row = this.#rows[slot]
      row.x = ship.x
      row.y = ship.y
      row.vx = ship.vx
      row.vy = ship.vy
      row.heading = ship.heading
      row.hull = ship.hull
    }
  }

  #spawn(slot: number): void {
    const id = String(this.#nextId++)
    const row = this.#model.row()
    this.#ids[slot] = id
    this.#rows[slot] = row
    this.#state.ships.set(id, row)
  }
}
