// Charts as one HTML file that needs nothing else.

import { COLOURS, escaped, inScript, type Library } from '../page.ts'
import type { Chart } from './charts.ts'

export { type Library, uPlot } from '../page.ts'

export interface Scene {
  readonly title: string
  readonly charts: readonly Chart[]
}
/** `heading` and what stands under it, then a section for each scene. */
export function pageOf(heading: string, about: string, scenes: readonly Scene[], library: Library): string {
  const sections = scenes.map(({ title }, at) => `<section id="scene-${at}"><h2>${escaped(title)}</h2></section>`)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(heading)}</title>
<style>
${library.style}
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
h1, h2 { line-height: 1.2; }
h2 { margin: 3rem 0 1rem; }
p { max-width: 45rem; color: #57606a; }
.uplot { margin-bottom: 1.5rem; }
</style>
</head>
<body>
<h1>${escaped(heading)}</h1>
<p>${escaped(about)}</p>
${sections.join('\n')}
<script>${inScript(library.script)}</script>
<script>
const SCENES = ${inScript(JSON.stringify(scenes))}
const COLOURS = ${JSON.stringify(COLOURS)}
${DRAW}
</script>
</body>
</html>
`
}

/** Lines where there is one, points where there are gaps. Charts of a scene share the cursor; drag to look closer. */
const DRAW = `for (const [at, scene] of SCENES.entries()) {
  const section = document.getElementById('scene-' + at)
  for (const chart of scene.charts) {
    const options = {
      title: chart.title,
      width: section.clientWidth,
      height: 240,
      cursor: { sync: { key: 'scene-' + at } },
      scales: { x: { time: false } },
      axes: [{ label: 's' }, { label: chart.unit, size: 70 }],
      series: [
        { label: 's' },
        ...chart.series.map(({ label, values }, index) => {
          const stroke = COLOURS[index % COLOURS.length]
          const sparse = values.filter((value) => value === null).length > 1
          return sparse
            ? { label, stroke, paths: () => null, points: { show: true, size: 5, fill: stroke } }
            : { label, stroke, width: 1, points: { show: false } }
        }),
      ],
    }
    new uPlot(options, [chart.time, ...chart.series.map(({ values }) => values)], section)
  }
}`
