import { describe, expect, it } from 'vitest'
import { Line } from './line.ts'
import type { Transport, TransportEvents } from './transport.ts'

class Wire implements Transport {
  time = 0
  bufferedAmount = 0
  connected = true
  to!: TransportEvents
  now(): number {
    return this.time
  }
  sent = 0
  closed = false
  send(): void {
    this.sent++
  }
  ask(): Promise<Uint8Array> {
    return Promise.resolve(new Uint8Array(50))
  }
  listen(to: TransportEvents): void {
    this.to = to
  }
  close(): void {
    this.closed = true
  }
}

describe('Line', () => {
  it('keeps what arrives before anybody listens, in order', () => {
    const wire = new Wire()
    const line = new Line(wire)
    wire.to.frame(Uint8Array.of(1))
    wire.to.tell(Uint8Array.of(2))
    wire.to.status(false, 'gone')
    const heard: unknown[] = []
    line.listen({
      frame: ([byte]) => heard.push(byte),
      tell: ([byte]) => heard.push(byte),
      status: (_connected, reason) => heard.push(reason),
    })
    wire.to.frame(Uint8Array.of(3))
    expect(heard).toEqual([1, 2, 'gone', 3])
  })

  it('waits for a connection, and rejects where there will be none', async () => {
    const wire = new Wire()
    wire.connected = false
    const opened = new Line(wire).opened()
    wire.to.status(true, 'connected')
    await opened
    const refused = new Line(wire).opened()
    wire.to.status(false, 'nobody there')
    await expect(refused).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
  })

  it('goes on over another connection: what comes of it is kept until it is listened to, the lost one is not heard', () => {
    const [first, second] = [new Wire(), new Wire()]
    const line = new Line(first)
    const heard: unknown[] = []
    const to = {
      frame: ([byte]: Uint8Array) => heard.push(byte),
      tell: ([byte]: Uint8Array) => heard.push(byte),
      status: (_connected: boolean, reason: string) => heard.push(reason),
    }
    line.listen(to)
    line.drop()
    expect(first.closed).toBe(true)
    first.to.frame(Uint8Array.of(1))
    first.to.status(false, 'late')
    first.bufferedAmount = 1000
    line.send(Uint8Array.of(9))
    line.replace(second)
    second.to.frame(Uint8Array.of(2))
    line.send(Uint8Array.of(9))
    expect([line.isLost, line.bufferedAmount, first.sent, second.sent, heard]).toEqual([true, 0, 0, 0, []])
    line.restored()
    line.send(Uint8Array.of(9))
    line.listen(to)
    second.to.tell(Uint8Array.of(3))
    first.to.frame(Uint8Array.of(4))
    expect([line.isLost, first.sent, second.sent, heard]).toEqual([false, 0, 1, [2, 3]])
  })

  it('takes no other connection once it is closed', () => {
    const [first, second] = [new Wire(), new Wire()]
    const line = new Line(first)
    line.close()
    expect(() => line.replace(second)).toThrow('ERR_DISCONNECTED')
    expect(second.closed).toBe(true)
  })

  it('counts the bytes of the last second', async () => {
    const wire = new Wire()
    const line = new Line(wire)
    for (; wire.time < 5000; wire.time += 100) {
      wire.to.frame(new Uint8Array(10))
      line.send(new Uint8Array(3))
    }
    expect([line.bytesIn, line.bytesOut]).toEqual([90, 27])
    await line.ask(new Uint8Array(7))
    expect([line.bytesIn, line.bytesOut]).toEqual([140, 34])
    wire.time += 1000
    expect([line.bytesIn, line.bytesOut]).toEqual([0, 0])
  })
})
