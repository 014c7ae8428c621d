import { expect, test } from 'vitest'
import { pageOf } from './page.ts'

const library = { script: 'var uPlot = class {}; var end = "</script>"', style: '.uplot { color: red }' }
const chart = { title: 'Lead', unit: 'ticks', time: [0, 1], series: [{ label: '</script><b>', values: [1, null] }] }

test('a page needs nothing but itself, and its data cannot end its scripts', () => {
  const page = pageOf('Feel & <more>', 'about', [{ title: 'wifi', charts: [chart] }], library)
  expect(page).toContain('<h1>Feel &amp; &lt;more&gt;</h1>')
  expect(page).toContain(library.style)
  expect(page).not.toMatch(/src=|href=|@import/)
  expect(page.match(/<\/script/g)).toHaveLength(2)
})

test('its script draws each chart from its data', () => {
  const page = pageOf('Feel', 'about', [{ title: 'wifi', charts: [chart] }], library)
  const script = /<script>\n([\s\S]*)<\/script>/.exec(page.slice(page.lastIndexOf('<script>')))![1]
  const drawn: unknown[][] = []
  class Plot {
    constructor(...given: unknown[]) {
      drawn.push(given)
    }
  }
  const section = { clientWidth: 800 }
  const document = { getElementById: (id: string) => (id === 'scene-0' ? section : null) }
  new Function('uPlot', 'document', script)(Plot, document)
  expect(drawn).toMatchObject([
    [
      { title: 'Lead', width: 800, series: [{}, { label: '</script><b>' }] },
      [
        [0, 1],
        [1, null],
      ],
      section,
    ],
  ])
})
