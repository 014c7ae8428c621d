import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Random } from '../state/random.ts'
import { VirtualClock } from './clock.ts'
import { type Link, type LinkEnd, type LinkOptions, type LinkProfile, link } from './link.ts'
import { profiles, roundTrip } from './profiles.ts'

interface Arrival {
  at: number
  bytes: Uint8Array
}

function setUp(profile: LinkProfile, seed = 1, options?: LinkOptions): { clock: VirtualClock; net: Link } {
  const clock = new VirtualClock()
  return { clock, net: link(clock, new Random(seed), profile, options) }
}

function arrivals(clock: VirtualClock, end: LinkEnd): Arrival[] {
  const list: Arrival[] = []
  end.onmessage = (bytes) => list.push({ at: clock.now, bytes })
  return list
}

/** Sends message i at i * interval; the numbers ride in the first two bytes. */
function sendNumbers(clock: VirtualClock, end: LinkEnd, count: number, interval: number): void {
  for (let i = 0; i < count; i++) clock.at(i * interval, () => end.send(Uint8Array.of(i & 255, i >> 8)))
}

const number = ({ bytes }: Arrival): number => bytes[0] + bytes[1] * 256

const anyProfile = fc.record({
  latency: fc.integer({ min: 20, max: 200 }),
  jitter: fc.integer({ min: 0, max: 20 }),
  stall: fc.option(fc.record({ every: fc.integer({ min: 500, max: 3000 }), lasts: fc.integer({ min: 1, max: 400 }) }), {
    nil: undefined,
  }),
  bandwidth: fc.option(fc.integer({ min: 200, max: 10_000 }), { nil: undefined }),
})

describe('link', () => {
  it('delivers every message once, in order, not before its time, over any network', async () => {
    await fc.assert(
      fc.asyncProperty(anyProfile, fc.nat(), fc.integer({ min: 0, max: 50 }), async (path, seed, interval) => {
        const { clock, net } = setUp({ up: path, down: path }, seed)
        const got = arrivals(clock, net.server)
        sendNumbers(clock, net.client, 60, interval)
        await clock.run(20_000)
        expect(got.map(number)).toEqual(Array.from({ length: 60 }, (_, i) => i))
        for (const arrival of got) {
          expect(arrival.at - number(arrival) * interval).toBeGreaterThanOrEqual(path.latency - path.jitter - 1e-6)
        }
      }),
      { numRuns: 30 }
    )
  })

  it('is the same network for the same seed, whatever goes the other way', async () => {
    const times = async (seed: number, talkative: boolean): Promise<number[]> => {
      const { clock, net } = setUp(profiles.bad, seed)
      const got = arrivals(clock, net.client)
      sendNumbers(clock, net.server, 100, 33)
      if (talkative) sendNumbers(clock, net.client, 100, 20)
      await clock.run(10_000)
      return got.map(({ at }) => at)
    }
    const first = await times(7, false)
    expect(await times(7, true)).toEqual(first)
    expect(await times(8, false)).not.toEqual(first)
  })

  it('delays by the latency, give or take the jitter, over the whole of that range', async () => {
    const { clock, net } = setUp(roundTrip(40, 20))
    const got = arrivals(clock, net.server)
    sendNumbers(clock, net.client, 1000, 33)
    await clock.run(60_000)
    const transits = got.map((arrival) => arrival.at - number(arrival) * 33)
    const mean = transits.reduce((sum, transit) => sum + transit, 0) / transits.length
    expect(Math.min(...transits)).toBeGreaterThanOrEqual(10)
    expect(Math.min(...transits)).toBeLessThan(10.5)
    expect(Math.max(...transits)).toBeLessThanOrEqual(30)
    expect(Math.max(...transits)).toBeGreaterThan(29.5)
    expect(Math.abs(mean - 20)).toBeLessThan(1)
  })

  it('stalls: nothing for so long, then everything at once, once in each period', async () => {
    const { clock, net } = setUp(roundTrip(20, 0, { every: 1000, lasts: 300 }))
    const got = arrivals(clock, net.server)
    sendNumbers(clock, net.client, 1000, 10)
    await clock.run(11_000)
    const gaps = got.slice(1).map((arrival, i) => arrival.at - got[i].at)
    const stalls = gaps.filter((gap) => gap > 10.001)
    expect(stalls.length).toBeGreaterThanOrEqual(9)
    expect(stalls.length).toBeLessThanOrEqual(11)
    for (const gap of stalls) expect(Math.abs(gap - 300)).toBeLessThanOrEqual(10)
    expect(gaps.filter((gap) => gap === 0).length).toBeGreaterThanOrEqual(9 * 28)
  })

  it('stalls on demand, one way or both, what is under way included', async () => {
    const { clock, net } = setUp(roundTrip(20, 0))
    const up = arrivals(clock, net.server)
    const down = arrivals(clock, net.client)
    sendNumbers(clock, net.client, 30, 10)
    sendNumbers(clock, net.server, 30, 10)
    clock.at(95, () => net.stall(100, 'up'))
    await clock.run(1000)
    expect(up.filter(({ at }) => at > 95 && at < 195)).toEqual([])
    expect(up.filter(({ at }) => at === 195).map(number)).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18])
    expect(up.map(number)).toEqual(Array.from({ length: 30 }, (_, i) => i))
    expect(down.every((arrival) => arrival.at === number(arrival) * 10 + 10)).toBe(true)
  })

  it('tells when a message was sent, and whether a stall held it back, itself or behind another', async () => {
    const { clock, net } = setUp(roundTrip(20, 0))
    const passages: [number, number, boolean][] = []
    net.server.onmessage = () => passages.push([net.server.passage!.sentAt, clock.now, net.server.passage!.stalled])
    expect(net.server.passage).toBeUndefined()
    sendNumbers(clock, net.client, 4, 20)
    clock.at(25, () => net.stall(30))
    await clock.run(100)
    expect(passages).toEqual([
      [0, 10, false],
      [20, 55, true],
      [40, 55, true],
      [60, 70, false],
    ])
  })

  it("tells the stalls of its profile from jitter: without one no message is a stall's", async () => {
    const path = { latency: 50, jitter: 40 }
    const stalledShare = async (stall?: { every: number; lasts: number }): Promise<number> => {
      const { clock, net } = setUp({ up: { ...path, stall }, down: path })
      const stalled: boolean[] = []
      net.server.onmessage = () => stalled.push(net.server.passage!.stalled)
      sendNumbers(clock, net.client, 5000, 10)
      await clock.run(60_000)
      return stalled.filter(Boolean).length / stalled.length
    }
    expect(await stalledShare()).toBe(0)
    // Those that fall into it, and those that would have overtaken them.
    const share = await stalledShare({ every: 1000, lasts: 300 })
    expect(share).toBeGreaterThan(0.3)
    expect(share).toBeLessThan(0.35)
  })

  it('sends no more bytes a second than its bandwidth, and shows what waits', async () => {
    const path = { latency: 50, jitter: 0, bandwidth: 1000 }
    const { clock, net } = setUp({ up: path, down: path })
    const got = arrivals(clock, net.server)
    for (let i = 0; i < 10; i++) net.client.send(new Uint8Array(100))
    expect(net.client.bufferedAmount).toBe(1000)
    expect(net.server.bufferedAmount).toBe(0)
    await clock.run(450)
    expect(net.client.bufferedAmount).toBe(600)
    expect(got.map(({ at }) => at)).toEqual([150, 250, 350, 450])
    await clock.run(1050)
    expect(net.client.bufferedAmount).toBe(0)
    expect(got).toHaveLength(10)
  })

  it('takes a new shape while it runs', async () => {
    const { clock, net } = setUp(roundTrip(20, 0))
    const got = arrivals(clock, net.server)
    net.client.send(Uint8Array.of(1))
    net.shape(roundTrip(200, 0))
    net.client.send(Uint8Array.of(2))
    await clock.run(500)
    net.shape(roundTrip(20, 0))
    net.client.send(Uint8Array.of(3))
    await clock.run(1000)
    expect(got.map(({ at, bytes }) => [at, bytes[0]])).toEqual([
      [10, 1],
      [100, 2],
      [510, 3],
    ])
  })

  it('keeps what is faster behind what was sent before it', async () => {
    const { clock, net } = setUp(roundTrip(200, 0))
    const got = arrivals(clock, net.server)
    net.client.send(Uint8Array.of(1))
    net.shape(roundTrip(20, 0))
    net.client.send(Uint8Array.of(2))
    await clock.run(500)
    expect(got.map(({ at, bytes }) => [at, bytes[0]])).toEqual([
      [100, 1],
      [100, 2],
    ])
  })

  it('joins the parts of a message, and gives the receiver bytes of its own', async () => {
    const { clock, net } = setUp(profiles.lan)
    const got = arrivals(clock, net.server)
    const sent = Uint8Array.of(1, 2, 3)
    net.client.send(sent, new Uint8Array(0), sent.subarray(1))
    await clock.run(10)
    expect([...got[0].bytes]).toEqual([1, 2, 3, 2, 3])
    got[0].bytes.fill(0)
    expect([...sent]).toEqual([1, 2, 3])
  })
})

describe('a message changed after it was sent', () => {
  it('is refused at its delivery, with where it changed', async () => {
    const { clock, net } = setUp(profiles.cable)
    const bytes = Uint8Array.of(5, 6, 7)
    net.client.send(Uint8Array.of(0), bytes)
    bytes[1] = 9
    await expect(clock.run(100)).rejects.toThrow('byte 2 of 4 is 9 and was 6')
  })

  it('may be changed once it was delivered', async () => {
    const { clock, net } = setUp(profiles.cable)
    const bytes = Uint8Array.of(5, 6, 7)
    net.client.send(bytes)
    await clock.run(100)
    bytes[1] = 9
    await clock.run(200)
  })

  it('arrives changed where the link does not check', async () => {
    const { clock, net } = setUp(profiles.cable, 1, { checkAliasing: false })
    const got = arrivals(clock, net.server)
    const bytes = Uint8Array.of(5, 6, 7)
    net.client.send(bytes)
    bytes[1] = 9
    await clock.run(100)
    expect([...got[0].bytes]).toEqual([5, 9, 7])
  })
})

describe('the end of a link', () => {
  function closings(net: Link): string[] {
    const seen: string[] = []
    net.client.onclose = (reason) => seen.push(`client: ${reason}`)
    net.server.onclose = (reason) => seen.push(`server: ${reason}`)
    return seen
  }

  it('comes after everything sent before close(), and nothing arrives where it was called', async () => {
    const path = { latency: 50, jitter: 0, bandwidth: 1000 }
    const { clock, net } = setUp({ up: path, down: path })
    const seen = closings(net)
    const up = arrivals(clock, net.server)
    const down = arrivals(clock, net.client)
    for (let i = 0; i < 5; i++) net.client.send(new Uint8Array(100))
    net.server.send(new Uint8Array(100))
    net.client.close()
    net.client.close()
    net.client.send(new Uint8Array(100))
    expect(seen).toEqual([])
    await clock.run(549)
    expect(seen).toEqual(['client: closed here'])
    await clock.run(5000)
    expect(up).toHaveLength(5)
    expect(down).toHaveLength(0)
    expect(seen).toEqual(['client: closed here', 'server: closed by the other end'])
  })

  it.each([
    ['both', ['client: cut', 'server: cut']],
    ['client', ['client: cut']],
    ['server', ['server: cut']],
    ['nobody', []],
  ] as const)('a cut noticed by %s loses what is under way and all that follows', async (noticedBy, expected) => {
    const { clock, net } = setUp(profiles.cable)
    const seen = closings(net)
    const up = arrivals(clock, net.server)
    const down = arrivals(clock, net.client)
    sendNumbers(clock, net.client, 10, 10)
    sendNumbers(clock, net.server, 10, 10)
    clock.at(50.5, () => net.cut(noticedBy))
    await clock.run(5000)
    expect(seen).toEqual(expected)
    for (const got of [up, down]) {
      expect(got.length).toBeGreaterThan(0)
      expect(got.every(({ at }) => at < 50.5)).toBe(true)
    }
    expect(net.client.bufferedAmount).toBe(0)
  })
})
