// Data as it is packed: any plain value, as MessagePack.

import { pack, unpack } from './msgpack.ts'
import { freeze, type Packing } from './packed.ts'

export const DATA: Packing = {
  most: (shape) => shape.maxLength,

  pack(shape, value, code, name) {
    return this.unpack(shape, pack(value ?? null, shape.maxLength, code, name), code, name)
  },

  unpack(shape, bytes, code, name) {
    const most = shape.maxLength
    return { bytes, value: freeze(unpack(bytes, { bytes: most, depth: 32, elements: most }, code, name)) }
  },
}
