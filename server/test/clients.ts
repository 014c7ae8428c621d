// What the tests of a whole server share: clients, cleaned up after each test, and waiting for an event.

import { once } from 'node:events'
import { type Socket as TcpSocket, connect as tcpConnect } from 'node:net'
import { parser } from '@tickwire/engine/wire'
import { type Socket as ClientSocket, io as connect, type ManagerOptions } from 'socket.io-client'
import { afterEach } from 'vitest'

export const cleanups: (() => unknown)[] = []
afterEach(async () => {
  while (cleanups.length > 0) await cleanups.pop()!()
})

type Emitter = { on(event: string, listener: (...args: any[]) => void): unknown }

/** The arguments of the next `event`. Call it before what causes the event. */
export function next(emitter: Emitter, event: string): Promise<any[]> {
  return new Promise((resolve) => emitter.on(event, (...args) => resolve(args)))
}

function client(url: string, options: Partial<ManagerOptions> & { auth?: object } = {}): ClientSocket {
  const transports = ['websocket']
  const socket = connect(url, { transports, parser, forceNew: true, reconnection: false, ...options })
  cleanups.push(() => socket.disconnect())
  return socket
}

export async function joined(
  url: string,
  options?: Partial<ManagerOptions> & { auth?: object }
): Promise<ClientSocket> {
  const socket = client(url, options)
  const refused = next(socket, 'connect_error').then(([error]) => Promise.reject(error))
  await Promise.race([next(socket, 'connect'), refused])
  return socket
}

/** A Socket.IO client made of bytes: what arrives is seen as the kernel delivers it. */
export class RawClient {
  readonly socket: TcpSocket

  private constructor(socket: TcpSocket) {
    this.socket = socket
  }

  /** Connects by WebSocket, and to the main namespace. */
  static async connect(port: number): Promise<RawClient> {
    const client = new RawClient(tcpConnect(port, '127.0.0.1'))
    cleanups.push(() => client.socket.destroy())
    client.socket.write(
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n' +
        'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n'
    )
    await client.until('maxPayload')
    client.send('40')
    await client.until('40{"sid"')
    return client
  }

  /** The next bytes that the kernel delivers at once. */
  async chunk(): Promise<Buffer> {
    return (await once(this.socket, 'data'))[0]
  }

  /** One message of at most 125 bytes, masked with zeros. */
  send(message: string | Uint8Array): void {
    const payload = Buffer.from(message)
    const opcode = typeof message === 'string' ? 0x81 : 0x82
    this.socket.write(Buffer.concat([Buffer.from([opcode, 0x80 | payload.length, 0, 0, 0, 0]), payload]))
  }

  /** Reads on until `text` was seen. */
  async until(text: string): Promise<void> {
    let seen = ''
    while (!seen.includes(text)) seen += (await this.chunk()).toString('latin1')
  }
}

/** The WebSocket frames in a chunk, which must hold whole ones only. */
export function framesIn(chunk: Buffer): { binary: boolean; payload: Buffer }[] {
  const frames: { binary: boolean; payload: Buffer }[] = []
  for (let at = 0; at < chunk.length; ) {
    const short = chunk[at + 1]
    const [start, length] = short < 126 ? [at + 2, short] : [at + 4, chunk.readUInt16BE(at + 2)]
    if (short > 126 || start + length > chunk.length) throw new Error('a frame goes on in another segment')
    frames.push({ binary: chunk[at] === 0x82, payload: chunk.subarray(start, start + length) })
    at = start + length
  }
  return frames
}
