import { describe, expect, it } from 'vitest'
import { command } from '../schema/entity.ts'
import { defineGame } from '../schema/game.ts'
import { Random } from '../state/random.ts'
import type { SnapshotBase } from '../state/snapshot.ts'
import { WorldBase } from '../state/world.ts'
import { FrameWriter } from '../wire/frames.ts'
import { VirtualClock } from './clock.ts'
import { type Link, type LinkProfile, link } from './link.ts'
import { profiles, roundTrip } from './profiles.ts'
import { type LinkConnection, type LinkTransport, linkConnection, linkTransport } from './transport.ts'

interface Setup {
  clock: VirtualClock
  net: Link
  transport: LinkTransport
  connection: LinkConnection
  /** What happened at the client and at the server, with its time. */
  client: unknown[]
  server: unknown[]
}

/** A server that answers an ask after `work` ms with its bytes turned round. */
function setUp(profile: LinkProfile = roundTrip(20, 0), work = 0): Setup {
  const clock = new VirtualClock()
  const net = link(clock, new Random(3), profile)
  const client: unknown[] = []
  const server: unknown[] = []
  const transport = linkTransport(net.client, clock)
  transport.listen({
    frame: (bytes) => client.push(['frame', clock.now, [...bytes]]),
    tell: (bytes) => client.push(['tell', clock.now, [...bytes]]),
    status: (connected, reason) => client.push(['status', clock.now, connected, reason]),
  })
  const connection = linkConnection(net.server, {
    frame: (bytes) => server.push(['frame', clock.now, [...bytes]]),
    ask(bytes) {
      server.push(['ask', clock.now, [...bytes]])
      return new Promise((resolve) => clock.after(work, () => resolve(bytes.slice().reverse())))
    },
    closed: () => server.push(['closed', clock.now]),
  })
  return { clock, net, transport, connection, client, server }
}

describe('linkTransport and linkConnection', () => {
  it('connect at the next event and keep the clock of the link', async () => {
    const { clock, transport, client } = setUp()
    expect(transport.connected).toBe(false)
    await clock.run(5)
    expect(transport.connected).toBe(true)
    expect(client).toEqual([['status', 0, true, 'connected']])
    expect(transport.now()).toBe(5)
  })

  it('carry frames both ways and tells, in the order they were sent', async () => {
    const { clock, transport, connection, client, server } = setUp()
    await clock.run(0)
    client.length = 0
    transport.send(Uint8Array.of(1, 2))
    transport.send(Uint8Array.of(3))
    connection.sendFrame({ bytes: Uint8Array.of(4, 0, 5) })
    connection.notify(Uint8Array.of(6))
    connection.sendFrame({ bytes: Uint8Array.of(4, 0, 7) }, Uint8Array.of(4, 1, 99))
    await clock.run(100)
    expect(server).toEqual([
      ['frame', 10, [1, 2]],
      ['frame', 10, [3]],
    ])
    expect(client).toEqual([
      ['frame', 10, [4, 0, 5]],
      ['tell', 10, [6]],
      ['frame', 10, [4, 1, 99, 7]],
    ])
  })

  it('give each ask its own answer, after what the server sent before it', async () => {
    const { clock, transport, connection, client, server } = setUp(roundTrip(20, 0), 30)
    await clock.run(0)
    const answers: number[][] = []
    for (const ask of [Uint8Array.of(1, 2), Uint8Array.of(3, 4)]) {
      void transport.ask(ask).then((answer) => {
        answers.push([clock.now, ...answer])
        client.push('answer')
      })
    }
    clock.at(39, () => connection.sendFrame({ bytes: Uint8Array.of(4, 0, 5) }))
    await clock.run(100)
    expect(server).toEqual([
      ['ask', 10, [1, 2]],
      ['ask', 10, [3, 4]],
    ])
    expect(answers).toEqual([
      [50, 2, 1],
      [50, 4, 3],
    ])
    expect(client.slice(1)).toEqual([['frame', 49, [4, 0, 5]], 'answer', 'answer'])
  })

  it('reject an ask before the connection, at its loss, and without an answer in time', async () => {
    const early = setUp()
    await expect(early.transport.ask(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })

    const cut = setUp(profiles.bad)
    await cut.clock.run(0)
    const lost = expect(cut.transport.ask(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ERR_DISCONNECTED' })
    cut.net.cut()
    await cut.clock.run(20_000)
    await lost
    expect(cut.client.slice(1)).toEqual([['status', 0, false, 'cut']])

    const silent = setUp()
    await silent.clock.run(0)
    const late = expect(silent.transport.ask(Uint8Array.of(1))).rejects.toMatchObject({ code: 'ERR_TIMEOUT' })
    silent.net.cut('nobody')
    await silent.clock.run(20_000)
    await late
    expect(silent.transport.connected).toBe(true)
  })

  it('tell both sides of the end once, whoever makes it', async () => {
    const leaving = setUp()
    await leaving.clock.run(0)
    leaving.transport.send(Uint8Array.of(1))
    leaving.transport.close()
    await leaving.clock.run(100)
    expect(leaving.transport.connected).toBe(false)
    expect(leaving.client.slice(1)).toEqual([['status', 0, false, 'closed here']])
    expect(leaving.server).toEqual([
      ['frame', 10, [1]],
      ['closed', 10],
    ])

    const refused = setUp()
    await refused.clock.run(0)
    refused.connection.notify(Uint8Array.of(9))
    refused.connection.close()
    await refused.clock.run(100)
    expect(refused.server).toEqual([['closed', 0]])
    expect(refused.client.slice(1)).toEqual([
      ['tell', 10, [9]],
      ['status', 10, false, 'closed by the other end'],
    ])
  })

  it('refuse a frame whose bytes were used again while it was queued', async () => {
    const { clock, connection } = setUp()
    const bytes = Uint8Array.of(4, 0, 5)
    connection.sendFrame({ bytes }, Uint8Array.of(4, 1, 99))
    bytes[2] = 6
    await expect(clock.run(100)).rejects.toThrow('changed after it was sent')
  })

  it('show what waits for the bandwidth', async () => {
    const path = { latency: 10, jitter: 0, bandwidth: 1000 }
    const { clock, transport, connection } = setUp({ up: path, down: path })
    await clock.run(0)
    transport.send(new Uint8Array(499))
    connection.notify(new Uint8Array(299))
    expect(transport.bufferedAmount).toBe(500)
    expect(connection.bufferedAmount).toBe(300)
    await clock.run(1000)
    expect(transport.bufferedAmount).toBe(0)
    expect(connection.bufferedAmount).toBe(0)
  })

  it('note the state frames that arrived: their ticks and their way, whatever else came between', async () => {
    const { clock, net, connection, transport } = setUp()
    const arrivals = transport.arrivals
    const game = defineGame({ name: 'empty', tickRate: 30, entities: {}, command: command({}) })
    const world = new WorldBase(game)
    const writer = new FrameWriter(game)
    let last: SnapshotBase | undefined
    for (const tick of [70_000, 70_001, 70_004]) {
      world.tick = tick
      const snapshot = world.snapshot() as SnapshotBase
      connection.sendFrame({ bytes: writer.shared(snapshot, last, undefined, []) })
      connection.notify(Uint8Array.of(6))
      connection.sendFrame({ bytes: Uint8Array.of(1, 0, 7) })
      last = snapshot
      if (tick === 70_001) net.stall(30)
      await clock.run(clock.now + 12)
    }
    await clock.run(100)
    expect(arrivals).toEqual([
      { tick: 70_000, sentAt: 0, at: 10, stalled: false },
      { tick: 70_001, sentAt: 12, at: 42, stalled: true },
      { tick: 70_004, sentAt: 24, at: 42, stalled: true },
    ])
  })

  it('give the client the clock of its own machine', async () => {
    const { clock, net } = setUp()
    let set = 5000
    const transport = linkTransport(net.client, clock, () => clock.now + set)
    await clock.run(10)
    expect(transport.now()).toBe(5010)
    set = 0
    expect(transport.now()).toBe(10)
  })
})
