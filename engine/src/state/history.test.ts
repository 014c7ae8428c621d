import { describe, expect, it } from 'vitest'
import { History } from './history.ts'

function ring(length: number, ...ticks: number[]): History<string> {
  const history = new History<string>(length)
  for (const tick of ticks) history.set(tick, `t${tick}`)
  return history
}

describe('History', () => {
  it('keeps the last ticks and forgets older ones', () => {
    const history = ring(4, 0, 1, 2, 3, 4, 5)
    expect([0, 1, 2, 3, 4, 5, 6].map((tick) => history.get(tick))).toEqual([
      undefined,
      undefined,
      't2',
      't3',
      't4',
      't5',
      undefined,
    ])
    expect(history.newest).toBe(5)
  })

  it('has gaps where nothing was set, also after going round', () => {
    const history = ring(4, 1, 2, 3, 4, 6, 9)
    expect([5, 6, 7, 8, 9].map((tick) => history.get(tick))).toEqual([undefined, 't6', undefined, undefined, 't9'])
  })

  it('takes what comes late as long as it reaches that far back', () => {
    const history = ring(4, 10, 8, 7, 6, 2)
    expect(history.newest).toBe(10)
    expect([6, 7, 8, 10].map((tick) => history.get(tick))).toEqual([undefined, 't7', 't8', 't10'])
  })

  it('finds the nearest before and after a tick', () => {
    const history = ring(8, 1, 3, 6, 10)
    expect([11, 10, 9, 5, 2].map((tick) => history.atOrBefore(tick))).toEqual(['t10', 't10', 't6', 't3', undefined])
    expect([-1, 2, 3, 6, 9, 10, 11].map((tick) => history.after(tick))).toEqual([
      't3',
      't3',
      't6',
      't10',
      't10',
      undefined,
      undefined,
    ])
  })

  it('is empty at first and once cleared', () => {
    const history = ring(4, 1, 2)
    history.clear()
    for (const empty of [history, new History<string>(4)])
      expect([empty.newest, empty.get(-1), empty.get(1), empty.atOrBefore(5), empty.after(-5)]).toEqual([
        -1,
        undefined,
        undefined,
        undefined,
        undefined,
      ])
    history.set(1, 'again')
    expect(history.get(1)).toBe('again')
  })
})
