// What a match knows of a socket. The host makes one for each Socket.IO socket; tests and offline play make their own.
// A frame handed over is immutable for good: a connection may keep it queued without copying.

/**
 * A frame that many connections send: two bytes (its kind, and 0 for "no private chunk"), then the shared chunk.
 * With a private chunk a connection sends its own head and then `bytes` from index 2 on.
 */
export interface SharedFrame {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** The connection's own prebuilt form of `bytes` (a WebSocket frame), made once for everyone who shares it. */
  prebuilt: unknown
}

export interface Connection {
  /** Bytes handed over that the transport has not taken yet. */
  readonly bufferedAmount: number
  /** Of long-polling: whether a poll waits. Then all that was sent before has arrived, and what is sent now goes at once. */
  readonly isPolled?: boolean | undefined
  /** Sends `shared` as it is, or, with a `head`, the head and then the shared chunk, as one frame in one write. */
  sendFrame(shared: SharedFrame, head?: Uint8Array<ArrayBuffer>): void
  /** Sends a control message (packed, see PROTOCOL.md): reliable, in order with frames. */
  notify(message: Uint8Array<ArrayBuffer>): void
  /** Joins or leaves the match's Socket.IO room; elsewhere it does nothing. */
  enter(room: string): void
  exit(room: string): void
  /** Ends the connection once everything handed over has been sent. */
  close(): void
}
