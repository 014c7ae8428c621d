import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LinkProfile, link, profiles, Random, roundTrip, VirtualClock } from '../testing/index.ts'
import { ServerClock } from './server-clock.ts'

const RATE = 30
const INTERVAL = 1000 / RATE

interface Reading {
  at: number
  tick: number
}

interface Play {
  clock: VirtualClock
  server: ServerClock
  net: ReturnType<typeof link>
  /** What was read at each animation frame. */
  readings: Reading[]
  /** Added to the time that the client reads: a client's clock that was set. */
  client: { offset: number }
}

/** A server that sends a frame each tick, exactly in time, and a client that reads the clock `fps` times a second. */
function play(profile: LinkProfile, { seed = 1, fps = 60 } = {}): Play {
  const clock = new VirtualClock()
  const net = link(clock, new Random(seed), profile)
  const server = new ServerClock(RATE)
  const readings: Reading[] = []
  const client = { offset: 5_000 }
  let tick = 0
  clock.every(INTERVAL, () => {
    tick += 1
    net.server.send(Uint8Array.of(tick & 255, (tick >> 8) & 255))
  })
  net.client.onmessage = (bytes) => server.observe(bytes[0] + bytes[1] * 256, clock.now + client.offset)
  clock.every(1000 / fps, () => readings.push({ at: clock.now, tick: server.tickAt(clock.now + client.offset) }))
  return { clock, server, net, readings, client }
}

/** Speeds from one reading to the next, as shares of the nominal one. */
function speeds(readings: Reading[]): number[] {
  return readings.slice(1).map((next, i) => ((next.tick - readings[i].tick) * INTERVAL) / (next.at - readings[i].at))
}

/** How far a reading is behind the fastest path, in ms; below zero it is ahead of what can have arrived. */
function behind({ at, tick }: Reading, fastest: number): number {
  return at - fastest - tick * INTERVAL
}

const after = (readings: Reading[], ms: number): Reading[] => readings.filter(({ at }) => at > ms)

describe('ServerClock', () => {
  it('reads 0 and is not synced before the first frame, and is synced after half a second of frames', async () => {
    const { clock, server } = play(roundTrip(30, 0))
    expect(server.tickAt(5_000)).toBe(0)
    expect(server.synced).toBe(false)
    await clock.run(400)
    expect(server.synced).toBe(false)
    await clock.run(700)
    expect(server.synced).toBe(true)
  })

  it.each([60, 144, 37])(
    'moves at the nominal speed at every one of %i frames a second over a clean link',
    async (fps) => {
      const { clock, readings, server } = play(roundTrip(80, 0), { fps })
      await clock.run(60_000)
      for (const speed of speeds(after(readings, 1000))) expect(Math.abs(speed - 1)).toBeLessThan(1e-6)
      for (const reading of after(readings, 1000)) expect(Math.abs(behind(reading, 40))).toBeLessThan(1e-6)
      expect(server.jitter).toBeLessThan(1e-6)
    }
  )

  it.each([
    ['lan', 0.995],
    ['cable', 0.99],
    ['wifi', 0.98],
    ['4g', 0.95],
    ['bad', 0.95],
  ] as const)('on %s it keeps within %f of its speed and close to the fastest path', async (name, slowest) => {
    for (const seed of [1, 2, 3]) {
      const { clock, readings } = play(profiles[name], { seed })
      await clock.run(60_000)
      const { latency, jitter } = profiles[name].down
      const settled = after(readings, 2000)
      for (const speed of speeds(settled)) {
        expect(speed).toBeGreaterThan(slowest - 1e-6)
        expect(speed).toBeLessThan(2 - slowest + 1e-6)
      }
      for (const reading of settled) {
        expect(behind(reading, latency - jitter)).toBeGreaterThan(-1e-6)
        expect(behind(reading, latency - jitter)).toBeLessThan(INTERVAL)
      }
    }
  })

  it('tells the 95th percentile of the jitter, stalls apart', async () => {
    for (const name of ['wifi', '4g', 'bad'] as const) {
      const { clock, server } = play(profiles[name])
      await clock.run(20_000)
      const range = 2 * profiles[name].down.jitter
      expect(server.jitter).toBeGreaterThan(0.75 * range)
      expect(server.jitter).toBeLessThan(range)
    }
  })

  it('between jumps never reads an earlier tick and bends its rate by at most 5 %, whatever arrives', () => {
    const arrival = fc.record({
      wait: fc.double({ min: 0, max: 100, noNaN: true }),
      late: fc.integer({ min: 0, max: 200 }),
    })
    fc.assert(
      fc.property(fc.array(arrival, { minLength: 30, maxLength: 200 }), (arrivals) => {
        const server = new ServerClock(RATE)
        let now = 1000
        let read: Reading | undefined
        for (const { wait, late } of arrivals) {
          now += wait
          server.observe(Math.floor((now - late) / INTERVAL), now)
          const next = { at: now, tick: server.tickAt(now) }
          if (read !== undefined) {
            const nominal = (now - read.at) / INTERVAL
            expect(next.tick - read.tick).toBeGreaterThanOrEqual(Math.max(0, nominal * 0.95 - 1e-6))
            expect(next.tick - read.tick).toBeLessThan(nominal * 1.05 + 1e-6)
          }
          if (server.synced) read = next
        }
      })
    )
  })

  it('reads the same tick for a time a little before the last reading', () => {
    const server = new ServerClock(RATE)
    server.observe(100, 5000)
    const tick = server.tickAt(5010)
    expect(server.tickAt(5002)).toBe(tick)
    expect(server.tickAt(5010 + INTERVAL)).toBeCloseTo(tick + 1, 9)
  })

  it('does not notice a spike', async () => {
    const { clock, net, readings } = play(roundTrip(40, 0))
    clock.at(5000, () => net.stall(200))
    clock.at(8000, () => net.stall(200))
    await clock.run(20_000)
    for (const speed of speeds(after(readings, 1000))) expect(Math.abs(speed - 1)).toBeLessThan(1e-6)
  })

  it('goes on through almost a second of silence and the burst after it', async () => {
    const { clock, net, readings } = play(roundTrip(40, 0))
    clock.at(5000, () => net.stall(900))
    await clock.run(20_000)
    for (const speed of speeds(after(readings, 1000))) expect(Math.abs(speed - 1)).toBeLessThan(1e-6)
  })

  it('holds still in a longer silence, and is right with the first frame after it', async () => {
    const { clock, net, readings } = play(roundTrip(40, 0))
    clock.at(5000, () => net.stall(10_000))
    await clock.run(20_000)
    const held = readings.filter(({ at }) => at > 6100 && at < 15_000).map(({ tick }) => tick)
    expect(new Set(held).size).toBe(1)
    for (const reading of after(readings, 15_050)) expect(Math.abs(behind(reading, 20))).toBeLessThan(1e-6)
  })

  it('does not take a backlog that drains for another clock or path', () => {
    const server = new ServerClock(RATE)
    const sendAt = (tick: number) => tick * INTERVAL
    const arrives = (tick: number) => {
      const sent = sendAt(tick)
      // Nothing for 900 ms from 5 s on; then a frame each 20 ms, until they are there in time again.
      if (sent < 5000) return sent
      return Math.max(sent, 5900 + (tick - Math.ceil(5000 / INTERVAL)) * 20)
    }
    const arrivals = Array.from({ length: 450 }, (_, tick) => ({ tick, at: arrives(tick) }))
    let next = 0
    const readings: Reading[] = []
    for (let at = 0; at < 14_000; at += 1000 / 60) {
      for (; next < arrivals.length && arrivals[next].at <= at; next++)
        server.observe(arrivals[next].tick, arrivals[next].at)
      readings.push({ at, tick: server.tickAt(at) })
    }
    const late = arrivals.filter(({ tick, at }) => at - sendAt(tick) > 250)
    // It is a long one: longer than what it takes to notice a clock that was set.
    expect(late.at(-1)!.at - late[0].at).toBeGreaterThan(600)
    for (const reading of after(readings, 1000)) expect(behind(reading, 0)).toBeGreaterThan(-1e-6)
    for (const speed of speeds(after(readings, 1000))) expect(speed).toBeGreaterThan(-1e-6)
    // Right as soon as it is plain what it was, and at the nominal speed again.
    const settled = after(readings, late.at(-1)!.at + 50)
    for (const reading of settled) expect(behind(reading, 0)).toBeLessThan(1e-6)
    for (const speed of speeds(settled)) expect(Math.abs(speed - 1)).toBeLessThan(1e-6)
  })

  it('goes on through a stall whose backlog ends before it is all there', () => {
    const server = new ServerClock(RATE)
    const readings: Reading[] = []
    // From the 150th on nothing for 500 ms, then eight at once; and again nothing for 300.
    const arrives = (tick: number) => (tick < 150 ? tick : tick < 158 ? 165 : Math.max(tick, 174)) * INTERVAL
    let next = 0
    for (let at = 0; at < 200 * INTERVAL; at += 1000 / 60) {
      for (; arrives(next) <= at; next++) server.observe(next, arrives(next))
      readings.push({ at, tick: server.tickAt(at) })
    }
    for (const speed of speeds(after(readings, 1000))) expect(Math.abs(speed - 1)).toBeLessThan(1e-6)
  })

  it('keeps what it knows of the path when its clock is set ahead: the reading goes on as before, and the jitter', async () => {
    const { clock, server, readings, client } = play(roundTrip(60, 40))
    await clock.run(20_000)
    const { jitter } = server
    client.offset += 3_600_000
    await clock.run(21_000)
    expect(Math.abs(server.jitter - jitter)).toBeLessThan(10)
    await clock.run(30_000)
    for (const reading of after(readings, 20_500)) expect(Math.abs(behind(reading, 10))).toBeLessThan(20)
    for (const speed of speeds(after(readings, 20_500))) expect(Math.abs(speed - 1)).toBeLessThanOrEqual(0.05 + 1e-6)
  })

  it('follows a slower route within seconds and a faster one at once, by bending its rate', async () => {
    const { clock, net, readings } = play(roundTrip(40, 0))
    clock.at(5000, () => net.shape(roundTrip(140, 0)))
    clock.at(20_000, () => net.shape(roundTrip(40, 0)))
    await clock.run(30_000)
    for (const speed of speeds(after(readings, 1000))) expect(Math.abs(speed - 1)).toBeLessThan(0.05 + 1e-6)
    const at = (ms: number): Reading => readings.find((reading) => reading.at >= ms) as Reading
    expect(Math.abs(behind(at(12_500), 70))).toBeLessThan(1)
    expect(Math.abs(behind(at(23_000), 20))).toBeLessThan(1)
  })

  it.each([3_600_000, -3_600_000])(
    'holds still when its clock is set by %i ms, and is right 0.3 s later',
    async (offset) => {
      const { clock, readings, client } = play(profiles.wifi)
      clock.at(5000, () => {
        client.offset += offset
      })
      await clock.run(15_000)
      const before = readings.filter(({ at }) => at <= 5000).at(-1) as Reading
      for (const { at, tick } of after(readings, 5000)) {
        expect(tick).toBeGreaterThanOrEqual(before.tick)
        expect(tick - before.tick).toBeLessThan((at - before.at) / INTERVAL + 1)
      }
      for (const reading of after(readings, 5300)) expect(Math.abs(behind(reading, 10))).toBeLessThan(INTERVAL)
      for (const speed of speeds(after(readings, 5300))) expect(Math.abs(speed - 1)).toBeLessThan(0.05 + 1e-6)
    }
  )

  it('is right at once after a sleep in which its clock stood still', async () => {
    const { clock, net, readings, client } = play(roundTrip(40, 0))
    clock.at(5000, () => net.stall(60_000))
    clock.at(64_999, () => {
      client.offset -= 55_000
    })
    await clock.run(70_000)
    for (const reading of after(readings, 65_100)) expect(Math.abs(behind(reading, 20))).toBeLessThan(INTERVAL)
  })

  it('takes nothing of a backlog that comes after its clock was set back for jitter', async () => {
    const { clock, net, readings, server, client } = play(roundTrip(40, 0))
    clock.at(5000, () => net.stall(3000))
    clock.at(7000, () => {
      client.offset -= 1500
    })
    await clock.run(10_000)
    expect(server.jitter).toBeLessThan(1)
    for (const reading of after(readings, 8100)) expect(Math.abs(behind(reading, 20))).toBeLessThan(INTERVAL)
  })
})
