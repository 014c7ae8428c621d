// What the client needs of a connection. `socket.ts` is the one over Socket.IO; the seeded link of `testing` is another.

export interface TransportEvents {
  /** One frame, whole; the bytes are the receiver's own. */
  frame(bytes: Uint8Array): void
  /** A control message that the server sent by itself. */
  tell(message: Uint8Array): void
  /** The connection was made, or is gone (and why). */
  status(connected: boolean, reason: string): void
}

/** How a lost connection is replaced. `socket.ts` has the one over Socket.IO. */
export interface Redial {
  /**
   * Opens another connection in `delay` ms, or as soon as there is a way again; it may take `within` ms. Rejects where
   * there is none, with a TickwireError other than ERR_DISCONNECTED, ERR_TIMEOUT and ERR_RATE_LIMIT where there will be none.
   */
  dial(delay: number, within: number): Promise<Transport>
  /** Chance, in [0, 1). */
  random(): number
}

export interface Transport {
  /** Milliseconds, monotonic. */
  now(): number
  /** Bytes accepted by send() that the connection has not taken yet. */
  readonly bufferedAmount: number
  readonly connected: boolean
  /** ms, where making the connection has measured it. */
  readonly roundTrip?: number
  /** Sends one frame; the bytes must not change afterwards. */
  send(frame: Uint8Array<ArrayBuffer>): void
  /** Sends a control message and waits for its answer. @throws ERR_DISCONNECTED, ERR_TIMEOUT */
  ask(message: Uint8Array<ArrayBuffer>): Promise<Uint8Array>
  /** Settles once a frame came, and soon in any case. Left out: nobody waits for it. */
  framed?(): Promise<void>
  listen(to: TransportEvents): void
  close(): void
}
