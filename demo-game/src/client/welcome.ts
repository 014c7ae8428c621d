// Asks for a name: it is remembered, and neither a `?name=` in the address nor a reload in mid-game is asked again.

import { element } from './dom.ts'

const KEY = 'tickwire-arena-name'
const LONGEST = 16
const KEYS = [
  ['←', '→', 'turn'],
  ['↑', 'thrust'],
  ['↓', 'brake'],
  ['space', 'fire'],
  ['enter', 'chat'],
  ['N', 'network'],
  ['L', 'lag'],
  ['O', 'outlines'],
]

/** The player's name, from the address or from whoever sits there. */
export async function askName(page: HTMLElement, query: URLSearchParams): Promise<string> {
  const given = query.get('name')?.trim().slice(0, LONGEST) || recall(() => sessionStorage)
  if (given) return given
  const field = element('input', 'field')
  Object.assign(field, { maxLength: LONGEST, required: true, placeholder: 'Your name', autocomplete: 'nickname' })
  field.setAttribute('aria-label', 'Your name')
  field.value = recall(() => localStorage)
  const play = element('button', 'button primary', 'Play')
  const form = element('form', 'enter', field, play)
  const keys = element('p', 'keys', ...KEYS.map((key) => element('span', '', ...hint(key))))
  const touch = element('p', 'touch-hint', 'Drag on the left to fly, hold FIRE on the right.')
  const tag = element('p', 'tag', 'A space arena for you, your friends and six bots. First to fifteen.')
  const logo = element('h1', '', 'TICKWIRE ', element('span', '', 'ARENA'))
  const welcome = element('div', 'welcome', element('div', 'card panel', logo, tag, form, keys, touch))
  page.append(welcome)
  if (!matchMedia('(pointer: coarse)').matches) field.focus()
  const name = await new Promise<string>((resolve) => {
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      const typed = field.value.trim()
      if (typed !== '') resolve(typed)
    })
  })
  field.blur()
  welcome.remove()
  remember(() => localStorage, name)
  remember(() => sessionStorage, name)
  return name
}

function hint(key: readonly string[]): Node[] {
  const caps = key.slice(0, -1).map((cap) => element('kbd', '', cap))
  return [...caps, document.createTextNode(` ${key.at(-1)}`)]
}

// Storage can be forbidden: then nothing is remembered.
function recall(storage: () => Storage): string {
  try {
    return storage().getItem(KEY) ?? ''
  } catch {
    return ''
  }
}

function remember(storage: () => Storage, name: string): void {
  try {
    storage().setItem(KEY, name)
  } catch {}
}
