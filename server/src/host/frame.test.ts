import { describe, expect, it } from 'vitest'
import { type PreparedFrame, prepare } from './frame.ts'

// An independent reader of RFC 6455, 5.2: one frame from the start of a buffer.
function read(bytes: Uint8Array): { first: number; masked: boolean; payload: Uint8Array; rest: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const short = bytes[1] & 0x7f
  const [at, length] =
    short === 127 ? [10, Number(view.getBigUint64(2))] : short === 126 ? [4, view.getUint16(2)] : [2, short]
  const payload = bytes.subarray(at, at + length)
  return { first: bytes[0], masked: bytes[1] >= 128, payload, rest: bytes.length - at - length }
}

function wire(frame: PreparedFrame): Uint8Array {
  expect(frame.options.wsPreEncodedFrame).toHaveLength(1)
  return frame.options.wsPreEncodedFrame[0]
}

function numbered(length: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, i) => i * 7)
}

describe('a prepared frame', () => {
  it.each([2, 3, 125, 126, 127, 65535, 65536, 300_000])('of %i bytes is one final, unmasked binary frame', (length) => {
    const bytes = numbered(length)
    const frame = prepare({ bytes, prebuilt: undefined })
    const { first, masked, payload, rest } = read(wire(frame))
    expect(first).toBe(0x82)
    expect(masked).toBe(false)
    expect(rest).toBe(0)
    expect(Buffer.compare(payload, bytes)).toBe(0)
    expect(Buffer.compare(frame.payload, bytes)).toBe(0)
    expect(frame.options.compress).toBe(false)
  })

  it('uses the shortest form of the length, as the protocol requires', () => {
    const header = (length: number) => wire(prepare({ bytes: numbered(length), prebuilt: undefined })).length - length
    expect([125, 126, 65535, 65536].map(header)).toEqual([2, 4, 4, 10])
  })

  it('is made once for all who share it', () => {
    const shared = { bytes: numbered(200), prebuilt: undefined }
    expect(prepare(shared)).toBe(prepare(shared))
  })

  it.each([3, 124, 65534])('with a head of 3 bytes is still one frame, the prefix replaced (shared: %i)', (length) => {
    const shared = { bytes: numbered(length), prebuilt: undefined }
    const head = new Uint8Array([9, 8, 7])
    const { payload, rest, first } = read(wire(prepare(shared, head)))
    expect(first).toBe(0x82)
    expect(rest).toBe(0)
    expect(payload).toEqual(Buffer.concat([head, shared.bytes.subarray(2)]))
  })

  it('with a head leaves the shared frame as it was', () => {
    const shared = { bytes: numbered(50), prebuilt: undefined }
    const before = prepare(shared)
    prepare(shared, new Uint8Array([1, 2, 3, 4]))
    expect(prepare(shared)).toBe(before)
    expect(shared.bytes).toEqual(numbered(50))
  })

  it('owns its bytes: what is queued cannot change', () => {
    const shared = { bytes: numbered(10), prebuilt: undefined }
    const frame = prepare(shared)
    shared.bytes.fill(0)
    expect(read(wire(frame)).payload).toEqual(Buffer.from(numbered(10)))
  })
})
