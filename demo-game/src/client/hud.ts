// Around the picture: score board, hull and energy, who shot whom, and the words in the middle of the screen.

import { GOAL, RESPAWN, TICK_RATE } from '../game.ts'
import { element, glyph } from './dom.ts'
import { type ArenaMatch, type PilotRow, pilotOf, type ShipRow } from './match.ts'
import { TINTS } from './palette.ts'
import { shipOutline } from './ship-art.ts'

const BOARD_MS = 250
const FEED_LINES = 4
const FEED_MS = 6000

export class Hud {
  readonly #board = element('ol', 'board panel')
  readonly #feed = element('div', 'feed')
  readonly #title = element('strong', '')
  readonly #detail = element('span', '')
  readonly #words = element('div', 'words', this.#title, this.#detail)
  readonly #hull = element('i', 'hull')
  readonly #energy = element('i', 'energy')
  readonly #bonus = element('span', 'bonus')
  readonly #bars = element('div', 'bars', meter('HULL', this.#hull), meter('ENERGY', this.#energy), this.#bonus)
  readonly #match: ArenaMatch
  #nextBoard = 0
  #boardText = ''
  #killer = ''
  #diedAt = Number.NaN

  constructor(page: HTMLElement, match: ArenaMatch) {
    this.#match = match
    this.#feed.setAttribute('role', 'log')
    this.#words.setAttribute('role', 'status')
    page.append(this.#board, this.#feed, this.#words, this.#bars)
    match.on('kill', ({ killer, victim }) => this.#kill(killer, victim))
  }

  update(now: number): void {
    const { view } = this.#match
    const mine = view.ship.mine
    this.#showBars(mine)
    this.#showWords(mine === undefined)
    if (now < this.#nextBoard) return
    this.#nextBoard = now + BOARD_MS
    this.#showBoard()
  }

  #showBars(mine: ShipRow | undefined): void {
    const hull = mine?.hull ?? 0
    this.#hull.style.transform = `scaleX(${hull / 100})`
    this.#hull.classList.toggle('is-low', hull <= 36)
    this.#energy.style.transform = `scaleX(${(mine?.energy ?? 0) / 100})`
    const left = mine ? mine.triple - this.#match.view.tick : 0
    setText(this.#bonus, left > 0 ? `Triple shot ${Math.ceil(left / TICK_RATE)} s` : '')
  }

  #showWords(isDown: boolean): void {
    const { state, tick } = this.#match.view
    const left = (until: number) => Math.max(0, Math.ceil((until - tick) / TICK_RATE))
    if (state.phase === 'over') {
      setText(this.#title, `${state.winner} wins round ${state.round}`)
      setText(this.#detail, `Next round in ${left(state.resumes)} s`)
    } else if (isDown && this.#killer !== '') {
      setText(this.#title, 'Ship lost')
      setText(this.#detail, `to ${this.#killer}. A new one in ${left(this.#diedAt + RESPAWN)} s`)
    } else {
      setText(this.#title, '')
      setText(this.#detail, '')
    }
  }

  #showBoard(): void {
    const { view, me } = this.#match
    const pilots = [...view.pilot].sort((a, b) => b.kills - a.kills || a.deaths - b.deaths || a.id - b.id)
    const text = pilots.map(({ id, name, kills, deaths }) => `${id} ${name} ${kills} ${deaths}`).join()
    if (text === this.#boardText) return // nothing to lay out anew
    this.#boardText = text
    const rows = pilots.map((pilot) => boardRow(pilot, pilot.owner === me.id))
    this.#board.replaceChildren(element('h2', '', `Round ${view.state.round} · first to ${GOAL}`), ...rows)
  }

  #kill(killer: number, victim: number): void {
    const { view, me } = this.#match
    const [by, who] = [pilotOf(view, killer), pilotOf(view, victim)]
    if (victim === me.id) {
      this.#killer = by?.name ?? 'somebody'
      this.#diedAt = view.tick
    }
    const line = element('p', '', nameTag(by), ' took down ', nameTag(who))
    line.classList.toggle('is-mine', killer === me.id || victim === me.id)
    this.#feed.append(line)
    while (this.#feed.childElementCount > FEED_LINES) this.#feed.firstElementChild?.remove()
    setTimeout(() => line.remove(), FEED_MS)
  }
}

function boardRow(pilot: PilotRow, isMine: boolean): HTMLElement {
  const name = element('span', 'name', pilot.name)
  const row = element('li', isMine ? 'me' : '', glyph(shipOutline(pilot.design), TINTS[pilot.tint]), name)
  row.append(element('b', '', String(pilot.kills)), element('small', '', String(pilot.deaths)))
  if (pilot.bot) name.append(element('em', '', 'bot'))
  return row
}

function nameTag(pilot: PilotRow | undefined): HTMLElement {
  const tag = element('b', '', pilot?.name ?? 'somebody')
  tag.style.color = TINTS[pilot?.tint ?? 7]
  return tag
}

function meter(label: string, fill: HTMLElement): HTMLElement {
  return element('div', 'meter', element('span', '', label), element('div', 'track', fill))
}

function setText(of: HTMLElement, text: string): void {
  if (of.textContent !== text) of.textContent = text
}
