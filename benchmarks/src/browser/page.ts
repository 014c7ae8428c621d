// Figures and pictures as one HTML file that needs nothing else.

import type { Table } from '../benchmark.ts'
import type { Picture } from './flight.ts'

export function pageOf(about: string, tables: readonly Table[], pictures: readonly Picture[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tickwire in Chromium</title>
<style>
body { margin: 2rem auto; max-width: 82rem; padding: 0 1rem; font: 15px/1.5 system-ui, sans-serif; color: #1b1f24; background: #fff; }
h1, h2 { line-height: 1.2; }
p { max-width: 45rem; color: #57606a; }
table { border-collapse: collapse; }
th, td { padding: 0.25rem 0.75rem; border-bottom: 1px solid #d0d7de; text-align: left; font-variant-numeric: tabular-nums; }
figure { margin: 1.5rem 0; }
figure div { display: grid; grid-template-columns: 1fr 1fr; gap: 0.5rem; }
img { width: 100%; display: block; }
</style>
</head>
<body>
<h1>Tickwire in Chromium</h1>
<p>${escaped(about)}</p>
${tables.map(tableOf).join('\n')}
<h2>Both pages, a third of a second apart</h2>
${pictures.map(figureOf).join('\n')}
</body>
</html>
`
}

function tableOf({ title, columns, rows }: Table): string {
  const head = columns.map((column) => `<th>${escaped(column.title)}</th>`).join('')
  const body = rows.map(
    (row) => `<tr>${columns.map(({ key }) => `<td>${escaped(String(row[key]))}</td>`).join('')}</tr>`
  )
  return `<h2>${escaped(title)}</h2>\n<table>\n<tr>${head}</tr>\n${body.join('\n')}\n</table>`
}

function figureOf({ at, pages }: Picture): string {
  const images = pages.map(
    (page, i) =>
      `<img alt="${i === 0 ? 'the page that flies' : 'the page that watches'}" src="data:image/jpeg;base64,${page.toString('base64')}">`
  )
  return `<figure><div>${images.join('')}</div><figcaption>${(at / 1000).toFixed(2)} s</figcaption></figure>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
