import { expect, test } from 'vitest'
import { pageOf, svgOf } from './page.ts'
import { lineOf } from './plot.ts'

const ages = Float64Array.from({ length: 4000 }, (_, ms) => (ms < 500 ? Number.NaN : ms))
const line = lineOf('</script><b>', ages, -1000)
const plot = { title: 'A link of 60 %', lines: [line, { ...line, label: 'other' }] }

test('a line is the oldest of each quarter of a second, and none where there is none', () => {
  expect(line.time.slice(0, 4)).toEqual([-1, -0.75, -0.5, -0.25])
  expect(line.age.slice(0, 4)).toEqual([null, null, 749, 999])
})

test('a page needs nothing but itself, and its data cannot end its scripts', () => {
  const page = pageOf('about <this>', [plot], { script: 'var uPlot = class {}', style: '.uplot { color: red }' })
  expect(page).toContain('about &lt;this&gt;')
  expect(page).not.toMatch(/src=|href=|@import/)
  expect(page.match(/<\/script/g)).toHaveLength(2)
})

test('the picture has a line and a name for each, apart from one another', () => {
  const svg = svgOf(plot)
  expect(svg).toContain('&lt;/script&gt;')
  expect(svg).not.toContain('NaN')
  expect(svg.length).toBeLessThan(20_000)
  const names = [...svg.matchAll(/y="([\d.]+)" fill="#0|y="([\d.]+)" fill="#e/g)].map(([, a, b]) => Number(a ?? b))
  expect(Math.abs(names[0] - names[1])).toBeGreaterThanOrEqual(15)
})
