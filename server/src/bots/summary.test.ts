import { expect, test } from 'vitest'
import { lineOf, quantile, type Report, summaryOf, together } from './summary.ts'

const report = (rest: Partial<Report> = {}): Report => ({
  playing: 2,
  ages: [20, 40],
  rtts: [5, 7],
  bytesIn: 4000,
  bytesOut: 1000,
  frames: 60,
  seconds: 1,
  refused: {},
  ended: {},
  reconnects: 0,
  ...rest,
})

test('reports of several processes are one: counts add up, samples are all of them', () => {
  const one = together([
    report({ ended: { kicked: 1 } }),
    report({ ages: [60], ended: { kicked: 2, over: 1 }, seconds: 1.1 }),
  ])
  expect(one).toEqual({
    ...report({ playing: 4, ages: [20, 40, 60], rtts: [5, 7, 5, 7], bytesIn: 8000, bytesOut: 2000, frames: 120 }),
    seconds: 1.1,
    ended: { kicked: 3, over: 1 },
  })
})

test.each([
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4], 0.99, 4],
  [[7], 0.5, 7],
  [[3, 1, 2], 1, 3],
])('the quantile of %j at %d is %d', (values, share, expected) => expect(quantile(values, share)).toBe(expected))

test('a line says each figure of a player; one that left is said', () => {
  expect(lineOf(report(), 2, 3)).toBe(
    '   3 s  2/2 players  age 20/40 ms  rtt 5.0/7.0 ms  in 2.00 kB/s  out 0.50 kB/s  30.0 frames/s'
  )
  expect(lineOf(report({ playing: 1, ended: { kicked: 1 } }), 2, 3)).toMatch(/ {2}1 out$/)
  expect(lineOf(report({ playing: 0, ages: [], rtts: [], bytesIn: 0, bytesOut: 0, frames: 0 }), 2, 1)).toContain(
    'age –/– ms'
  )
})

test('the summary counts who joined, who stayed, and says why others did not', () => {
  const lines = summaryOf(report({ refused: { full: 1, late: 3 }, ended: { kicked: 1 }, reconnects: 2 }), 7, 3)
  expect(lines).toContain('3 of 7 players joined, 2 stayed to the end; 1 s with all that did')
  expect(lines.slice(lines.indexOf('could not join:'))).toEqual([
    ...['could not join:', '  3 x late', '  1 x full', 'ended before the end:', '  1 x kicked', ''],
  ])
})
