// What the connection does, as small graphs over the last half minute. N or its button shows and hides it.

import { button, element, freshInk, isTyping } from './dom.ts'
import type { ArenaMatch } from './match.ts'
import { BAD, DIM, fade, GOOD, INK, TINTS, WARN } from './palette.ts'

type Stats = ArenaMatch['stats']
interface Line {
  readonly label: string
  readonly tone: string
  readonly value: (stats: Stats) => number
  readonly text: (value: number) => string
  /** The least height of the graph, in its unit, so that noise looks like noise. */
  readonly span: number
  /** A count that only grows: the graph shows its steps. */
  readonly isCount?: boolean
}

const ms = (value: number) => `${value.toFixed(value < 10 ? 1 : 0)} ms`
const perSecond = (value: number) => `${bytes(value)}/s`
const count = (value: number) => value.toFixed(0)

const LINES: readonly Line[] = [
  { label: 'round trip', tone: TINTS[0], value: (s) => s.rtt, text: ms, span: 60 },
  { label: 'jitter', tone: WARN, value: (s) => s.jitter, text: ms, span: 20 },
  { label: 'interpolation delay', tone: TINTS[6], value: (s) => Math.max(0, s.delay), text: ms, span: 150 },
  { label: 'in', tone: GOOD, value: (s) => s.bytesIn, text: perSecond, span: 4000 },
  { label: 'out', tone: TINTS[4], value: (s) => s.bytesOut, text: perSecond, span: 1000 },
  { label: 'corrections', tone: BAD, value: (s) => s.corrections, text: count, span: 3, isCount: true },
  { label: 'frames skipped', tone: BAD, value: (s) => s.skipped, text: count, span: 3, isCount: true },
  { label: 'buffered to send', tone: WARN, value: (s) => s.bufferedAmount, text: bytes, span: 500 },
]
const SAMPLES = 120
const EVERY_MS = 250

export class NetGraph {
  readonly #canvas = element('canvas', 'graph')
  readonly #panel = element('div', 'net panel', element('h2', '', 'Network'), this.#canvas)
  readonly #samples: number[][] = LINES.map(() => [])
  readonly #latest: number[] = LINES.map(() => 0)
  #next = 0

  constructor(page: HTMLElement, bar: HTMLElement) {
    this.#panel.hidden = true
    page.append(this.#panel)
    bar.append(button('Net', 'Network graph (N)', () => this.#toggle()))
    addEventListener('keydown', (event) => {
      if (event.code === 'KeyN' && !isTyping() && !event.ctrlKey && !event.metaKey) this.#toggle()
    })
  }

  update(stats: Stats, now: number): void {
    if (now < this.#next) return
    this.#next = now + EVERY_MS
    for (const [at, line] of LINES.entries()) {
      const value = line.value(stats)
      this.#samples[at].push(line.isCount ? value - this.#latest[at] : value)
      this.#latest[at] = value
      if (this.#samples[at].length > SAMPLES) this.#samples[at].shift()
    }
    if (!this.#panel.hidden) this.#draw()
  }

  #toggle(): void {
    this.#panel.hidden = !this.#panel.hidden
    if (!this.#panel.hidden) this.#draw()
  }

  #draw(): void {
    const ink = freshInk(this.#canvas)
    if (!ink) return
    const { clientWidth: width, clientHeight: height } = this.#canvas
    const row = height / LINES.length
    const type = Math.max(8.5, Math.min(row * 0.36, width * 0.052))
    ink.font = `${type}px "Segoe UI", Inter, system-ui, sans-serif`
    for (const [at, { label, tone, text, span }] of LINES.entries()) {
      const top = at * row
      ink.textAlign = 'left'
      ink.fillStyle = DIM
      ink.fillText(label, 0, top + type)
      ink.textAlign = 'right'
      ink.fillStyle = INK
      ink.fillText(text(this.#latest[at]), width, top + type)
      drawLine(ink, this.#samples[at], tone, span, width, top + row - 5, Math.max(row / 3, row - type - 10))
    }
  }
}

function drawLine(
  ink: CanvasRenderingContext2D,
  samples: readonly number[],
  tone: string,
  span: number,
  width: number,
  bottom: number,
  height: number
): void {
  const top = Math.max(span, ...samples)
  const step = width / (SAMPLES - 1)
  const left = width - (samples.length - 1) * step
  ink.beginPath()
  for (const [i, sample] of samples.entries()) ink.lineTo(left + i * step, bottom - (sample / top) * height)
  ink.strokeStyle = tone
  ink.lineWidth = 1.4
  ink.lineJoin = 'round'
  ink.stroke()
  ink.lineTo(width, bottom)
  ink.lineTo(left, bottom)
  ink.fillStyle = fade(tone, 0.16)
  ink.fill()
}

function bytes(value: number): string {
  if (value < 1000) return `${value.toFixed(0)} B`
  return value < 1e6 ? `${(value / 1000).toFixed(1)} kB` : `${(value / 1e6).toFixed(1)} MB`
}
