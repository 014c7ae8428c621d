// The chat line: Enter opens it, Enter sends, Escape closes. Lines fade by themselves.

import { button, element, isTyping } from './dom.ts'
import type { ArenaMatch } from './match.ts'
import { TINTS } from './palette.ts'

const LINES = 7
const STAYS_MS = 14_000

export class Chat {
  readonly #log = element('div', 'log')
  readonly #field = element('input', 'field')
  readonly #form = element('form', 'say', this.#field)
  #match: ArenaMatch | undefined

  constructor(page: HTMLElement, bar: HTMLElement) {
    this.#field.maxLength = 120
    this.#field.placeholder = 'Say something'
    this.#field.setAttribute('aria-label', 'Chat')
    this.#field.enterKeyHint = 'send'
    this.#field.autocomplete = 'off'
    this.#log.setAttribute('role', 'log')
    page.append(element('div', 'chat', this.#log, this.#form))
    bar.append(button('Chat', 'Chat (Enter)', () => this.#open()))
    addEventListener('keydown', (event) => this.#key(event))
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      void this.#send()
    })
    this.#field.addEventListener('blur', () => this.#form.classList.remove('is-open'))
  }

  join(match: ArenaMatch): void {
    this.#match = match
    match.on('said', ({ name, tint, text }) => this.#add(name, TINTS[tint], text))
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.#field.blur()
    if (event.key !== 'Enter' || isTyping() || !this.#match) return
    event.preventDefault()
    this.#open()
  }

  #open(): void {
    this.#form.classList.add('is-open')
    this.#field.focus()
  }

  async #send(): Promise<void> {
    const text = this.#field.value.trim()
    this.#field.value = ''
    this.#field.blur()
    if (text === '') return
    try {
      await this.#match?.request('say', { text })
    } catch (error) {
      this.#add('', '', error instanceof Error ? error.message : String(error))
    }
  }

  #add(name: string, tone: string, text: string): void {
    const who = element('b', '', name === '' ? '' : `${name} `)
    who.style.color = tone
    const line = element('p', '', who, text)
    this.#log.append(line)
    while (this.#log.childElementCount > LINES) this.#log.firstElementChild?.remove()
    setTimeout(() => line.classList.add('is-old'), STAYS_MS)
  }
}
