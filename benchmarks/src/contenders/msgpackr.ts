// msgpackr's records: both sides know the names of a ship's fields beforehand (its shared structures), so that a message
// carries values only.

import { Packr } from 'msgpackr'
import { Integers, type Item } from './integers.ts'

const SHIP = ['id', 'x', 'y', 'vx', 'vy', 'heading', 'hull']

export class Msgpackr extends Integers {
  readonly #server = new Packr({ structures: [[...SHIP]] })
  readonly #client = new Packr({ structures: [[...SHIP]] })

  protected override write(rows: readonly Item[]): Uint8Array {
    return this.#server.pack(rows)
  }
  protected override parse(bytes: Uint8Array): Item[] {
    return this.#client.unpack(bytes) as Item[]
  }
}
