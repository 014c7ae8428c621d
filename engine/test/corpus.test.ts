// The frames that fuzzing kept (fuzz/corpus.txt), each of which takes its parser another way: all are refused as they must be,
// or read as something that is allowed, and change nothing.

import { describe, expect, it } from 'vitest'
import { corpus } from './fuzz/corpus.ts'
import { taken } from './fuzz/target.ts'

describe.each([...corpus()])('the corpus of $name', ({ target, frames }) => {
  it('is refused or read, and changes nothing', () => {
    expect(frames.length).toBeGreaterThan(0)
    const reader = target.reader()
    for (const frame of frames) {
      const hex = Buffer.from(frame).toString('hex')
      expect(() => {
        taken(target, reader, frame).check()
        target.check()
      }, hex).not.toThrow()
    }
  })

  it('holds frames that are read, and frames that are refused in more than one way', () => {
    const ways = new Set(frames.map((frame) => taken(target, target.reader(), frame).way))
    expect([...ways].some((way) => way.startsWith('read'))).toBe(true)
    expect([...ways].filter((way) => !way.startsWith('read')).length).toBeGreaterThan(1)
  })
})
