// State age over time as one HTML file that needs nothing else, all contenders in one plot, and as a small picture. Ages
// are on a log scale: 40 ms and 40 s are on the same page.

import { type Library, uPlot } from '../feel/page.ts'
import type { Line, Plot } from './plot.ts'

/** Told apart by people who don't see red and green as different, too (Okabe and Ito). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7']
/** The first is ours; of others that lie on each other, each is still seen. */
const WIDTHS = [2, 5, 3, 1]
const HEADING = 'How old the state is behind a slow link'

/** Lines of a plot share their times: those of the longest. Drag to look closer. */
export function pageOf(about: string, plots: readonly Plot[], { script, style }: Library = uPlot()): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${HEADING}</title>
<style>
${style}
body { margin: 2rem auto; max-width: 75rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
p { max-width: 45rem; color: #57606a; }
.uplot { margin-bottom: 2rem; }
</style>
</head>
<body>
<h1>${HEADING}</h1>
<p>${escaped(about)}</p>
<main></main>
<script>${inScript(script)}</script>
<script>
const PLOTS = ${inScript(JSON.stringify(plots))}
const COLOURS = ${JSON.stringify(COLOURS)}
const WIDTHS = ${JSON.stringify(WIDTHS)}
${DRAW}
</script>
</body>
</html>
`
}

const DRAW = `const main = document.querySelector('main')
for (const { title, lines } of PLOTS) {
  const { time } = lines.reduce((a, b) => (b.time.length > a.time.length ? b : a))
  const options = {
    title,
    width: main.clientWidth,
    height: 320,
    scales: { x: { time: false }, y: { distr: 3 } },
    axes: [{ label: 's' }, { label: 'ms', size: 80 }],
    series: [
      { label: 's' },
      ...lines.map(({ label }, index) => ({
        label,
        stroke: COLOURS[index % COLOURS.length],
        width: WIDTHS[index % WIDTHS.length],
        points: { show: false },
      })),
    ],
  }
  new uPlot(options, [time, ...lines.map(({ age }) => time.map((_, at) => age[at] ?? null))], main)
}`

const WIDTH = 720
const HEIGHT = 320
const LEFT = 56
const RIGHT = 140
const TOP = 36
const BOTTOM = 36
/** Points across: more are not seen. */
const POINTS = 180
/** A line's name is so far from the next one, at least. */
const APART = 15

/** The plot as SVG, which GitHub shows in a README. */
export function svgOf({ title, lines }: Plot): string {
  const ages = lines.flatMap(({ age }) => age.filter((ms) => ms !== null && ms > 0) as number[])
  const times = lines.flatMap(({ time }) => time)
  const [from, to] = [least(times), most(times)]
  const [low, high] = [Math.floor(Math.log10(least(ages))), Math.ceil(Math.log10(most(ages)))]
  const x = (s: number) => rounded(LEFT + ((s - from) / (to - from)) * (WIDTH - LEFT - RIGHT))
  const y = (ms: number) => rounded(HEIGHT - BOTTOM - ((Math.log10(ms) - low) / (high - low)) * (HEIGHT - TOP - BOTTOM))

  const grid = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(
    (ms) =>
      `<path d="M${LEFT} ${y(ms)}H${WIDTH - RIGHT}" stroke="#d0d7de"/><text x="${LEFT - 8}" y="${y(ms) + 4}" text-anchor="end">${ms < 1000 ? `${ms} ms` : `${ms / 1000} s`}</text>`
  )
  const every = [5, 10, 15, 30, 60].find((s) => (to - from) / s <= 8) ?? 120
  const seconds = Array.from({ length: Math.floor(to / every) + 1 }, (_, i) => i * every).map(
    (s) => `<text x="${x(s)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${s} s</text>`
  )
  const ends = lines.map(({ age }) => y(age.findLast((ms) => ms !== null && ms > 0) ?? 10 ** low))
  const names = spread(ends)
  const drawn = lines.map((line, i) => {
    const colour = COLOURS[i % COLOURS.length]
    const path = `<path d="${pathOf(line, x, y)}" fill="none" stroke="${colour}" stroke-width="${WIDTHS[i % WIDTHS.length]}"/>`
    return `${path}<text x="${WIDTH - RIGHT + 8}" y="${names[i] + 4}" fill="${colour}">${escaped(line.label)}</text>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" fill="#57606a">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
<text x="${LEFT}" y="20" font-size="14" fill="#1b1f24">${escaped(title)}: age of the state held</text>
${[...grid, ...seconds, ...drawn].join('\n')}
</svg>
`
}

function pathOf({ time, age }: Line, x: (s: number) => number, y: (ms: number) => number): string {
  const step = Math.max(1, Math.ceil(time.length / POINTS))
  let path = ''
  for (let at = 0; at < time.length; at += step) {
    const oldest = most(age.slice(at, at + step).filter((ms) => ms !== null && ms > 0) as number[])
    if (Number.isFinite(oldest)) path += `${path ? 'L' : 'M'}${x(time[at])} ${y(oldest)}`
  }
  return path
}

/** The same heights, moved apart downwards until none is too near to another. */
function spread(heights: readonly number[]): number[] {
  const moved = [...heights]
  const order = [...heights.keys()].sort((a, b) => heights[a] - heights[b])
  for (let i = 1; i < order.length; i++) moved[order[i]] = Math.max(moved[order[i]], moved[order[i - 1]] + APART)
  return moved
}

function least(values: readonly number[]): number {
  return values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
}
function most(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
}
function rounded(value: number): number {
  return Math.round(value * 10) / 10
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
/** Inside a script element: nothing in it ends it. */
function inScript(text: string): string {
  return text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}
