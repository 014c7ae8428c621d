// The Socket.IO layer (PROTOCOL.md, rules P1 to P9): the standard protocol, byte for byte, plus hot frames.
// A hot frame is a binary message that arrives while no attachment is owed. It becomes an ordinary packet of the
// main namespace, `[FRAME_EVENT, bytes]`, and so it keeps its place among the events sent before and after it.
// What must hold: attachments are counted exactly as socket.io-parser counts them, or a frame would be taken for one.

import type { Packet } from 'socket.io-parser'
import * as standard from 'socket.io-parser'
import { fail } from '../schema/errors.ts'
import { MAX_FRAME_BYTES } from './kinds.ts'

/** The event under which a hot frame is delivered: `socket.on(FRAME_EVENT, (bytes) => …)`. */
export const FRAME_EVENT = 'tickwire:frame'

type Binary = ArrayBuffer | ArrayBufferView

/** The standard encoder, except that `emit(FRAME_EVENT, bytes)` in the main namespace becomes one binary message. */
export class Encoder extends standard.Encoder {
  /**
   * @returns the messages of a packet, to be written one right after the other: a text and then its attachments, or
   * for a hot frame the very bytes given, which are not copied and must not change from then on.
   * @throws TickwireError `ERR_FRAME_SIZE` for a hot frame of more than `MAX_FRAME_BYTES`.
   */
  override encode(packet: Packet): (string | Binary)[] {
    if (!isFrame(packet)) return super.encode(packet)
    const bytes: Binary = packet.data[1]
    checkSize(bytes)
    return [bytes]
  }
}

/**
 * The standard decoder, except that it delivers hot frames instead of refusing them. Their bytes are always a plain
 * Uint8Array, a view of what the transport delivered. Only their size is checked here: their content is the reader's
 * to check, and so are the arguments of a `FRAME_EVENT` that came as an ordinary event, which any peer can send.
 * Once `add` has thrown, nothing more may be added and the connection must end, as Socket.IO sees to at both sides.
 */
export class Decoder extends standard.Decoder {
  /** Takes hot frames, in the order in which they come; undefined: they become packets. Must not throw. */
  onFrame: ((bytes: Uint8Array) => void) | undefined
  #owed = 0

  /**
   * @throws TickwireError `ERR_FRAME_SIZE` for a hot frame of more than `MAX_FRAME_BYTES`, and whatever
   * socket.io-parser throws for a message that breaks the standard protocol.
   */
  override add(message: unknown): void {
    if (typeof message === 'string') {
      super.add(message)
      if (message[0] === '5' || message[0] === '6') this.#owed = attachments(message)
    } else if (this.#owed > 0) {
      this.#owed--
      super.add(message)
    } else if (isBytes(message)) {
      checkSize(message)
      if (this.onFrame) this.onFrame(view(message))
      else
        this.emitReserved('decoded', { type: standard.PacketType.EVENT, nsp: '/', data: [FRAME_EVENT, view(message)] })
    } else {
      super.add(message)
    }
  }

  override destroy(): void {
    super.destroy()
    this.#owed = 0
  }
}

/** What the `parser` option of Socket.IO's server and client takes. */
export const parser: { readonly Encoder: typeof Encoder; readonly Decoder: typeof Decoder } = { Encoder, Decoder }

function isFrame({ type, nsp, id, data }: Packet): boolean {
  return (
    type === standard.PacketType.EVENT &&
    nsp === '/' &&
    id === undefined &&
    data?.length === 2 &&
    data[0] === FRAME_EVENT &&
    isBytes(data[1])
  )
}

function isBytes(value: unknown): value is Binary {
  return value instanceof ArrayBuffer || ArrayBuffer.isView(value)
}

function checkSize({ byteLength }: Binary): void {
  if (byteLength > MAX_FRAME_BYTES) {
    fail('ERR_FRAME_SIZE', `a frame has ${byteLength} bytes; at most ${MAX_FRAME_BYTES} are allowed`)
  }
}

// Always a plain Uint8Array: Node's Buffer is one too, but its slice() aliases where a Uint8Array's copies.
function view(bytes: Binary): Uint8Array {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes)
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

// The text was accepted, so it holds a valid count: read it as socket.io-parser does, which takes '1e1' for 10.
function attachments(text: string): number {
  return Number(text.slice(1, text.indexOf('-')))
}
