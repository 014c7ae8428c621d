import { expect, test } from 'vitest'
import type { Run } from './report.ts'
import { dataOf, pageOf } from './report-page.ts'

const run = {
  command: 'npm run bench',
  at: '2026-01-01T00:00:00.000Z',
  machine: { cpu: 'A & B', cores: 2, memoryGB: 8, os: 'Linux', node: 'v20' },
  versions: { ws: '8' },
  reports: [
    {
      benchmark: 'join',
      command: 'npm run bench -- join',
      method: ['How <it> was done.'],
      tables: [{ title: 'Joins', columns: [{ key: 'cpu', title: 'CPU ms', digits: 2 }], rows: [{ cpu: 0.5 }] }],
      figures: [{ name: 'CPU of a join', value: 0.5, unit: 'ms', most: 1, noise: 0.1 }],
      plots: [{ title: 'a </script> title', x: 'players', y: 'ms', lines: [{ label: 'ours', points: [[1, 2]] }] }],
    },
    { benchmark: 'memory', command: '', method: [], tables: [], failure: 'no memory' },
  ],
} as unknown as Run

test('a page holds machine, versions, command, method, figures with bounds, and fetches nothing', () => {
  const page = pageOf(run, undefined, { script: 'var uPlot', style: '.uplot {}' })
  for (const part of [
    'A &amp; B',
    'ws 8',
    'npm run bench -- join',
    'How &lt;it&gt; was done.',
    '0.50',
    '≤ 1',
    '1 of 1 bounds are met',
    'It did not finish: no memory',
  ])
    expect(page).toContain(part)
  expect(page).toContain('<td class="pass">pass</td>')
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).not.toMatch(/<(script|link|img)[^>]* (src|href)=/)
})

test('lines of a plot share the x that any of them has', () => {
  const lines = [
    {
      label: 'a',
      points: [
        [1, 10],
        [3, 30],
      ] as [number, number][],
    },
    { label: 'b', points: [[2, 20]] as [number, number][] },
  ]
  expect(dataOf({ title: '', x: '', y: '', lines }).data).toEqual([
    [1, 2, 3],
    [10, null, 30],
    [null, 20, null],
  ])
})
