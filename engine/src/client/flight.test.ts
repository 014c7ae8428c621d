import { expect, it } from 'vitest'
import { Flight } from './flight.ts'

/** A line that takes `ms` for each frame, one after the other, and 20 ms each way; the server has heard that it is slow. */
function slow(ms: number) {
  const flight = new Flight()
  const arriving: { at: number; last: number; asks: boolean }[] = []
  let idleAt = 0
  let made = 0
  let sent = 0
  let most = 0
  const run = (until: number, pace = ms) => {
    for (let now = made * 10; now < until; now += 10) {
      made++
      while (arriving[0]?.at <= now) {
        const { last, asks } = arriving.shift()!
        if (asks) flight.arrived(last, now, 40)
      }
      if (flight.isFull(now)) {
        flight.held(now)
        continue
      }
      idleAt = Math.max(idleAt, now) + pace
      arriving.push({ at: idleAt + 40, last: made, asks: flight.asks })
      flight.sent(sent + 1, made, now)
      sent = made
      most = Math.max(most, idleAt - now)
    }
  }
  return {
    flight,
    run,
    /** For how long frames waited for each other since it was asked last, at most, ms. */
    wait: () => {
      const wait = most
      most = 0
      return wait
    },
  }
}

it('lets everything go until it is told that frames wait; then few are on their way', () => {
  const { flight, run, wait } = slow(100)
  flight.sent(0, 0, 0)
  expect([flight.isFull(0), flight.asks]).toEqual([false, false])
  run(10)
  flight.arrived(-1, 10, 40)
  expect(flight.asks).toBe(true)
  run(2000)
  wait()
  run(20_000)
  expect(flight.asks).toBe(true)
  expect(wait()).toBeLessThan(310)
})

it('on a line that is good again lets everything go within two seconds', () => {
  const { flight, run } = slow(100)
  flight.sent(0, 0, 0)
  flight.arrived(-1, 0, 40)
  run(3000)
  run(5000, 1)
  expect(flight.asks).toBe(false)
})

it('is not told of anything: nothing changes', () => {
  const flight = new Flight()
  flight.sent(1, 3, 0)
  expect(flight.arrived(3, 50, 40)).toBe(0)
  expect(flight.asks).toBe(false)
})

it('counts what went down with a connection, once the server says what came', () => {
  const flight = new Flight()
  flight.sent(1, 3, 0)
  flight.sent(4, 8, 20)
  flight.sent(9, 9, 40)
  flight.lost()
  flight.sent(50, 50, 6000)
  expect(flight.arrived(5, 6050, 40)).toBe(4)
  expect([flight.asks, flight.arrived(50, 6100, 40)]).toEqual([false, 0])
})

it('sends again after two seconds without an answer, which may have been lost', () => {
  const flight = new Flight()
  flight.sent(1, 1, 0)
  flight.arrived(0, 10, 40)
  flight.sent(2, 2, 20)
  expect([flight.isFull(2000), flight.isFull(2020)]).toEqual([true, false])
})
