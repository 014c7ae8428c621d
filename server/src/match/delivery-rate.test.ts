import { expect, it } from 'vitest'
import { DeliveryRate } from './delivery-rate.ts'
import { InFlight } from './in-flight.ts'

/** The rate, bytes a ms, of frames that were sent and arrived then, one by one, over a path of 20 ms. */
function rateOf(frames: readonly { bytes: number; sent: number; arrived: number }[], varies = 0): number {
  const rate = new DeliveryRate()
  rate.begins(1, 1000)
  let before = 0
  for (const [tick, { bytes, sent, arrived }] of frames.entries()) {
    const flight = new InFlight()
    flight.push(tick, bytes, sent)
    rate.note(flight, 1, arrived, before, 20, varies)
    before = arrived
  }
  return rate.bytesPerMs
}
const often = (frame: (i: number) => { bytes: number; sent: number; arrived: number }) =>
  rateOf(Array.from({ length: 40 }, (_, i) => frame(i)))

it('is what frames take that wait for each other, however large they are', () => {
  expect(often((i) => ({ bytes: 100, sent: i, arrived: 1000 + i * 50 }))).toBeCloseTo(2, 1)
  expect(often((i) => ({ bytes: 300, sent: i, arrived: 1000 + i * 50 }))).toBeCloseTo(6, 1)
})

it('is what a frame takes that waits for none: the time before it was sent does not count', () => {
  expect(often((i) => ({ bytes: 100, sent: 1000 + i * 100, arrived: 1030 + i * 100 }))).toBeCloseTo(10)
})

it('leaves off by how much delays vary', () => {
  const frames = Array.from({ length: 40 }, (_, i) => ({ bytes: 100, sent: 1000 + i * 100, arrived: 1030 + i * 100 }))
  expect(rateOf(frames, 5)).toBeCloseTo(20)
})

it('of several that arrive together it is the lowest that one of them tells', () => {
  const rate = new DeliveryRate()
  rate.begins(1, 1)
  const flight = new InFlight()
  flight.push(1, 100, 10_000)
  flight.push(2, 100, 10_090)
  rate.note(flight, 2, 10_120, 0, 20, 0)
  expect(rate.bytesPerMs).toBeCloseTo(2, 1)
})
