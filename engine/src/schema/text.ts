// Text as it is packed: UTF-8, at most three bytes a UTF-16 unit.

import { type ErrorCode, fail } from './errors.ts'
import type { Shape } from './field.ts'
import { type Packing, show } from './packed.ts'
import { fromUtf8, utf8 } from './utf8.ts'

export const TEXT: Packing = {
  most: (shape) => shape.maxLength * 3,

  pack(shape, value, code, name) {
    const settled = settleText(value, shape, name, code)
    return { bytes: utf8(settled), value: settled }
  },

  unpack(shape, bytes, code, name) {
    const value = fromUtf8(bytes, code, name)
    if (value.length > shape.maxLength)
      fail(code, `${name} has ${value.length} characters: expected at most ${shape.maxLength}`)
    return { bytes, value }
  },
}

/** Checks and cuts text. @throws the code given, for anything but a string */
export function settleText(value: unknown, shape: Shape, name: string, code: ErrorCode): string {
  if (typeof value !== 'string') fail(code, `${name} is ${show(value)}: the schema allows text`)
  const cut = value.length > shape.maxLength ? value.slice(0, shape.maxLength) : value
  return cut.toWellFormed()
}
