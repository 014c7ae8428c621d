import { describe, expect, it } from 'vitest'
import { Random } from '../testing/index.ts'
import { Rhythm } from './rhythm.ts'

/** Stalls that began at these times. */
function after(...times: number[]): Rhythm {
  const rhythm = new Rhythm()
  for (const at of times) rhythm.note(at)
  return rhythm
}
const every = (ms: number, count: number, off = (_n: number) => 0) =>
  Array.from({ length: count }, (_, n) => 5000 + n * ms + off(n))

describe('a rhythm', () => {
  it('is known after five stalls evenly apart, and tells when the next is due', () => {
    expect(after(...every(2000, 4)).due(11_100)).toBe(Number.POSITIVE_INFINITY)
    expect(after(...every(2000, 5)).due(13_500)).toBeCloseTo(1500)
    expect(after(...every(2000, 5, (n) => 40 * (n % 2))).due(13_500)).toBeGreaterThan(1450)
    expect(after(...every(2000, 5, (n) => 40 * (n % 2))).due(13_500)).toBeLessThan(1550)
  })

  it('ends where a stall does not come, until there are five again', () => {
    const rhythm = after(...every(2000, 6))
    expect(rhythm.due(17_200)).toBeCloseTo(-200)
    expect(rhythm.due(17_400)).toBe(Number.POSITIVE_INFINITY)
    for (const at of every(2000, 4)) rhythm.note(at + 14_000)
    expect(rhythm.due(25_500)).toBe(Number.POSITIVE_INFINITY)
    rhythm.note(27_000)
    expect(rhythm.due(27_500)).toBeCloseTo(1500)
  })

  it('is not ended by one stall out of turn, whether it hides the next or not, but by two', () => {
    const rhythm = after(...every(2000, 6))
    rhythm.note(15_700)
    expect(rhythm.due(16_500)).toBeCloseTo(500)
    expect(rhythm.due(18_500)).toBeCloseTo(500)
    rhythm.note(17_000)
    rhythm.note(19_000)
    rhythm.note(21_000)
    expect(rhythm.due(22_500)).toBeCloseTo(500)
    rhythm.note(22_000)
    // Ten seconds of silence.
    rhythm.note(33_000)
    expect(rhythm.due(34_500)).toBeCloseTo(500)
    rhythm.note(33_700)
    rhythm.note(34_400)
    expect(rhythm.due(34_500)).toBe(Number.POSITIVE_INFINITY)
  })

  it('is none where stalls come at any time', () => {
    const random = new Random(1)
    const rhythm = new Rhythm()
    let known = 0
    for (let n = 0, at = 0; n < 1000; n++) {
      at += 500 + 3000 * random.next()
      rhythm.note(at)
      if (rhythm.due(at) < Number.POSITIVE_INFINITY) known++
    }
    expect(known).toBeLessThan(50)
  })

  it('goes on with the next stall after a tab that slept, and after a clock that was set', () => {
    for (const leap of [60_000, 3_600_000, -3_600_000]) {
      const rhythm = after(...every(2000, 6))
      rhythm.note(15_700 + leap)
      expect(rhythm.due(17_000 + leap)).toBeCloseTo(700)
    }
  })
})
