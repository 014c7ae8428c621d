// What all pages of the benchmarks share: one HTML file that needs nothing else, the library that draws (uPlot) inside.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

/** A drawing library's own files. */
export interface Library {
  readonly script: string
  readonly style: string
}

/** Told apart by people who don't see red and green as different, too (Okabe and Ito). */
export const COLOURS: readonly string[] = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#d55e00', '#56b4e9', '#1b1f24']

/** uPlot as installed. */
export function uPlot(): Library {
  const require = createRequire(import.meta.url)
  const read = (file: string) => readFileSync(require.resolve(`uplot/dist/${file}`), 'utf8')
  return { script: read('uPlot.iife.min.js'), style: read('uPlot.min.css') }
}

/** For text and for attributes in quotes. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** Inside a script element: nothing in it ends it. */
export function inScript(text: string): string {
  return text.replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--')
}
