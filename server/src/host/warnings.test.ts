import { describe, expect, it } from 'vitest'
import { bounded } from './warnings.ts'

function warner() {
  const written: string[] = []
  const clock = { time: 0 }
  const warn = bounded(
    (message) => written.push(message),
    () => clock.time
  )
  return { written, clock, warn }
}

describe('a warning', () => {
  it('stays one line, whatever it holds', () => {
    const { written, warn } = warner()
    warn('join refused for a\r\nmatch m: all is well\u001b[2J\u2028\u202e\ud800 \u007f\u0085é 🙂')
    expect(written).toEqual([
      'join refused for a\\u{d}\\u{a}match m: all is well\\u{1b}[2J\\u{2028}\\u{202e}\\u{d800} \\u{7f}\\u{85}é 🙂',
    ])
  })

  it('in a flood is only counted, and the count is told', () => {
    const { written, clock, warn } = warner()
    for (let i = 0; i < 1000; i++) warn('again')
    expect(written).toEqual(Array(20).fill('again'))
    clock.time = 200
    for (let i = 0; i < 1000; i++) warn('later')
    expect(written.slice(20)).toEqual(['980 more warnings like the last ones were left out', 'later'])
  })

  it('ends nothing when it cannot be written', () => {
    const warn = bounded(
      () => {
        throw new Error('the disk is full')
      },
      () => 0
    )
    expect(() => warn('something')).not.toThrow()
  })
})
