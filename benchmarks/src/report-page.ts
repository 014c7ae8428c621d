// A run as one HTML file that needs nothing else: the summary, then each benchmark with its command, method, tables and plots.

import type { Plot, Table } from './benchmark.ts'
import { COLOURS, escaped, inScript, type Library, uPlot } from './page.ts'
import { machineOf, type Report, type Run } from './report.ts'
import { cellOf, summaryOf } from './summary.ts'

/** `changes`: against an earlier run. */
export function pageOf(run: Run, changes?: Table, { script, style }: Library = uPlot()): string {
  const { versions, reports, command } = run
  const plots = reports.map(({ plots = [] }) => plots)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tickwire: benchmarks</title>
<style>
${style}
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
h1, h2, h3 { line-height: 1.2; }
h2 { margin: 3rem 0 1rem; padding-top: 1rem; border-top: 2px solid #1b1f24; }
p, li { max-width: 50rem; color: #57606a; }
code { color: #1b1f24; }
div.wide { overflow-x: auto; }
table { border-collapse: collapse; margin-bottom: 1.5rem; }
th, td { padding: 0.2rem 0.75rem 0.2rem 0; border-bottom: 1px solid #d0d7de; text-align: left; font-variant-numeric: tabular-nums; white-space: pre-line; }
td.number, th.number { text-align: right; }
td.pass { color: #00704f; }
td.miss { color: #b33a00; font-weight: 600; }
.uplot { margin-bottom: 2rem; }
</style>
</head>
<body>
<h1>Tickwire: benchmarks</h1>
<p><code>${escaped(command)}</code><br>
${escaped(machineOf(run))}<br>
${escaped(
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')
)}</p>
<p>Ratios travel between machines, absolute figures do not. What differs by less than its noise does not differ. Drag in a plot to look closer, double-click to go back.</p>
${tableOf(summaryOf(reports))}
${changes ? tableOf(changes) : ''}
<nav>${reports.map(({ benchmark }) => `<a href="#${escaped(benchmark)}">${escaped(benchmark)}</a>`).join(' · ')}</nav>
${reports.map(sectionOf).join('\n')}
<script>${inScript(script)}</script>
<script>
const PLOTS = ${inScript(JSON.stringify(plots.map((of) => of.map(dataOf))))}
const COLOURS = ${JSON.stringify(COLOURS)}
${DRAW}
</script>
</body>
</html>
`
}

function sectionOf({ benchmark, command, method, tables, failure }: Report, index: number): string {
  return `<section id="${escaped(benchmark)}">
<h2>${escaped(benchmark)}</h2>
<p><code>${escaped(command)}</code></p>
${failure === undefined ? '' : `<p>It did not finish: ${escaped(failure)}</p>`}
<ul>${method.map((line) => `<li>${escaped(line)}</li>`).join('\n')}</ul>
<div id="plots-${index}"></div>
${tables.map(tableOf).join('\n')}
</section>`
}

function tableOf({ title, columns, rows }: Table): string {
  const isNumber = (key: string) => rows.some((row) => typeof row[key] === 'number')
  const kind = (key: string, value?: unknown) =>
    value === 'pass' || value === 'miss' ? ` class="${value}"` : isNumber(key) ? ' class="number"' : ''
  const head = columns.map(({ key, title }) => `<th${kind(key)}>${escaped(title)}</th>`).join('')
  const body = rows.map(
    (row) =>
      `<tr>${columns.map(({ key, digits = 0 }) => `<td${kind(key, row[key])}>${escaped(cellOf(row[key], digits))}</td>`).join('')}</tr>`
  )
  return `<h3>${escaped(title)}</h3>\n<div class="wide"><table>\n<tr>${head}</tr>\n${body.join('\n')}\n</table></div>`
}

/** Lines of a plot over the x that any of them has. */
export function dataOf({ title, x, y, log = false, lines }: Plot) {
  const all = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].sort((a, b) => a - b)
  return {
    title,
    x,
    y,
    log,
    labels: lines.map(({ label }) => label),
    data: [
      all,
      ...lines.map(({ points }) => {
        const values = new Map(points)
        return all.map((at) => values.get(at) ?? null)
      }),
    ],
  }
}

/** Points that few enough are seen to be points. */
const DRAW = `for (const [at, plots] of PLOTS.entries())
  for (const { title, x, y, log, labels, data } of plots) {
    const place = document.getElementById('plots-' + at)
    const options = {
      title,
      width: place.clientWidth,
      height: 320,
      scales: { x: { time: false }, y: log ? { distr: 3 } : { range: (_, low, high) => [Math.min(0, low), high * 1.05 || 1] } },
      axes: [{ label: x }, { label: y, size: 80 }],
      series: [
        { label: x },
        ...labels.map((label, index) => ({
          label,
          stroke: COLOURS[index % COLOURS.length],
          width: 2,
          spanGaps: true,
          points: { show: data[0].length < 40, size: 6 },
        })),
      ],
    }
    new uPlot(options, data, place)
  }`
