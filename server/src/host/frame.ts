// A hot frame in the form in which a WebSocket sends it: one frame, one write.
// The header (RFC 6455, 5.2): FIN and the binary opcode, then the length in 7 bits, 16 or 64; a server never masks.
// A frame and its header are one buffer: at these sizes copying it costs no more than writing two (both 7 to 9 µs).

import { SHARED_PREFIX } from '@tickwire/engine/wire'
import type { SharedFrame } from '../match/connection.ts'

const FIN_BINARY = 0x82
const LENGTH_IN_16 = 126
const LENGTH_IN_64 = 127

/** A frame ready to be written: `framed` to a WebSocket's TCP socket, `engine.write(payload, options)` to any transport. */
export class PreparedFrame {
  /** Header and payload. */
  readonly framed: Uint8Array<ArrayBuffer>
  /** What a transport that frames by itself sends: long-polling, WebTransport, a compressing WebSocket. */
  readonly payload: Uint8Array<ArrayBuffer>
  readonly options: { compress: boolean; readonly wsPreEncodedFrame: readonly Uint8Array[] }

  /** The frame of `first` followed by `second` from index `from` on. The bytes are copied. */
  constructor(first: Uint8Array, second?: Uint8Array, from = 0) {
    const length = first.length + (second ? second.length - from : 0)
    const header = length < LENGTH_IN_16 ? 2 : length < 65536 ? 4 : 10
    const buffer = Buffer.allocUnsafe(header + length)
    buffer[0] = FIN_BINARY
    if (header === 2) {
      buffer[1] = length
    } else if (header === 4) {
      buffer[1] = LENGTH_IN_16
      buffer.writeUInt16BE(length, 2)
    } else {
      buffer[1] = LENGTH_IN_64
      buffer.writeUInt32BE(0, 2)
      buffer.writeUInt32BE(length, 6)
    }
    buffer.set(first, header)
    if (second) buffer.set(from === 0 ? second : second.subarray(from), header + first.length)
    this.framed = buffer
    this.payload = buffer.subarray(header)
    this.options = { compress: false, wsPreEncodedFrame: [buffer] }
  }
}

/** The frame for a connection: the one that all share, made once, or one of its own when it has a head. */
export function prepare(shared: SharedFrame, head?: Uint8Array): PreparedFrame {
  if (head) return new PreparedFrame(head, shared.bytes, SHARED_PREFIX)
  if (shared.prebuilt instanceof PreparedFrame) return shared.prebuilt
  const made = new PreparedFrame(shared.bytes)
  shared.prebuilt = made
  return made
}
