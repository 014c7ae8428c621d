import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LinkProfile, link, profiles, Random, VirtualClock } from '../testing/index.ts'
import { ServerClock } from '../time/server-clock.ts'
import { Interpolator } from './interpolator.ts'

const RATE = 30
const INTERVAL = 1000 / RATE
const FPS = 60

interface Frame {
  readonly at: number
  readonly tick: number
  readonly delay: number
  readonly starved: boolean
  /** Of the server's pace. */
  readonly pace: number
}

/** What a screen shows that knows the server's clock: frames come in order, that of `tick` `late(tick)` ms after it. */
function watch(seconds: number, late: (tick: number) => number = () => 0, jitter = (_at: number) => 0): Frame[] {
  const interpolator = new Interpolator(RATE)
  const frames: Frame[] = []
  let newest = 10
  let last: number | undefined
  for (let frame = 0; frame < seconds * FPS; frame++) {
    const at = (frame * 1000) / FPS
    const server = 10 + at / INTERVAL
    // Half a millisecond, so that rounding decides nothing.
    while ((newest + 1 - 10) * INTERVAL + late(newest + 1) <= at + 0.5) newest++
    const tick = interpolator.renderTick(server, newest, jitter(at), at)
    const pace = last === undefined ? 1 : (tick - last) / (RATE / FPS)
    last = tick
    frames.push({ at, tick, delay: interpolator.delay, starved: tick > newest, pace })
  }
  return frames
}

/** What stalls of `ms` do at these times: all that was sent in one comes at its end. */
function stalls(ms: number, ...times: number[]): (tick: number) => number {
  return (tick) => {
    const sent = (tick - 10) * INTERVAL
    const from = times.find((time) => sent >= time && sent < time + ms)
    return from === undefined ? 0 : from + ms - sent
  }
}

const at = (frames: Frame[], ms: number): Frame => frames.find((frame) => frame.at >= ms) as Frame
const paces = (frames: Frame[]): number[] => frames.map(({ pace }) => pace)

describe('the delay', () => {
  it.each([
    [20, 1.2],
    [30, 1.2],
    [60, 1.3],
  ])('at %i ticks a second is %f ticks on a quiet line, from the first frame on', (rate, delay) => {
    const interpolator = new Interpolator(rate)
    expect(interpolator.delay).toBeCloseTo(delay, 9)
    for (let frame = 0; frame < 1000; frame++) {
      const server = 100 + (frame * rate) / FPS
      expect(interpolator.renderTick(server, Math.floor(server), 0, 0)).toBeCloseTo(server - delay, 6)
    }
  })

  it('follows the jitter, up and down, at a pace that nobody sees', () => {
    const frames = watch(40, undefined, (ms) => (ms > 10_000 && ms < 20_000 ? 40 : 0))
    expect(at(frames, 9_900).delay).toBeCloseTo(1.2, 3)
    expect(at(frames, 19_900).delay).toBeCloseTo(1.2 + 1.1 * 1.2, 1)
    expect(at(frames, 30_000).delay).toBeCloseTo(1.2, 1)
    for (const pace of paces(frames)) expect(Math.abs(pace - 1)).toBeLessThan(0.01 + 1e-6)
  })

  it('is longer where the page draws slowly, and does not run away where frames stay overdue', () => {
    const slow = new Interpolator(RATE)
    for (let frame = 0; frame < 300; frame++) slow.renderTick(100 + frame * 1.5, 100 + frame * 1.5, 0, frame * 50)
    expect(slow.delay).toBeCloseTo(1.2 + 0.03 * RATE, 1)
    const overdue = new Interpolator(RATE)
    for (let frame = 0; frame < 6000; frame++) {
      const server = 100 + (frame * RATE) / FPS
      overdue.renderTick(server, Math.floor(server) - 2, 0, (frame * 1000) / FPS)
    }
    expect(overdue.delay).toBeLessThan(1.2 + 1.6 + 0.08 * RATE)
  })

  it('grows by a quarter of a tick at most after a stall, and shrinks again', () => {
    for (const ms of [150, 450]) {
      const frames = watch(30, stalls(ms, 5000))
      expect(frames.filter(({ starved }) => starved).length).toBeGreaterThan(1)
      const after = frames.filter((frame) => frame.at > 5000 + ms + 1000).map(({ delay }) => delay)
      expect(Math.max(...after)).toBeGreaterThan(1.25)
      expect(Math.max(...after)).toBeLessThan(1.2 + 0.25 + 0.15)
      expect(at(frames, 18_000).delay).toBeCloseTo(1.2, 2)
    }
  })

  it('grows with every stall, so that the same network starves it less', () => {
    const times = Array.from({ length: 60 }, (_, n) => 2000 + n * 1000)
    const frames = watch(62, stalls(130, ...times))
    const starved = (from: number, to: number) => frames.filter((f) => f.starved && f.at > from && f.at < to).length
    expect(starved(2000, 12_000)).toBeGreaterThan(0)
    expect(starved(50_000, 60_000)).toBeLessThan(0.8 * starved(2000, 12_000))
    for (const { delay } of frames) expect(delay).toBeLessThan(1.2 + 1.6 + 0.5)
  })

  it('grows before a stall that is due by a rhythm, and is used up in it; not where stalls come at any time', () => {
    const regular = Array.from({ length: 60 }, (_, n) => 2000 + n * 2000)
    const shaken = regular.map((time, n) => time + ((n * 7919) % 1200))
    const put = (times: number[]) => {
      const frames = watch(120, stalls(250, ...times))
      for (const { pace } of frames) expect(Math.abs(pace - 1)).toBeLessThan(0.14 + 1e-6)
      const grown = times.slice(10, 55).map((time) => at(frames, time - 20).delay - at(frames, time - 500).delay)
      return grown.sort((a, b) => a - b)[grown.length >> 1]
    }
    expect(put(regular)).toBeGreaterThan(0.75)
    expect(put(shaken)).toBeLessThan(0.1)
  })

  it('is back at once after a stall in which the screen stood, and what it taught before is kept', () => {
    for (const ms of [900, 5000]) {
      const frames = watch(30, stalls(ms, 5000))
      const stood = frames.filter(({ at, pace }) => at > 5000 && at < 5000 + ms && pace === 0)
      expect(stood.length).toBeGreaterThan(((ms - 700) * FPS) / 1000)
      const after = frames.filter((frame) => frame.at > 5000 + ms + 1000 / FPS)
      for (const { delay, pace, starved } of after.slice(1)) {
        expect(delay).toBeCloseTo(1.2, 2)
        expect(pace).toBeCloseTo(1, 3)
        expect(starved).toBe(false)
      }
    }
  })

  it('does not play what comes late after a long stall: the screen stands until the present is known', () => {
    const interpolator = new Interpolator(RATE)
    let tick = 0
    // The server's clock is not guessed on for more than a second.
    for (let frame = 0; frame < 600; frame++)
      tick = interpolator.renderTick(100 + Math.min(30, frame / 2), 100, 0, (frame * 1000) / FPS)
    expect(tick).toBe(115)
    for (let frame = 600; frame < 610; frame++)
      expect(interpolator.renderTick(130.5, 160, 0, (frame * 1000) / FPS)).toBe(115)
    expect(interpolator.renderTick(405, 405, 0, 10_200)).toBeCloseTo(403.8, 6)
  })

  it('is back at once after a long absence, and nothing of the past is shown', () => {
    const interpolator = new Interpolator(RATE)
    for (let server = 100; server < 200; server += 0.5) interpolator.renderTick(server, Math.floor(server), 0, 0)
    expect(interpolator.renderTick(1900, 1900, 0, 0)).toBeCloseTo(1898.8, 6)
  })

  it('is made good at once where it is far too long', () => {
    const interpolator = new Interpolator(RATE)
    expect(interpolator.renderTick(100, 100, 600, 0)).toBeCloseTo(100 - 1.2 - 1.1 * 18, 6)
    expect(interpolator.renderTick(101, 101, 0, 0)).toBeCloseTo(101 - 1.2, 6)
  })

  it('holds still while the server is thought to be earlier than it was', () => {
    const interpolator = new Interpolator(RATE)
    const tick = interpolator.renderTick(100, 100, 0, 0)
    for (const server of [97, 98, 10, 99]) expect(interpolator.renderTick(server, 100, 0, 0)).toBe(tick)
    expect(interpolator.renderTick(130, 130, 0, 0)).toBeGreaterThan(tick)
  })
})

describe('the pace', () => {
  it('is the server’s while all is calm', () => {
    for (const { pace } of watch(20)) expect(pace).toBeCloseTo(1, 6)
  })

  it('is within 4 % where stalls are rare; in a stall the screen goes on', () => {
    const frames = watch(40, stalls(250, 10_000, 20_000, 30_000))
    for (const { pace } of frames) expect(Math.abs(pace - 1)).toBeLessThan(0.04 + 1e-6)
    expect(at(frames, 20_200)).toMatchObject({ starved: true, pace: expect.closeTo(0.96, 6) })
  })

  it('is never back and always at 0.86 to 1.25 of the pace, whatever arrives, but for jumps forwards and where the screen stands', () => {
    const step = fc.record({
      ms: fc.oneof(fc.double({ min: 0, max: 40, noNaN: true }), fc.nat(3000)),
      back: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(5)),
      age: fc.oneof(fc.nat(2), fc.nat(60)),
      jitter: fc.nat(100),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const interpolator = new Interpolator(RATE)
        let server = 100
        let furthest = server
        let last = interpolator.renderTick(server, server, 0, 0)
        let stands = false
        for (const { ms, back, age, jitter } of steps) {
          server = Math.max(0, server + ms / INTERVAL - back)
          const passed = Math.max(0, server - furthest)
          furthest = Math.max(furthest, server)
          const newest = Math.floor(server) - age
          const tick = interpolator.renderTick(server, newest, jitter, 0)
          expect(tick).toBeGreaterThanOrEqual(last)
          expect(tick).toBeLessThanOrEqual(Math.max(last, newest + RATE / 2))
          const stood: boolean = stands
          stands = tick >= newest + RATE / 2 || (stood && tick === last)
          if (stands || stood) {
            // It stands as far past what there is as rows are moved on, and is then where it should be.
            if (tick > last && !stands) expect(tick).toBeLessThanOrEqual(server - 1.2 + 1e-6)
          } else if (tick > last + 1.25 * passed + 1e-6) {
            // A jump: to what the delay should be, and of what was far off.
            expect(server - last).toBeGreaterThan(12 + 1.2)
            expect(tick).toBeLessThanOrEqual(server - 1.2 + 1e-6)
          } else if (server - last < 12) expect(tick - last).toBeGreaterThanOrEqual(0.86 * passed - 1e-6)
          last = tick
        }
      })
    )
  })
})

/**
 * What a screen shows over a link, with nothing but arrivals to go by. Its page draws every `interval` ms and is busy with
 * it for `busy` of that: what arrives meanwhile it takes afterwards.
 */
async function over(profile: LinkProfile, seed: number, seconds: number, interval: number = 1000 / FPS, busy = 0) {
  const clock = new VirtualClock()
  const net = link(clock, new Random(seed), profile)
  const server = new ServerClock(RATE)
  const interpolator = new Interpolator(RATE)
  const { latency, jitter } = profile.down
  let sent = 0
  let newest = -1
  clock.every(INTERVAL, () => {
    sent++
    net.server.send(Uint8Array.of(sent & 255, sent >> 8))
  })
  const take = ([low, high]: Uint8Array) => {
    newest = low + high * 256
    server.observe(newest, clock.now)
  }
  const waiting: Uint8Array[] = []
  let isBusy = false
  net.client.onmessage = (bytes) => {
    if (isBusy) waiting.push(bytes)
    else take(bytes)
  }
  const frames: Frame[] = []
  let last = 0
  clock.every(interval, () => {
    if (busy > 0) {
      isBusy = true
      clock.after(busy * interval, () => {
        isBusy = false
        for (const bytes of waiting.splice(0)) take(bytes)
      })
    }
    if (newest < 0) return
    const tick = interpolator.renderTick(server.tickAt(clock.now), newest, server.jitter, clock.now)
    // The delay counts from what could have arrived at the earliest.
    const delay = (clock.now - (latency - jitter)) / INTERVAL - tick
    frames.push({
      at: clock.now,
      tick,
      delay,
      starved: tick > newest,
      pace: (tick - last) / ((RATE * interval) / 1000),
    })
    last = tick
  })
  await clock.run(seconds * 1000)
  return frames.filter((frame) => frame.at > 5000)
}

describe('over a network', () => {
  // Most starved frames; pace, p1 to p99; ticks of delay beyond the jitter, median.
  it.each([
    ['lan', 0, 0.005, 1.5],
    ['cable', 0, 0.01, 1.5],
    ['wifi', 0.005, 0.02, 2],
    ['4g', 0.045, 0.05, 2.5],
    ['bad', 0.18, 0.15, 3],
  ] as const)(
    '%s: few frames starve, nobody sees the pace, and the delay is short',
    async (name, share, pace, most) => {
      const profile = profiles[name]
      for (const seed of [1, 2]) {
        const frames = await over(profile, seed, 120)
        expect(frames.filter(({ starved }) => starved).length / frames.length, `seed ${seed}`).toBeLessThanOrEqual(
          share
        )
        const sorted = paces(frames).sort((a, b) => a - b)
        expect(sorted[0]).toBeGreaterThan(0)
        expect(sorted[Math.floor(frames.length * 0.01)], `seed ${seed}`).toBeGreaterThan(1 - pace)
        expect(sorted[Math.floor(frames.length * 0.99)], `seed ${seed}`).toBeLessThan(1 + pace)
        const delays = frames.map(({ delay }) => delay).sort((a, b) => a - b)
        const p95 = (2 * profile.down.jitter * 0.95) / INTERVAL
        expect(delays[delays.length >> 1] - p95, `seed ${seed}`).toBeLessThanOrEqual(most)
      }
    }
  )

  it.each([16.7, 25, 33])(
    'a page that is busy drawing, every %f ms, starves no more and is later by no more than one of its frames',
    async (interval) => {
      const median = (frames: Frame[]) => frames.map(({ delay }) => delay).sort((a, b) => a - b)[frames.length >> 1]
      const idle = await over(profiles['4g'], 1, 120, interval)
      const busy = await over(profiles['4g'], 1, 120, interval, 0.9)
      const starved = busy.filter(({ starved }) => starved).length / busy.length
      expect(starved).toBeLessThanOrEqual(0.05)
      expect(median(busy) - median(idle)).toBeLessThanOrEqual(interval / INTERVAL)
    }
  )
})
