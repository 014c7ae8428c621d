// Keys and touch become a command. What is pressed and let go between two frames still counts once, so that no tap is
// lost. The stick says where to head; the command says how to turn, from the heading that is on the screen.

import type { CommandOf } from '@tickwire/engine'
import type { Arena } from '../game.ts'
import { element, isTyping } from './dom.ts'

type Command = CommandOf<Arena>
type Action = 'left' | 'right' | 'thrust' | 'brake' | 'fire'

const KEYS: Readonly<Record<string, Action>> = {
  ArrowLeft: 'left',
  KeyA: 'left',
  ArrowRight: 'right',
  KeyD: 'right',
  ArrowUp: 'thrust',
  KeyW: 'thrust',
  ArrowDown: 'brake',
  KeyS: 'brake',
  Space: 'fire',
}
const STICK_REACH = 56
const THRUST_FROM = 0.45

/** Marks the page where fingers are used: now, or from the first touch on. */
export function watchForTouch(): void {
  const mark = () => document.body.classList.add('has-touch')
  if (matchMedia('(pointer: coarse)').matches) mark()
  else addEventListener('touchstart', mark, { once: true, passive: true })
}

export class Controls {
  /** What the ship's heading is now, radians; the stick needs it. */
  heading: () => number | undefined = () => undefined
  readonly #held = new Set<Action>()
  readonly #tapped = new Set<Action>()
  readonly #stick = { x: 0, y: 0, pointer: -1, fromX: 0, fromY: 0 }
  readonly #knob = element('div', 'knob')
  readonly #base = element('div', 'stick', this.#knob)

  constructor(page: HTMLElement) {
    addEventListener('keydown', (event) => this.#key(event, true))
    addEventListener('keyup', (event) => this.#key(event, false))
    addEventListener('blur', () => this.#release())
    this.#addTouch(page)
  }

  /** What the player does now. */
  read(): Command {
    const is = (action: Action) => this.#held.has(action) || this.#tapped.has(action)
    const keys = Number(is('right')) - Number(is('left'))
    const push = Math.hypot(this.#stick.x, this.#stick.y)
    const command = {
      turn: keys || this.#stickTurn(push),
      thrust: is('thrust') || push > THRUST_FROM,
      brake: is('brake'),
      fire: is('fire'),
    }
    this.#tapped.clear()
    return command
  }

  #stickTurn(push: number): number {
    const heading = this.heading()
    if (heading === undefined || push < 0.2) return 0
    const off = Math.atan2(this.#stick.y, this.#stick.x) - heading
    const turn = Math.atan2(Math.sin(off), Math.cos(off))
    return Math.min(Math.max(turn * 2.2, -1), 1)
  }

  #key(event: KeyboardEvent, isDown: boolean): void {
    const action = KEYS[event.code]
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    if (isTyping()) {
      this.#held.delete(action)
      return
    }
    event.preventDefault()
    this.#set(action, isDown)
  }

  #set(action: Action, isDown: boolean): void {
    if (!isDown) {
      this.#held.delete(action)
      return
    }
    this.#held.add(action)
    this.#tapped.add(action)
  }

  #release(): void {
    this.#held.clear()
    this.#stick.x = 0
    this.#stick.y = 0
  }

  #addTouch(page: HTMLElement): void {
    const pad = element('div', 'pad', this.#base)
    const fire = element('div', 'fire', 'FIRE')
    page.append(element('div', 'touch', pad, fire))
    pad.addEventListener('pointerdown', (event) => this.#grab(pad, event))
    pad.addEventListener('pointermove', (event) => this.#drag(event))
    for (const end of ['pointerup', 'pointercancel'] as const) {
      pad.addEventListener(end, (event) => this.#letGo(event))
      fire.addEventListener(end, () => this.#set('fire', false))
    }
    fire.addEventListener('pointerdown', (event) => {
      fire.setPointerCapture(event.pointerId)
      this.#set('fire', true)
    })
    for (const part of [pad, fire]) part.addEventListener('contextmenu', (event) => event.preventDefault())
  }

  #grab(pad: HTMLElement, event: PointerEvent): void {
    if (this.#stick.pointer !== -1) return
    pad.setPointerCapture(event.pointerId)
    Object.assign(this.#stick, { pointer: event.pointerId, fromX: event.clientX, fromY: event.clientY })
    const { left, top } = pad.getBoundingClientRect()
    this.#base.style.left = `${event.clientX - left}px`
    this.#base.style.top = `${event.clientY - top}px`
    this.#base.classList.add('is-held')
  }

  #drag(event: PointerEvent): void {
    const stick = this.#stick
    if (event.pointerId !== stick.pointer) return
    const [x, y] = [event.clientX - stick.fromX, event.clientY - stick.fromY]
    const length = Math.max(STICK_REACH, Math.hypot(x, y))
    stick.x = x / length
    stick.y = y / length
    this.#knob.style.transform = `translate(${stick.x * STICK_REACH}px, ${stick.y * STICK_REACH}px)`
  }

  #letGo(event: PointerEvent): void {
    if (event.pointerId !== this.#stick.pointer) return
    Object.assign(this.#stick, { pointer: -1, x: 0, y: 0 })
    this.#knob.style.transform = ''
    this.#base.style.left = ''
    this.#base.style.top = ''
    this.#base.classList.remove('is-held')
  }
}
