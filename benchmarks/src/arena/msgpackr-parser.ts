// A custom parser for Socket.IO, as its documentation has them: each packet is one binary message, packed by msgpackr.
// A ship is a record whose names both sides know; everything else is packed as it is.

import { EventEmitter } from 'node:events'
import { Packr } from 'msgpackr'

/** Socket.IO's kinds of packet. */
export const PACKET = { connect: 0, disconnect: 1, event: 2, ack: 3, error: 4 } as const

export interface Packet {
  readonly type: number
  readonly nsp: string
  readonly data?: unknown
  readonly id?: number
}

const SHIP = ['x', 'y', 'vx', 'vy', 'heading', 'hull', 'press']
const packr = (): Packr =>
  new Packr({
    structures: [[...SHIP]],
    mapsAsObjects: true,
    useRecords: ((value: object) => 'hull' in value) as never, // its types don't know of functions
  })

export class Encoder {
  readonly #packr = packr()

  encode({ type, nsp, data, id }: Packet): [Uint8Array] {
    return [this.#packr.pack([type, nsp, data, id])]
  }
}

export class Decoder extends EventEmitter {
  readonly #packr = packr()

  add(bytes: Uint8Array): void {
    this.emit('decoded', this.unpack(bytes))
  }

  unpack(bytes: Uint8Array): Packet {
    const [type, nsp, data, id] = this.#packr.unpack(bytes) as [number, string, unknown, number | null | undefined]
    return { type, nsp, data: data ?? undefined, ...(id === undefined || id === null ? {} : { id }) }
  }

  destroy(): void {}
}

export const parser: { readonly Encoder: typeof Encoder; readonly Decoder: typeof Decoder } = { Encoder, Decoder }
