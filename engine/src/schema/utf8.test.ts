import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../test/runs.ts'
import { fromUtf8, utf8 } from './utf8.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

describe('UTF-8', () => {
  it('any well-formed text is encoded as everywhere else, and comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.nat(0x7ff), fc.nat(0x10ffff)), { maxLength: 30 }), (points) => {
        const made = String.fromCodePoint(...points).toWellFormed()
        expect(hex(utf8(made))).toBe(hex(new TextEncoder().encode(made)))
        expect(fromUtf8(utf8(made), 'ERR_MESSAGE', 'it')).toBe(made)
      }),
      { numRuns: runs(200) }
    )
  })

  it('any bytes are read as a strict decoder reads them, or refused as it refuses them', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const decode = (read: () => string): string | undefined => {
      try {
        return read()
      } catch {
        return undefined
      }
    }
    const near = fc.oneof(
      fc.nat(255),
      fc.constantFrom(0xc1, 0xc2, 0xdf, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5, 0x80, 0x9f, 0xa0, 0xbf)
    )
    fc.assert(
      fc.property(fc.array(near, { maxLength: 6 }), (values) => {
        const packed = Uint8Array.from(values)
        expect(decode(() => fromUtf8(packed, 'ERR_MESSAGE', 'it'))).toBe(decode(() => strict.decode(packed)))
      }),
      { numRuns: runs(1000) }
    )
  })
})
