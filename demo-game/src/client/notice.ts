// One line over everything: what happened to the connection, and a button where there is something to do about it.

import { button, element } from './dom.ts'

export class Notice {
  readonly #text = element('span', '')
  readonly #panel = element('div', 'notice panel', this.#text)
  #action: HTMLButtonElement | undefined

  constructor(page: HTMLElement) {
    this.#panel.hidden = true
    this.#panel.setAttribute('role', 'alert')
    page.append(this.#panel)
  }

  show(text: string, label = '', press: () => void = () => {}): void {
    this.#text.textContent = text
    this.#action?.remove()
    this.#action = label === '' ? undefined : button(label, '', press)
    if (this.#action) this.#panel.append(this.#action)
    this.#panel.hidden = false
  }

  hide(): void {
    this.#panel.hidden = true
  }
}
