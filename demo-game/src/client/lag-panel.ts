// Sliders that spoil this tab's own connection, and outlines of where the server has the ships, to see what the game
// makes of it. L or its button shows and hides the panel, O the outlines.

import { button, element, isTyping } from './dom.ts'
import { type Conditions, slowDown } from './lane.ts'

interface Slider {
  readonly label: string
  readonly name: keyof Conditions
  readonly max: number
  readonly clean: number
  readonly value: (position: number) => number
  readonly text: (value: number) => string
}

const SLIDERS: readonly Slider[] = [
  {
    label: 'Latency, each way',
    name: 'latency',
    max: 400,
    clean: 0,
    value: (at) => at,
    text: (value) => `${value} ms`,
  },
  {
    label: 'Jitter',
    name: 'jitter',
    max: 200,
    clean: 0,
    value: (at) => at,
    text: (value) => `${value} ms`,
  },
  {
    label: 'Bandwidth, each way',
    name: 'bandwidth',
    max: 100,
    clean: 100,
    // 200 B/s to 100 kB/s in even ratios; the far end is no bound.
    value: (at) => (at === 100 ? Number.POSITIVE_INFINITY : Math.round(200 * 500 ** (at / 99))),
    text: (value) => (Number.isFinite(value) ? `${(value / 1000).toFixed(1)} kB/s` : 'unbounded'),
  },
]

export class LagPanel {
  readonly #panel = element('div', 'lag panel', element('h2', '', 'Spoil this connection'))

  readonly #outlines = button('Outlines', 'Show where the server has the ships (O)', () => this.#outline())

  constructor(page: HTMLElement, bar: HTMLElement) {
    this.#panel.hidden = true
    this.#outlines.ariaPressed = 'false'
    const resets = SLIDERS.map((slider) => this.#add(slider))
    const clean = () => {
      for (const reset of resets) reset()
    }
    this.#panel.append(element('div', 'row', button('Clean line', 'Take everything back', clean), this.#outlines))
    page.append(this.#panel)
    bar.append(button('Lag', 'Slow this connection down (L)', () => this.#toggle()))
    addEventListener('keydown', (event) => {
      if (isTyping() || event.ctrlKey || event.metaKey) return
      if (event.code === 'KeyL') this.#toggle()
      if (event.code === 'KeyO') this.#outline()
    })
  }

  /** Whether to outline where the server has the ships. */
  get isOutlined(): boolean {
    return this.#outlines.ariaPressed === 'true'
  }

  #outline(): void {
    this.#outlines.ariaPressed = String(!this.isOutlined)
  }

  #toggle(): void {
    this.#panel.hidden = !this.#panel.hidden
  }

  /** Gives what sets the slider back. */
  #add({ label, name, max, clean, value, text }: Slider): () => void {
    const range = element('input', 'range')
    Object.assign(range, { type: 'range', min: '0', max: String(max), value: String(clean), name })
    const shown = element('output', '', text(value(clean)))
    const apply = () => {
      const now = value(range.valueAsNumber)
      shown.textContent = text(now)
      slowDown({ [name]: now })
    }
    range.addEventListener('input', apply)
    range.addEventListener('change', () => range.blur()) // the arrow keys fly the ship
    this.#panel.append(element('label', '', element('span', '', label), shown, range))
    return () => {
      range.value = String(clean)
      apply()
    }
  }
}
