import { describe, expect, it } from 'vitest'
import { Room } from './room.ts'

describe('Room', () => {
  it('gives zeros of any length, which nobody else writes to', () => {
    const room = new Room()
    const lengths = [0, 7, 7000, 1, 70_000, 0, 5, ...new Array(100).fill(900)]
    const taken = lengths.map((length, at) => {
      const ints = room.take(length)
      expect(ints.length).toBe(length)
      expect(ints.every((q) => q === 0)).toBe(true)
      return ints.fill(at + 1)
    })
    for (const [at, ints] of taken.entries()) expect(ints.every((q) => q === at + 1)).toBe(true)
  })

  it('holds no more than 256 KB for what is smaller', () => {
    const room = new Room()
    expect(room.take(10).buffer.byteLength).toBeLessThan(1000)
    expect(room.take(60_000).buffer.byteLength).toBeLessThanOrEqual(2 ** 18)
  })
})
