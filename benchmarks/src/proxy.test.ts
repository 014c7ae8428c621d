import { createServer, type Socket, connect as toProxy } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ProxyOptions, ShapingProxy } from './proxy.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A server, a proxy before it and a client of that. */
async function setUp(
  options: Omit<ProxyOptions, 'to'> = {}
): Promise<{ proxy: ShapingProxy; client: Socket; server: Socket }> {
  let accept: (socket: Socket) => void
  const accepted = new Promise<Socket>((resolve) => {
    accept = resolve
  })
  const listening = createServer({ allowHalfOpen: true }, (socket) => accept(socket))
  await new Promise<void>((resolve) => listening.listen(0, () => resolve()))
  ends.push(() => new Promise((resolve) => listening.close(resolve)))
  const proxy = await ShapingProxy.start({ to: (listening.address() as { port: number }).port, ...options })
  ends.push(() => proxy.close())
  const client = toProxy({ port: proxy.port, allowHalfOpen: true })
  const server = await accepted
  for (const socket of [client, server]) {
    socket.on('error', () => {})
    ends.push(() => socket.destroy())
  }
  return { proxy, client, server }
}

async function read(socket: Socket, size: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let got = 0
  for await (const bytes of socket.iterator({ destroyOnReturn: false })) {
    pieces.push(bytes)
    got += bytes.length
    if (got >= size) break
  }
  return Buffer.concat(pieces)
}

const path = (latency: number) => ({ latency, jitter: latency / 2, stall: { every: 100, lasts: 30 } })

describe('ShapingProxy', () => {
  it('carries every byte both ways over a bad line, and the end of each way behind them', async () => {
    const { client, server } = await setUp({ profile: { up: path(20), down: path(20) } })
    const sent = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251))
    client.end(sent)
    expect((await read(server, sent.length)).equals(sent)).toBe(true)
    server.end(sent)
    expect((await read(client, sent.length)).equals(sent)).toBe(true)
    for (const socket of [client, server])
      if (!socket.readableEnded) await new Promise((done) => socket.once('end', done))
  })

  it('lets nothing through while it is paused, and takes no more than its queue', async () => {
    const { proxy, client, server } = await setUp({ queue: 10_000 })
    client.write('a')
    await read(server, 1)
    proxy.pause('up')
    client.write(Buffer.alloc(10_000_000))
    server.write('b')
    await read(client, 1) // the other way goes on
    proxy.resume('up')
    expect(await read(server, 10_000_000)).toHaveLength(10_000_000)
  })

  it('makes a sender wait that sends more than the rate', async () => {
    const { proxy, client, server } = await setUp({ rate: 1000, queue: 10_000 })
    const size = 30_000_000
    server.write(Buffer.alloc(size))
    await read(client, 1)
    expect(server.writableLength).toBeGreaterThan(0)
    expect(proxy.taken.down).toBeLessThan(10_000 + 2 * 65536)
    proxy.setRate(undefined)
    expect((await read(client, size - 1448)).length).toBeGreaterThanOrEqual(size - 1448)
  })

  it('cuts: both ends are told, and new connections go through', async () => {
    const { proxy, client, server } = await setUp()
    const closed = [client, server].map((socket) => new Promise((resolve) => socket.once('close', resolve)))
    for (const socket of [client, server]) socket.resume().once('end', () => socket.end())
    client.write('a')
    await new Promise((resolve) => server.once('data', resolve))
    proxy.cut()
    await Promise.all(closed)
    const again = toProxy(proxy.port).resume()
    ends.push(() => again.destroy())
    await new Promise((resolve) => again.once('connect', resolve))
  })
})
