import { expect, it } from 'vitest'
import { Flight } from './flight.ts'

/** A line that takes `ms` for each frame, one after the other, and `way` ms each way; what comes late is told. */
function slow(ms: number, way = 20) {
  const flight = new Flight()
  const arriving: { at: number; up: number; last: number; asks: boolean }[] = []
  let idleAt = 0
  let made = 0
  let sent = 0
  let most = 0
  let isLateFrom = Number.POSITIVE_INFINITY
  let length = way
  const late = (from: number) => {
    isLateFrom = from
  }
  const run = (until: number, pace = ms, to = length) => {
    length = to
    for (let now = made * 10; now < until; now += 10) {
      made++
      while (arriving[0]?.at <= now) {
        const { up, last, asks } = arriving.shift()!
        if (asks || now > isLateFrom) flight.arrived(last, now, 40, up, now > isLateFrom)
      }
      if (flight.isFull(now)) {
        flight.held(now)
        continue
      }
      idleAt = Math.max(idleAt, now) + pace
      arriving.push({ at: idleAt + 2 * length, up: idleAt + length, last: made, asks: flight.asks })
      flight.sent(sent + 1, made, now)
      sent = made
      most = Math.max(most, idleAt - now)
    }
  }
  return {
    flight,
    run,
    /** From then on all comes late. */
    late,
    /** For how long frames waited for each other since it was asked last, at most, ms. */
    wait: () => {
      const wait = most
      most = 0
      return wait
    },
  }
}

it('lets everything go until each comes later than the one before; then few are on their way', () => {
  const { flight, run, late, wait } = slow(100)
  run(30)
  expect([flight.isFull(30), flight.asks]).toEqual([false, false])
  late(0)
  run(500)
  expect(flight.asks).toBe(true)
  run(6000)
  wait()
  run(20_000)
  expect(flight.asks).toBe(true)
  expect(wait()).toBeLessThan(310)
})

it('on a line that is good again lets everything go within two seconds', () => {
  const { flight, run, late } = slow(100)
  late(0)
  run(3000)
  expect(flight.asks).toBe(true)
  run(5000, 1)
  expect(flight.asks).toBe(false)
})

it('is told once a second only, where frames down are held back: that is enough', () => {
  const flight = new Flight()
  for (let tick = 0; tick < 300; tick++) flight.sent(tick, tick, tick * 20)
  // Sent each 20 ms, and 200 ms apart when they come.
  for (let got = 0; got < 10; got += 5) flight.arrived(got, 2000 + got * 200, 40, 1000 + got * 200, true)
  expect(flight.asks).toBe(true)
})

it('a way that becomes longer at once holds nothing back, however late all comes', () => {
  const { flight, run, late } = slow(0)
  run(1000)
  late(1300)
  let asked = 0
  for (let now = 1000; now < 5000; now += 10) {
    run(now, 0, 300)
    if (flight.asks) asked++
  }
  expect(asked).toBe(0)
})

it('a way that becomes longer bit by bit is asked about once: one that is alone takes as long as they all', () => {
  const { flight, run, late } = slow(0)
  run(1000)
  late(1000)
  let asked = 0
  for (let way = 20; way <= 300; way += 10) {
    run(1000 + 5 * way, 0, way)
    if (flight.asks) asked++
  }
  expect(asked).toBeGreaterThan(0)
  run(5000)
  expect(flight.asks).toBe(false)
})

it('an uneven line, which brings one late and the next in time, is asked about once in ten seconds', () => {
  const flight = new Flight()
  /** Two come late, the second by 180 ms more. */
  const unevenly = (tick: number, now: number) => {
    flight.sent(tick, tick, now)
    flight.sent(tick + 1, tick + 1, now + 20)
    flight.arrived(tick, now + 250, 200, now + 120, true)
    flight.arrived(tick + 1, now + 450, 200, now + 320, true)
    return flight.asks
  }
  expect(unevenly(1, 0)).toBe(true)
  flight.sent(3, 3, 500)
  flight.arrived(3, 700, 200, 610, false)
  expect(flight.asks).toBe(false)
  expect(unevenly(4, 1000)).toBe(false)
  expect(unevenly(6, 5000)).toBe(false)
  expect(unevenly(8, 12_000)).toBe(true)
})

it('is not told of anything: nothing changes', () => {
  const flight = new Flight()
  flight.sent(1, 3, 0)
  expect(flight.arrived(3, 50, 40, 40, false)).toBe(0)
  expect(flight.asks).toBe(false)
})

it('counts what went down with a connection, once the server says what came', () => {
  const flight = new Flight()
  flight.sent(1, 3, 0)
  flight.sent(4, 8, 20)
  flight.sent(9, 9, 40)
  flight.lost()
  flight.sent(50, 50, 6000)
  expect(flight.arrived(5, 6050, 40, 6040, false)).toBe(4)
  expect([flight.asks, flight.arrived(50, 6100, 40, 6080, false)]).toEqual([false, 0])
})

it('sends again after two seconds without an answer, which may have been lost', () => {
  const { flight, run, late } = slow(100)
  late(0)
  run(500)
  expect(flight.asks).toBe(true)
  let now = 500
  while (flight.isFull(now)) now += 10
  expect(now).toBeGreaterThanOrEqual(2300)
  expect(now).toBeLessThan(2500)
})
